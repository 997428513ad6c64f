//! The framework's modules under the names that they had before they became a crate, until every file names the crate.

pub(crate) use tfplugin_framework::schema::duration;
#[cfg(test)]
pub(crate) use tfplugin_framework::types::json;
pub(crate) use tfplugin_framework::types::{number, path, ty as types, value};
pub(crate) use tfplugin_framework::{
    context, diagnostics, private, provider, resource, schema, validate_config,
};

pub(crate) use crate::azure::body as remote;

pub(crate) mod plan {
    pub(crate) use tfplugin_framework::resource::plan::{
        ModifyPlanRequest, ModifyPlanResponse, Plan,
    };
}

pub(crate) mod validation {
    pub(crate) use tfplugin_framework::diagnostics::{capitalised, sentence};
}
