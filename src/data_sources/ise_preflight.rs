//! `ise_preflight`: what in a network would make an environment fail hours after it was asked for.
//!
//! The preflight of the resource, for a network into which nothing is planned yet.

use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::{Diagnostic, Report as _, Reported, Severity};
use tfplugin_framework::schema::validator::{each_element, no_null_elements, one_of, text};
use tfplugin_framework::schema::{Attribute, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use crate::azure::attributes::is_id_of;
use crate::azure::look_up::TIMEOUTS;
use crate::azure::types::SUBNETS;
use crate::azure::{Azure, session};
use crate::preflight::{Subject, Told, tell};
use crate::validate;
use crate::validate::network::table::AccessEndpoint;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "What in a network would make an environment fail hours after it was asked for: the preflight of the `ise` resource, run by \
                  itself on subnets that are there. A finding is never an error here: a `check` block or a `postcondition` makes one of \
                  it where it is wanted."
        .into(),
    attributes: vec![
        Attribute::list("subnet_ids", Type::String)
            .required()
            .validator(no_null_elements())
            .validator(each_element(text(|text| is_id_of(text, SUBNETS.name))))
            .doc("IDs of the subnets, of which an environment takes four."),
        Attribute::string("location")
            .validator(text(validate::names::location))
            .doc("Azure region of the environment. Without it, nobody can tell whether the network is in the right one."),
        Attribute::string("access_endpoint_type")
            .default(AccessEndpoint::Internal.name())
            .validator(one_of(AccessEndpoint::ALL.map(AccessEndpoint::name)))
            .doc("How the environment is called: `Internal` or `External`. It decides which ports have to be open, and to whom."),
        Attribute::bool("express_route")
            .default(false)
            .doc("Whether the network uses ExpressRoute: each subnet then needs a route table with 0.0.0.0/0 to `Internet`."),
        Attribute::bool("ready")
            .computed()
            .doc("Whether an environment would be deployed: no finding is an error."),
        Attribute::nested("findings", Nesting::List, finding())
            .computed()
            .doc("Everything that was found."),
    ],
    blocks: vec![TIMEOUTS.block()],
    ..Schema::default()
}
});

fn finding() -> Vec<Attribute> {
    let told =
        |name: &'static str, description| Attribute::string(name).computed().doc(description);
    vec![
        told(
            "rule",
            "Name of the rule, such as `network-ports`; those of several that could not be checked, or in part only, are joined by commas.",
        ),
        told(
            "severity",
            "`error` for what would stop an environment, or `warning`.",
        ),
        told(
            "subnet_id",
            "ID of the subnet at fault; null where it is all of them.",
        ),
        told("message", "What is wrong."),
        told("remedy", "What would be right."),
    ]
}

/// The data source.
#[derive(Debug)]
pub(super) struct IsePreflight;

#[async_trait]
impl DataSource<Azure> for IsePreflight {
    fn type_name(&self) -> &str {
        "ise_preflight"
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
        let session = session(context).await.report(&mut response.diagnostics)?;
        let found = tell(&session, &Subject::of(request.config)).await;
        let ended = session.check().map_err(|error| {
            let summary = "Error looking at the network of the subnets";
            Diagnostic::error(summary, error.explanation())
        });
        ended.report(&mut response.diagnostics)?;
        let ready = found.iter().all(|it| it.severity != Severity::Error);
        response.state.set("ready", ready);
        let found = found.iter().map(|it| Value::from(shown(it)));
        response.state.set("findings", Value::List(found.collect()));
        Ok(())
    }
}

