//! The registry documentation in `docs/`, generated from the schemas and `examples/`.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes it; without the variable the test fails when it is stale.

mod guide;

use std::path::Path;
use std::{env, fs};

use provider_ise::provider::IseProvider;
use tfplugin_framework::docs::{Docs, generate};

const INDEX: &str = "Azure has refused new environments since 2022-11-01 and retired the service on 2024-08-31. Environments that still \
     run can be imported, changed and deleted; everything else is done against the ARM emulator that comes with this provider.";

const MOCKS: &str = "## Testing a module without Azure\n\n\
     `mock_provider` (Terraform 1.7, OpenTofu 1.8) needs no account. What it makes up for a computed attribute is any text; where one object's \
     ID feeds another, defaults give it the form that the other asks for:";

const IMPORT: &str = "Terraform 1.16 up to 1.16.2, release candidates included, needs `provider = ise` in the block while it generates \
     configuration ([terraform#39144](https://github.com/hashicorp/terraform/issues/39144)).\n\n\
     With `import` blocks for several instances of a resource with `count`, Terraform 1.16.0-rc2 imports the first and plans to \
     create the others, also with its own `terraform_data`: import those with the command.";

#[test]
fn docs_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = root.join("examples");
    let mocks = examples.join("mocks/main.tftest.hcl");
    let mocks = fs::read_to_string(mocks).expect("the example of mocks");
    let notes = format!("{INDEX}\n\n{MOCKS}\n\n```hcl\n{mocks}```");
    let docs = Docs::new("ise", &examples)
        .index_notes(&notes)
        .import("By ARM ID, in any casing,", IMPORT);
    let mut pages = generate(&IseProvider, &docs).expect("every resource has an example");
    pages.add("guides/network.md", guide::network());
    let folder = root.join("docs");
    if env::var_os("UPDATE_DOCS").is_some() {
        pages.write(&folder).expect("docs can be written");
    }
    let stale = pages.stale(&folder).expect("docs can be read");
    assert!(
        stale.is_empty(),
        "docs/ is stale: {stale:?}. Run `UPDATE_DOCS=1 cargo test --test docs`."
    );
}
