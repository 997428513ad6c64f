//! The environment that is looked at, and what others have to do with it.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tfplugin_framework::types::path::Path;
use tfplugin_framework::types::value::Object;

use crate::arm::{Location, ResourceId};
use crate::azure::PlanRegistry;
use crate::azure::claims::Claim;
use crate::azure::types::SUBNETS;
use crate::validate::network::table::AccessEndpoint;

/// The environment that is looked at, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The known IDs of its subnets, each with its place in the list.
    pub(crate) subnet_ids: Vec<(usize, ResourceId)>,
    /// Whether these are all of its subnets.
    pub(crate) is_complete: bool,
    /// Where it is to be.
    pub(crate) location: Option<Location>,
    /// How it is called; none as long as nobody knows it.
    pub(crate) access_endpoint: Option<AccessEndpoint>,
    /// Whether the network uses ExpressRoute.
    pub(crate) express_route: bool,
}

impl Subject {
    /// What a configuration, a plan or a state says.
    pub(crate) fn of(environment: &Object) -> Self {
        let endpoint = environment.get("access_endpoint_type");
        Self {
            subnet_ids: subnet_ids(environment),
            is_complete: environment.get("subnet_ids").is_wholly_known(),
            location: environment.str("location").map(Location::new),
            access_endpoint: match endpoint.is_unknown() {
                true => None,
                // The default, which asks for less.
                false => endpoint
                    .as_str()
                    .and_then(AccessEndpoint::named)
                    .or(Some(AccessEndpoint::Internal)),
            },
            express_route: environment.bool("express_route") == Some(true),
        }
    }
}

/// An environment that may hold the subnets: this very one, or the one that it replaces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) id: ResourceId,
    pub(crate) subnet_ids: Vec<ResourceId>,
}

/// What the plan of an environment has to do with others.
pub(crate) struct Circumstances<'a> {
    /// Environments that may hold the subnets.
    pub(crate) owners: Vec<Owner>,
    /// What this run plans and has read.
    pub(crate) plans: &'a PlanRegistry,
    /// The body that a subnet will have when a plan of it is applied to what is there now.
    pub(crate) planned_subnet: fn(Option<Json>, &Object) -> Json,
    /// What the plan has claimed; nothing while its ID is unknown.
    pub(crate) claim: Option<&'a Claim>,
    /// Whether there is to be a new environment.
    pub(crate) creates: bool,
    /// Whether that is all that is known: it may be the successor of a tainted one, of which Terraform does not tell.
    pub(crate) is_new: bool,
}

/// The known IDs, each with its place in the list.
pub(super) fn subnet_ids(environment: &Object) -> Vec<(usize, ResourceId)> {
    let ids = environment.get("subnet_ids").as_elements();
    ids.unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(index, id)| {
            Some((
                index,
                ResourceId::parse_as(id.as_str()?, SUBNETS.name).ok()?,
            ))
        })
        .collect()
}

/// Where a subnet is in the configuration.
pub(super) fn place(index: usize) -> Path {
    Path::attribute("subnet_ids").with_index(index)
}
