//! What the preflight reads: the subnets of an environment and what is around them.

use serde_json::Value as Json;

use super::rules::About;
use crate::arm::{self, ResourceId, Session};
use crate::azure::PlanRegistry;
use crate::resources::ise_subnet;

/// A virtual network as far as an environment has to do with it.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// The subnets whose IDs are known, in the environment's order.
    pub(super) subnets: Vec<Subnet>,
    /// The network itself; none when nobody asked for it, or no ID is known.
    pub(super) virtual_network: Option<Seen>,
    /// The route tables of the subnets.
    pub(super) route_tables: Vec<Seen>,
}

/// One of an environment's subnets.
#[derive(Debug)]
pub(super) struct Subnet {
    /// Its place in `subnet_ids`.
    pub(super) index: usize,
    pub(super) seen: Seen,
    /// Whether it is part of this configuration, and its plan was made before.
    pub(super) is_planned: bool,
}

/// A network object, as it was found, or as this run plans it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) id: ResourceId,
    pub(super) found: Found,
}

/// What a look at an object gave.
#[derive(Debug)]
pub(super) enum Found {
    /// It is there, or will be.
    Known(Json),
    /// There is none.
    Missing,
    /// Nobody knows.
    Unread(arm::Error),
}

/// An object that could not be read.
#[derive(Debug)]
pub(super) struct Unread<'a> {
    /// The first subnet that it has to do with.
    pub(super) index: usize,
    /// Kind and name.
    pub(super) what: String,
    pub(super) error: &'a arm::Error,
}

impl Seen {
    /// The object, if it is known.
    pub(super) fn body(&self) -> Option<&Json> {
        match &self.found {
            Found::Known(body) => Some(body),
            Found::Missing | Found::Unread(_) => None,
        }
    }

    /// Whether there is certainly none.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.found, Found::Missing)
    }
}

impl Network {
    /// The place of the first known subnet, which stands for the network as a whole.
    pub(super) fn first_index(&self) -> usize {
        self.subnets.first().map_or(0, |subnet| subnet.index)
    }

    /// Subnets that are known, with their bodies.
    pub(super) fn known(&self) -> impl Iterator<Item = (&Subnet, &Json)> {
        let subnets = self.subnets.iter();
        subnets.filter_map(|subnet| Some((subnet, subnet.seen.body()?)))
    }

    /// Everything that could not be read.
    pub(super) fn unread(&self) -> Vec<Unread<'_>> {
        let index_of = |table: &ResourceId| {
            let mut users = self.known();
            let user = users.find(|(_, body)| route_table_id(body).as_ref() == Some(table));
            user.map_or(self.first_index(), |(subnet, _)| subnet.index)
        };
        let subnets = self.subnets.iter();
        let subnets = subnets.map(|subnet| (subnet.index, "subnet", &subnet.seen));
        let networks = self.virtual_network.iter();
        let networks = networks.map(|seen| (self.first_index(), "virtual network", seen));
        let tables = self.route_tables.iter();
        let tables = tables.map(|seen| (index_of(&seen.id), "route table", seen));
        subnets
            .chain(networks)
            .chain(tables)
            .filter_map(|(index, noun, seen)| match &seen.found {
                Found::Unread(error) => Some(Unread {
                    index,
                    what: format!("{noun} {:?}", seen.id.name()),
                    error,
                }),
                _ => None,
            })
            .collect()
    }
}

/// Reads what rules about these things need, everything at once that does not depend on something else.
///
/// A subnet that `plans` change counts as changed already.
pub(super) async fn read(
    session: &Session,
    subnet_ids: &[(usize, ResourceId)],
    plans: Option<&PlanRegistry>,
    abouts: &[About],
) -> Network {
    let wants = |about: About| abouts.contains(&about);
    let subnets = async {
        if !wants(About::Subnets) && !wants(About::Routes) {
            return Vec::new();
        }
        let subnets = subnet_ids
            .iter()
            .map(|(index, id)| subnet(session, *index, id, plans));
        futures::future::join_all(subnets).await
    };
    let virtual_network = async {
        let (_, first) = subnet_ids
            .first()
            .filter(|_| wants(About::VirtualNetwork))?;
        Some(look(session, first.parent()?).await)
    };
    let (subnets, virtual_network) = tokio::join!(subnets, virtual_network);
    let mut network = Network {
        subnets,
        virtual_network,
        route_tables: Vec::new(),
    };
    if wants(About::Routes) {
        let tables = route_tables(&network);
        let tables = tables.into_iter().map(|id| look(session, id));
        network.route_tables = futures::future::join_all(tables).await;
    }
    network
}

/// The ID of the route table of a subnet.
pub(super) fn route_table_id(subnet: &Json) -> Option<ResourceId> {
    ResourceId::parse(subnet["properties"]["routeTable"]["id"].as_str()?).ok()
}

async fn subnet(
    session: &Session,
    index: usize,
    id: &ResourceId,
    plans: Option<&PlanRegistry>,
) -> Subnet {
    let mut seen = look(session, id.clone()).await;
    let planned = plans.and_then(|plans| plans.object(id));
    if let Some(planned) = &planned {
        seen.found = match seen.found {
            Found::Unread(error) => Found::Unread(error),
            found => {
                let body = match found {
                    Found::Known(body) => Some(body),
                    _ => None,
                };
                Found::Known(ise_subnet::body_as_planned(body, planned))
            }
        };
    }
    Subnet {
        index,
        seen,
        is_planned: planned.is_some(),
    }
}

async fn look(session: &Session, id: ResourceId) -> Seen {
    // Subnets, networks and route tables are parts of one API with one version.
    let found = match ise_subnet::ARM.find(session, &id).await {
        Ok(Some(body)) => Found::Known(body),
        Ok(None) => Found::Missing,
        Err(error) => Found::Unread(error),
    };
    Seen { id, found }
}

/// The route tables of the known subnets, each once.
fn route_tables(network: &Network) -> Vec<ResourceId> {
    let mut tables = Vec::new();
    for (_, body) in network.known() {
        tables.extend(route_table_id(body).filter(|id| !tables.contains(id)));
    }
    tables
}
