//! The resource groups.

use maud::{Markup, html};

use crate::core::id::GROUP;
use crate::core::json::text;
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;

/// All resource groups.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let columns = ["Group", "State", "Region", "Resources"];
    let nothing = "No resource groups. Start with --fixture, or create one.";
    let all = scene.of_type(GROUP);
    parts::table(
        "groups",
        "Resource groups",
        nothing,
        &columns,
        all,
        |stored| row(scene, stored),
    )
}

fn row(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let inside = scene.world.resources.in_group(&stored.id);
    let resources = inside.filter(|one| one.id.pairs.len() == 1).count();
    html! {
        td {
            b.name title=(stored.id) { (stored.id.name()) }
            " " span.in { "in " code { (stored.id.subscription) } }
        }
        td.state { (parts::state(scene, stored)) }
        td data-label="Region" { (text(&stored.body, "location").unwrap_or("–")) }
        td.number data-label="Resources" { (resources) }
    }
}
