//! `{{provider}}_note`: a note.

use std::io::ErrorKind;
use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Explain, Reported};
use tfplugin_framework::model::{Model, WholeModel};
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState,
    ImportStatePassthroughId, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use tfplugin_framework::schema::plan_modifier::requires_replace;
use tfplugin_framework::schema::validator::{length_between, text};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::path::Path;

use crate::client::{Client, is_name};

/// The resource.
#[derive(Debug)]
pub struct Note;

/// What the schema has, as Rust; `tests/lives.rs` holds one against the other.
#[derive(Debug, Model)]
pub struct NoteModel {
    /// What it is called.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The rows.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "A note.".into(),
    attributes: vec![
        Attribute::string("name")
            .required()
            .validator(length_between(1, 80))
            .validator(text(is_name))
            .plan(requires_replace())
            .doc("What it is called."),
        Attribute::string("text").required().doc("What is in it."),
    ],
    ..Schema::default()
});

#[async_trait]
impl Resource<Client> for Note {
    fn type_name(&self) -> &str {
        "{{provider}}_note"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn create(
        &self,
        context: &Context<Client>,
        request: CreateRequest<'_>,
        response: &mut CreateResponse,
    ) -> Result<Outcome, Reported> {
        let client = context.data()?;
        let note: NoteModel = request.plan.model()?;
        match client.create(&note.name, &note.text) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let detail = format!("There is a note {:?}. Import it.", note.name);
                let error = Diagnostic::error("The note exists", detail);
                Err(error.at(Path::attribute("name")))?;
            }
            created => created.explain("Creating a note failed")?,
        }
        // As soon as it exists: what is set here is kept, whatever goes wrong after it.
        response.state.set(note.into_object());
        Ok(Outcome::Done)
    }

    async fn read(
        &self,
        context: &Context<Client>,
        request: ReadRequest<'_>,
        response: &mut ReadResponse,
    ) -> Result<(), Reported> {
        let client = context.data()?;
        let name = request.current.str_or_empty("name").to_owned();
        let found = client.get(&name).explain("Reading a note failed")?;
        match found {
            Some(text) => response.state.set(NoteModel { name, text }.into_object()),
            None => response.state.remove(),
        }
        Ok(())
    }

    async fn update(
        &self,
        context: &Context<Client>,
        request: UpdateRequest<'_>,
        response: &mut UpdateResponse,
    ) -> Result<Outcome, Reported> {
        let client = context.data()?;
        let note: NoteModel = request.plan.model()?;
        let written = client.put(&note.name, &note.text);
        written.explain("Updating a note failed")?;
        response.state.set(note.into_object());
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Client>,
        request: DeleteRequest<'_>,
        _: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let client = context.data()?;
        let deleted = client.delete(request.prior.str_or_empty("name"));
        Ok(deleted.explain("Deleting a note failed")?)
    }

    /// By name; the read that follows finds the text.
    fn import_state(&self) -> Option<&dyn ImportState<Client>> {
        Some(&ImportStatePassthroughId("name"))
    }
}
