//! The provider in 80 lines.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::cli::{APPLY, DESTROY, PLAN, Workspace, example};

fn configure(workspace: &Workspace, content: &str) -> Result {
    let path = workspace.path().join("greeting.txt").display().to_string();
    let module = format!(
        r#"
        terraform {{
          required_providers {{
            files = {{ source = "example.com/test/files" }}
          }}
        }}

        resource "files_text" "greeting" {{
          path    = {path:?}
          content = {content:?}
        }}
        "#
    );
    workspace.write("main.tf", &module)
}

#[test]
fn a_real_cli_makes_changes_and_deletes_a_file() -> Result {
    let workspace = Workspace::new("example.com/test/files", &example("file")?)?;
    configure(&workspace, "Hello")?;
    workspace.expect(&APPLY, 0)?;
    assert_eq!(workspace.read("greeting.txt")?, "Hello");
    workspace.expect(&PLAN, 0)?;

    workspace.write("greeting.txt", "drifted")?;
    workspace.expect(&PLAN, 2)?;
    configure(&workspace, "Good morning")?;
    workspace.expect(&APPLY, 0)?;
    assert_eq!(workspace.read("greeting.txt")?, "Good morning");

    workspace.expect(&DESTROY, 0)?;
    assert!(workspace.read("greeting.txt").is_err());
    Ok(())
}

/// What a reader of the README copies has been compiled, and was just used.
#[test]
fn the_readme_shows_the_example_in_less_than_80_lines() -> Result {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("examples/file.rs"))?;
    let lines = source.lines().count();
    assert!(lines < 80, "{lines} lines");
    let readme = fs::read_to_string(root.join("README.md"))?;
    assert!(readme.contains(&format!("```rust\n{source}```\n")), "README.md shows another examples/file.rs");
    Ok(())
}
