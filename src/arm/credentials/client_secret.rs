//! An application with a secret.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};

use super::authority;
use super::method::{Context, Method};
use crate::arm::arguments::CLIENT_SECRET;

pub(super) const METHOD: Method = Method {
    name: "client secret",
    credential,
};

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, String> {
    let application = context.application(&[&CLIENT_SECRET], &[&CLIENT_SECRET])?;
    let secret = context.secret(&CLIENT_SECRET)?;
    let options = ClientSecretCredentialOptions {
        client_options: authority::client_options(context),
    };
    ClientSecretCredential::new(
        &application.tenant_id,
        application.client_id,
        secret,
        Some(options),
    )
    .map(|credential| credential as Arc<dyn TokenCredential>)
    .map_err(|error| error.to_string())
}
