//! The documentation of a provider as the Terraform Registry shows it, generated from its schemas and examples.
//!
//! Files are where terraform-plugin-docs has them, so that its users find their way:
//!
//! | page | examples |
//! |---|---|
//! | `index.md` | `provider/provider.tf` |
//! | `resources/NAME.md` | `resources/PROVIDER_NAME/resource.tf`, and `import.tf` and `import.sh` if it can be imported, and `import-by-identity.tf` if it has an identity |
//! | `data-sources/NAME.md` | `data-sources/PROVIDER_NAME/data-source.tf` |
//! | `ephemeral-resources/NAME.md` | `ephemeral-resources/PROVIDER_NAME/ephemeral-resource.tf` |
//! | `list-resources/NAME.md` | `list-resources/PROVIDER_NAME/list-resource.tfquery.hcl` |
//! | `actions/NAME.md` | `actions/PROVIDER_NAME/action.tf` |
//! | `state-stores/NAME.md` (feature `state-store`) | `state-stores/PROVIDER_NAME/state-store.tf` |
//! | `functions/NAME.md` | `functions/NAME/function.tf` |
//!
//! A test keeps them fresh:
//!
//! ```no_run
//! # fn example(provider: &impl tfplugin_framework::provider::Provider) -> std::io::Result<()> {
//! use std::path::Path;
//! use tfplugin_framework::docs::{Docs, generate};
//!
//! let pages = generate(provider, &Docs::new("files", Path::new("examples")))?;
//! let folder = Path::new("docs");
//! if std::env::var_os("UPDATE_DOCS").is_some() {
//!     pages.write(folder)?;
//! }
//! assert_eq!(pages.stale(folder)?, [""; 0]);
//! # Ok(())
//! # }
//! ```

mod markdown;
mod rows;

mod page;

mod pages;

pub use self::pages::{Docs, Pages, generate};

#[cfg(test)]
mod tests;
