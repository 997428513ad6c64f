//! The directory of Microsoft Entra ID: the tenant, and who may sign in to it.

mod application;
mod certificate;

pub(crate) use application::{Application, Match};
pub(crate) use certificate::{Certificate, hex};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::ArmError;
use super::errors;
use super::json::{Json, json, list, text};
use super::random::{Random, stable_guid};
use super::tracked::Tracked;

/// Who signs in here. While no application is registered, anyone does, in whatever tenant they name.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) tenant: Tenant,
    /// By client id in lower case.
    pub(crate) applications: Tracked<String, Application>,
}

/// The tenant that the subscriptions belong to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    name: String,
    domains: Vec<String>,
    /// The tenants of subscriptions that belong to others, by the id of the subscription in lower case.
    #[serde(default)]
    elsewhere: BTreeMap<String, String>,
}

/// Who a request comes from, by its token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Caller {
    pub(crate) client: String,
    pub(crate) object: String,
    pub(crate) tenant: String,
    /// Further tenants, of which tokens go along in `x-ms-authorization-auxiliary`.
    pub(crate) auxiliary: Vec<String>,
}

impl Caller {
    /// Whether a token of that tenant is shown.
    pub(crate) fn is_of(&self, tenant: &str) -> bool {
        self.tenant == tenant || self.auxiliary.iter().any(|known| known == tenant)
    }
}

impl Directory {
    /// A directory without applications, whose tenant is the same for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        let name = "Emulated";
        Self {
            tenant: Tenant {
                // Apart from the names of resources, which take their own numbers from the seed.
                id: Random::new(seed ^ 0x007E_4A47).guid(),
                name: name.to_owned(),
                domains: vec![format!("{}.onmicrosoft.com", name.to_lowercase())],
                elsewhere: BTreeMap::new(),
            },
            applications: Tracked::default(),
        }
    }

    /// Whether any client may sign in with any credential. Managed identities have none, so they do not count.
    pub(crate) fn is_open(&self) -> bool {
        self.applications
            .values()
            .all(|application| application.resource_id.is_some())
    }

    /// The application of that client id.
    pub(crate) fn application(&self, client: &str) -> Option<&Application> {
        self.applications.get(&client.to_lowercase())
    }

    /// Registers an application in place of any of the same client id.
    pub(crate) fn register(
        &mut self,
        client: &str,
        source: &Json,
    ) -> Result<&Application, ArmError> {
        let application = Application::read(client, source, &self.tenant.id)?;
        let key = client.to_lowercase();
        self.applications.insert(key.clone(), application);
        self.applications
            .get(&key)
            .ok_or_else(errors::internal_server_error)
    }

    /// Gives the tenant another id, and what else is said of it.
    pub(crate) fn rename(&mut self, id: &str, source: &Json) -> Result<(), ArmError> {
        let id = guid(id)
            .ok_or_else(|| errors::invalid_control_request("the id of a tenant is a GUID"))?;
        self.tenant.id = id;
        if let Some(name) = text(source, "displayName") {
            name.clone_into(&mut self.tenant.name);
        }
        let domains = list(source, "domains").iter().filter_map(Json::as_str);
        let domains: Vec<String> = domains.map(str::to_owned).collect();
        if !domains.is_empty() {
            self.tenant.domains = domains;
        }
        Ok(())
    }

    /// Gives a subscription to another tenant.
    pub(crate) fn move_subscription(&mut self, id: &str, source: &Json) -> Result<(), ArmError> {
        let tenant = text(source, "tenantId").and_then(guid);
        let (Some(subscription), Some(tenant)) = (guid(id), tenant) else {
            let why = "a subscription and its 'tenantId' are GUIDs";
            return Err(errors::invalid_control_request(why));
        };
        self.tenant.elsewhere.insert(subscription, tenant);
        Ok(())
    }

    /// The tenant that a subscription belongs to.
    pub(crate) fn tenant_of(&self, subscription: &str) -> &str {
        let elsewhere = self.tenant.elsewhere.get(&subscription.to_lowercase());
        elsewhere.unwrap_or(&self.tenant.id)
    }

    /// The id of the tenant that a client names by id or domain; none when there is no such tenant.
    pub(crate) fn find_tenant(&self, named: &str) -> Option<String> {
        let home = &self.tenant;
        let mut elsewhere = home.elsewhere.values();
        if let Some(other) = elsewhere.find(|id| id.eq_ignore_ascii_case(named)) {
            return Some(other.clone());
        }
        let is_home = self.is_open()
            || home.id.eq_ignore_ascii_case(named)
            || home
                .domains
                .iter()
                .any(|domain| domain.eq_ignore_ascii_case(named));
        if is_home {
            return Some(home.id.clone());
        }
        self.applications
            .values()
            .flat_map(Application::tenants)
            .find(|tenant| tenant.eq_ignore_ascii_case(named))
            .cloned()
    }

    /// The managed identity that the machine itself has.
    pub(crate) fn system_identity(&self) -> Application {
        let client = stable_guid(&format!("system-assigned identity of {}", self.tenant.id));
        Application::anyone(&client, &self.tenant.id)
    }

    /// The managed identity that is a resource of its own, registered or not.
    pub(crate) fn user_identity(&self, resource_id: &str) -> Application {
        let registered = self.applications.values().find(|application| {
            application
                .resource_id
                .as_deref()
                .is_some_and(|known| known.eq_ignore_ascii_case(resource_id))
        });
        registered.cloned().unwrap_or_else(|| {
            let client = stable_guid(&resource_id.to_lowercase());
            Application::anyone(&client, &self.tenant.id)
        })
    }
}

impl Tenant {
    /// The tenant as `GET /tenants` shows it.
    pub(crate) fn show(&self) -> Json {
        json!({
            "id": format!("/tenants/{}", self.id),
            "tenantId": self.id,
            "countryCode": "US",
            "displayName": self.name,
            "domains": self.domains,
            "tenantCategory": "Home",
            "defaultDomain": self.domains.first(),
            "tenantType": "AAD"
        })
    }
}

/// The text as a GUID in lower case, if it is one.
pub(crate) fn guid(text: &str) -> Option<String> {
    (text.len() == 36)
        .then(|| uuid::Uuid::parse_str(text).ok())
        .flatten()
        .map(|guid| guid.to_string())
}
