//! `/metadata/endpoints`, from which clients learn where a cloud lives.

use super::Desk;
use crate::core::call::{Call, Reply};
use crate::core::errors;
use crate::core::json::{Json, json};

/// The versions that are served: the first answers the small form of Azure Stack, the second a list of clouds, the
/// others one cloud.
const STACK: &str = "2015-01-01";
const LIST: &str = "2019-05-01";
const ONE: [&str; 3] = ["2020-06-01", "2022-09-01", "2023-11-01"];

const AUDIENCES: [&str; 2] = [
    "https://management.core.windows.net/",
    "https://management.azure.com/",
];

/// Describes this emulator as a cloud whose sign-in and management are both here.
pub(super) fn endpoints(desk: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    let body = match call.api_version() {
        Ok(STACK) => stack(&call.base),
        Ok(LIST) => json!([cloud(&call.base)]),
        Ok(version) if ONE.contains(&version) => cloud(&call.base),
        Ok(version) => {
            let error = errors::invalid_api_version_parameter(
                version,
                format!("{STACK},{LIST},{}", ONE.join(",")),
            );
            return Reply::error(&error, desk.clock);
        }
        Err(error) => return Reply::error(&error, desk.clock),
    };
    Reply::json(200, body)
}

fn cloud(base: &str) -> Json {
    json!({
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": base,
            "audiences": AUDIENCES,
            "tenant": "common",
            "identityProvider": "AAD"
        },
        "media": "https://rest.media.azure.net",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "name": "AzureCloud",
        "suffixes": {
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "acrLoginServer": "azurecr.io",
            "sqlServerHostname": "database.windows.net",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "storageSyncEndpointSuffix": "afs.azure.net",
            "mhsmDns": "managedhsm.azure.net",
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
            "mariadbServerEndpoint": "mariadb.database.azure.com",
            "synapseAnalytics": "dev.azuresynapse.net",
            "attestationEndpoint": "attest.azure.net"
        },
        "batch": "https://batch.core.windows.net/",
        // The public cloud's own answer ends with a slash, other clouds' do not. With it azurerm 3 puts two slashes into every
        // path and then waits for deletions at the address of the list.
        "resourceManager": base,
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "appInsightsTelemetryChannelResourceId": "https://dc.applicationinsights.azure.com/v2/track",
        "attestationResourceId": "https://attest.azure.net",
        "synapseAnalyticsResourceId": "https://dev.azuresynapse.net",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "ossrDbmsResourceId": "https://ossrdbms-aad.database.windows.net",
        "gallery": "https://gallery.azure.com/"
    })
}

fn stack(base: &str) -> Json {
    json!({
        "galleryEndpoint": "https://gallery.azure.com/",
        "graphEndpoint": "https://graph.windows.net/",
        "portalEndpoint": "https://portal.azure.com/",
        "authentication": {"loginEndpoint": base, "audiences": AUDIENCES}
    })
}
