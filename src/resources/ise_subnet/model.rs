//! What the rules about a subnet look at.

use serde_json::Value as Json;
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

/// The body with its range in the form of one: newer API versions answer one in the form of many.
pub(super) fn in_form_of_one(body: &Json, object: &Object) -> Json {
    let mut body = body.clone();
    let prefix = address_prefix(&body, object);
    let properties = body.get_mut("properties");
    if let Some(properties) = properties.and_then(Json::as_object_mut) {
        properties.insert("addressPrefix".to_owned(), prefix.into());
    }
    body
}

/// The range of a subnet: of many, the one that is known, for another may be IPv6.
fn address_prefix(body: &Json, object: &Object) -> Option<String> {
    let properties = &body["properties"];
    if let Some(one) = properties["addressPrefix"].as_str() {
        return Some(one.to_owned());
    }
    let many = properties["addressPrefixes"].as_array()?;
    let many = || many.iter().filter_map(Json::as_str);
    let known = many().find(|prefix| object.str("address_prefix") == Some(*prefix));
    let first = || many().find(|prefix| Cidr::parse(prefix).is_ok());
    known.or_else(first).map(str::to_owned)
}
