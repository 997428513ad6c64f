//! All pages of a provider, and whether those in a folder are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use super::page::{self, Import};
use crate::provider::Provider;
use crate::resource::Resource;
use crate::schema::Schema;

/// The folders in which nothing is written by hand.
const GENERATED: [&str; 7] = [
    "resources",
    "data-sources",
    "ephemeral-resources",
    "list-resources",
    "actions",
    "functions",
    "state-stores",
];

/// What pages need to know beside the schemas.
///
/// ```
/// use std::path::Path;
/// use tfplugin_framework::docs::Docs;
///
/// let docs = Docs::new("files", Path::new("examples"))
///     .index_notes("Made with care.")
///     .import("By path,", "Links are followed.");
/// assert_eq!(docs.provider, "files");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Docs<'a> {
    /// The provider's name, with which the names of its types begin.
    pub provider: &'a str,
    /// The folder with the examples.
    pub examples: &'a Path,
    /// What the provider's own page says after the description, in Markdown.
    pub index_notes: &'a str,
    /// What an ID is for import: "By ID,".
    pub import_introduction: &'a str,
    /// What every page says about import at its end, in Markdown.
    pub import_notes: &'a str,
}

impl<'a> Docs<'a> {
    /// Pages without notes.
    pub fn new(provider: &'a str, examples: &'a Path) -> Self {
        Self {
            provider,
            examples,
            index_notes: "",
            import_introduction: "By ID,",
            import_notes: "",
        }
    }

    /// What the provider's own page says after the description, in Markdown.
    #[must_use]
    pub fn index_notes(self, index_notes: &'a str) -> Self {
        Self {
            index_notes,
            ..self
        }
    }

    /// What an ID is for import, and what else there is to know about import, in Markdown.
    #[must_use]
    pub fn import(self, introduction: &'a str, notes: &'a str) -> Self {
        Self {
            import_introduction: introduction,
            import_notes: notes,
            ..self
        }
    }

    fn example(&self, path: &str) -> io::Result<String> {
        let path = self.examples.join(path);
        fs::read_to_string(&path).map_err(|error| at(&path, &error))
    }

    /// A type's name without the provider's.
    fn short_name<'n>(&self, type_name: &'n str) -> &'n str {
        let rest = type_name.strip_prefix(self.provider);
        rest.and_then(|it| it.strip_prefix('_'))
            .unwrap_or(type_name)
    }
}

/// Pages by their paths below the folder of the documentation, with slashes everywhere.
///
/// ```
/// use tfplugin_framework::docs::Pages;
///
/// let mut pages = Pages::default();
/// pages.add("guides/begin.md", "# How to begin\n".to_owned());
/// assert_eq!(pages.iter().count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages(BTreeMap<String, String>);

/// The pages of everything that the provider offers. An example that is missing is an error.
pub fn generate<P: Provider>(provider: &P, docs: &Docs<'_>) -> io::Result<Pages> {
    let mut pages = Pages::default();
    let example = docs.example("provider/provider.tf")?;
    let index = page::index(docs.provider, provider.schema(), docs.index_notes, &example);
    pages.add("index.md".to_owned(), index);
    for resource in provider.resources() {
        let page = resource_page(docs, &*resource)?;
        pages.add_type(docs, "resources", resource.type_name(), page);
    }
    for it in provider.data_sources() {
        let example = ("data-sources", "data-source.tf", "Data Source");
        pages.object(docs, example, it.type_name(), it.schema())?;
    }
    for it in provider.ephemeral_resources() {
        let example = (
            "ephemeral-resources",
            "ephemeral-resource.tf",
            "Ephemeral Resource",
        );
        pages.object(docs, example, it.type_name(), it.schema())?;
    }
    for it in provider.list_resources() {
        let example = (
            "list-resources",
            "list-resource.tfquery.hcl",
            "List Resource",
        );
        pages.object(docs, example, it.type_name(), it.schema())?;
    }
    for it in provider.actions() {
        let example = ("actions", "action.tf", "Action");
        pages.object(docs, example, it.type_name(), it.schema())?;
    }
    #[cfg(feature = "state-store")]
    for it in provider.state_stores() {
        let example = ("state-stores", "state-store.tf", "State Store");
        pages.object(docs, example, it.type_name(), it.schema())?;
    }
    for function in provider.functions() {
        let name = function.name();
        let usage = docs.example(&format!("functions/{name}/function.tf"))?;
        let page = page::function((docs.provider, name), &function.signature(), &usage);
        pages.add(format!("functions/{name}.md"), page);
    }
    Ok(pages)
}

