//! Azure's regions.

use super::call::{Call, Reply};
use super::error::ArmError;
use super::id::normalise_location;
use super::json::{Json, json};
use super::paging;

/// A region: its name for people, the country and the part of the world.
struct Region(&'static str, &'static str, &'static str);

/// The regions of the public cloud.
const PUBLIC: &[Region] = &[
    Region("East US", "United States", "US"),
    Region("East US 2", "United States", "US"),
    Region("South Central US", "United States", "US"),
    Region("West US 2", "United States", "US"),
    Region("West US 3", "United States", "US"),
    Region("Australia East", "Australia", "Asia Pacific"),
    Region("Southeast Asia", "Asia Pacific", "Asia Pacific"),
    Region("North Europe", "Europe", "Europe"),
    Region("Sweden Central", "Sweden", "Europe"),
    Region("UK South", "United Kingdom", "Europe"),
    Region("West Europe", "Europe", "Europe"),
    Region("Central US", "United States", "US"),
    Region("South Africa North", "South Africa", "Africa"),
    Region("Central India", "India", "Asia Pacific"),
    Region("East Asia", "Asia Pacific", "Asia Pacific"),
    Region("Indonesia Central", "Indonesia", "Asia Pacific"),
    Region("Japan East", "Japan", "Asia Pacific"),
    Region("Japan West", "Japan", "Asia Pacific"),
    Region("Korea Central", "Korea", "Asia Pacific"),
    Region("Malaysia West", "Malaysia", "Asia Pacific"),
    Region("New Zealand North", "New Zealand", "Asia Pacific"),
    Region("Canada Central", "Canada", "Canada"),
    Region("Austria East", "Austria", "Europe"),
    Region("Belgium Central", "Belgium", "Europe"),
    Region("France Central", "France", "Europe"),
    Region("Germany West Central", "Germany", "Europe"),
    Region("Italy North", "Italy", "Europe"),
    Region("Norway East", "Norway", "Europe"),
    Region("Poland Central", "Poland", "Europe"),
    Region("Spain Central", "Spain", "Europe"),
    Region("Switzerland North", "Switzerland", "Europe"),
    Region("Mexico Central", "Mexico", "Mexico"),
    Region("UAE North", "UAE", "Middle East"),
    Region("Brazil South", "Brazil", "South America"),
    Region("Chile Central", "Chile", "South America"),
    Region("Israel Central", "Israel", "Middle East"),
    Region("Qatar Central", "Qatar", "Middle East"),
    Region("North Central US", "United States", "US"),
    Region("West US", "United States", "US"),
    Region("West Central US", "United States", "US"),
    Region("Central US EUAP", "Canary (US)", "US"),
    Region("East US 2 EUAP", "Canary (US)", "US"),
    Region("South Africa West", "South Africa", "Africa"),
    Region("Australia Central", "Australia", "Asia Pacific"),
    Region("Australia Central 2", "Australia", "Asia Pacific"),
    Region("Australia Southeast", "Australia", "Asia Pacific"),
    Region("Jio India Central", "India", "Asia Pacific"),
    Region("Jio India West", "India", "Asia Pacific"),
    Region("Korea South", "Korea", "Asia Pacific"),
    Region("South India", "India", "Asia Pacific"),
    Region("West India", "India", "Asia Pacific"),
    Region("Canada East", "Canada", "Canada"),
    Region("France South", "France", "Europe"),
    Region("Germany North", "Germany", "Europe"),
    Region("Norway West", "Norway", "Europe"),
    Region("Sweden South", "Sweden", "Europe"),
    Region("Switzerland West", "Switzerland", "Europe"),
    Region("UK West", "United Kingdom", "Europe"),
    Region("UAE Central", "UAE", "Middle East"),
    Region("Brazil Southeast", "Brazil", "South America"),
];

/// The regions of other clouds: resources may lie there, since a client may be set up for one of them.
const SOVEREIGN: &[&str] = &[
    "usgovvirginia",
    "usgovtexas",
    "usgovarizona",
    "usdodcentral",
    "usdodeast",
    "chinaeast",
    "chinaeast2",
    "chinaeast3",
    "chinanorth",
    "chinanorth2",
    "chinanorth3",
];

/// Whether there is a region of that normalised name.
pub(crate) fn is_known(name: &str) -> bool {
    SOVEREIGN.contains(&name)
        || PUBLIC
            .iter()
            .any(|Region(shown, ..)| normalise_location(shown) == name)
}

/// The names of the regions for people.
pub(crate) fn names() -> Vec<&'static str> {
    PUBLIC.iter().map(|Region(shown, ..)| *shown).collect()
}

/// The list of regions of a subscription.
pub(crate) fn list(call: &Call, subscription: &str) -> Result<Reply, ArmError> {
    let shown = PUBLIC.iter().map(|Region(shown, geography, group)| {
        let name = normalise_location(shown);
        json!({
            "id": format!("/subscriptions/{subscription}/locations/{name}"),
            "name": name,
            "type": "Region",
            "displayName": shown,
            "regionalDisplayName": format!("({group}) {shown}"),
            "metadata": {"regionType": "Physical", "geography": geography, "geographyGroup": group}
        })
    });
    let shown: Vec<Json> = shown.collect();
    paging::page(call, shown)
}
