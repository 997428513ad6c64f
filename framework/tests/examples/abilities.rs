//! The provider with one file for each ability, with a real command line as far as that goes. `examples/abilities/tests.rs` has its other
//! tests.

use std::fs;

use crate::Result;
use crate::cli::{APPLY, DESTROY, PLAN, Since, Workspace, example};

const FUNCTIONS: Since = Since { terraform: Some(8), tofu: Some(7) };
const EPHEMERAL: Since = Since { terraform: Some(10), tofu: Some(11) };
const IDENTITY: Since = Since { terraform: Some(12), tofu: Some(12) };
const LISTS_AND_ACTIONS: Since = Since { terraform: Some(14), tofu: None };

const MODULE: &str = r#"
terraform {
  required_providers {
    files = { source = "example.com/test/files" }
  }
}

provider "files" {
  root = path.module
}

resource "files_file" "greeting" {
  path    = "greeting.txt"
  content = "Hello"
}

data "files_folder" "here" {
  path       = "."
  depends_on = [files_file.greeting]
}

output "found" {
  value = contains(data.files_folder.here.files, "greeting.txt")
}
"#;

#[test]
fn a_real_cli_uses_what_it_knows() -> Result {
    let workspace = Workspace::new("example.com/test/files", &example("abilities")?)?;
    let mut module = MODULE.to_owned();
    if workspace.has(&FUNCTIONS)? {
        module.push_str("output \"extension\" {\n  value = provider::files::extension(files_file.greeting.path)\n}\n");
    }
    if workspace.has(&EPHEMERAL)? {
        module.push_str("ephemeral \"files_scratch\" \"it\" {\n  parent = \"scratch\"\n}\n");
    }
    if workspace.has(&LISTS_AND_ACTIONS)? {
        let trigger = "path    = \"greeting.txt\"\n  lifecycle {\n    action_trigger {\n      events  = [after_create]\n      \
                       actions = [action.files_copy.backup]\n    }\n  }\n";
        module = module.replace("path    = \"greeting.txt\"\n", trigger);
        module.push_str("action \"files_copy\" \"backup\" {\n  config {\n    from = \"greeting.txt\"\n    to   = \"backup.txt\"\n  }\n}\n");
    }
    workspace.write("main.tf", &module)?;
    let told = workspace.expect(&APPLY, 0)?;
    assert!(told.contains("found = true"), "{told}");
    workspace.expect(&PLAN, 0)?;
    if workspace.has(&FUNCTIONS)? {
        assert!(told.contains("extension = \"txt\""), "{told}");
    }
    if workspace.has(&EPHEMERAL)? {
        // It was opened, which made the parent, and it was closed.
        assert_eq!(fs::read_dir(workspace.path().join("scratch"))?.count(), 0);
    }
    if workspace.has(&LISTS_AND_ACTIONS)? {
        assert_eq!(workspace.read("backup.txt")?, "Hello");
        workspace.write("all.tfquery.hcl", "list \"files_file\" \"all\" {\n  provider = files\n  config {\n    folder = \"\"\n  }\n}\n")?;
        let told = workspace.expect(&["query", "-no-color"], 0)?;
        assert!(told.contains("path=greeting.txt") && told.contains("path=backup.txt"), "{told}");
    }
    workspace.expect(&DESTROY, 0)?;
    assert!(workspace.read("greeting.txt").is_err());

    workspace.write("found.txt", "found")?;
    let file = "resource \"files_file\" \"found\" {\n  path    = \"found.txt\"\n  content = \"found\"\n}\n";
    let import = match workspace.has(&IDENTITY)? {
        true => "import {\n  to       = files_file.found\n  identity = { path = \"found.txt\" }\n}\n",
        false => "import {\n  to = files_file.found\n  id = \"found.txt\"\n}\n",
    };
    let (head, _) = MODULE.split_once("resource").ok_or("no resource")?;
    workspace.write("main.tf", &format!("{head}{file}{import}"))?;
    let told = workspace.expect(&APPLY, 0)?;
    assert!(told.contains("1 imported, 0 added, 0 changed"), "{told}");
    Ok(())
}
