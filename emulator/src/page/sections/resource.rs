//! One resource as ARM shows it, to be changed behind everyone's back.

use maud::{Markup, html};

use crate::core::id::ResourceId;
use crate::core::json::{at, text};
use crate::core::render;
use crate::core::store::Stored;
use crate::page::parts;
use crate::page::scene::Scene;
use crate::page::words;
use crate::types::TABLE;

/// How many children are named.
const MOST_CHILDREN: usize = 20;

/// The resource that is looked into, if one is.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Option<Markup> {
    let id = scene.view.resource.as_deref()?;
    let close = format!("{}#resources", scene.view.but(|view| view.resource = None));
    let Some(stored) = scene.world.resources.at(&id.to_lowercase()) else {
        return Some(html! {
            section.inspector #resource aria-labelledby="resource-title" data-key="gone" {
                header { h2 #resource-title tabindex="-1" { "Nothing of that id is there" } (parts::close(&close, "the resource")) }
                p.address { code { (id) } }
            }
        });
    };
    Some(html! {
        section.inspector #resource aria-labelledby="resource-title" data-key={ "resource-" (stored.id) } {
            header {
                h2 #resource-title tabindex="-1" { (stored.id.name()) }
                (parts::close(&close, "the resource"))
            }
            p.address { code { (stored.id) } }
            div.told { (parts::state(scene, stored)) }
            @if let Some(failure) = scene.failure(&stored.id) { p.failure { b { (failure.code) } " " (failure.message) } }
            (facts(scene, stored))
            (drift(scene, stored))
        }
    })
}

fn facts(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let moment = |at| format!("{} {}", words::date(at), words::time_of_day(at));
    let below = children(scene, &stored.id);
    html! {
        dl.facts {
            div { dt { "Type" } dd { (stored.id.type_name()) } }
            @if let Some(location) = text(&stored.body, "location") { div { dt { "Region" } dd { (location) } } }
            @if let Some(sku) = at(&stored.body, "sku/name").and_then(|sku| sku.as_str()) { div { dt { "SKU" } dd { (sku) } } }
            div { dt { "Created" } dd { (moment(stored.created)) } }
            div { dt { "Written" } dd { (moment(stored.changed)) } }
            @if let Some(parent) = stored.id.parent().or_else(|| stored.id.group_id()) {
                div { dt { "In" } dd { (parts::link(scene, &parent, parent.name())) } }
            }
            @if !below.is_empty() {
                div.wide { dt { "Holds" } dd {
                    @for (place, child) in below.iter().take(MOST_CHILDREN).enumerate() {
                        @if place > 0 { ", " }
                        (parts::link(scene, &child.id, child.id.name()))
                    }
                    @if below.len() > MOST_CHILDREN { " and " (below.len() - MOST_CHILDREN) " more" }
                } }
            }
        }
    }
}

/// What lies right below a resource, or in a group.
fn children<'a>(scene: &Scene<'a>, id: &ResourceId) -> Vec<&'a Stored> {
    let depth = if id.group.is_none() {
        1
    } else {
        id.pairs.len() + 1
    };
    let all = scene.world.resources.in_group(id);
    all.filter(|stored| stored.id.pairs.len() == depth)
        .collect()
}

/// Its JSON. What is edited is compared with what was shown, so that what the service changes meanwhile stays.
fn drift(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let body = render::resource(&TABLE, scene.world, stored);
    let json = serde_json::to_string_pretty(&body).unwrap_or_default();
    let rows = json.lines().count().clamp(6, 24);
    html! {
        form.drift method="post" action="/_emulator/page/drift" data-draft="" data-key={ "drift-" (stored.id) } {
            input type="hidden" name="resource" value=(stored.id);
            input type="hidden" name="shown" value=(body);
            label for="json" { "JSON, as ARM shows it" }
            textarea #json name="json" rows=(rows) spellcheck="false" autocomplete="off" aria-describedby="drift-hint" { "\n" (json) }
            div.actions {
                button data-done="The resource is changed behind its owner's back." { "Save as drift" }
                a href={ "/_emulator/page/json?resource=" (url::form_urlencoded::byte_serialize(stored.id.to_string().as_bytes()).collect::<String>()) } { "Raw JSON" }
                span #drift-hint .in { "Changes it as someone in the portal would: no request, no check, no new etag." }
            }
        }
    }
}
