//! What the rules look at.

use super::network::Network;
use super::subject::{Owner, Subject};
use crate::arm::ResourceId;
use crate::azure::subnet::prefixes;
use crate::validate::network::addresses::{Addresses, Span};
use crate::validate::network::routes::RouteTable;
use crate::validate::network::surroundings::Surroundings;

/// All that the rules may look at.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) network: &'a Network,
    pub(super) subject: &'a Subject,
    /// Environments that may hold the subnets.
    pub(super) owners: Owners<'a>,
}

/// Environments that may hold the subnets: this very one, or the one that it replaces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Owners<'a> {
    /// These are.
    pub(super) certain: &'a [Owner],
    /// Each of these may be.
    pub(super) undecided: &'a [Owner],
}

impl<'a> Facts<'a> {
    /// The route tables that are known.
    pub(super) fn tables(&self) -> Vec<(&'a ResourceId, RouteTable)> {
        let tables = self.network.route_tables.iter();
        let known = tables
            .filter_map(|seen| Some((&seen.id, RouteTable::read(seen.id.name(), seen.body()?))));
        known.collect()
    }

    /// What is around the subnets, as far as it could be read.
    pub(super) fn surroundings(&self) -> Surroundings {
        let subnets = self.network.known();
        let subnets: Addresses = subnets
            .flat_map(|(_, body)| prefixes(body))
            .map(Span::from)
            .collect();
        let network = self.network.virtual_network.as_ref();
        let network = network.and_then(|seen| seen.body());
        let location = self.subject.location.as_ref();
        let there = || Some(network?["location"].as_str()?.to_owned());
        let region = location.map(|location| location.short()).or_else(there);
        let region = region.unwrap_or_default();
        match network {
            Some(network) => Surroundings::of_network(network, &region, subnets),
            None => Surroundings {
                region,
                subnets,
                ..Surroundings::default()
            },
        }
    }
}
