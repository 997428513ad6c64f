//! An application with a secret.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};

use super::loopback;
use super::settings::Context;

pub(super) fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, String> {
    let settings = context.settings;
    let given = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    let secret = settings
        .client_secret
        .clone()
        .filter(|secret| !secret.secret().is_empty());
    let (Some(tenant_id), Some(client_id), Some(secret)) = (
        given(&settings.tenant_id),
        given(&settings.client_id),
        secret.clone(),
    ) else {
        let missing = [
            ("tenant_id", given(&settings.tenant_id).is_none()),
            ("client_id", given(&settings.client_id).is_none()),
            ("client_secret", secret.is_none()),
        ];
        let missing = missing.iter().filter(|(_, missing)| *missing);
        let names = missing.map(|(name, _)| *name).collect::<Vec<_>>();
        return Err(format!("not configured: {} missing", names.join(", ")));
    };
    let options = ClientSecretCredentialOptions {
        client_options: loopback::client_options(context)?,
    };
    ClientSecretCredential::new(&tenant_id, client_id, secret, Some(options))
        .map(|credential| credential as Arc<dyn TokenCredential>)
        .map_err(|error| error.to_string())
}
