//! The managed resources, one file each.

pub mod ise;
pub mod ise_autoscale_setting;
pub mod ise_integration_account;
pub mod ise_logic_app;
pub mod ise_subnet;

#[cfg(test)]
mod concurrent_changes;
#[cfg(test)]
pub(crate) mod drift;
#[cfg(test)]
pub(crate) mod test_plan;

use std::sync::Arc;

use tfplugin_framework::resource::Resource;

use crate::azure::Azure;
#[cfg(test)]
use crate::azure::arm_resource::ArmResource;
use crate::azure::resource::Arm;

macro_rules! registry {
    ($($resource:expr),* $(,)?) => {
        /// All of them.
        pub fn all() -> Vec<Arc<dyn Resource<Azure>>> {
            vec![$(Arc::new(Arm($resource))),*]
        }

        /// Each as a type of ARM.
        #[cfg(test)]
        fn arm_resources() -> Vec<Box<dyn ArmResource>> {
            vec![$(Box::new($resource)),*]
        }
    };
}

registry![
    ise_subnet::IseSubnet,
    ise::Ise,
    ise_logic_app::IseLogicApp,
    ise_integration_account::IseIntegrationAccount,
    ise_autoscale_setting::IseAutoscaleSetting,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tfplugin_framework::engine::Engine;
    use tfplugin_framework::engine::validate::validate;
    use tfplugin_framework::private::Private;
    use tfplugin_framework::schema::{Attribute, Schema};
    use tfplugin_framework::types::ty::Type;
    use tfplugin_framework::types::value::Value;

    use super::*;
    use crate::azure::row::ArmAttribute as _;
    use crate::azure::unfinished;

    /// Calls `visit` with every attribute of every resource.
    fn each_attribute(visit: &mut dyn FnMut(&str, &Attribute)) {
        for resource in &all() {
            resource.schema().visit_rows(&mut |path, place| {
                if let Some(attribute) = place.row.attribute() {
                    visit(&format!("{}.{path}", resource.type_name()), attribute);
                }
            });
        }
    }

    #[test]
    fn every_attribute_says_what_it_means() {
        each_attribute(&mut |path, attribute| {
            assert!(
                attribute.description.ends_with(['.', '…']),
                "{path}: {:?}",
                attribute.description
            );
        });
    }

    #[test]
    fn schemas_are_what_terraform_takes_and_nothing_in_them_is_in_vain() {
        for resource in &all() {
            let findings = resource.schema().validate_implementation();
            assert_eq!(findings, [""; 0], "{}", resource.type_name());
        }
    }

    /// Nothing in ARM has a use for them.
    #[test]
    fn null_elements_are_refused() {
        each_attribute(&mut |path, attribute| {
            let null = match attribute.ty() {
                Type::List(_) => Value::List(vec![Value::Null]),
                Type::Set(_) => Value::set([Value::Null]),
                Type::Map(_) => Value::Map([("a".to_owned(), Value::Null)].into()),
                _ => return,
            };
            let schema = Schema {
                attributes: vec![attribute.clone()],
                ..Schema::default()
            };
            let config = [(attribute.name.to_string(), null)].into_iter().collect();
            let found = validate(&schema, &config, test_plan::client());
            assert!(found.has_error(), "{path} takes elements that are null");
        });
    }

    /// No read brings them, so a configuration that does not mention them would show a difference.
    #[tokio::test]
    async fn an_import_begins_with_the_defaults_of_what_arm_does_not_have() {
        let server = test_plan::server(&[]).await;
        let context = test_plan::context(&server);
        let ids = arm_resources().into_iter().map(|resource| {
            let (arm, network) = (resource.arm(), test_plan::network());
            match arm.resource_type.name.starts_with("Microsoft.Network/") {
                true => network.child("subnets", "a").to_string(),
                false => test_plan::id(arm.resource_type.name, "a").to_string(),
            }
        });
        for (resource, id) in all().iter().zip(ids) {
            let imported = Engine::default().import(&**resource, &context, &id).await;
            let imported = imported.object.expect("it can be imported");
            for attribute in &resource.schema().attributes {
                if let (None, Some(default)) = (attribute.remote(), &attribute.default) {
                    let path = format!("{}.{}", resource.type_name(), attribute.name);
                    assert_eq!(imported.get(&attribute.name), default, "{path}");
                }
            }
        }
    }

    /// Nobody has told it yet, and with `-refresh=false` nobody does before the apply that waits.
    #[tokio::test]
    async fn what_an_unfinished_creation_left_open_is_unknown_until_the_apply_that_waits() {
        for resource in &all() {
            let schema = resource.schema();
            let config = schema.null_object();
            let mut prior = config.clone();
            for attribute in &schema.attributes {
                if let Some(default) = &attribute.default {
                    prior.set(&attribute.name, default.clone());
                }
            }
            // Of some types Azure tells no state.
            if schema.attribute("provisioning_state").is_some() {
                prior.set("provisioning_state", "InProgress");
            }
            let mut private = Private::default();
            unfinished::remember(&mut private);
            let context = test_plan::unconfigured();
            let plan = test_plan::plan(&**resource, &context, &config, Some(&prior), private);
            let planned = plan.await.planned;
            for attribute in schema.attributes.iter().filter(|it| it.is_computed()) {
                let name = &attribute.name;
                let is_open = prior.get(name).is_null() || name == "provisioning_state";
                let path = format!("{}.{name}", resource.type_name());
                assert_eq!(planned.get(name).is_unknown(), is_open, "{path}");
            }
        }
    }

    #[test]
    fn names_are_unique_and_resources_have_timeouts() {
        let all = all();
        let names: BTreeSet<_> = all.iter().map(|resource| resource.type_name()).collect();
        assert_eq!(names.len(), all.len());
        for resource in &all {
            let timeouts = resource.schema().timeouts().expect("timeouts");
            assert_eq!(timeouts.operations().count(), 4, "{}", resource.type_name());
        }
    }
}
