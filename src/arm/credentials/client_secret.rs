//! An application with a secret.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;

use super::authority::{self, Proof};
use super::method::{Context, Method, Unready};
use crate::arm::arguments::CLIENT_SECRET;

pub(super) const METHOD: Method = Method {
    name: "client secret",
    credential,
};

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    let application = context.application(&[&CLIENT_SECRET], &[&CLIENT_SECRET])?;
    authority::credential(context, application, Proof::Secret)
}
