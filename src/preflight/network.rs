//! What the preflight reads: the subnets of an environment and what is around them.

use serde_json::Value as Json;

use super::subject::{Circumstances, Owner};
use crate::arm::{self, ResourceId, ResourceType, Session};
use crate::azure::subnet::{holders as holders_of, route_table_id, security_group_id};
use crate::azure::types::{
    ENVIRONMENTS, NETWORK_SECURITY_GROUPS, ROUTE_TABLES, SUBNETS, VIRTUAL_NETWORKS,
};

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    Subnets,
    /// The environments that hold the subnets.
    Holders,
    VirtualNetwork,
    /// The route tables that the subnets use.
    Routes,
    /// The network security groups that the subnets use.
    Groups,
}

/// A virtual network as far as an environment has to do with it.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// The subnets whose IDs are known, in the environment's order.
    pub(super) subnets: Vec<Subnet>,
    /// The network itself; none when nobody asked for it, or no ID is known.
    pub(super) virtual_network: Option<Seen>,
    /// The network security groups of the subnets.
    pub(super) security_groups: Vec<Seen>,
    /// The route tables of the subnets.
    pub(super) route_tables: Vec<Seen>,
    /// The environments that hold subnets, and of which nobody knows yet whether they live.
    pub(super) environments: Vec<Seen>,
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
    Unreadable(arm::Error),
}

/// An object that could not be read.
#[derive(Debug)]
pub(super) struct Unreadable<'a> {
    /// The first subnet that it has to do with.
    pub(super) index: usize,
    /// Kind and name.
    pub(super) what: String,
    /// For what it was read.
    pub(super) reads: Reads,
    pub(super) error: &'a arm::Error,
}

