//! The managed resources, one file each.

pub mod ise;
pub mod ise_integration_account;
pub mod ise_logic_app;
pub mod ise_subnet;

#[cfg(test)]
mod concurrent_changes;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod test_plan;

use std::sync::Arc;

use tfplugin_framework::resource::Resource;

use crate::azure::Azure;
use crate::azure::resource::Arm;

/// All of them.
pub fn all() -> Vec<Arc<dyn Resource<Azure>>> {
    vec![
        Arc::new(Arm(ise_subnet::IseSubnet)),
        Arc::new(Arm(ise::Ise)),
        Arc::new(Arm(ise_logic_app::IseLogicApp)),
        Arc::new(Arm(ise_integration_account::IseIntegrationAccount)),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tfplugin_framework::engine::Engine;
    use tfplugin_framework::engine::validate::validate;
    use tfplugin_framework::schema::{Attribute, Schema};
    use tfplugin_framework::types::ty::Type;
    use tfplugin_framework::types::value::Value;

    use super::*;
    use crate::azure::row::ArmAttribute as _;

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
            let found = validate(&schema, &config, true);
            assert!(found.has_error(), "{path} takes elements that are null");
        });
    }

    /// No read brings them, so a configuration that does not mention them would show a difference.
    #[tokio::test]
    async fn an_import_begins_with_the_defaults_of_what_arm_does_not_have() {
        let server = test_plan::server(&[]).await;
        let context = test_plan::context(&server);
        let network = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";
        let logic = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.Logic";
        let ids = [
            format!("{network}/subnets/a"),
            format!("{logic}/integrationServiceEnvironments/e"),
            format!("{logic}/workflows/w"),
            format!("{logic}/integrationAccounts/i"),
        ];
        assert_eq!(ids.len(), all().len());
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
