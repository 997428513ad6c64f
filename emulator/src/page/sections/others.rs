//! Every other resource, so that nothing that is there goes unseen.

use maud::{Markup, html};

use super::SHOWN;
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;

/// All resources that have no section of their own.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let columns = ["Resource", "Type", "State"];
    let all = scene.of_other_types(&SHOWN);
    parts::table(
        "others",
        "Other resources",
        "No others.",
        &columns,
        &all,
        |stored| row(scene, stored),
    )
}

fn row(scene: &Scene<'_>, stored: &Stored) -> Markup {
    html! {
        td { (parts::name(&stored.id)) }
        td { @for part in stored.id.type_name().split_inclusive('/') { (part) wbr; } }
        td.state { (parts::state(scene, stored)) }
    }
}
