//! Texts of formats.

use std::sync::LazyLock;

use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::resource::ReadRequest;
use tfplugin_framework::schema::{Attribute, Schema};
use tfplugin_framework::types::value::Object;

use crate::echo::Echo;
use crate::types::{
    EXACT_JSON, IPV4_ADDRESS, IPV4_CIDR, IPV6_ADDRESS, IPV6_CIDR, NORMALIZED_JSON, RFC3339,
    expand_ipv6,
};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema {
    attributes: [
        ("json_normalized_attribute", NORMALIZED_JSON),
        ("json_exact_attribute", EXACT_JSON),
        ("ip_v4_attribute", IPV4_ADDRESS),
        ("ip_v6_attribute", IPV6_ADDRESS),
        ("ip_v4_cidr_attribute", IPV4_CIDR),
        ("ip_v6_cidr_attribute", IPV6_CIDR),
        ("time_rfc3339_attribute", RFC3339),
    ]
    .map(|(name, format)| Attribute::string(name).custom_type(format))
    .into(),
    ..Schema::default()
});

/// The resource.
pub(super) struct CustomType;

impl Echo for CustomType {
    fn type_name(&self) -> &'static str {
        "framework_customtype"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    /// Tells an address in another form, which means the same.
    fn read(&self, request: ReadRequest<'_>) -> Result<Object, Diagnostic> {
        let mut state = request.current.clone();
        if let Some(address) = state.str("ip_v6_attribute").map(expand_ipv6) {
            state.set("ip_v6_attribute", address);
        }
        Ok(state)
    }
}
