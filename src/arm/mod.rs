//! The Azure Resource Manager client. Knows nothing of Terraform.

pub mod cloud;
mod location;
mod resource_id;

pub use self::cloud::Cloud;
pub use self::location::Location;
pub use self::resource_id::{ParseError, ResourceId};
