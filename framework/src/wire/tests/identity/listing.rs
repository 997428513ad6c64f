//! Listings: what finds objects, as many as are wanted.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::json;

use super::{BOOK, Books, IDENTITY, SCHEMA, known, start};
use crate::context::Context;
use crate::diagnostics::{Report as _, Reported};
use crate::list::{ListRequest, ListResource, ListResponse, ListResult};
use crate::schema::validator::length_between;
use crate::schema::{Attribute, Schema};
use crate::testing::{Found, Query};
use crate::wire::tests::{check_fails, summaries};

/// What finds books.
pub(super) struct Catalogue;

#[async_trait]
impl ListResource<Books> for Catalogue {
    fn type_name(&self) -> &str {
        BOOK
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
            attributes: vec![
                Attribute::string("prefix").validator(length_between(1, 9)),
                Attribute::bool("endless"),
            ],
            ..Schema::default()
        });
        &SCHEMA
    }

    async fn list(
        &self,
        context: &Context<Books>,
        request: ListRequest<'_>,
        response: &mut ListResponse,
    ) -> Result<(), Reported> {
        let prefix = request.config.str_or_empty("prefix");
        let books = context.data().report(&mut response.diagnostics)?;
        let books = books.lock().expect("not poisoned").clone();
        let found = books.iter().filter(|(title, _)| title.starts_with(prefix));
        for (title, remark) in found {
            let mut state = SCHEMA.null_object();
            state.set("title", title);
            state.set("secret", "never shown");
            let mut result = ListResult::new(known(title), format!("Book {title}"));
            match remark.as_str() {
                "no identity" => result.identity = IDENTITY.null_object(),
                "without state" => {}
                "torn" => {
                    result.diagnostics.add_error("Torn", "It is torn.");
                }
                _ => result = result.resource(state),
            }
            if !response.results.push(result).await {
                return Ok(());
            }
        }
        if request.config.bool("endless") == Some(true) {
            std::future::pending::<()>().await;
        }
        match prefix {
            "x" => Err(response
                .diagnostics
                .add_error("Unreadable", "Nobody can read x.")),
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_listing_finds_as_many_as_are_wanted() {
    let (core, books) = start().await;
    for title in ["a1", "a2", "a3", "b1"] {
        let mut books = books.lock().expect("not poisoned");
        books.insert(title.to_owned(), String::new());
    }
    let names = |found: &[Found]| -> Vec<String> {
        found.iter().map(|it| it.display_name.clone()).collect()
    };
    let listed = core
        .list(BOOK, json!({ "prefix": "a" }), Query::default())
        .await;
    let (found, warnings) = listed.expect("listed");
    assert_eq!(names(&found), ["Book a1", "Book a2", "Book a3"]);
    assert_eq!(
        (&found[0].identity, &found[0].object),
        (&known("a1"), &None)
    );
    assert!(warnings.is_empty());
    // The last of them is never found, so the limit has to end it.
    let query = Query {
        include_resource: true,
        limit: 4,
    };
    let listed = core.list(BOOK, json!({ "endless": true }), query).await;
    let (found, _) = listed.expect("listed");
    assert_eq!(found.len(), 4);
    let object = found[3].object.as_ref().expect("asked for");
    assert_eq!(object.str("title"), Some("b1"));
    assert!(object.get("secret").is_null());
}

#[tokio::test]
async fn what_is_wrong_in_a_listing_is_told_of_the_object_or_of_the_whole() {
    let include = Query {
        include_resource: true,
        ..Query::default()
    };
    for (remark, summary, detail) in [
        (
            "no identity",
            "Bug in the provider",
            "\"Book a\\\"\" was listed without",
        ),
        ("torn", "Torn", "It is torn."),
    ] {
        let (core, books) = start().await;
        let remark = remark.to_owned();
        books
            .lock()
            .expect("not poisoned")
            .insert("a\"".to_owned(), remark);
        let listed = core.list(BOOK, json!({}), include).await;
        check_fails(listed, summary, detail);
    }
    let (core, books) = start().await;
    let remark = "without state".to_owned();
    books
        .lock()
        .expect("not poisoned")
        .insert("a".to_owned(), remark);
    let (found, warnings) = core.list(BOOK, json!({}), include).await.expect("listed");
    assert_eq!(
        (found.len(), summaries(&warnings)),
        (1, vec!["Incomplete list result"])
    );
    let whole = core.list(BOOK, json!({ "prefix": "x" }), include).await;
    check_fails(whole, "Unreadable", "Nobody can read x.");
    let wrong = core.list(BOOK, json!({ "prefix": "" }), include).await;
    wrong.expect_err("too short");
}
