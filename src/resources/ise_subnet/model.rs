//! What the rules about a subnet look at.

use tfplugin_framework::model::Model;
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::value::Object;

use crate::arm::ResourceId;
use crate::validate::cidr::Cidr;

/// A subnet in a configuration, a plan or the state, as far as it is known.
#[derive(Debug, Default, Model)]
#[model(partial)]
pub(super) struct Subnet {
    pub(super) virtual_network_id: Attr<String>,
    pub(super) address_prefix: Attr<String>,
    pub(super) address_class: Attr<String>,
}

impl Subnet {
    /// What an object of the schema says: all of its fields hold whatever it has.
    pub(super) fn of(object: &Object) -> Self {
        object.model().unwrap_or_default()
    }

    /// Its network.
    pub(super) fn network(&self) -> Option<ResourceId> {
        ResourceId::parse(self.virtual_network_id.known()?).ok()
    }

    /// Its range.
    pub(super) fn range(&self) -> Option<Cidr> {
        Cidr::parse(self.address_prefix.known()?).ok()
    }
}
