//! What an author uses has an example: each public item of the modules that are for authors is in code that the documentation shows, or in
//! `examples`, all of which is compiled.

use std::path::{Path, PathBuf};
use std::{fs, io};

use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, TraitItem, Visibility};

/// What no author has to do with: how calls become values and back.
const NOT_FOR_AUTHORS: [&str; 2] = ["engine", "wire"];

/// What is public for the derive macro, the engine and the wire; authors meet none of it.
const NOT_SHOWN: [&str; 20] = [
    // A model's own part, which `#[derive(Model)]` writes and `Object::model` calls.
    "fields",
    "from_attributes",
    "from_object",
    "into_attributes",
    "of_known",
    "read_attribute",
    // How private state travels.
    "forget_notes",
    "from_bytes",
    "to_bytes",
    "with_planned",
    // What the engine adds to a context.
    "with_provider_meta",
    // What `response.accepted(…)` gives.
    "Accepted",
    // A server of something else than a provider of this framework.
    "ProviderService",
    "for_client",
    "idle",
    "over",
    // How Terraform proposes a state, and what that asks of rows.
    "hold_written",
    "is_left_out",
    "proposed_new",
    "unsupported",
];

/// A public item, or a public method of one.
struct Public {
    name: String,
    is_method: bool,
}

#[derive(Default)]
struct Found {
    items: Vec<Public>,
    /// All code in documentation.
    code: String,
}

/// The sources without their tests.
fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "tests" && !NOT_FOR_AUTHORS.contains(&name.as_str()) {
            found.extend(sources(&path)?);
        } else if name.ends_with(".rs") && !name.contains("tests") {
            found.push(path);
        }
    }
    Ok(found)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| matches!(&it.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test"))
}

impl Found {
    fn docs(&mut self, attributes: &[Attribute]) {
        let mut in_code = false;
        for attribute in attributes {
            let Meta::NameValue(pair) = &attribute.meta else {
                continue;
            };
            let Expr::Lit(literal) = &pair.value else {
                continue;
            };
            let (true, Lit::Str(text)) = (pair.path.is_ident("doc"), &literal.lit) else {
                continue;
            };
            let line = text.value();
            if line.trim_start().starts_with("```") {
                in_code = !in_code && !line.contains("text");
            } else if in_code {
                self.code.push_str(&line);
                self.code.push('\n');
            }
        }
    }

    fn add(&mut self, name: &syn::Ident, is_method: bool) {
        let name = name.to_string();
        self.items.push(Public { name, is_method });
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.ident, false);
            }
            Item::Enum(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.ident, false);
                for variant in &it.variants {
                    self.docs(&variant.attrs);
                    self.add(&variant.ident, false);
                }
            }
            Item::Const(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.ident, false);
            }
            Item::Static(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.ident, false);
            }
            Item::Type(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.ident, false);
            }
            Item::Fn(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.sig.ident, true);
            }
            Item::Trait(it) if is_public(&it.vis) => {
                self.docs(&it.attrs);
                self.add(&it.ident, false);
                for item in &it.items {
                    if let TraitItem::Fn(method) = item {
                        self.docs(&method.attrs);
                        self.add(&method.sig.ident, true);
                    }
                }
            }
            Item::Impl(it) if it.trait_.is_none() => {
                for item in &it.items {
                    if let ImplItem::Fn(method) = item
                        && is_public(&method.vis)
                    {
                        self.docs(&method.attrs);
                        self.add(&method.sig.ident, true);
                    }
                }
            }
            Item::Mod(it) if !is_test(&it.attrs) => {
                self.docs(&it.attrs);
                for item in it.content.iter().flat_map(|(_, items)| items) {
                    self.item(item);
                }
            }
            _ => {}
        }
    }
}

/// Whether the code has this word; a function or method is called there, named by its path, or written.
fn has_word(code: &str, word: &str, is_method: bool) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    code.match_indices(word).any(|(start, _)| {
        let (before, after) = (&code[..start], &code[start + word.len()..]);
        let is_used = after.starts_with('(') || after.starts_with("::<") || before.ends_with("::");
        let is_word = !before.ends_with(is_part) && !after.starts_with(is_part);
        is_word && (is_used || !is_method)
    })
}

/// The public items, methods among them, that no example has.
pub(crate) fn unshown(package: &Path) -> io::Result<(usize, Vec<String>)> {
    let mut found = Found::default();
    for path in sources(&package.join("src"))? {
        let file = syn::parse_file(&fs::read_to_string(&path)?).map_err(io::Error::other)?;
        found.docs(&file.attrs);
        for item in &file.items {
            found.item(item);
        }
    }
    for path in sources(&package.join("examples"))? {
        found.code.push_str(&fs::read_to_string(path)?);
    }
    // They show how a provider is tested.
    let tests = package.join("examples/abilities/tests.rs");
    found.code.push_str(&fs::read_to_string(tests)?);
    let mut unshown = Vec::new();
    for Public { name, is_method } in &found.items {
        if !NOT_SHOWN.contains(&name.as_str()) && !has_word(&found.code, name, *is_method) {
            unshown.push(format!("{name}{}", if *is_method { "()" } else { "" }));
        }
    }
    for name in NOT_SHOWN {
        if !found.items.iter().any(|it| it.name == name) {
            unshown.push(format!("{name} is listed here, and nothing has this name"));
        }
    }
    unshown.sort();
    unshown.dedup();
    Ok((found.items.len(), unshown))
}
