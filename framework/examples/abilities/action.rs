//! An action: it copies a file, tells how far it is, and leaves no state.

use std::io::{Read, Write};
use std::sync::LazyLock;
use std::{fs, io};

use async_trait::async_trait;
use tfplugin_framework::action::{Action, InvokeRequest, InvokeResponse};
use tfplugin_framework::context::Context;
use tfplugin_framework::diagnostics::{Explain, Reported};
use tfplugin_framework::model::Model;
use tfplugin_framework::schema::{Attribute, Schema};

use super::Root;

pub(crate) struct Copy;

#[derive(Model)]
pub(crate) struct CopyModel {
    pub(crate) from: String,
    pub(crate) to: String,
}

pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    description: "Copies a file.".into(),
    attributes: vec![
        Attribute::string("from").required().doc("The file, below the root."),
        Attribute::string("to").required().doc("The copy, below the root. One that is there is overwritten."),
    ],
    ..Schema::default()
});

const STEP: usize = 1 << 20;

#[async_trait]
impl Action<Root> for Copy {
    fn type_name(&self) -> &str {
        "files_copy"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    async fn invoke(&self, context: &Context<Root>, request: InvokeRequest<'_>, response: &mut InvokeResponse) -> Result<(), Reported> {
        let root = context.data()?;
        let CopyModel { from, to } = request.config.model()?;
        let copy = |tell: &dyn Fn(String)| -> io::Result<()> {
            let (source, mut target) = (fs::File::open(root.at(&from))?, fs::File::create(root.at(&to))?);
            let mut done = 0;
            loop {
                let mut chunk = Vec::new();
                let size = (&source).take(STEP as u64).read_to_end(&mut chunk)?;
                if size == 0 {
                    return Ok(());
                }
                target.write_all(&chunk)?;
                done += size;
                tell(format!("{done} bytes of {from} are copied"));
            }
        };
        let copied = copy(&|text| response.progress.send(text));
        Ok(copied.explain("Cannot copy the file")?)
    }
}
