//! `ise_network_health`: whether an environment reaches what it depends on.
//!
//! `GET health/network` of an environment: a map by the names of its subnets.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::json;
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::schema::{Attribute, Nesting, Schema};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::environment::{self, ise_id};
use crate::azure::Azure;
use crate::azure::body::{self, empty_for_null};
use crate::azure::look_up::TIMEOUTS;
use crate::azure::row::Remote;
use crate::azure::types::ENVIRONMENTS;

/// What ARM says of a subnet that is well: its documents and its example disagree.
const WELL: [&str; 2] = ["Healthy", "Available"];

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "Whether an environment reaches what it depends on, as Azure itself sees it: for each of its subnets, what is in reach \
                  and what is not.\n\nIt is read at every plan. `terraform plan` says so when a `check` block holds that `healthy` is true."
        .into(),
    attributes: vec![
        ise_id(),
        Attribute::bool("healthy")
            .computed()
            .doc("Whether Azure says of every subnet that it is healthy."),
        Attribute::nested("subnets", Nesting::Map, subnet())
            .computed()
            .with(Remote::at("subnets"))
            .doc("Each of the environment's subnets, by its name."),
    ],
    blocks: vec![TIMEOUTS.block()],
    ..Schema::default()
}
});

fn subnet() -> Vec<Attribute> {
    let error = vec![
        text("code", "code", "Azure's code."),
        text("message", "message", "What is wrong."),
    ];
    let dependency = vec![
        text(
            "category",
            "category",
            "What it is for, such as `AzureStorage` or `SQL`.",
        ),
        text("display_name", "displayName", "Its name for people."),
        Attribute::nested("endpoints", Nesting::List, endpoint())
            .computed()
            .with(Remote::at("endpoints"))
            .doc("Where it is."),
    ];
    vec![
        text(
            "state",
            "networkDependencyHealthState",
            "What Azure says of the subnet, such as `Healthy`.",
        ),
        text(
            "outbound_state",
            "outboundNetworkHealth.state",
            "What Azure says of what goes out, such as `Healthy`, `Unhealthy` or `Unknown`; null where nothing does.",
        ),
        Attribute::nested("outbound_error", Nesting::Single, error)
            .computed()
            .with(Remote::at("outboundNetworkHealth.error"))
            .doc("Why, if Azure says so."),
        Attribute::nested("dependencies", Nesting::List, dependency)
            .computed()
            .with(Remote::at("outboundNetworkDependencies"))
            .doc("What the component of the environment that is in this subnet depends on."),
    ]
}

fn endpoint() -> Vec<Attribute> {
    vec![
        text("domain_name", "domainName", "Host that has to be reached."),
        Attribute::list("ports", Type::String)
            .computed()
            .with(Remote::at("ports"))
            .doc("Ports there."),
        text(
            "accessibility",
            "accessibility",
            "`Available`, `NotAvailable` or `Unknown`.",
        ),
    ]
}

fn text(name: &'static str, place: &'static str, description: &'static str) -> Attribute {
    Attribute::string(name)
        .computed()
        .with(Remote::at(place))
        .doc(description)
}

/// The data source.
#[derive(Debug)]
pub(super) struct IseNetworkHealth;

#[async_trait]
impl DataSource<Azure> for IseNetworkHealth {
    fn type_name(&self) -> &str {
        "ise_network_health"
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
        let doing = "reading the network health of";
        let (session, id) =
            environment::of(context, request.config, &mut response.diagnostics).await?;
        let report = session
            .of(&ENVIRONMENTS)
            .get_below(&id, "health/network")
            .await;
        let report = environment::told(report, &SCHEMA, doing, &id, &mut response.diagnostics)?;
        let mut found = body::read(&SCHEMA, &json!({ "subnets": report }), request.config);
        empty_for_null(&SCHEMA.attributes, &mut found);
        let healthy = is_healthy(&found);
        found.set("healthy", healthy);
        response.state = found;
        Ok(())
    }
}

/// Whether all there is to say is good; what nobody knows is not.
fn is_healthy(found: &Object) -> bool {
    let subnets = found.get("subnets").as_map().into_iter().flatten();
    let mut subnets = subnets.filter_map(|(_, subnet)| subnet.as_object());
    let is_well = |state: &str| WELL.iter().any(|well| well.eq_ignore_ascii_case(state));
    subnets.all(|subnet| {
        let outbound = subnet.get("outbound_state");
        is_well(subnet.str_or_empty("state"))
            && (outbound == &Value::Null || outbound.as_str().is_some_and(is_well))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::arm::ResourceId;
    use crate::arm::test_server::{Reply, TestServer};
    use crate::data_sources::test_read::read;
    use crate::resources::test_plan::{id, write};

    fn environment() -> ResourceId {
        id(ENVIRONMENTS.name, "e")
    }

    async fn found(report: &Json) -> Object {
        let line = write("GET", &environment(), "/health/network");
        let server = TestServer::start(&[(&line, vec![Reply::json(200, report)])]).await;
        let arguments = [("ise_id", environment().to_string().into())];
        let found = read("ise_network_health", &server, &arguments).await;
        found.expect("it is there")
    }

    /// In the form of Azure's own example.
    #[tokio::test]
    async fn everything_that_azure_says_is_told() {
        let found = found(&json!({
            "a": {
                "networkDependencyHealthState": "Unhealthy",
                "outboundNetworkHealth": { "state": "Unhealthy", "error": { "code": "c", "message": "m" } },
                "outboundNetworkDependencies": [{
                    "category": "SQL",
                    "displayName": "Azure SQL Database",
                    "endpoints": [{ "domainName": "database.windows.net", "ports": ["1433"], "accessibility": "NotAvailable" }],
                }],
            },
            "b": { "networkDependencyHealthState": "Healthy" },
        }))
        .await;
        let expected = json!({
            "a": {
                "state": "Unhealthy",
                "outbound_state": "Unhealthy",
                "outbound_error": { "code": "c", "message": "m" },
                "dependencies": [{
                    "category": "SQL",
                    "display_name": "Azure SQL Database",
                    "endpoints": [{ "domain_name": "database.windows.net", "ports": ["1433"], "accessibility": "NotAvailable" }],
                }],
            },
            "b": { "state": "Healthy", "outbound_state": null, "outbound_error": null, "dependencies": [] },
        });
        assert_eq!(body::to_json(found.get("subnets")), expected);
        assert_eq!(found.bool("healthy"), Some(false));
    }

    /// The documents call the first state an accessibility, the example says otherwise.
    #[tokio::test]
    async fn only_what_is_known_to_be_well_is_healthy() {
        for (state, outbound, healthy) in [
            ("Healthy", Some("Healthy"), true),
            ("Available", None, true),
            ("healthy", None, true),
            ("Healthy", Some("Unhealthy"), false),
            ("Healthy", Some("Unknown"), false),
            ("NotAvailable", Some("Healthy"), false),
            ("NotSpecified", None, false),
        ] {
            let mut subnet = json!({ "networkDependencyHealthState": state });
            if let Some(outbound) = outbound {
                subnet["outboundNetworkHealth"] = json!({ "state": outbound });
            }
            let well = json!({ "networkDependencyHealthState": "Healthy" });
            let found = found(&json!({ "a": well, "b": subnet })).await;
            assert_eq!(found.bool("healthy"), Some(healthy), "{state} {outbound:?}");
        }
    }
}
