//! Azure's regions.

use std::sync::LazyLock;

use serde::Deserialize;

use super::call::Outcome;
use super::definition::Request;
use super::id::normalise_location;
use super::json::{Json, json};
use super::paging;
use super::versions;

/// The regions of the public cloud, and those of other clouds: resources may lie there, since a client may be set up for one
/// of them.
#[derive(Default, Deserialize)]
struct Regions {
    public: Vec<Region>,
    sovereign: Vec<String>,
}

#[derive(Deserialize)]
struct Region {
    /// For people.
    name: String,
    geography: String,
    group: String,
}

static REGIONS: LazyLock<Regions> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/regions.json")).unwrap_or_default());

/// Whether there is a region of that normalised name.
pub(crate) fn is_known(name: &str) -> bool {
    let mut public = REGIONS.public.iter();
    public.any(|region| normalise_location(&region.name) == name)
        || REGIONS.sovereign.iter().any(|region| region == name)
}

/// The names of the regions for people.
pub(crate) fn names() -> Vec<&'static str> {
    let public = REGIONS.public.iter();
    public.map(|region| region.name.as_str()).collect()
}

/// The list of regions of a subscription.
pub(crate) fn list(request: &mut Request<'_>, at: &[&str]) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let shown = REGIONS.public.iter().map(|region| {
        let (name, group) = (normalise_location(&region.name), &region.group);
        json!({
            "id": format!("/subscriptions/{}/locations/{name}", at[0]),
            "name": name,
            "type": "Region",
            "displayName": region.name,
            "regionalDisplayName": format!("({group}) {}", region.name),
            "metadata": {"regionType": "Physical", "geography": region.geography, "geographyGroup": group}
        })
    });
    paging::page(request.call, shown.collect::<Vec<Json>>())
}
