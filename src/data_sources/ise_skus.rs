//! `ise_skus`: what an environment can scale to.
//!
//! `GET skus` of an environment: a page of what ARM's own portal offers.

use std::sync::LazyLock;

use async_trait::async_trait;
use serde_json::json;
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::Reported;
use tfplugin_framework::schema::{Attribute, Nesting, Schema};

use super::environment::{self, ise_id};
use crate::azure::Azure;
use crate::azure::body::{self, empty_for_null};
use crate::azure::look_up::TIMEOUTS;
use crate::azure::row::Remote;
use crate::azure::types::ENVIRONMENTS;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "What an environment can scale to: the SKUs that Azure offers it, and how many additional units each takes.".into(),
    attributes: vec![
        ise_id(),
        Attribute::nested("skus", Nesting::List, sku())
            .computed()
            .with(Remote::at("skus"))
            .doc("The SKUs."),
    ],
    blocks: vec![TIMEOUTS.block()],
    ..Schema::default()
}
});

fn sku() -> Vec<Attribute> {
    let told = |row: Attribute, place, description| {
        row.computed().with(Remote::at(place)).doc(description)
    };
    let capacity = vec![
        told(Attribute::number("minimum"), "minimum", "The fewest units."),
        told(Attribute::number("maximum"), "maximum", "The most units."),
        told(
            Attribute::number("default"),
            "default",
            "How many there are when nobody says so.",
        ),
        told(
            Attribute::string("scale_type"),
            "scaleType",
            "Who may change the number: `Manual`, `Automatic` or `None`.",
        ),
    ];
    vec![
        told(
            Attribute::string("name"),
            "sku.name",
            "Such as `Premium` or `Developer`.",
        ),
        told(
            Attribute::string("tier"),
            "sku.tier",
            "Its tier, if Azure says so.",
        ),
        told(
            Attribute::string("resource_type"),
            "resourceType",
            "ARM type that has it.",
        ),
        told(
            Attribute::nested("capacity", Nesting::Single, capacity),
            "capacity",
            "How many additional units it takes.",
        ),
    ]
}

/// The data source.
#[derive(Debug)]
pub(super) struct IseSkus;

#[async_trait]
impl DataSource<Azure> for IseSkus {
    fn type_name(&self) -> &str {
        "ise_skus"
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
        let doing = "reading the SKUs of";
        let (session, id) =
            environment::of(context, request.config, &mut response.diagnostics).await?;
        let skus = session.of(&ENVIRONMENTS).list(&id, "skus").await;
        let skus = environment::told(skus, &SCHEMA, doing, &id, &mut response.diagnostics)?;
        response.state = body::read(&SCHEMA, &json!({ "skus": skus }), request.config);
        empty_for_null(&SCHEMA.attributes, &mut response.state);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::test_server::{Reply, TestServer};
    use crate::data_sources::test_read::read;
    use crate::resources::test_plan::{id, write};

    #[tokio::test]
    async fn all_pages_are_told() {
        let environment = id(ENVIRONMENTS.name, "e");
        let line = write("GET", &environment, "/skus");
        let next = line.replacen("GET ", "", 1) + "&page=2";
        let sku = |name: &str, most: u32| {
            json!({
                "resourceType": ENVIRONMENTS.name,
                "sku": { "name": name },
                "capacity": { "minimum": 0, "maximum": most, "default": 0, "scaleType": "Automatic" },
            })
        };
        let first = json!({ "value": [sku("Premium", 10)], "nextLink": next });
        let second = json!({ "value": [sku("Developer", 0)] });
        let second_line = format!("GET {next}");
        let script = [
            (&*line, vec![Reply::json(200, &first)]),
            (&*second_line, vec![Reply::json(200, &second)]),
        ];
        let server = TestServer::start(&script).await;
        let arguments = [("ise_id", environment.to_string().into())];
        let found = read("ise_skus", &server, &arguments).await.expect("two");
        let expected = |name: &str, most: u32| {
            json!({
                "name": name,
                "tier": null,
                "resource_type": ENVIRONMENTS.name,
                "capacity": { "minimum": 0, "maximum": most, "default": 0, "scale_type": "Automatic" },
            })
        };
        let both = json!([expected("Premium", 10), expected("Developer", 0)]);
        assert_eq!(body::to_json(found.get("skus")), both);
    }
}
