//! `/metadata/endpoints`, from which clients learn where a cloud lives.

use crate::core::call::{Call, Reply};
use crate::core::json::json;

/// Describes this emulator as a cloud whose sign-in and management are both here.
pub(crate) fn endpoints(call: &Call) -> Reply {
    let base = &call.base;
    let cloud = json!({
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": base,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD"
        },
        "resourceManager": format!("{base}/"),
        "graph": "https://graph.windows.net/",
        "graphAudience": "https://graph.windows.net/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "gallery": "https://gallery.azure.com/",
        "batch": "https://batch.core.windows.net/",
        "suffixes": {"keyVaultDns": "vault.azure.net", "storage": "core.windows.net", "sqlServerHostname": "database.windows.net"}
    });
    // The version of 2019 answered a list, the later ones one object.
    let body = if call.query("api-version") == Some("2019-05-01") {
        json!([cloud])
    } else {
        cloud
    };
    Reply::json(200, body)
}
