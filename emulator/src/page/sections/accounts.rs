//! The integration accounts and how much is in them.

use maud::{Markup, html};

use crate::core::json::text;
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;

pub(super) const KIND: &str = "Microsoft.Logic/integrationAccounts";

/// All accounts.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let columns = ["Account", "SKU", "Environment", "Artifacts"];
    let nothing = "No integration accounts.";
    let all = scene.of_type(KIND);
    parts::table(
        "accounts",
        "Integration accounts",
        nothing,
        &columns,
        all,
        |stored| row(scene, stored),
    )
}

fn row(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let environment = parts::reference(stored, "properties/integrationServiceEnvironment/id");
    html! {
        td { (parts::name(&stored.id)) }
        td.state data-label="SKU" { (text(&stored.body, "sku/name").unwrap_or("–")) }
        td data-label="Environment" { (environment.as_deref().unwrap_or("public")) }
        td.number data-label="Artifacts" { (scene.world.resources.in_group(&stored.id).count()) }
    }
}