fn resource_page<D: Send + Sync>(
    docs: &Docs<'_>,
    resource: &dyn Resource<D>,
) -> io::Result<String> {
    let name = resource.type_name();
    let example = |file: &str| docs.example(&format!("resources/{name}/{file}"));
    let usage = example("resource.tf")?;
    let identity = resource.identity().map(|it| it.identity_schema());
    let is_importable = resource.import_state().is_some();
    let import = match is_importable {
        true => Some((example("import.tf")?, example("import.sh")?)),
        false => None,
    };
    let by_identity = match identity.filter(|_| is_importable) {
        Some(_) => Some(example("import-by-identity.tf")?),
        None => None,
    };
    let import = import.as_ref().map(|(block, command)| Import {
        introduction: docs.import_introduction,
        block,
        command,
        by_identity: by_identity.as_deref(),
        notes: docs.import_notes,
    });
    let of = page::Object {
        what: "Resource",
        provider: docs.provider,
        name,
        schema: resource.schema(),
        example: &usage,
    };
    Ok(page::resource(&of, identity, import))
}

impl Pages {
    /// Adds the page of a type that is nothing but its schema and its example: the folder, the example's file, and what it is.
    fn object(
        &mut self,
        docs: &Docs<'_>,
        (folder, file, what): (&str, &str, &str),
        name: &str,
        schema: &Schema,
    ) -> io::Result<()> {
        let example = docs.example(&format!("{folder}/{name}/{file}"))?;
        let page = page::object(&page::Object {
            what,
            provider: docs.provider,
            name,
            schema,
            example: &example,
        });
        self.add_type(docs, folder, name, page);
        Ok(())
    }

    fn add_type(&mut self, docs: &Docs<'_>, folder: &str, name: &str, page: String) {
        self.add(format!("{folder}/{}.md", docs.short_name(name)), page);
    }

    /// Adds a page that is not about something in the provider, such as a guide.
    pub fn add(&mut self, path: impl Into<String>, page: String) {
        self.0.insert(path.into(), page);
    }

    /// The paths and what is in each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pages = self.0.iter();
        pages.map(|(path, page)| (path.as_str(), page.as_str()))
    }

    /// Makes `folder` hold these pages, and in the folders that are generated no other pages. What else there is stays: guides
    /// that are written by hand, unless some are among these pages, and pictures.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for path in self.written(folder)?.0.into_keys() {
            if !self.0.contains_key(&path) {
                fs::remove_file(folder.join(path))?;
            }
        }
        for (path, page) in self.iter() {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, page)?;
        }
        Ok(())
    }

    /// The paths of pages that are missing in `folder`, are others there, or should not be there.
    pub fn stale(&self, folder: &Path) -> io::Result<Vec<String>> {
        let written = self.written(folder)?;
        let paths = self.0.keys().chain(written.0.keys());
        let mut stale: Vec<_> = paths
            .filter(|path| self.0.get(*path) != written.0.get(*path))
            .cloned()
            .collect();
        stale.sort();
        stale.dedup();
        Ok(stale)
    }

    /// The pages in `folder` that are one of these, or would be if they were.
    fn written(&self, folder: &Path) -> io::Result<Self> {
        let mut written = Self::default();
        let folders = self.0.keys().filter_map(|path| path.rsplit_once('/'));
        let folders: BTreeSet<_> = folders.map(|(folder, _)| folder).chain(GENERATED).collect();
        for below in folders {
            let entries = match fs::read_dir(folder.join(below)) {
                // No page was written yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|error| at(&folder.join(below), &error))?,
            };
            for entry in entries {
                let name = entry?.file_name().to_string_lossy().into_owned();
                if name.ends_with(".md") {
                    written.read(folder, format!("{below}/{name}"))?;
                }
            }
        }
        for path in self.0.keys().filter(|path| !path.contains('/')) {
            written.read(folder, path.clone())?;
        }
        Ok(written)
    }

    fn read(&mut self, folder: &Path, path: String) -> io::Result<()> {
        let file = folder.join(&path);
        match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            page => self.add(path, page.map_err(|error| at(&file, &error))?),
        }
        Ok(())
    }
}

/// The error with the path that it is about.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
