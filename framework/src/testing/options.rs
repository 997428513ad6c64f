//! How commands are run.

/// How commands are run.
///
/// ```
/// # use serde_json::json;
/// # use tfplugin_framework::{provider::Provider, testing::*, wire::Server};
/// async fn as_an_old_client<P: Provider>(core: &mut Core<Server<P>>) -> Result<(), Failure> {
///     let new: Options = core.options;
///     core.options.refresh = false;
///     core.options.write_only_attributes_allowed = false;
///     core.plan("memory_thing", json!({ "name": "a" })).await?;
///     core.options = new;
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether a plan reads the object first; `-refresh=false` says no.
    pub refresh: bool,
    /// Whether the client knows write-only attributes, as Terraform does since 1.11.
    pub write_only_attributes_allowed: bool,
    /// Whether a provider may put off what it cannot plan yet; `-allow-deferral` says yes, where Terraform has that.
    pub deferral_allowed: bool,
    /// Whether the plan of an apply is told what the plan before it remembered, as Terraform does since 1.16.
    pub store_planned_private: bool,
    /// Whether a provider may decide about blocks that are not written, as with Terraform since 1.16.
    pub computed_blocks_allowed: bool,
    /// How many bytes of a state are to travel in one message: Terraform proposes 8 MiB.
    #[cfg(feature = "state-store")]
    pub chunk_size: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            refresh: true,
            write_only_attributes_allowed: true,
            deferral_allowed: false,
            store_planned_private: true,
            computed_blocks_allowed: true,
            #[cfg(feature = "state-store")]
            chunk_size: 8 << 20,
        }
    }
}

impl Options {
    /// The same while applying: Terraform allows deferral there, and fails if it is done.
    pub(super) fn of_apply(self) -> Self {
        Self {
            deferral_allowed: true,
            ..self
        }
    }
}
