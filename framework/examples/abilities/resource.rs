//! A managed resource: a text file, with an identity, imports, a default, and a value that the provider computes.

use std::fs;
use std::io::ErrorKind::{AlreadyExists, NotFound};
use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Explain, Reported};
use tfplugin_framework::model::{Model, WholeModel};
use tfplugin_framework::resource::*;
use tfplugin_framework::schema::identity::{IdentityAttribute, IdentitySchema};
use tfplugin_framework::schema::plan_modifier::{requires_replace, unknown_when_changed};
use tfplugin_framework::schema::validator::text;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::{attr::Attr, path::Path, value::Object};

use super::Root;

pub(crate) struct File;

/// What the schema has, as Rust. A test holds one against the other.
#[derive(Model)]
pub(crate) struct FileModel {
    pub(crate) path: String,
    pub(crate) content: Attr<String>,
    pub(crate) read_only: Attr<bool>,
    pub(crate) size: Attr<i64>,
}

/// What tells a file from others.
#[derive(Model)]
pub(crate) struct FileIdentity {
    pub(crate) path: String,
}

pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "A text file.".into(),
    attributes: vec![
        Attribute::string("path").required().validator(text(is_path)).plan(requires_replace()).doc("Where it is, below the root."),
        Attribute::string("content").default("").doc("What is in it."),
        Attribute::bool("read_only").default(false).doc("Whether nobody may write to it."),
        // An update that leaves the content alone leaves the size alone.
        Attribute::number("size").computed().plan(unknown_when_changed(&["content"])).doc("How many bytes it has."),
    ],
    ..Schema::default()
});

static IDENTITY: LazyLock<IdentitySchema> =
    LazyLock::new(|| IdentitySchema::new(vec![IdentityAttribute::string("path").doc("Where it is, below the root.")]));

fn is_path(path: &str) -> Result<(), String> {
    match path.is_empty() || path.ends_with('/') {
        true => Err(format!("{path:?} is no path of a file: it ends with the file's name")),
        false => Ok(()),
    }
}

/// The identity of the file at this path.
pub(crate) fn identity(path: &str) -> Object {
    FileIdentity { path: path.to_owned() }.into_object()
}

/// The file as it is; none if there is none.
pub(crate) fn find(root: &Root, path: &str) -> Result<Option<Object>, Diagnostic> {
    let at = || Path::attribute("path");
    let content = match fs::read_to_string(root.at(path)) {
        Err(error) if error.kind() == NotFound => return Ok(None),
        content => content.explain_at(at(), format!("Cannot read {path}"))?,
    };
    let metadata = fs::metadata(root.at(path)).explain_at(at(), format!("Cannot read {path}"))?;
    let file = FileModel {
        path: path.to_owned(),
        size: Attr::Known(content.len() as i64),
        content: Attr::Known(content),
        read_only: Attr::Known(metadata.permissions().readonly()),
    };
    Ok(Some(file.into_object()))
}

/// Makes the file what the plan says, and answers what it then is.
fn write(root: &Root, plan: &Object) -> Result<Object, Diagnostic> {
    let file: FileModel = plan.model()?;
    let written = put(&root.at(&file.path), &file);
    written.explain_at(Path::attribute("path"), format!("Cannot write {}", file.path))?;
    let written = find(root, &file.path)?;
    written.ok_or_else(|| Diagnostic::error("The file has vanished", format!("{} was written just now.", file.path)))
}

fn put(path: &std::path::Path, file: &FileModel) -> std::io::Result<()> {
    if let Ok(metadata) = fs::metadata(path) {
        writable(path, metadata.permissions(), true)?;
    }
    fs::write(path, file.content.known().map_or("", String::as_str))?;
    let permissions = fs::metadata(path)?.permissions();
    writable(path, permissions, file.read_only.known() != Some(&true))
}

fn writable(path: &std::path::Path, mut permissions: fs::Permissions, yes: bool) -> std::io::Result<()> {
    if permissions.readonly() == yes {
        #[allow(clippy::permissions_set_readonly_false, reason = "it was so before it became read-only")]
        permissions.set_readonly(!yes);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[async_trait]
impl Resource<Root> for File {
    fn type_name(&self) -> &str {
        "files_file"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        context: &Context<Root>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let root = context.data()?;
        let file: FileModel = request.plan.model()?;
        match fs::File::create_new(root.at(&file.path)) {
            Err(error) if error.kind() == AlreadyExists => {
                let detail = format!("There is something at {} already. Import it, or choose another path.", file.path);
                return Err(response.diagnostics.add_attribute_error(Path::attribute("path"), "The file exists", detail));
            }
            made => made.explain_at(Path::attribute("path"), format!("Cannot write {}", file.path))?,
        };
        // As soon as it exists: whatever goes wrong from here on, Terraform knows of it, and makes it anew. Its path is in the state, so the
        // identity is known by that.
        response.state.set(request.plan.clone());
        response.state.set(write(root, request.plan)?);
        Ok(Outcome::Done)
    }

    async fn read(&self, context: &Context<Root>, request: ReadRequest<'_>, response: &mut ReadResponse) -> Result<(), Reported> {
        let root = context.data()?;
        let path = request.current.str_or_empty("path");
        match find(root, path)? {
            Some(file) => response.state.set(file),
            None => response.state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Root>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let root = context.data()?;
        response.state.set(write(root, request.plan)?);
        Ok(Outcome::Done)
    }

    async fn delete(&self, context: &Context<Root>, request: DeleteRequest<'_>, _: &mut DeleteResponse) -> Result<(), Reported> {
        let root = context.data()?;
        match fs::remove_file(root.at(request.prior.str_or_empty("path"))) {
            Err(error) if error.kind() == NotFound => Ok(()),
            deleted => Ok(deleted.explain("Cannot delete the file")?),
        }
    }

    /// By its path, alone or as its identity: the read that follows finds out the rest.
    fn import_state(&self) -> Option<&dyn ImportState<Root>> {
        Some(&ImportStatePassthroughId("path"))
    }

    fn identity(&self) -> Option<&dyn Identity> {
        Some(self)
    }
}

impl Identity for File {
    fn identity_schema(&self) -> &IdentitySchema {
        &IDENTITY
    }
}
