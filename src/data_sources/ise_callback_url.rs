//! `ise_callback_url`: the signed URL under which a trigger of a logic app, or an integration account, is called.
//!
//! `POST listCallbackUrl`, which changes nothing. Its answer is a secret: whoever has it may call.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use serde_json::{Map, Value as Json, json};
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::schema::config_validator::{exactly_one_of, required_together};
use tfplugin_framework::schema::validator::{one_of, text};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Object;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::arm::{Error, ResourceId, ResourceType};
use crate::azure::attributes::is_id_of;
use crate::azure::body::{self, empty_for_null};
use crate::azure::look_up::{self, TIMEOUTS};
use crate::azure::row::Remote;
use crate::azure::types::{INTEGRATION_ACCOUNTS, WORKFLOWS};
use crate::azure::{Azure, session};
use crate::resources::{ise_integration_account, ise_logic_app};

const LOGIC_APP_ID: &str = "logic_app_id";
const TRIGGER_NAME: &str = "trigger_name";
const ACCOUNT_ID: &str = "integration_account_id";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "The signed URL under which a Request trigger of a logic app is called, or that of an integration account.\n\n\
                  Whoever has the URL may call it. Terraform hides it, but keeps it in its state as it does all that is looked up."
        .into(),
    attributes: vec![
        Attribute::string(LOGIC_APP_ID)
            .validator(text(|text| is_id_of(text, WORKFLOWS.name)))
            .doc("ID of the logic app; either this with `trigger_name`, or `integration_account_id`."),
        Attribute::string(TRIGGER_NAME)
            .validator(text(is_trigger_name))
            .doc("Name of the trigger, as the logic app's definition has it. Only triggers of type `Request` are called by a URL."),
        Attribute::string(ACCOUNT_ID)
            .validator(text(|text| is_id_of(text, INTEGRATION_ACCOUNTS.name)))
            .doc("ID of the integration account."),
        Attribute::string("not_after")
            .validator(text(is_time))
            .doc("When the URL ends to be good, such as `2027-01-31T00:00:00Z`. Without it, it is good until the key is regenerated."),
        Attribute::string("key_type")
            .validator(one_of(["Primary", "Secondary"]))
            .doc("The access key that signs it: `Primary`, which Azure takes when nothing is said, or `Secondary`."),
        Attribute::string("value")
            .computed()
            .sensitive()
            .with(Remote::at("value"))
            .doc("The whole URL, signature included."),
        Attribute::string("method")
            .computed()
            .with(Remote::at("method"))
            .doc("HTTP method with which the trigger is called; null for an account."),
        Attribute::string("base_path")
            .computed()
            .with(Remote::at("basePath"))
            .doc("The URL without its query."),
        Attribute::string("relative_path")
            .computed()
            .with(Remote::at("relativePath"))
            .doc("What the trigger takes below that, if it does."),
        Attribute::list("relative_path_parameters", Type::String)
            .computed()
            .with(Remote::at("relativePathParameters"))
            .doc("The names in braces in it."),
        Attribute::map("queries", Type::String)
            .computed()
            .sensitive()
            .with(Remote::at("queries"))
            .doc("The query's parameters, signature included."),
    ],
    blocks: vec![TIMEOUTS.block()],
    validators: vec![
        Arc::new(exactly_one_of(&[LOGIC_APP_ID, ACCOUNT_ID])),
        Arc::new(required_together(&[LOGIC_APP_ID, TRIGGER_NAME])),
    ],
    ..Schema::default()
}
});

/// The data source.
#[derive(Debug)]
pub(super) struct IseCallbackUrl;

#[async_trait]
impl DataSource<Azure> for IseCallbackUrl {
    fn type_name(&self) -> &str {
        "ise_callback_url"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn read(
        &self,
        context: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let config = request.config;
        let called = Called::of(config).report(&mut response.diagnostics)?;
        let session = session(context).await.report(&mut response.diagnostics)?;
        let api = session.of(called.resource_type);
        let answer = api
            .ask(&called.id, "listCallbackUrl", wanted(config).as_ref())
            .await;
        let answer = answer.map_err(|error| called.failed(&error));
        let answer = whole(answer.report(&mut response.diagnostics)?);
        response.state = body::read(&SCHEMA, &answer, config);
        empty_for_null(&SCHEMA.attributes, &mut response.state);
        check(&response.state, &called, &mut response.diagnostics)
    }
}

/// What is called by the URL.
struct Called {
    resource_type: &'static ResourceType,
    id: ResourceId,
    what: String,
    /// The attribute that names it.
    place: &'static str,
}

impl Called {
    fn of(config: &Object) -> Result<Self, Diagnostic> {
        let (place, resource_type) = match config.str(ACCOUNT_ID) {
            Some(_) => (ACCOUNT_ID, &INTEGRATION_ACCOUNTS),
            None => (LOGIC_APP_ID, &WORKFLOWS),
        };
        let id = ResourceId::parse_as(config.str_or_empty(place), resource_type.name);
        let id = id.map_err(|error| {
            let words = sentence(&error.to_string());
            Diagnostic::error(format!("Invalid {place}"), words).at(Path::attribute(place))
        })?;
        Ok(match config.str(TRIGGER_NAME) {
            Some(trigger) => Self {
                resource_type,
                what: format!(
                    "trigger {trigger:?} of {}",
                    ise_logic_app::ARM.describe(&id)
                ),
                id: id.child("triggers", trigger),
                place,
            },
            None => Self {
                resource_type,
                what: ise_integration_account::ARM.describe(&id),
                id,
                place,
            },
        })
    }

