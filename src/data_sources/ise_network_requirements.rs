//! `ise_network_requirements`: the ports that an environment needs, as security rules. Asks nobody.

use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::data_source::{DataSource, ReadRequest, ReadResponse};
use tfplugin_framework::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported, sentence};
use tfplugin_framework::schema::validator::{int64_between, one_of};
use tfplugin_framework::schema::{Attribute, Nesting, Schema};
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};
use tfplugin_framework::validate_config::{ValidateConfig, ValidateConfigRequest};

use crate::azure::Azure;
use crate::validate::network::requirements::{
    ACCESS, FIRST_PRIORITY, LAST_PRIORITY, Requirement, SOURCE_PORT_RANGE, ServiceTags,
    requirements,
};
use crate::validate::network::table::AccessEndpoint;

const FIRST: &str = "first_priority";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    description: "The ports that an environment needs, as rules ready for the network security group of its subnets: a `for_each` over them \
                  writes them with whatever has a resource for rules, such as azurerm or azapi. A subnet without a group needs none of \
                  this.\n\n\
                  It asks nobody, so it needs no account. What preflight holds a network against is the same table."
        .into(),
    attributes: vec![
        Attribute::string("access_endpoint_type")
            .default(AccessEndpoint::Internal.name())
            .validator(one_of(AccessEndpoint::ALL.map(AccessEndpoint::name)))
            .doc(
                "How the environment is called: `Internal` or `External`. It makes a difference for the `narrow` form only: where calls \
                 come from, and the port of Traffic Manager.",
            ),
        Attribute::string("service_tags")
            .default(ServiceTags::Broad.name())
            .validator(one_of(ServiceTags::ALL.map(ServiceTags::name)))
            .doc(
                "Which form of the table: `broad`, as in Microsoft's first guide, which lets some of it in from and out to the whole \
                 `Internet`; or `narrow`, as in its later page, with service tags instead. An environment works with both.",
            ),
        Attribute::number(FIRST)
            .default(FIRST_PRIORITY)
            .validator(int64_between(FIRST_PRIORITY, LAST_PRIORITY))
            .doc("Priority of the first rule; each further one has 10 more, whichever its direction."),
        Attribute::nested("rules", Nesting::List, rule())
            .computed()
            .doc("The rules, in the order of the table."),
    ],
    ..Schema::default()
}
});

fn rule() -> Vec<Attribute> {
    let told = |row: Attribute, description| row.computed().doc(description);
    let text = |name: &'static str, description| told(Attribute::string(name), description);
    vec![
        text("name", "Name, unlike that of any other."),
        text("purpose", "What the traffic is for."),
        text("direction", "`Inbound` or `Outbound`."),
        text("access", "`Allow`."),
        text("protocol", "`Tcp`, or `*` where all ports are opened."),
        told(
            Attribute::number("priority"),
            "Priority, unlike that of any other.",
        ),
        text("source_address_prefix", "Service tag of those who ask."),
        text("source_port_range", "`*`: they ask from any port."),
        text(
            "destination_address_prefix",
            "Service tag of those who are asked.",
        ),
        told(
            Attribute::list("destination_port_ranges", Type::String),
            "Ports and ranges of ports; `0-65535` stands for all, since no `*` goes into a list.",
        ),
        told(
            Attribute::bool("required"),
            "Whether the environment needs it to deploy and to live; otherwise people cannot call it, or look into it.",
        ),
        text("notes", "What Microsoft notes about it."),
    ]
}

/// The data source.
#[derive(Debug)]
pub(super) struct IseNetworkRequirements;

