//! `parse_id`: what an ARM ID is made of.

use std::collections::BTreeMap;

use tfplugin_framework::function::{CallRequest, Function, FunctionError, Parameter, Signature};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::{Object, Value};

use super::arguments::{text, wrong};
use crate::arm::ResourceId;

/// The segments that ARM itself knows, in its own casing: whoever looks one up in `parts` need not know how it was written.
const WELL_KNOWN: [&str; 4] = [
    "subscriptions",
    "resourceGroups",
    "providers",
    "managementGroups",
];

/// The function.
#[derive(Debug)]
pub(super) struct ParseId;

impl Function for ParseId {
    fn name(&self) -> &str {
        "parse_id"
    }

    fn signature(&self) -> Signature {
        let texts = [
            "id",
            "subscription_id",
            "resource_group_name",
            "provider_namespace",
            "type",
            "name",
            "parent_id",
        ];
        let members = texts.map(|name| (name, Type::String));
        let parts = [("parts", Type::map(Type::String))];
        let id = Parameter::new("id", Type::String)
            .doc("ID of anything in Azure Resource Manager, in any casing.");
        Signature::new(Type::object(members.into_iter().chain(parts)))
            .parameter(id)
            .summary("What an ARM ID is made of")
            .doc(
                "Takes apart the ID of anything in Azure Resource Manager: a subscription, a resource group, a management group, a resource \
                 anywhere, a child of one or an extension of one. Gives an object:\n\n\
                 - `id`: the ID as it was given.\n\
                 - `subscription_id`, `resource_group_name`: null where the ID has none.\n\
                 - `provider_namespace`, `type`: such as `Microsoft.Network` and `Microsoft.Network/virtualNetworks/subnets`. \
                 Subscriptions and resource groups are of `Microsoft.Resources`; an extension, such as a lock, has its own.\n\
                 - `name`: the last segment.\n\
                 - `parent_id`: the ID one level up, which is what a child or an extension belongs to, the resource group of a resource, and \
                 the subscription of a group. Null where only the tenant is above.\n\
                 - `parts`: a map of each segment to the one that follows it, such as `virtualNetworks` to the network's name. Of segments \
                 that are there twice, as `providers` in the ID of an extension, it has the last; `subscriptions`, `resourceGroups`, `providers` and \
                 `managementGroups` are spelled like that whatever the ID's casing.\n\n\
                 Functions of providers need Terraform 1.8 or OpenTofu 1.7.",
            )
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let id = ResourceId::parse(text(&request)).map_err(|error| wrong(error.to_string()))?;
        let resource_type = id.resource_type();
        let resource_type: Vec<_> = resource_type.split('/').map(known).collect();
        let resource_type = resource_type.join("/");
        let namespace = resource_type.split('/').next();
        let parent = id.parent().map(|parent| parent.to_string());
        let object: Object = [
            ("id", id.to_string().into()),
            ("subscription_id", id.subscription_id().into()),
            ("resource_group_name", id.resource_group().into()),
            ("provider_namespace", namespace.into()),
            ("type", resource_type.as_str().into()),
            ("name", id.name().into()),
            ("parent_id", parent.into()),
            ("parts", Value::Map(parts(&id))),
        ]
        .into_iter()
        .collect();
        Ok(object.into())
    }
}

fn parts(id: &ResourceId) -> BTreeMap<String, Value> {
    let segments: Vec<_> = id.segments().collect();
    let (pairs, _) = segments.as_chunks::<2>();
    let part = |[key, value]: &[&str; 2]| (known(key).to_owned(), Value::from(*value));
    pairs.iter().map(part).collect()
}

/// A segment in ARM's own casing, if it is one that ARM itself knows.
fn known(segment: &str) -> &str {
    let mut known = WELL_KNOWN.iter();
    let known = known.find(|known| known.eq_ignore_ascii_case(segment));
    known.copied().unwrap_or(segment)
}

#[cfg(test)]
mod tests {
    use tfplugin_framework::engine::Engine;

    use super::*;

    async fn call(id: &str) -> Result<Value, FunctionError> {
        Engine::default().call(&ParseId, &[id.into()]).await
    }

