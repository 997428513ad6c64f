//! The managed resources, one file each.

pub mod ise;
pub mod ise_integration_account;
pub mod ise_logic_app;
pub mod ise_subnet;

mod shared;

#[cfg(test)]
mod meaning;
#[cfg(test)]
mod others;
#[cfg(test)]
mod test_plan;

use crate::azure::Azure;
use crate::sdk::resource::Resource;

/// All of them.
pub const ALL: &[&dyn Resource<Azure>] = &[
    &ise_subnet::IseSubnet,
    &ise::Ise,
    &ise_logic_app::IseLogicApp,
    &ise_integration_account::IseIntegrationAccount,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tfplugin_framework::engine::catalogue;

    use super::*;
    use crate::sdk::schema::{Attribute, Kind, Mode};

    /// Calls `visit` with every attribute of every resource.
    fn each_attribute(visit: &mut dyn FnMut(&str, &Attribute)) {
        fn walk(path: &str, attributes: &[Attribute], visit: &mut dyn FnMut(&str, &Attribute)) {
            for attribute in attributes {
                let path = format!("{path}.{}", attribute.name);
                visit(&path, attribute);
                if let Kind::Nested(_, attributes) = &attribute.kind {
                    walk(&path, attributes, visit);
                }
            }
        }
        for resource in ALL {
            walk(resource.name(), &resource.schema().attributes, visit);
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
    fn attributes_make_sense() {
        each_attribute(&mut |path, attribute| {
            let is_computed_only = attribute.mode == Mode::Computed;
            assert!(
                !is_computed_only || !attribute.replaces,
                "{path}: nobody can change it"
            );
            assert!(
                !attribute.write_only || !attribute.is_computed(),
                "{path}: write-only and computed"
            );
            assert!(
                attribute.default.is_none() || attribute.mode == Mode::OptionalComputed,
                "{path}: a default needs both modes"
            );
            let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(
                attribute.name.chars().all(lower),
                "{path}: not an attribute name"
            );
        });
    }

    #[test]
    fn no_row_asks_for_what_planning_would_pass_over() {
        for resource in ALL {
            let ignored = catalogue::ignored(resource.schema());
            assert_eq!(ignored, [""; 0], "{}", resource.name());
        }
    }

    #[test]
    fn names_are_unique_and_resources_have_timeouts() {
        let names: BTreeSet<_> = ALL.iter().map(|resource| resource.name()).collect();
        assert_eq!(names.len(), ALL.len());
        for resource in ALL {
            let timeouts = resource.schema().timeouts.expect("timeouts");
            assert_eq!(timeouts.operations().count(), 4, "{}", resource.name());
        }
    }
}
