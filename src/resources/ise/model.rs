//! What the rules about an environment look at.

use tfplugin_framework::model::Model;
use tfplugin_framework::types::attr::Attr;
use tfplugin_framework::types::number::Number;
use tfplugin_framework::types::value::Value;

/// An environment in a configuration, a plan or the state, as far as it is known.
#[derive(Debug, Model)]
#[model(partial)]
pub(crate) struct Environment {
    pub(crate) sku: Attr<String>,
    pub(super) capacity: Attr<Number>,
    pub(super) access_endpoint_type: Attr<String>,
    pub(super) subnet_ids: Attr<Vec<Attr<String>>>,
    pub(super) identity: Value,
    pub(super) customer_managed_key: Value,
}
