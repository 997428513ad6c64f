//! Subnets as ARM shows them: their ranges, and what holds them.

use serde_json::Value as Json;

use crate::arm::ResourceId;
use crate::validate::cidr::Cidr;

/// The IPv4 ranges of a subnet.
pub(crate) fn prefixes(body: &Json) -> Vec<Cidr> {
    let properties = &body["properties"];
    let many = properties["addressPrefixes"].as_array();
    let all = match properties["addressPrefix"].as_str() {
        Some(one) => vec![one],
        None => many
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect(),
    };
    all.into_iter()
        .filter_map(|prefix| Cidr::parse(prefix).ok())
        .collect()
}

/// The ID of what holds the subnet, if anything does that has one.
pub(crate) fn holder(body: &Json) -> Option<String> {
    let mut holders = holders(body).into_iter();
    holders.find(|holder| ResourceId::parse(holder).is_ok())
}

/// What holds the subnet: the objects at the other end of its links, and those with an address in it. By ID; a link that
/// names no object stands for itself.
pub(crate) fn holders(body: &Json) -> Vec<String> {
    let elements = |name: &str| body["properties"][name].as_array().into_iter().flatten();
    let text = |json: &Json| json.as_str().map(str::to_owned);
    let links = ["serviceAssociationLinks", "resourceNavigationLinks"];
    let links = links.into_iter().flat_map(elements).filter_map(|link| {
        [
            &link["properties"]["link"],
            &link["properties"]["linkedResourceType"],
            &link["name"],
        ]
        .into_iter()
        .find_map(text)
    });
    let occupants = [
        "ipConfigurations",
        "ipConfigurationProfiles",
        "privateEndpoints",
        "applicationGatewayIPConfigurations",
    ];
    let occupants = occupants.into_iter().flat_map(elements);
    let occupants = occupants.filter_map(|occupant| text(&occupant["id"]));
    links.chain(occupants).collect()
}

/// The ID of the network security group of a subnet.
pub(crate) fn security_group_id(subnet: &Json) -> Option<ResourceId> {
    ResourceId::parse(subnet["properties"]["networkSecurityGroup"]["id"].as_str()?).ok()
}

/// The ID of the route table of a subnet.
pub(crate) fn route_table_id(subnet: &Json) -> Option<ResourceId> {
    ResourceId::parse(subnet["properties"]["routeTable"]["id"].as_str()?).ok()
}