impl Seen {
    /// The object, if it is known.
    pub(super) fn body(&self) -> Option<&Json> {
        match &self.found {
            Found::Known(body) => Some(body),
            Found::Missing | Found::Unreadable(_) => None,
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

    /// The first of these holders that is an environment and is no more: Azure has not let go of its subnets yet.
    pub(super) fn gone(&self, holders: &[String]) -> Option<&ResourceId> {
        let mut gone = self.environments.iter().filter(|seen| seen.is_missing());
        let is_holder = |id: &ResourceId| environments(holders).any(|holder| holder == *id);
        gone.find(|seen| is_holder(&seen.id)).map(|seen| &seen.id)
    }

    /// Whether it is known of each of these holders that was looked up whether it lives.
    pub(super) fn is_known_of(&self, holders: &[String]) -> bool {
        let is_holder = |id: &ResourceId| environments(holders).any(|holder| holder == *id);
        let mut held = self.environments.iter().filter(|seen| is_holder(&seen.id));
        held.all(|seen| !matches!(seen.found, Found::Unreadable(_)))
    }

    /// What the known subnets refer to, each once.
    fn used(&self, of: fn(&Json) -> Option<ResourceId>) -> Vec<ResourceId> {
        let mut used = Vec::new();
        for (_, body) in self.known() {
            used.extend(of(body).filter(|id| !used.contains(id)));
        }
        used
    }

    /// The environments that are no more, each with the subnets that Azure holds for it still.
    pub(super) fn not_released(&self) -> Vec<(ResourceId, Vec<ResourceId>)> {
        let gone = self.environments.iter().filter(|seen| seen.is_missing());
        let held_by = |id: &ResourceId| -> Vec<ResourceId> {
            let held = self
                .known()
                .filter(|(_, body)| environments(&holders_of(body)).any(|holder| holder == *id));
            held.map(|(subnet, _)| subnet.seen.id.clone()).collect()
        };
        gone.map(|seen| (seen.id.clone(), held_by(&seen.id)))
            .collect()
    }

    /// Everything that could not be read.
    pub(super) fn unreadable(&self) -> Vec<Unreadable<'_>> {
        let index_of = |id: &ResourceId, of: fn(&Json) -> Option<ResourceId>| {
            let mut users = self.known();
            let user = users.find(|(_, body)| of(body).as_ref() == Some(id));
            user.map_or(self.first_index(), |(subnet, _)| subnet.index)
        };
        let subnets = self.subnets.iter();
        let subnets = subnets.map(|subnet| (subnet.index, "subnet", Reads::Subnets, &subnet.seen));
        let networks = self.virtual_network.iter();
        let networks = networks.map(|seen| {
            let index = self.first_index();
            (index, "virtual network", Reads::VirtualNetwork, seen)
        });
        let groups = self.security_groups.iter();
        let groups = groups.map(|seen| {
            let index = index_of(&seen.id, security_group_id);
            (index, "network security group", Reads::Groups, seen)
        });
        let tables = self.route_tables.iter();
        let tables = tables.map(|seen| {
            let index = index_of(&seen.id, route_table_id);
            (index, "route table", Reads::Routes, seen)
        });
        subnets
            .chain(networks)
            .chain(groups)
            .chain(tables)
            .filter_map(|(index, noun, reads, seen)| match &seen.found {
                Found::Unreadable(error) => Some(Unreadable {
                    index,
                    what: format!("{noun} {:?}", seen.id.name()),
                    reads,
                    error,
                }),
                _ => None,
            })
            .collect()
    }
}

/// Reads what rules about these things need, each object once, and everything at once that does not depend on something else.
///
/// A subnet that other plans change counts as changed already.
pub(super) async fn read(
    session: &Session,
    subnet_ids: &[(usize, ResourceId)],
    circumstances: Option<&Circumstances<'_>>,
    reads: &[Reads],
    owners: &[Owner],
) -> Network {
    let wants = |one: Reads| reads.contains(&one);
    let subnets = async {
        if !wants(Reads::Subnets) {
            return Vec::new();
        }
        let subnets = subnet_ids
            .iter()
            .map(|(index, id)| subnet(session, *index, id, circumstances));
        futures::future::join_all(subnets).await
    };
    let virtual_network = async {
        let (_, first) = subnet_ids
            .first()
            .filter(|_| wants(Reads::VirtualNetwork))?;
        Some(look(&VIRTUAL_NETWORKS, session, first.parent()?).await)
    };
    let (subnets, virtual_network) = tokio::join!(subnets, virtual_network);
    let mut network = Network {
        subnets,
        virtual_network,
        ..Network::default()
    };
    let (mut holding, mut groups, mut tables) = (Vec::new(), Vec::new(), Vec::new());
    if wants(Reads::Holders) {
        holding = holders(&network, owners);
    }
    if wants(Reads::Groups) {
        groups = network.used(security_group_id);
    }
    if wants(Reads::Routes) {
        tables = network.used(route_table_id);
    }
    let all = |resource_type, ids: Vec<ResourceId>| {
        let looks = ids.into_iter();
        futures::future::join_all(looks.map(move |id| look(resource_type, session, id)))
    };
    (
        network.environments,
        network.security_groups,
        network.route_tables,
    ) = tokio::join!(
        all(&ENVIRONMENTS, holding),
        all(&NETWORK_SECURITY_GROUPS, groups),
        all(&ROUTE_TABLES, tables),
    );
    network
}

async fn subnet(
    session: &Session,
    index: usize,
    id: &ResourceId,
    circumstances: Option<&Circumstances<'_>>,
) -> Subnet {
    let mut seen = look(&SUBNETS, session, id.clone()).await;
    let planned = circumstances.and_then(|it| Some((it.plans.object(id)?, it.planned_subnet)));
    if let Some((planned, as_planned)) = &planned {
        seen.found = match seen.found {
            Found::Unreadable(error) => Found::Unreadable(error),
            found => {
                let body = match found {
                    Found::Known(body) => Some(body),
                    _ => None,
                };
                Found::Known(as_planned(body, planned))
            }
        };
    }
    Subnet {
        index,
        seen,
        is_planned: planned.is_some(),
    }
}

async fn look(resource_type: &ResourceType, session: &Session, id: ResourceId) -> Seen {
    let found = match session.of(resource_type).get_optional(&id).await {
        Ok(Some(body)) => Found::Known(body),
        Ok(None) => Found::Missing,
        Err(error) => Found::Unreadable(error),
    };
    Seen { id, found }
}

/// The environments that hold the known subnets, each once; without those that are known to have them.
fn holders(network: &Network, owners: &[Owner]) -> Vec<ResourceId> {
    let mut found = Vec::new();
    for (subnet, body) in network.known() {
        let is_known = |id: &ResourceId| {
            let mut owners = owners.iter().filter(|owner| owner.id == *id);
            owners.any(|owner| owner.subnet_ids.contains(&subnet.seen.id))
        };
        let all = holders_of(body);
        let new = environments(&all).filter(|id| !is_known(id) && !found.contains(id));
        let new: Vec<_> = new.collect();
        found.extend(new);
    }
    found
}

fn environments(holders: &[String]) -> impl Iterator<Item = ResourceId> + '_ {
    let parse = |holder: &String| ResourceId::parse_as(holder, ENVIRONMENTS.name).ok();
    holders.iter().filter_map(parse)
}
