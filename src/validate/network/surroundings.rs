//! What is around the subnets, as far as it is known, and who is at the far end of their traffic.

use serde_json::Value as Json;

use super::addresses::{Addresses, HOST, Span};
use super::table::{INTERNET, VIRTUAL_NETWORK};

/// The virtual network, and what is connected with it.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The region, in ARM's short form.
    pub region: String,
    /// The environment's own subnets, as far as they are known.
    pub subnets: Addresses,
    /// The space of the network and of those that it is peered with; none as long as nobody knows it.
    pub space: Option<Addresses>,
    /// The network's own blocks, for each of which it has a route.
    pub blocks: Vec<Span>,
    /// Whether a gateway or a route server may connect it with networks that are not Azure's, and teach it routes.
    pub has_gateway: bool,
}

/// Who is at the far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Far {
    /// The environment's own subnets.
    Subnets,
    /// Everything in the network and connected with it.
    VirtualNetwork,
    /// Everything public.
    Internet,
    /// What tests whether machines are alive.
    LoadBalancer,
    /// A service of Azure: some public addresses, which only Azure knows.
    Service(&'static str),
}

/// Subnets that hold gateways and route servers, by the names that Azure asks for.
const GATEWAYS: [&str; 2] = ["GatewaySubnet", "RouteServerSubnet"];

impl Surroundings {
    /// Reads a virtual network as ARM shows it.
    pub fn of_network(network: &Json, region: &str, subnets: Addresses) -> Self {
        let properties = &network["properties"];
        let own: Vec<Span> = blocks(&properties["addressSpace"]).collect();
        let mut space: Addresses = own.iter().copied().collect();
        let mut has_gateway = elements(&properties["subnets"])
            .filter_map(|subnet| subnet["name"].as_str())
            .any(|name| {
                GATEWAYS
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name))
            });
        for peering in elements(&properties["virtualNetworkPeerings"]) {
            let peering = &peering["properties"];
            has_gateway |= peering["useRemoteGateways"] == true;
            let spaces = ["remoteVirtualNetworkAddressSpace", "remoteAddressSpace"];
            for span in spaces.iter().flat_map(|name| blocks(&peering[*name])) {
                space.insert(span);
            }
        }
        Self {
            region: region.to_owned(),
            subnets,
            space: Some(space),
            blocks: own,
            has_gateway,
        }
    }

    /// What is certainly known to be in the network or peered with it.
    pub fn known_space(&self) -> &Addresses {
        self.space.as_ref().unwrap_or(&self.subnets)
    }

    /// What is on the internet: public, and not in the network.
    pub fn outside(&self) -> Addresses {
        Addresses::public().without(self.known_space())
    }

    /// Private addresses that may be reached through a gateway, or lie in space that nobody knows.
    pub fn perhaps_connected(&self) -> Addresses {
        match self.has_gateway || self.space.is_none() {
            true => Addresses::private().without(self.known_space()),
            false => Addresses::default(),
        }
    }
}

impl Far {
    /// Who is meant by the tag of a row. What the guide calls the network is the environment's own subnets, except for
    /// its callers, who are all that are connected with the network.
    pub fn of_tag(tag: &'static str, are_callers: bool) -> Self {
        match tag {
            VIRTUAL_NETWORK if are_callers => Self::VirtualNetwork,
            VIRTUAL_NETWORK => Self::Subnets,
            INTERNET => Self::Internet,
            "AzureLoadBalancer" => Self::LoadBalancer,
            service => Self::Service(service),
        }
    }

    /// The addresses among which it is.
    pub fn addresses(self, surroundings: &Surroundings) -> Addresses {
        match self {
            Self::Subnets => surroundings.subnets.clone(),
            Self::VirtualNetwork => surroundings.known_space().clone(),
            Self::LoadBalancer => [HOST].into_iter().collect(),
            Self::Internet | Self::Service(_) => surroundings.outside(),
        }
    }

    /// Whether it is all of these addresses, and not just some of them.
    pub fn is_all(self) -> bool {
        !matches!(self, Self::Service(_))
    }

    /// Whether it is outside of the network.
    pub fn is_outside(self) -> bool {
        matches!(self, Self::Internet | Self::Service(_))
    }
}

/// The blocks of an address space.
fn blocks(space: &Json) -> impl Iterator<Item = Span> + '_ {
    elements(&space["addressPrefixes"]).filter_map(|block| Span::read(block.as_str()?))
}

/// The elements of a list, if it is one.
pub(super) fn elements(list: &Json) -> impl Iterator<Item = &Json> + '_ {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_network_with_what_is_peered_and_with_gateways() {
        let network = |more: Json| {
            let mut body = json!({ "properties": { "addressSpace": { "addressPrefixes": ["130.0.0.0/16", "fd00::/48"] } } });
            for (name, value) in more.as_object().expect("members") {
                body["properties"][name] = value.clone();
            }
            Surroundings::of_network(&body, "westeurope", Addresses::default())
        };
        let span = |text: &str| Span::read(text).expect(text);
        let alone = network(json!({}));
        assert!(!alone.has_gateway && alone.perhaps_connected().is_empty());
        assert!(
            !alone.outside().overlaps(span("130.0.1.1")),
            "it has public space"
        );
        let peering = json!({ "virtualNetworkPeerings": [{ "properties": {
            "useRemoteGateways": true, "remoteAddressSpace": { "addressPrefixes": ["10.9.0.0/16"] } } }] });
        let peered = network(peering);
        assert!(peered.has_gateway && peered.known_space().overlaps(span("10.9.1.0/24")));
        let there = peered.perhaps_connected();
        assert!(there.overlaps(span("10.8.0.0/16")) && !there.overlaps(span("10.9.0.0/16")));
        let gateway = network(json!({ "subnets": [{ "name": "GatewaySubnet" }] }));
        assert!(gateway.has_gateway);
    }
}
