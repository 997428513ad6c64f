//! The framework's modules under the names that they had before they became a crate, until every file names the crate.

#[cfg(test)]
pub(crate) use tfplugin_framework::engine::consistency;
pub(crate) use tfplugin_framework::engine::{plan, validate as validation};
pub(crate) use tfplugin_framework::schema::duration;
#[cfg(test)]
pub(crate) use tfplugin_framework::types::json;
pub(crate) use tfplugin_framework::types::{number, path, ty as types, value};
pub(crate) use tfplugin_framework::{context, diagnostics, private, provider, resource, schema};

pub(crate) use crate::azure::body as remote;