    fn failed(&self, error: &Error) -> Diagnostic {
        // Only then is the logic app there.
        let place = match error.code() {
            Some("WorkflowTriggerNotFound") => TRIGGER_NAME,
            _ => self.place,
        };
        let doing = "reading the callback URL of";
        look_up::failed(&SCHEMA, doing, &self.what, (place, &self.id), error)
    }
}

/// What is said about the URL that is wanted, if anything is.
fn wanted(config: &Object) -> Option<Json> {
    let said = [("not_after", "notAfter"), ("key_type", "keyType")];
    let said = said
        .into_iter()
        .filter_map(|(name, member)| Some((member, config.str(name)?)));
    let said: Map<String, Json> = said
        .map(|(member, text)| (member.to_owned(), json!(text)))
        .collect();
    (!said.is_empty()).then_some(Json::Object(said))
}

/// The answer with the parts of its URL, which those about accounts do not tell.
fn whole(mut answer: Json) -> Json {
    let Some(url) = answer["value"].as_str().and_then(|it| Url::parse(it).ok()) else {
        return answer;
    };
    if answer["basePath"].is_null() {
        let text = answer["value"].as_str().unwrap_or_default();
        let base = text.split('?').next().unwrap_or_default();
        answer["basePath"] = json!(base);
    }
    if answer["queries"].is_null() {
        let pairs = url.query_pairs();
        let pairs = pairs.map(|(key, value)| (key.into_owned(), json!(value)));
        answer["queries"] = Json::Object(pairs.collect());
    }
    answer
}

/// An answer without a URL is none.
fn check(found: &Object, called: &Called, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    match found.str("value") {
        Some(_) => Ok(()),
        None => Err(diagnostics.add_error(
            format!("Error reading the callback URL of {}", called.what),
            "Azure answered without a URL.",
        )),
    }
}

/// A name with one of these would lead elsewhere.
fn is_trigger_name(text: &str) -> Result<(), String> {
    let leads_elsewhere = text.contains(['/', '\\', '?', '#', '%']) || text.trim() != text;
    match text.is_empty() || leads_elsewhere {
        false => Ok(()),
        true => Err(format!(
            "{text:?} is not a trigger's name: give a key of \"triggers\" in the logic app's definition, such as \"manual\""
        )),
    }
}

fn is_time(text: &str) -> Result<(), String> {
    match OffsetDateTime::parse(text, &Rfc3339) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!(
            "{text:?} is not a time of the form 2027-01-31T00:00:00Z (RFC 3339)"
        )),
    }
}

#[cfg(test)]
mod tests {
    use tfplugin_framework::types::value::Value;

    use super::*;
    use crate::arm::test_server::{Reply, TestServer};
    use crate::data_sources::test_read::{read, validate};
    use crate::resources::test_plan::{id, write};

    const NAME: &str = "ise_callback_url";

    fn app() -> ResourceId {
        id(WORKFLOWS.name, "app")
    }

    fn account() -> ResourceId {
        id(INTEGRATION_ACCOUNTS.name, "account")
    }

    fn of_trigger() -> Vec<(&'static str, Value)> {
        let id = app().to_string();
        vec![(LOGIC_APP_ID, id.into()), (TRIGGER_NAME, "manual".into())]
    }

    async fn server(line: &str, reply: Reply) -> TestServer {
        TestServer::start(&[(line, vec![reply])]).await
    }

    fn trigger_line() -> String {
        write("POST", &app(), "/triggers/manual/listCallbackUrl")
    }

    fn trigger_answer() -> Json {
        json!({
            "value": "https://x.example/paths/invoke/{a}?sp=%2F&sig=s",
            "method": "PUT",
            "basePath": "https://x.example/paths/invoke",
            "relativePath": "{a}",
            "relativePathParameters": ["a"],
            "queries": { "sp": "/", "sig": "s" },
        })
    }

    fn texts(found: &Object, name: &str) -> Json {
        body::to_json(found.get(name))
    }

