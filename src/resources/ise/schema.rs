//! The schema of an environment.

use std::sync::LazyLock;
use std::time::Duration;

use tfplugin_framework::schema::plan_modifier::{
    requires_replace, use_non_null_state_for_unknown, use_state_for_unknown,
};
use tfplugin_framework::schema::validator::{
    each_element, int64_between, no_null_elements, one_of, text,
};
use tfplugin_framework::schema::{Attribute, Nesting, Schema, Timeouts};
use tfplugin_framework::types::ty::Type;

use crate::azure::arm_type::ArmType;
use crate::azure::attributes;
use crate::azure::row::{ArmAttribute as _, KeepPriorWhenAbsent, Remote, Sends};
use crate::azure::types::{ENVIRONMENTS, SUBNETS};
use crate::{preflight, validate};

pub(crate) const ARM: ArmType = ArmType {
    resource_type: &ENVIRONMENTS,
    noun: "environment",
    resource: "ise",
    schema: &SCHEMA,
};

const HOUR: Duration = Duration::from_secs(3600);

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema {
    version: 0,
    description: "An integration service environment: Azure Logic Apps in your own virtual network. Azure has refused new \
                  environments since 2022-11-01 and retired the service on 2024-08-31."
        .into(),
    attributes: attributes(),
    blocks: vec![Timeouts {
        create: Some(6 * HOUR),
        read: Some(HOUR / 12),
        update: Some(6 * HOUR),
        delete: Some(10 * HOUR),
    }.block()],
    ..Schema::default()
}
});

fn attributes() -> Vec<Attribute> {
    let mut attributes = vec![
        attributes::id(),
        attributes::name(validate::names::environment, "Name. 1 to 80 letters, digits, `_`, `.` or `-`."),
        attributes::resource_group_name(),
        Attribute::string("location")
            .required()
            .plan(requires_replace())
            .compared_by(attributes::same_location)
            .with(KeepPriorWhenAbsent)
            .validator(text(validate::names::location))
            .with(Remote::at("location"))
            .doc("Azure region, which is also that of the virtual network."),
        Attribute::string("sku")
            .default("Premium")
            .plan(requires_replace())
            .compared_by(attributes::same_ignoring_case)
            .with(KeepPriorWhenAbsent)
            .validator(one_of(["Premium", "Developer"]))
            .with(Remote::at("sku.name"))
            .doc("`Premium`, or `Developer`, which has no service level agreement and cannot scale."),
        Attribute::number("capacity")
            .optional_computed()
            .plan(use_state_for_unknown())
            .validator(int64_between(0, 10))
            .with(KeepPriorWhenAbsent)
            .with(Remote::at("sku.capacity"))
            .doc(
                "Additional processing units, 0 to 10; 0 for `Developer`. Leave it out when something else decides, such as an \
                 `ise_autoscale_setting`: the environment is then created with 0, and whatever it has afterwards is kept.",
            ),
        Attribute::string("access_endpoint_type")
            .default("Internal")
            .plan(requires_replace())
            .compared_by(attributes::same_ignoring_case)
            .with(KeepPriorWhenAbsent)
            .validator(one_of(["Internal", "External"]))
            .with(Remote::at("properties.networkConfiguration.accessEndpoint.type"))
            .doc("`Internal`: called from inside the virtual network only. `External`: called from the internet too."),
        Attribute::list("subnet_ids", Type::String)
            .required()
            .plan(requires_replace())
            .compared_by(attributes::same_ids)
            .with(KeepPriorWhenAbsent)
            .validator(no_null_elements()).validator(each_element(text(|text| attributes::is_id_of(text, SUBNETS.name))))
            .with(Remote::at("properties.networkConfiguration.subnets[].id").read_as(attributes::read_ids))
            .doc("IDs of four different, empty subnets of one virtual network, sent in this order."),
        Attribute::bool("express_route")
            .default(false)
            .with(Sends::Never)
            .doc("Whether the network uses ExpressRoute: each subnet then needs a route table with 0.0.0.0/0 to `Internet`."),
        attributes::identity(),
        customer_managed_key(),
        Attribute::map("restart_triggers", Type::String)
            .validator(no_null_elements())
            .with(Sends::OnlyOnChange)
            .doc(
                "Any values; when they change, the environment is restarted, but not when they are set for the first time or \
                 removed. An environment has to be restarted after each change of its network's DNS servers: take them from where \
                 the network is managed, or from a data source, as in \
                 `{ dns_servers = join(\",\", data.azurerm_virtual_network.network.dns_servers) }`. A restart that is left by a stop \
                 or a timeout goes on, and the next apply waits for its end. One that fails is an error, and the state keeps the old \
                 triggers, so the next apply restarts it again.",
            ),
        preflight(),
        attributes::provisioning_state().doc(
            "What ARM says about the last operation, such as `Succeeded`. `ReleasingSubnets`: the environment is deleted, and Azure \
             still holds its subnets.",
        ),
        attributes::state().plan(use_non_null_state_for_unknown()),
        Attribute::string("environment_id")
            .computed()
            .plan(use_non_null_state_for_unknown())
            .with(Remote::at("properties.integrationServiceEnvironmentId"))
            .doc("Azure's own ID of the environment, which is not an ARM ID."),
        Attribute::string("virtual_network_id").computed().plan(use_non_null_state_for_unknown()).doc("ID of the virtual network."),
    ];
    attributes.extend(attributes::ip_addresses());
    attributes.extend([attributes::tags(), attributes::tags_all()]);
    attributes
}

fn customer_managed_key() -> Attribute {
    let member = |name, path, description| {
        Attribute::string(name)
            .required()
            .with(Remote::at(path))
            .doc(description)
    };
    Attribute::nested(
        "customer_managed_key",
        Nesting::Single,
        vec![
            member("key_vault_id", "keyVault.id", "ID of the key vault.")
                .compared_by(attributes::same_id)
                .with(Remote::at("keyVault.id").read_as(attributes::read_id))
                .validator(text(|text| attributes::is_id_of(text, "Microsoft.KeyVault/vaults"))),
            member("key_name", "keyName", "Name of the key.").compared_by(attributes::same_ignoring_case),
            member("key_version", "keyVersion", "Version of the key.").compared_by(attributes::same_ignoring_case),
        ],
    )
    .plan(requires_replace())
    .with(Remote::at("properties.encryptionConfiguration.encryptionKeyReference"))
    .doc(
        "The key that encrypts the environment's data. Needs `identity` and an `External` access endpoint; the identity must be \
         given access to the key within 30 minutes of the creation.",
    )
}

fn preflight() -> Attribute {
    Attribute::nested(
        "preflight",
        Nesting::Single,
        vec![
            Attribute::string("mode")
                .default("enforce")
                .validator(one_of(["enforce", "warn", "off"]))
                .doc("`enforce`: findings stop the plan. `warn`: they are warnings. `off`: nothing is looked up."),
            Attribute::set("ignore", Type::String)
                .validator(no_null_elements()).validator(each_element(text(preflight::is_rule)))
                .doc(
                    "Names of rules that are not checked: `subnet-missing`, `subnet-region`, `subnet-name`, `subnet-size`, \
                     `subnet-reserved-range`, `subnet-in-use`, `subnet-delegated`, `subnet-class-b`, `network-ports`, \
                     `network-routes`, `express-route`, `custom-dns`. Those about the IDs alone always hold.",
                ),
        ],
    )
    .with(Sends::Never)
    .doc(
        "The check of the network before anything is sent. Subnets that Azure still holds for an environment that is no more are waited \
         for, unless it is off.",
    )
}
