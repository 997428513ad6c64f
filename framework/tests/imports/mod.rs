//! Which module of a crate names which other, read from its source. Code of tests does not count, nor do macros' arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

/// The names of modules from the crate's root: `["types", "value"]`.
pub(crate) type Module = Vec<String>;

/// A crate's modules in the order of their declaration, each a file, with all paths that it names.
pub(crate) struct Crate {
    pub(crate) modules: Vec<Module>,
    named: BTreeMap<Module, BTreeSet<Vec<String>>>,
}

impl Crate {
    /// Reads the crate whose `lib.rs` is in this folder.
    pub(crate) fn read(src: &Path) -> Result<Self, Box<dyn Error>> {
        let mut krate = Self {
            modules: Vec::new(),
            named: BTreeMap::new(),
        };
        krate.add(Vec::new(), &src.join("lib.rs"), src)?;
        Ok(krate)
    }

    /// Adds a file, and those of the modules that it declares.
    fn add(&mut self, module: Module, file: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
        let parsed = syn::parse_file(&fs::read_to_string(file)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let mut paths = Paths::default();
        paths.visit_file(&parsed);
        self.modules.push(module.clone());
        self.named.insert(module.clone(), paths.0);
        for item in &parsed.items {
            let Item::Mod(child) = item else { continue };
            if child.content.is_some() || is_for_tests(&child.attrs) {
                continue;
            }
            let name = child.ident.to_string();
            let below = folder.join(&name);
            let places: [PathBuf; 2] = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
            let found = places.iter().find(|place| place.exists());
            let file = found.ok_or_else(|| format!("no file of {name} in {}", folder.display()))?;
            let mut path = module.clone();
            path.push(name);
            self.add(path, file, &below)?;
        }
        Ok(())
    }

    /// The modules of this crate that a module names, itself excluded.
    pub(crate) fn imports(&self, module: &Module) -> BTreeSet<&Module> {
        let paths = self.named[module].iter();
        let found = paths.filter_map(|path| self.resolve(module, path));
        found.filter(|found| *found != module).collect()
    }

    /// The first names of all paths that lead out of the crate.
    pub(crate) fn crates(&self, module: &Module) -> BTreeSet<&str> {
        let paths = self.named[module].iter();
        let outside = paths.filter(|path| self.resolve(module, path).is_none());
        outside.map(|path| path[0].as_str()).collect()
    }

    /// The module in which a path ends that is written in `module`.
    fn resolve(&self, module: &Module, path: &[String]) -> Option<&Module> {
        let (mut absolute, rest) = match path[0].as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (module.clone(), &path[1..]),
            _ => (module.clone(), path),
        };
        let mut rest = rest.iter().peekable();
        while rest.next_if(|name| *name == "super").is_some() {
            absolute.pop();
        }
        let is_relative = !matches!(path[0].as_str(), "crate" | "self" | "super");
        let start = absolute.len();
        for name in rest {
            absolute.push(name.clone());
            if !self.modules.contains(&absolute) {
                absolute.pop();
                break;
            }
        }
        // A path that begins with neither is one of a child, or of another crate.
        if is_relative && absolute.len() == start {
            return None;
        }
        self.modules.iter().find(|it| **it == absolute)
    }
}

/// Collects every path that could name a module.
#[derive(Default)]
struct Paths(BTreeSet<Vec<String>>);

impl Paths {
    fn flatten(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.flatten(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.add(with(&name.ident)),
            UseTree::Rename(rename) => self.add(with(&rename.ident)),
            UseTree::Glob(_) => self.add(prefix.to_vec()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.flatten(prefix, tree);
                }
            }
        }
    }

    fn add(&mut self, mut path: Vec<String>) {
        // `use a::b::{self}`
        if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        if !path.is_empty() {
            self.0.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.flatten(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter();
        let names: Vec<_> = names.map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.add(names);
        }
        visit::visit_path(self, path);
    }
}

/// Whether it is compiled for tests only: `#[cfg(test)]`, `#[cfg(all(test, unix))]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let mut is_test = false;
        // What `any` and `not` hold may well be compiled otherwise.
        let condition = attribute.parse_nested_meta(|meta| {
            is_test |= meta.path.is_ident("test");
            if meta.path.is_ident("all") {
                return meta.parse_nested_meta(|meta| {
                    is_test |= meta.path.is_ident("test");
                    Ok(())
                });
            }
            Ok(())
        });
        attribute.path().is_ident("cfg") && condition.is_ok() && is_test
    })
}

/// Where a module names one that is declared after it, at the top of the crate.
pub(crate) fn upward(krate: &Crate) -> Vec<String> {
    let top: Vec<_> = krate.modules.iter().filter(|it| it.len() == 1).collect();
    let rank = |module: &Module| top.iter().position(|it| it[0] == module[0]);
    let mut wrong = Vec::new();
    for module in krate.modules.iter().filter(|it| !it.is_empty()) {
        for import in krate.imports(module) {
            if import.is_empty() || rank(import) > rank(module) {
                let import = import.iter().map(|name| format!("::{name}"));
                wrong.push(format!(
                    "{} names crate{}",
                    module.join("::"),
                    import.collect::<String>()
                ));
            }
        }
    }
    wrong
}

/// A circle of modules that name each other, if there is one.
pub(crate) fn circle(krate: &Crate) -> Option<String> {
    let mut finished = Vec::new();
    let mut modules = krate.modules.iter();
    modules.find_map(|module| follow(krate, module, &mut Vec::new(), &mut finished).err())
}

fn follow<'c>(
    krate: &'c Crate,
    module: &'c Module,
    way: &mut Vec<&'c Module>,
    finished: &mut Vec<&'c Module>,
) -> Result<(), String> {
    if let Some(start) = way.iter().position(|it| *it == module) {
        let circle = way[start..].iter().map(|it| it.join("::"));
        return Err(circle.collect::<Vec<_>>().join(" → "));
    }
    if finished.contains(&module) {
        return Ok(());
    }
    way.push(module);
    for import in krate.imports(module) {
        follow(krate, import, way, finished)?;
    }
    way.pop();
    finished.push(module);
    Ok(())
}
