//! Identities and states that come from elsewhere: other versions, other types, and types without one.

use super::*;

#[tokio::test]
async fn only_types_with_an_identity_declare_and_take_one() {
    let server = Server::new(Shelf(Books::default()));
    let request = Request::new(v6::get_resource_identity_schemas::Request {});
    let declared = server.get_resource_identity_schemas(request).await;
    let declared = declared.expect("answered").into_inner().identity_schemas;
    let mut names: Vec<_> = declared.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, [BOOK, "shelf_renamable"]);
    let book = &declared[BOOK];
    let attributes = book.identity_attributes.iter();
    let attributes: Vec<_> = attributes
        .map(|it| {
            (
                &*it.name,
                &it.r#type[..],
                it.required_for_import,
                it.optional_for_import,
            )
        })
        .collect();
    assert_eq!(book.version, 1);
    assert_eq!(
        attributes,
        [
            ("title", &b"\"string\""[..], true, false),
            ("edition", b"\"number\"", false, true),
        ]
    );
    let request = v6::import_resource_state::Request {
        type_name: "shelf_plain".into(),
        identity: Some(v6::ResourceIdentityData {
            identity_data: Some(convert::encode(&Value::Null, &Type::String)),
        }),
        ..Default::default()
    };
    let refused = server.import_resource_state(Request::new(request)).await;
    assert_eq!(refused.expect_err("refused").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn an_identity_comes_up_to_date() {
    let (mut core, _) = start().await;
    core.adopt(BOOK, 0, r#"{"title":"a"}"#)
        .await
        .expect("adopted");
    for (version, json, expect) in [
        (1, r#"{"title":"a","edition":1,"gone":2}"#, known("a")),
        (0, r#"{"name":"a"}"#, identity("a", Value::Null)),
        // Of a state that is older than identities.
        (0, "", identity_of_nothing()),
    ] {
        let upgraded = core.adopt_identity(BOOK, version, json).await;
        assert_eq!(upgraded.expect("upgraded"), Some(&expect), "{json}");
    }
    let newer = core.adopt_identity(BOOK, 2, "{}").await;
    check_fails(newer, "Unknown identity version", "version 2");
    let broken = core.adopt_identity(BOOK, 1, "{").await;
    check_fails(broken, "Unreadable identity", "cannot be read");
}

fn identity_of_nothing() -> Object {
    IDENTITY.null_object()
}

#[tokio::test]
async fn a_state_of_another_type_moves_without_a_configured_provider() {
    let server = Server::new(Shelf(Books::default()));
    let mut core = Core::over(server).await.expect("a provider");
    let source = Source {
        provider_address: "registry.terraform.io/example/library",
        type_name: "library_volume",
        schema_version: 3,
        state: r#"{ "name": "a", "pages": [1] }"#,
        identity: "",
    };
    let moved = core.move_from(BOOK, source).await.expect("moved");
    assert_eq!(moved.str("title"), Some("a"));
    assert!(moved.get("secret").is_null(), "write-only is never stored");
    assert_eq!(core.instance(BOOK).expect("kept").identity, None);
    let identity = r#"{"edition":1}"#;
    let moved = core.move_from(BOOK, Source { identity, ..source }).await;
    moved.expect("moved");
    let identity = core.instance(BOOK).expect("kept").identity.clone();
    assert_eq!(identity, Some(known("a")));

    const SUMMARY: &str = "Unable to Move Resource State";
    let type_name = "library_shelf";
    let moved = core
        .move_from(
            BOOK,
            Source {
                type_name,
                ..source
            },
        )
        .await;
    check_fails(
        moved,
        SUMMARY,
        "type library_shelf (version 3) of the provider",
    );
    let moved = core.move_from("shelf_plain", source).await;
    check_fails(moved, SUMMARY, "cannot become one of type shelf_plain");
    let moved = core
        .move_from(
            BOOK,
            Source {
                state: "{",
                ..source
            },
        )
        .await;
    check_fails(moved, "Unreadable state", "cannot be read");
}
