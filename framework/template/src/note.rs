//! `{{provider}}_note`: a note.

use std::io::{self, ErrorKind};
use std::sync::LazyLock;

use async_trait::async_trait;
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Diagnostic, Report, Reported};
use tfplugin_framework::model::{Model, WholeModel};
use tfplugin_framework::resource::{
    CreateRequest, CreateResponse, DeleteRequest, DeleteResponse, ImportState, ImportStateRequest,
    ImportStateResponse, Outcome, ReadRequest, ReadResponse, Resource, UpdateRequest,
    UpdateResponse,
};
use tfplugin_framework::schema::plan_modifier::requires_replace;
use tfplugin_framework::schema::validator::{length_between, text};
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::path::Path;

use crate::client::Client;

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

/// A name is that of a file in the folder, and of nothing elsewhere.
fn is_name(name: &str) -> Result<(), String> {
    match name.contains(['/', '\\', ':', '\0']) {
        true => Err(format!(
            "{name:?} is no name of a note: leave out slashes, backslashes and colons"
        )),
        false => Ok(()),
    }
}

fn failed(doing: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("{doing} a note failed"), format!("{error}."))
}

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
        let client = context.data().report(&mut response.diagnostics)?;
        let note: NoteModel = request.plan.model().report(&mut response.diagnostics)?;
        let written = client.create(&note.name, &note.text);
        let written = written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                let detail = format!(
                    "There is a note of the name {:?} already. Import it, or choose another name.",
                    note.name
                );
                Diagnostic::error("The note exists", detail).at(Path::attribute("name"))
            }
            _ => failed("Creating", &error),
        });
        written.report(&mut response.diagnostics)?;
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
        let client = context.data().report(&mut response.diagnostics)?;
        let name = request.current.str_or_empty("name").to_owned();
        let found = client.get(&name);
        let found = found.map_err(|error| failed("Reading", &error));
        match found.report(&mut response.diagnostics)? {
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
        let client = context.data().report(&mut response.diagnostics)?;
        let note: NoteModel = request.plan.model().report(&mut response.diagnostics)?;
        let written = client.put(&note.name, &note.text);
        let written = written.map_err(|error| failed("Updating", &error));
        written.report(&mut response.diagnostics)?;
        response.state.set(note.into_object());
        Ok(Outcome::Done)
    }

    async fn delete(
        &self,
        context: &Context<Client>,
        request: DeleteRequest<'_>,
        response: &mut DeleteResponse,
    ) -> Result<(), Reported> {
        let client = context.data().report(&mut response.diagnostics)?;
        let deleted = client.delete(request.prior.str_or_empty("name"));
        let deleted = deleted.map_err(|error| failed("Deleting", &error));
        deleted.report(&mut response.diagnostics)
    }

    fn import_state(&self) -> Option<&dyn ImportState<Client>> {
        Some(self)
    }
}

/// By name; the read that follows finds the text.
#[async_trait]
impl ImportState<Client> for Note {
    async fn import(
        &self,
        _: &Context<Client>,
        request: ImportStateRequest<'_>,
        response: &mut ImportStateResponse,
    ) -> Result<(), Reported> {
        is_name(request.id)
            .map_err(|words| Diagnostic::error("Invalid ID", format!("{words}.")))
            .report(&mut response.diagnostics)?;
        response.state.set("name", request.id);
        Ok(())
    }
}
