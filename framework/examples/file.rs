//! A provider of one resource: a text file.

use std::{fs, io::ErrorKind::NotFound, process::ExitCode, sync::Arc};

use async_trait::async_trait;
use tfplugin_framework::schema::{Attribute, Schema, plan_modifier::requires_replace};
use tfplugin_framework::{context::*, diagnostics::*, model::*, plugin::*, provider::*, resource::*, types::value::Object, wire::Server};

struct Files;
struct File(Schema);

#[derive(Model)]
struct FileModel {
    path: String,
    content: String,
}

#[async_trait]
impl Provider for Files {
    type Data = ();

    async fn configure(&self, _: &ConfigureContext, _: ConfigureRequest<'_>, response: &mut ConfigureResponse<()>) -> Result<(), Reported> {
        response.data = Some(());
        Ok(())
    }

    fn resources(&self) -> Vec<Arc<dyn Resource<()>>> {
        let path = Attribute::string("path").required().plan(requires_replace()).doc("Where it is.");
        let content = Attribute::string("content").required().doc("What is in it.");
        vec![Arc::new(File(Schema { attributes: vec![path, content], ..Schema::default() }))]
    }
}

fn write(plan: &Object, state: &mut State) -> Result<Outcome, Reported> {
    let file: FileModel = plan.model()?;
    fs::write(&file.path, &file.content).explain("Cannot write the file")?;
    state.set(plan.clone());
    Ok(Outcome::Done)
}

#[async_trait]
impl Resource<()> for File {
    fn type_name(&self) -> &str {
        "files_text"
    }
    fn schema(&self) -> &Schema {
        &self.0
    }

    async fn create(&self, _: &Context<()>, request: CreateRequest<'_>, response: &mut CreateResponse) -> Result<Outcome, Reported> {
        write(request.plan, &mut response.state)
    }

    async fn read(&self, _: &Context<()>, request: ReadRequest<'_>, response: &mut ReadResponse) -> Result<(), Reported> {
        let file: FileModel = request.current.model()?;
        match fs::read_to_string(&file.path) {
            Err(error) if error.kind() == NotFound => response.state.remove(),
            content => response.state.set(FileModel { content: content.explain("Cannot read the file")?, ..file }.into_object()),
        }
        Ok(())
    }

    async fn update(&self, _: &Context<()>, request: UpdateRequest<'_>, response: &mut UpdateResponse) -> Result<Outcome, Reported> {
        write(request.plan, &mut response.state)
    }

    async fn delete(&self, _: &Context<()>, request: DeleteRequest<'_>, _: &mut DeleteResponse) -> Result<(), Reported> {
        let file: FileModel = request.prior.model()?;
        match fs::remove_file(file.path) {
            Err(error) if error.kind() == NotFound => Ok(()),
            deleted => Ok(deleted.explain("Cannot delete the file")?),
        }
    }
}

fn main() -> ExitCode {
    let info = PluginInfo::new("example.com/test/files", "1.0.0").log_targets(&["file"]);
    tfplugin_framework::plugin::main(info, || Server::new(Files))
}
