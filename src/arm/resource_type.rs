//! Types of objects.

/// A type of objects, and the version of the API in which we speak of it.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Namespace and type, such as `Microsoft.Logic/workflows`.
    pub name: &'static str,
    /// Such as `2019-05-01`.
    pub api_version: &'static str,
}