fn shown(told: &Told) -> Object {
    let severity = match told.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let subnet_id = told.subnet_id.as_ref().map(|id| id.to_string());
    let members: [(&str, Value); 5] = [
        ("rule", told.rule.as_str().into()),
        ("severity", severity.into()),
        ("subnet_id", subnet_id.into()),
        ("message", told.message.as_str().into()),
        ("remedy", told.remedy.as_str().into()),
    ];
    members.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::arm::ResourceId;
    use crate::arm::test_server::Reply;
    use crate::data_sources::test_read::{read, validate};
    use crate::resources::test_plan::{network, server_of, subnet};

    const NAME: &str = "ise_preflight";

    fn subnet_ids(names: &[&str]) -> (&'static str, Value) {
        let ids = names.iter().map(|name| subnet(name).to_string());
        ("subnet_ids", Value::strings(ids))
    }

    /// Four subnets that an environment can live in.
    fn objects() -> Vec<(ResourceId, Reply)> {
        let of_network = json!({ "location": "westeurope", "properties": { "addressSpace": { "addressPrefixes": ["172.16.0.0/16"] } } });
        let mut objects = vec![(network(), Reply::json(200, &of_network))];
        for (place, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
            let prefix = format!("172.16.0.{}/27", 32 * place);
            let body = json!({ "name": name, "properties": { "addressPrefix": prefix } });
            objects.push((subnet(name), Reply::json(200, &body)));
        }
        objects
    }

    /// Rule, severity and place of each finding.
    fn findings(found: &Object) -> Vec<String> {
        let all = found.get("findings").as_elements().unwrap_or_default();
        let all = all.iter().filter_map(Value::as_object);
        all.map(|it| {
            assert!(it.str_or_empty("message").ends_with('.'), "{it:?}");
            assert!(it.str_or_empty("remedy").ends_with('.'), "{it:?}");
            let place = it.str("subnet_id").and_then(|id| id.rsplit('/').next());
            let of = |name| it.str_or_empty(name);
            format!("{} {} {}", of("severity"), of("rule"), place.unwrap_or("-"))
        })
        .collect()
    }

    #[tokio::test]
    async fn a_network_that_is_right_is_ready() {
        let server = server_of(&objects()).await;
        let arguments = [
            subnet_ids(&["a", "b", "c", "d"]),
            ("location", "West Europe".into()),
        ];
        let found = read(NAME, &server, &arguments).await.expect("a look");
        assert_eq!(findings(&found), [""; 0]);
        assert_eq!(found.bool("ready"), Some(true));
        assert_eq!(found.str("access_endpoint_type"), Some("Internal"));
        assert_eq!(found.bool("express_route"), Some(false));
    }

    #[tokio::test]
    async fn findings_are_told_and_are_no_errors() {
        let mut objects = objects();
        let other = json!({ "name": "d", "properties": { "addressPrefix": "172.16.0.96/28" } });
        objects.pop();
        objects.push((subnet("d"), Reply::json(200, &other)));
        let server = server_of(&objects).await;
        let arguments = [
            subnet_ids(&["a", "b", "c", "d"]),
            ("location", "northeurope".into()),
            ("express_route", true.into()),
        ];
        let found = read(NAME, &server, &arguments).await.expect("a look");
        let expected = [
            "error subnet-region a",
            "error subnet-size d",
            "error express-route a",
            "error express-route b",
            "error express-route c",
            "error express-route d",
        ];
        assert_eq!(findings(&found), expected);
        assert_eq!(found.bool("ready"), Some(false));
    }

    #[tokio::test]
    async fn what_the_ids_alone_say_is_a_finding_too() {
        let server = server_of(&objects()).await;
        let found = read(NAME, &server, &[subnet_ids(&["a", "b", "a"])]).await;
        let found = found.expect("a look");
        let expected = ["error subnet-count -", "error subnet-distinct a"];
        assert_eq!(findings(&found)[..2], expected);
        assert_eq!(found.bool("ready"), Some(false));
    }

    /// Who may not look knows nothing, and that is said.
    #[tokio::test]
    async fn what_may_not_be_read_is_a_warning() {
        let mut objects = objects();
        objects[0].1 = Reply::error(403, "AuthorizationFailed");
        let server = server_of(&objects).await;
        let found = read(NAME, &server, &[subnet_ids(&["a", "b", "c", "d"])]).await;
        let found = found.expect("a look");
        let findings = findings(&found);
        assert!(
            findings.iter().all(|it| it.starts_with("warning ")),
            "{findings:?}"
        );
        assert!(
            findings.iter().any(|it| it.contains("custom-dns")),
            "{findings:?}"
        );
        assert_eq!(found.bool("ready"), Some(true));
    }

    /// Of a subnet that may not be read, nothing that is about subnets is known, their groups and tables included.
    #[tokio::test]
    async fn all_rules_that_could_not_be_checked_are_named() {
        let mut objects = objects();
        objects[1].1 = Reply::error(403, "AuthorizationFailed");
        let server = server_of(&objects).await;
        let arguments = [
            subnet_ids(&["a", "b", "c", "d"]),
            ("express_route", true.into()),
        ];
        let found = read(NAME, &server, &arguments).await.expect("a look");
        let expected = "warning subnet-missing, subnet-name, subnet-size, subnet-reserved-range, subnet-in-use, subnet-delegated, \
                        subnet-class-b, network-ports, network-routes, express-route a";
        assert_eq!(findings(&found).last().map(String::as_str), Some(expected));
    }

    #[tokio::test]
    async fn wrong_arguments_say_what_would_be_right() {
        let network = Value::strings([network().to_string()]);
        for (arguments, expected) in [
            (vec![subnet_ids(&["a"])], ""),
            (
                vec![("subnet_ids", Value::Null)],
                "subnet_ids: subnet_ids is required",
            ),
            (vec![("subnet_ids", network)], "subnet_ids[0]: "),
            (vec![subnet_ids(&[]), ("location", "".into())], "location: "),
            (
                vec![subnet_ids(&[]), ("access_endpoint_type", "external".into())],
                "access_endpoint_type: \"external\" is not one of \"Internal\", \"External\". Did you mean \"External\"?",
            ),
        ] {
            let found = validate(NAME, &arguments).await;
            let found: Json = found.into_iter().collect();
            let first = found[0].as_str().unwrap_or_default();
            assert!(
                first.starts_with(expected) && first.is_empty() == expected.is_empty(),
                "{found}"
            );
        }
    }
}
