//! What the rules about a logic app look at.

use serde_json::{Map, Value as Json};
use tfplugin_framework::model::Model;
use tfplugin_framework::types::attr::Attr;

use crate::arm::ResourceId;
use crate::validate::json;
use crate::validate::workflow::Definition;

/// A logic app in a configuration, a plan or the state, as far as it is known.
#[derive(Debug, Model)]
#[model(partial)]
pub(super) struct LogicApp {
    ise_id: Attr<String>,
    integration_account_id: Attr<String>,
    definition: Attr<String>,
    parameters: Attr<String>,
    secure_parameters_wo: Attr<String>,
    pub(super) enabled: Attr<bool>,
}

impl LogicApp {
    /// Its environment as it is written.
    pub(super) fn ise_id(&self) -> &str {
        self.ise_id.known().map_or("", String::as_str)
    }

    /// Its environment, if that is known.
    pub(super) fn environment(&self) -> Option<ResourceId> {
        ResourceId::parse(self.ise_id.known()?).ok()
    }

    /// Its integration account, if it has one that is known.
    pub(super) fn integration_account(&self) -> Option<ResourceId> {
        ResourceId::parse(self.integration_account_id.known()?).ok()
    }

    /// Its definition, if that is known and can be read.
    pub(super) fn definition(&self) -> Option<Definition> {
        Definition::parse(self.definition.known()?).ok()
    }

    /// The values of its plain parameters; nothing while they are unknown.
    pub(super) fn plain_values(&self) -> Option<Map<String, Json>> {
        values(&self.parameters)
    }

    /// The values of its secure parameters, which only a configuration has; nothing while they are unknown.
    pub(super) fn secure_values(&self) -> Option<Map<String, Json>> {
        values(&self.secure_parameters_wo)
    }
}

fn values(text: &Attr<String>) -> Option<Map<String, Json>> {
    match text {
        Attr::Null => Some(Map::new()),
        text => json::object(text.known()?).ok(),
    }
}
