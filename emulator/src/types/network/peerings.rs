//! Microsoft.Network/virtualNetworks/virtualNetworkPeerings. A peering is one network's half of it: both halves together
//! connect two networks.

use ipnetwork::IpNetwork;

use super::address::spaces;
use super::attached::inline_children;
use super::ranges::overlap;
use super::{PROVIDER, VERSIONS, removal, work};
use crate::core::definition::{Behaviour, Deletion, Naming, TypeDefinition, Write, Written};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::id::ResourceId;
use crate::core::json::{Json, at, json, set, set_default, take, text};
use crate::core::store::Stored;
use crate::core::world::World;

/// Peerings.
pub(super) static DEFINITION: TypeDefinition = TypeDefinition {
    more_versions: VERSIONS,
    naming: Naming::Network { least: 1, most: 80 },
    links: &[(
        "properties/remoteVirtualNetwork/id",
        "Microsoft.Network/virtualNetworks/peer/action",
    )],
    ..TypeDefinition::new(
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        &PROVIDER,
        &Peerings,
    )
};

/// The kind of a network's peerings.
pub(super) const KIND: &str = "virtualNetworkPeerings";

const REMOTE: &str = "properties/remoteVirtualNetwork/id";
/// The addresses of the other network when the peering was written last.
const SEEN: &str = "properties/remoteAddressSpace";

/// The hidden member that says that both halves were there once.
const MET: &str = "met";

struct Peerings;

impl Behaviour for Peerings {
    fn put(&self, world: &mut World, write: Write<'_>) -> Result<Written, ArmError> {
        let own = write.id.root();
        let network = world.resources.get(&own);
        let ours = network.map_or(Ok(Vec::new()), |network| spaces(&own, &network.body))?;
        let (body, hidden) = complete(world, write.id, write.body, write.existing, &ours)?;
        Ok(Written {
            body,
            hidden,
            work: Some(work("PutVirtualNetworkPeeringOperation")),
        })
    }

    fn deletion(&self) -> Deletion {
        Deletion::Later(removal("DeleteVirtualNetworkPeeringOperation", 8))
    }

    fn render(&self, world: &World, stored: &Stored, body: &mut Json) {
        let own = stored.id.root();
        let remote = text(&stored.body, REMOTE).and_then(ResourceId::parse);
        let other = remote.as_ref().and_then(|remote| half(world, remote, &own));
        let state = match other {
            Some(_) => "Connected",
            None if met(stored) => "Disconnected",
            None => "Initiated",
        };
        set(body, "properties/peeringState", json!(state));
        let space = |id: &ResourceId| {
            world
                .resources
                .get(id)?
                .body
                .pointer("/properties/addressSpace")
        };
        let communities = remote.as_ref().and_then(|remote| {
            at(
                &world.resources.get(remote)?.body,
                "properties/bgpCommunities",
            )
        });
        if let Some(communities) = communities {
            set(body, "properties/remoteBgpCommunities", communities.clone());
        }
        let now = remote.as_ref().and_then(space).cloned();
        let is_seen = |peering: &Stored, now: Option<&Json>| {
            now.is_none_or(|now| {
                peering.body.pointer("/properties/remoteAddressSpace") == Some(now)
            })
        };
        let level = match (
            is_seen(stored, now.as_ref()),
            other.is_none_or(|other| is_seen(other, space(&own))),
        ) {
            (true, true) => "FullyInSync",
            (true, false) => "LocalNotInSync",
            (false, true) => "RemoteNotInSync",
            (false, false) => "LocalAndRemoteNotInSync",
        };
        set(body, "properties/peeringSyncLevel", json!(level));
        if let Some(now) = now {
            set(body, "properties/remoteVirtualNetworkAddressSpace", now);
        }
    }
}