#[async_trait]
impl DataSource<Azure> for IseNetworkRequirements {
    fn type_name(&self) -> &str {
        "ise_network_requirements"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn validate_config(&self) -> Option<&dyn ValidateConfig> {
        Some(self)
    }

    async fn read(
        &self,
        _: &Context<Azure>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let rules = rules(request.config).report(&mut response.diagnostics)?;
        let rules = rules.iter().map(|rule| told(rule).into());
        response.state.set("rules", Value::List(rules.collect()));
        Ok(())
    }
}

impl ValidateConfig for IseNetworkRequirements {
    /// How many rules there are decides which priorities are left for the first.
    fn validate(&self, request: ValidateConfigRequest<'_>, diagnostics: &mut Diagnostics) {
        let given = request
            .config
            .get(FIRST)
            .as_number()
            .and_then(|it| it.as_i64());
        // What is wrong in any case is told by the attribute's own rule.
        if given.is_some_and(|given| (FIRST_PRIORITY..=LAST_PRIORITY).contains(&given)) {
            diagnostics.extend(rules(request.config).err());
        }
    }
}

/// The rules that a configuration asks for; there are none, and no error, while something of it is unknown.
fn rules(config: &Object) -> Result<Vec<Requirement>, Diagnostic> {
    let text = |name: &str| match config.get(name) {
        Value::Null => SCHEMA.attribute(name)?.default.as_ref()?.as_str(),
        value => value.as_str(),
    };
    let endpoint = text("access_endpoint_type").and_then(AccessEndpoint::named);
    let tags = text("service_tags").and_then(ServiceTags::named);
    let first = match config.get(FIRST) {
        Value::Null => Some(FIRST_PRIORITY),
        value => value.as_number().and_then(|it| it.as_i64()),
    };
    let (Some(endpoint), Some(tags), Some(first)) = (endpoint, tags, first) else {
        return Ok(Vec::new());
    };
    requirements(endpoint, tags, first).map_err(|words| {
        let path = Path::attribute(FIRST);
        Diagnostic::error("Invalid first_priority", sentence(&words)).at(path)
    })
}

fn told(rule: &Requirement) -> Object {
    let ports = rule.destination_port_ranges.iter().cloned();
    let members: [(&str, Value); 12] = [
        ("name", rule.name.as_str().into()),
        ("purpose", rule.purpose.into()),
        ("direction", rule.direction.name().into()),
        ("access", ACCESS.into()),
        ("protocol", rule.protocol.into()),
        ("priority", rule.priority.into()),
        ("source_address_prefix", rule.source_address_prefix.into()),
        ("source_port_range", SOURCE_PORT_RANGE.into()),
        (
            "destination_address_prefix",
            rule.destination_address_prefix.into(),
        ),
        ("destination_port_ranges", Value::strings(ports)),
        ("required", rule.required.into()),
        ("notes", rule.notes.into()),
    ];
    members.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_sources::test_read::{read_with, validate};
    use crate::resources::test_plan::unconfigured;

    const NAME: &str = "ise_network_requirements";

    async fn rules_of(arguments: &[(&str, Value)]) -> (Object, Vec<Object>) {
        // Nothing is configured, and nothing is asked.
        let found = read_with(&unconfigured(), NAME, arguments)
            .await
            .expect("rules");
        let rules = found.get("rules").as_elements().unwrap_or_default();
        let rules = rules
            .iter()
            .filter_map(|it| it.as_object().cloned())
            .collect();
        (found, rules)
    }

    #[tokio::test]
    async fn the_table_is_told_whole_and_numbered() {
        let (found, rules) = rules_of(&[]).await;
        assert_eq!(found.str("access_endpoint_type"), Some("Internal"));
        assert_eq!(found.str("service_tags"), Some("broad"));
        let table = requirements(AccessEndpoint::Internal, ServiceTags::Broad, 100);
        let table = table.expect("there is room");
        assert_eq!(rules.len(), table.len());
        for (rule, row) in rules.iter().zip(&table) {
            assert_eq!(rule.str("name"), Some(&*row.name));
            assert_eq!(rule.str("direction"), Some(row.direction.name()));
            assert_eq!(rule.get("priority"), &row.priority.into());
            assert_eq!(rule.str("source_port_range"), Some("*"));
            assert_eq!(rule.str("access"), Some("Allow"));
        }
    }

    #[tokio::test]
    async fn what_is_asked_for_makes_a_difference() {
        let ports_of = |rules: &[Object]| {
            let mut rules = rules.iter();
            let rule =
                rules.find(|it| it.str("source_address_prefix") == Some("AzureTrafficManager"));
            rule.map(|it| it.get("destination_port_ranges").clone())
        };
        let narrow = ("service_tags", Value::from("narrow"));
        let external = ("access_endpoint_type", Value::from("External"));
        let (_, internal_rules) = rules_of(std::slice::from_ref(&narrow)).await;
        assert_eq!(ports_of(&internal_rules), Some(Value::strings(["454"])));
        let (_, external_rules) = rules_of(&[narrow, external, (FIRST, 300.into())]).await;
        assert_eq!(ports_of(&external_rules), Some(Value::strings(["443"])));
        assert_eq!(external_rules[0].get("priority"), &300.into());
    }

    #[tokio::test]
    async fn wrong_arguments_say_what_would_be_right() {
        for (arguments, expected) in [
            (vec![], &[][..]),
            (vec![(FIRST, Value::unknown())], &[]),
            (vec![(FIRST, 3886.into())], &[]),
            (
                vec![(FIRST, 3887.into())],
                &[
                    "first_priority: The 22 rules are numbered in steps of 10, and Azure takes priorities from 100 to 4096: \
                   the first one is a whole number from 100 to 3886, not 3887.",
                ],
            ),
            (
                vec![(FIRST, 99.into())],
                &["first_priority: 99 is not a whole number from 100 to 4096."],
            ),
            (
                vec![("service_tags", "Narrow".into())],
                &[
                    "service_tags: \"Narrow\" is not one of \"broad\", \"narrow\". Did you mean \"narrow\"?",
                ],
            ),
            (
                vec![("access_endpoint_type", "internal".into())],
                &[
                    "access_endpoint_type: \"internal\" is not one of \"Internal\", \"External\". Did you mean \"Internal\"?",
                ],
            ),
        ] {
            assert_eq!(validate(NAME, &arguments).await, expected, "{arguments:?}");
        }
    }

    #[tokio::test]
    async fn nothing_is_found_that_depends_on_an_unknown() {
        let arguments = [(FIRST, 4096.into()), ("service_tags", Value::unknown())];
        assert_eq!(validate(NAME, &arguments).await, [""; 0]);
    }
}
