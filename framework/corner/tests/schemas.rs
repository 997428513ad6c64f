//! What Terraform would refuse.

use corner::{functions, resources};

#[test]
fn schemas_are_what_terraform_takes_and_nothing_in_them_is_in_vain() {
    for resource in resources::all() {
        let findings = resource.schema().validate_implementation();
        assert_eq!(findings, [""; 0], "{}", resource.type_name());
    }
}

#[test]
fn nothing_of_the_original_is_missing() {
    assert_eq!(resources::all().len(), 20);
    assert_eq!(functions::all().len(), 15);
}