    #[tokio::test]
    async fn ids_of_all_kinds() {
        const SUBSCRIPTION: &str = "/subscriptions/s";
        const GROUP: &str = "/subscriptions/s/resourceGroups/g";
        const ROOT: &str = "/providers/Microsoft.Management/managementGroups/root";
        let network = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/v");
        let subnet = format!("{network}/subnets/a");
        let lock = format!("{subnet}/providers/Microsoft.Authorization/locks/l");
        let policy = format!("{ROOT}/providers/Microsoft.Authorization/policyAssignments/p");
        let location = format!("{SUBSCRIPTION}/providers/Microsoft.Logic/locations/westus");
        let (s, g) = (Some("s"), Some("g"));
        for (id, resource_type, subscription, group, parent) in [
            (
                SUBSCRIPTION,
                "Microsoft.Resources/subscriptions",
                s,
                None,
                None,
            ),
            (
                GROUP,
                "Microsoft.Resources/resourceGroups",
                s,
                g,
                Some(SUBSCRIPTION),
            ),
            (
                &network,
                "Microsoft.Network/virtualNetworks",
                s,
                g,
                Some(GROUP),
            ),
            (
                &subnet,
                "Microsoft.Network/virtualNetworks/subnets",
                s,
                g,
                Some(&network),
            ),
            (&lock, "Microsoft.Authorization/locks", s, g, Some(&subnet)),
            (
                &location,
                "Microsoft.Logic/locations",
                s,
                None,
                Some(SUBSCRIPTION),
            ),
            (
                ROOT,
                "Microsoft.Management/managementGroups",
                None,
                None,
                None,
            ),
            (
                &policy,
                "Microsoft.Authorization/policyAssignments",
                None,
                None,
                Some(ROOT),
            ),
        ] {
            let called = call(id).await.expect(id);
            let object = called.as_object().expect("an object");
            for (member, expected) in [
                ("id", Some(id)),
                ("subscription_id", subscription),
                ("resource_group_name", group),
                ("provider_namespace", resource_type.split('/').next()),
                ("type", Some(resource_type)),
                ("name", id.rsplit('/').next()),
                ("parent_id", parent),
            ] {
                assert_eq!(object.str(member), expected, "{member} of {id}");
            }
        }
    }

    #[tokio::test]
    async fn parts_are_found_under_the_names_that_arm_has() {
        let id = "/SUBSCRIPTIONS/s/resourcegroups/G/providers/microsoft.network/virtualNetworks/v/providers/Microsoft.Authorization/locks/l";
        let called = call(id).await.expect("an ID");
        let parts = called.as_object().map(|it| it.get("parts").clone());
        let group = call("/SUBSCRIPTIONS/s/resourcegroups/G")
            .await
            .expect("an ID");
        let group_type = group.as_object().and_then(|it| it.str("type"));
        assert_eq!(group_type, Some("Microsoft.Resources/resourceGroups"));
        let expected = [
            ("subscriptions", "s"),
            ("resourceGroups", "G"),
            ("virtualNetworks", "v"),
            ("providers", "Microsoft.Authorization"),
            ("locks", "l"),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.into()));
        assert_eq!(parts, Some(Value::Map(expected.into())));
    }

    #[tokio::test]
    async fn what_is_no_id_names_the_segment_at_fault() {
        for (id, words) in [
            ("", "does not start with \"/\"."),
            ("/subscriptions/s/", "segment 3 is empty."),
            (
                "/subscriptions/s/resourceGroups/g/providers/p",
                "no type and name follow the provider \"p\".",
            ),
        ] {
            let error = call(id).await.expect_err(id);
            assert_eq!(error.argument, Some(0));
            assert!(error.message.ends_with(words), "{}", error.message);
        }
    }

    proptest::proptest! {
        /// Whatever else an ID has: what is told of it leads back to it.
        #[test]
        fn parent_type_and_name_are_the_id(names in proptest::collection::vec("[a-z]{1,8}", 1..4)) {
            let base = ResourceId::in_group("s", "g", "Microsoft.Test/a", "x");
            let id = names.iter().fold(base, |id, name| id.child("b", name));
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let called = runtime.block_on(call(&id.to_string())).expect("an ID");
            let object = called.as_object().expect("an object");
            let told = format!("{}/b/{}", object.str_or_empty("parent_id"), object.str_or_empty("name"));
            proptest::prop_assert_eq!(told, id.to_string());
        }
    }
}
