//! The workflows, with the environment and the account that each belongs to.

use maud::{Markup, html};

use crate::core::json::text;
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;

pub(super) const KIND: &str = "Microsoft.Logic/workflows";

/// All workflows.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let columns = ["Workflow", "State", "Environment", "Account"];
    let all = scene.of_type(KIND);
    parts::table(
        "workflows",
        "Workflows",
        "No workflows.",
        &columns,
        all,
        row,
    )
}

fn row(stored: &Stored) -> Markup {
    let link = |member: &str| parts::reference(stored, &format!("properties/{member}/id"));
    html! {
        td { (parts::name(&stored.id)) }
        td.state { (parts::badge(text(&stored.body, "properties/state").unwrap_or("Unknown"))) }
        td data-label="Environment" { (link("integrationServiceEnvironment").as_deref().unwrap_or("public")) }
        td data-label="Account" { (link("integrationAccount").as_deref().unwrap_or("–")) }
    }
}