    #[tokio::test]
    async fn a_trigger_is_asked_for_what_is_said_and_no_more() {
        let server = server(&trigger_line(), Reply::json(200, &trigger_answer())).await;
        let found = read(NAME, &server, &of_trigger()).await.expect("a URL");
        for (name, member) in [
            ("value", "value"),
            ("method", "method"),
            ("base_path", "basePath"),
            ("relative_path", "relativePath"),
            ("relative_path_parameters", "relativePathParameters"),
            ("queries", "queries"),
        ] {
            assert_eq!(texts(&found, name), trigger_answer()[member], "{name}");
        }
        let mut more = of_trigger();
        more.push(("not_after", "2027-01-31T00:00:00Z".into()));
        more.push(("key_type", "Secondary".into()));
        read(NAME, &server, &more).await.expect("a URL");
        let requests = server.requests().into_iter();
        let bodies: Vec<_> = requests
            .filter(|it| it.line == trigger_line())
            .map(|it| it.body)
            .collect();
        let wanted = r#"{"notAfter":"2027-01-31T00:00:00Z","keyType":"Secondary"}"#;
        let as_json = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
        let bodies: Vec<_> = bodies.iter().map(|it| as_json(it)).collect();
        assert_eq!(bodies, [Json::Null, as_json(wanted)]);
    }

    /// The answer about an account is the URL alone.
    #[tokio::test]
    async fn the_url_of_an_account_is_taken_apart() {
        let line = write("POST", &account(), "/listCallbackUrl");
        let url = "https://x.example:443/integrationAccounts/00?sp=%2F%2F%2A&sig=s";
        let server = server(&line, Reply::json(200, &json!({ "value": url }))).await;
        let arguments = [(ACCOUNT_ID, account().to_string().into())];
        let found = read(NAME, &server, &arguments).await.expect("a URL");
        assert_eq!(found.str("value"), Some(url));
        assert_eq!(
            found.str("base_path"),
            Some("https://x.example:443/integrationAccounts/00")
        );
        assert_eq!(texts(&found, "queries"), json!({ "sp": "//*", "sig": "s" }));
        assert_eq!(found.get("method"), &Value::Null);
        assert_eq!(texts(&found, "relative_path_parameters"), json!([]));
    }

    #[tokio::test]
    async fn what_is_not_there_is_told_where_it_is_named() {
        for (code, place, what) in [
            (
                "WorkflowTriggerNotFound",
                TRIGGER_NAME,
                "No such trigger \"manual\" of logic app \"app\"",
            ),
            (
                "ResourceNotFound",
                LOGIC_APP_ID,
                "No such trigger \"manual\" of logic app \"app\"",
            ),
        ] {
            let server = server(&trigger_line(), Reply::error(404, code)).await;
            let told = read(NAME, &server, &of_trigger()).await.expect_err(code);
            let told: Vec<_> = told
                .iter()
                .map(|it| (it.path.to_string(), &*it.summary))
                .collect();
            assert_eq!(told, [(place.to_owned(), what)]);
        }
    }

    #[tokio::test]
    async fn no_error_tells_a_signature() {
        for reply in [
            Reply::stranger(200, &trigger_answer().to_string()),
            Reply::json(200, &json!({ "queries": { "sig": "s3cret" } })),
        ] {
            let server = server(&trigger_line(), reply).await;
            let told = read(NAME, &server, &of_trigger())
                .await
                .expect_err("no URL");
            assert!(!format!("{told:?}").contains("s3cret"), "{told:?}");
        }
    }

    #[tokio::test]
    async fn wrong_arguments_say_what_would_be_right() {
        let app = || (LOGIC_APP_ID, Value::from(app().to_string()));
        let account = || (ACCOUNT_ID, Value::from(account().to_string()));
        let trigger = |name: &str| (TRIGGER_NAME, Value::from(name));
        for (arguments, expected) in [
            (vec![app(), trigger("manual")], &[][..]),
            (vec![account()], &[]),
            (
                vec![account(), ("not_after", "2027-01-31T12:00:00+01:00".into())],
                &[],
            ),
            (
                vec![],
                &[": Exactly one of these is required: logic_app_id, integration_account_id."],
            ),
            (
                vec![app()],
                &["logic_app_id: logic_app_id needs trigger_name as well."],
            ),
            (
                vec![app(), trigger("manual"), account()],
                &[
                    "integration_account_id: logic_app_id, integration_account_id go not together: give one of them.",
                ],
            ),
            (
                vec![account(), trigger("manual")],
                &["trigger_name: trigger_name needs logic_app_id as well."],
            ),
            (
                vec![app(), trigger("a/b")],
                &[
                    "trigger_name: \"a/b\" is not a trigger's name: give a key of \"triggers\" in the logic app's definition, such as \"manual\".",
                ],
            ),
            (
                vec![account(), ("not_after", "2027-01-31".into())],
                &[
                    "not_after: \"2027-01-31\" is not a time of the form 2027-01-31T00:00:00Z (RFC 3339).",
                ],
            ),
            (
                vec![account(), ("key_type", "primary".into())],
                &[
                    "key_type: \"primary\" is not one of \"Primary\", \"Secondary\". Did you mean \"Primary\"?",
                ],
            ),
        ] {
            assert_eq!(validate(NAME, &arguments).await, expected, "{arguments:?}");
        }
    }
}