/// Puts the peerings that a request for the network gives in the place of those that are there.
pub(super) fn replace(
    world: &mut World,
    write: &Write<'_>,
    inline: Json,
    ours: &[IpNetwork],
) -> Result<(), ArmError> {
    let before: Vec<Stored> = world.resources.children(write.id, KIND).cloned().collect();
    let mut kept = Vec::new();
    for (name, mut body) in inline_children(write.id, Some(inline))? {
        DEFINITION.naming.check(&name)?;
        for member in ["id", "name", "type", "etag"] {
            take(&mut body, member);
        }
        let id = write.id.child(KIND, &name);
        let old = before.iter().find(|old| old.id.same(&id));
        let (body, hidden) = complete(world, &id, body, old, ours)?;
        world.resources.insert(Stored {
            id: old.map_or_else(|| id.clone(), |old| old.id.clone()),
            etag: write.etag.to_owned(),
            body: body.into(),
            created: old.map_or(world.now, |old| old.created),
            changed: world.now,
            hidden: hidden.into(),
        });
        kept.push(id);
    }
    for old in before {
        if !kept.iter().any(|kept| kept.same(&old.id)) {
            world.resources.remove(&old.id);
        }
    }
    Ok(())
}

/// Checks and completes a peering of a network with these addresses; what it knows besides is whether both halves have met.
fn complete(
    world: &mut World,
    id: &ResourceId,
    mut body: Json,
    old: Option<&Stored>,
    ours: &[IpNetwork],
) -> Result<(Json, Json), ArmError> {
    let own = id.root();
    let remote = check(world, id, &body, ours)?;
    let seen = remote.body.pointer("/properties/addressSpace").cloned();
    let remote = remote.id.clone();
    let other = half(world, &remote, &own).map(|other| (other.id.clone(), met(other)));
    if let Some((other, true)) = &other
        && old.is_none_or(|old| !met(old))
    {
        return Err(errors::remote_peering_is_disconnected(id, other, own));
    }
    set(&mut body, REMOTE, json!(remote.to_string()));
    set(&mut body, SEEN, seen.unwrap_or_default());
    for (member, usual) in [
        ("allowVirtualNetworkAccess", true),
        ("allowForwardedTraffic", false),
        ("allowGatewayTransit", false),
        ("useRemoteGateways", false),
        ("doNotVerifyRemoteGateways", false),
        ("peerCompleteVnets", true),
    ] {
        set_default(&mut body, &format!("properties/{member}"), json!(usual));
    }
    let guid = world.random.guid();
    set_default(&mut body, "properties/resourceGuid", json!(guid));
    set(&mut body, "properties/provisioningState", json!("Updating"));
    let has_other = other.is_some();
    if let Some(other) = other.and_then(|(other, _)| world.resources.get_mut(&other)) {
        other.hidden = json!({ MET: true }).into();
    }
    Ok((body, json!({ MET: has_other })))
}

/// The network to be peered with, if that can be.
fn check<'a>(
    world: &'a World,
    id: &ResourceId,
    body: &Json,
    ours: &[IpNetwork],
) -> Result<&'a Stored, ArmError> {
    let own = id.root();
    let reference = text(body, REMOTE);
    let reference =
        reference.ok_or_else(|| errors::missing_json_reference_id("remoteVirtualNetwork", id))?;
    let remote = ResourceId::parse(reference).filter(|remote| {
        let kind = remote.type_name();
        kind.eq_ignore_ascii_case("Microsoft.Network/virtualNetworks")
    });
    let remote = remote.and_then(|remote| world.resources.get(&remote));
    let remote = remote.ok_or_else(|| errors::invalid_resource_reference(reference, id))?;
    if remote.id.same(&own) {
        return Err(errors::remote_network_is_local(id));
    }
    let rival = half(world, &own, &remote.id).filter(|rival| !rival.id.same(id));
    if let Some(Stored { id: rival, .. }) = rival {
        let remote = &remote.id;
        return Err(errors::another_peering_already_references_remote_vnet(
            id, rival, remote,
        ));
    }
    let theirs = spaces(&remote.id, &remote.body)?;
    let overlaps = |ours: &IpNetwork| theirs.iter().any(|theirs| overlap(*ours, *theirs));
    if ours.iter().any(overlaps) {
        return Err(errors::peered_spaces_overlap(id, own, &remote.id));
    }
    Ok(remote)
}

/// The peering by which a network has another one as its remote.
fn half<'a>(world: &'a World, network: &ResourceId, remote: &ResourceId) -> Option<&'a Stored> {
    let mut peerings = world.resources.children(network, KIND);
    peerings.find(|peering| {
        text(&peering.body, REMOTE)
            .and_then(ResourceId::parse)
            .is_some_and(|known| known.same(remote))
    })
}

fn met(peering: &Stored) -> bool {
    peering.hidden[MET] == json!(true)
}
