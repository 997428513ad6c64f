//! An application that is registered in the directory: its ids, and the credentials it signs in with.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Certificate, guid};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::{Json, json};
use crate::core::random::stable_guid;

/// A registered application, or a managed identity, which is an application of a resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) tenant_id: String,
    /// Further tenants in which it was consented to.
    #[serde(default)]
    also_in: Vec<String>,
    /// The id of its service principal, by which roles are assigned.
    pub(crate) object_id: String,
    name: Option<String>,
    /// The user-assigned identity that the application belongs to, if it belongs to one.
    pub(crate) resource_id: Option<String>,
    secrets: Vec<Secret>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) federated_credentials: Vec<FederatedCredential>,
}

/// A client secret, of which only a digest is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Secret {
    digest: String,
    /// The end of its validity in seconds of Unix time.
    ends: Option<i64>,
}

/// Whose assertions an application may sign in with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FederatedCredential {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    #[serde(default = "exchange")]
    pub(crate) audiences: Vec<String>,
}

/// What comes of comparing a secret with those of an application.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Match {
    Valid,
    Expired,
    Unknown,
}

/// An application as the control API and fixtures spell it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Source {
    display_name: Option<String>,
    tenant_id: Option<String>,
    #[serde(default)]
    further_tenant_ids: Vec<String>,
    object_id: Option<String>,
    resource_id: Option<String>,
    #[serde(default)]
    secrets: Vec<SecretSource>,
    #[serde(default)]
    certificates: Vec<String>,
    #[serde(default)]
    federated_credentials: Vec<FederatedCredential>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SecretSource {
    secret_text: String,
    end_date_time: Option<String>,
}

impl Application {
    /// An application that nobody registered: its object id is always the same.
    pub(crate) fn anyone(client: &str, tenant: &str) -> Self {
        Self {
            client_id: client.to_owned(),
            tenant_id: tenant.to_owned(),
            also_in: Vec::new(),
            object_id: stable_guid(&format!("service principal of {}", client.to_lowercase())),
            name: None,
            resource_id: None,
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
        }
    }

    /// Reads an application; what it leaves out is as it would be for anyone.
    pub(super) fn read(client: &str, source: &Json, home: &str) -> Result<Self, ArmError> {
        let client = guid(client)
            .ok_or_else(|| errors::invalid_control_request("the client id is a GUID"))?;
        let source: Source =
            serde_json::from_value(source.clone()).map_err(|error| explain(&error))?;
        let id = |given: Option<String>, member: &str, default: String| match given {
            Some(given) => guid(&given)
                .ok_or_else(|| errors::invalid_control_request(format!("'{member}' is a GUID"))),
            None => Ok(default),
        };
        let anyone = Self::anyone(&client, home);
        let further = source.further_tenant_ids.into_iter();
        let further = further.map(|one| id(Some(one), "furtherTenantIds", String::new()));
        Ok(Self {
            also_in: further.collect::<Result<_, _>>()?,
            tenant_id: id(source.tenant_id, "tenantId", anyone.tenant_id.clone())?,
            object_id: id(source.object_id, "objectId", anyone.object_id.clone())?,
            name: source.display_name,
            resource_id: source.resource_id,
            secrets: source
                .secrets
                .iter()
                .map(Secret::read)
                .collect::<Result<_, _>>()?,
            certificates: source
                .certificates
                .iter()
                .map(|pem| {
                    Certificate::read(pem).ok_or_else(|| {
                        errors::invalid_control_request(
                            "'certificates' are texts, each with a certificate in PEM form",
                        )
                    })
                })
                .collect::<Result<_, _>>()?,
            federated_credentials: source.federated_credentials,
            ..anyone
        })
    }

    /// Every tenant in which it signs in.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.tenant_id).chain(&self.also_in)
    }

    /// Compares a secret with those of the application.
    pub(crate) fn compare(&self, secret: &str) -> Match {
        let digest = digest_of(secret);
        let now = Timestamp::now().as_second();
        let mut matching = self
            .secrets
            .iter()
            .filter(|known| known.digest == digest)
            .peekable();
        if matching.peek().is_none() {
            return Match::Unknown;
        }
        if matching.any(|known| known.ends.is_none_or(|ends| now < ends)) {
            Match::Valid
        } else {
            Match::Expired
        }
    }

    /// The application without its secrets.
    pub(crate) fn show(&self) -> Json {
        let secrets: Vec<Json> = self
            .secrets
            .iter()
            .map(|secret| json!({"endDateTime": secret.ends.and_then(shown)}))
            .collect();
        let certificates: Vec<Json> = self.certificates.iter().map(Certificate::show).collect();
        json!({
            "clientId": self.client_id,
            "tenantId": self.tenant_id,
            "furtherTenantIds": self.also_in,
            "objectId": self.object_id,
            "displayName": self.name,
            "resourceId": self.resource_id,
            "secrets": secrets,
            "certificates": certificates,
            "federatedCredentials": self.federated_credentials,
        })
    }
}

impl Secret {
    fn read(source: &SecretSource) -> Result<Self, ArmError> {
        if source.secret_text.is_empty() {
            return Err(errors::invalid_control_request("'secretText' is not empty"));
        }
        let ends = source.end_date_time.as_deref().map(|end| {
            end.parse().map(Timestamp::as_second).map_err(|_| {
                errors::invalid_control_request(
                    "'endDateTime' is a time such as 2030-01-31T00:00:00Z",
                )
            })
        });
        Ok(Self {
            digest: digest_of(&source.secret_text),
            ends: ends.transpose()?,
        })
    }
}

fn digest_of(secret: &str) -> String {
    STANDARD.encode(digest(&SHA256, secret.as_bytes()))
}

/// The audience that Azure asks federated issuers for.
fn exchange() -> Vec<String> {
    vec!["api://AzureADTokenExchange".to_owned()]
}

/// A time in seconds of Unix time as JSON shows it.
pub(super) fn shown(seconds: i64) -> Option<String> {
    Some(Timestamp::from_second(seconds).ok()?.to_string())
}

/// What is wrong with an application. A value of the wrong type is not shown: it may be a secret.
fn explain(error: &serde_json::Error) -> ArmError {
    let text = error.to_string();
    if text.starts_with("invalid") {
        return errors::invalid_control_request(
            "a member of the application has the wrong type of value",
        );
    }
    errors::invalid_control_request(&text)
}
