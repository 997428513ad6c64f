//! What Terraform would refuse.

use corner::provider::Corner;
use corner::{ephemeral_resources, functions, resources};
use tfplugin_framework::engine::Engine;
use tfplugin_framework::engine::registry::Registry;
use tfplugin_framework::provider::Provider as _;

#[test]
fn schemas_are_what_terraform_takes_and_nothing_in_them_is_in_vain() {
    let engine = Engine { self_checks: true };
    let found = engine.check_provider(&Corner, &Registry::of(&Corner));
    let found: Vec<_> = found.iter().map(|it| it.detail.as_str()).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn nothing_of_the_original_is_missing() {
    assert_eq!(resources::all().len(), 22);
    assert_eq!(ephemeral_resources::all().len(), 2);
    assert_eq!(Corner.actions().len(), 1);
    assert_eq!(functions::all().len(), 15);
}
