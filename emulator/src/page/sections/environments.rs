//! The environments: what they are, what goes on with them and what they hold.

use maud::{Markup, html};

use crate::core::id::ResourceId;
use crate::core::json::{Json, at, list, text};
use crate::core::operations::Operation;
use crate::core::store::Stored;
use crate::page::parts::{self, MOST_ROWS};
use crate::page::scene::Scene;
use crate::page::words;
use crate::types::logic::integration_service_environments as environments;

use super::{ACCOUNTS, WORKFLOWS};

pub(in crate::page) const KIND: &str = environments::DEFINITION.name;

/// All environments.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let all = scene.of_type(KIND);
    let content = html! {
        @if all.is_empty() {
            (parts::nothing("No environment yet. While one deploys, this shows how far it is."))
        }
        @for stored in all.iter().take(MOST_ROWS) { (environment(scene, stored)) }
        (parts::more(all.len(), MOST_ROWS))
    };
    parts::section("environments", "Environments", all.len(), &content)
}

/// The environment whose operation ends last, and its percentage: what a tab in the background shows.
pub(in crate::page) fn longest<'a>(scene: &Scene<'a>) -> Option<(u8, &'a str)> {
    let running = scene.of_type(KIND).into_iter();
    let running = running.filter_map(|stored| Some((scene.running(&stored.id)?, stored.id.name())));
    let (operation, name) = running.max_by_key(|(operation, _)| operation.ends)?;
    Some((parts::percent(scene, operation), name))
}

fn environment(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let (id, body) = (&stored.id, &stored.body);
    let running = scene.running(id);
    let state = running.map_or_else(
        || text(body, "properties/provisioningState").unwrap_or("Unknown"),
        |operation| doing(stored, operation),
    );
    let release =
        text(body, "properties/integrationServiceEnvironmentId").and_then(|own| scene.release(own));
    html! {
        article.environment data-key=(id) data-announce={ "Environment " (id.name()) ": " (state) } {
            header {
                h3 { (parts::name(scene, id)) }
                (parts::badge(state))
            }
            @if let Some(operation) = running {
                (parts::progress(scene, operation, state))
            } @else if state == "Failed" && let Some(failure) = scene.failure(id) {
                p.failure { b { (failure.code) } " " (failure.message) }
            }
            @if let Some(release) = release {
                p.left { "Its subnets come free in " (words::azure_span(release.left)) (parts::in_reality(scene, release.left)) "." }
            }
            dl.facts {
                div { dt { "SKU" } dd { (text(body, "sku/name").unwrap_or("–")) } }
                div { dt { "Capacity" } dd { (capacity(body)) } }
                div { dt { "Endpoint" } dd { (text(body, "properties/networkConfiguration/accessEndpoint/type").unwrap_or("–")) } }
                div { dt { "Region" } dd { (text(body, "location").unwrap_or("–")) } }
                div { dt { "Holds" } dd { (contents(scene, id)) } }
                div.wide { dt { "Subnets" } dd { (subnets(body)) } }
            }
        }
    }
}

/// What an operation does to an environment.
pub(in crate::page) fn doing(stored: &Stored, operation: &Operation) -> &'static str {
    if operation.kind.starts_with("Restart") {
        "Restarting"
    } else if environments::is_deployed(stored) {
        "Changing"
    } else {
        "Deploying"
    }
}

pub(in crate::page) fn capacity(body: &Json) -> String {
    match at(body, "sku/capacity").and_then(Json::as_u64) {
        None | Some(0) => "base unit".to_owned(),
        Some(more) => format!(
            "base + {}",
            words::count(usize::try_from(more).unwrap_or(usize::MAX), "unit")
        ),
    }
}

fn contents(scene: &Scene<'_>, id: &ResourceId) -> String {
    let own = id.key();
    let inside = |kind: &str| {
        let all = scene.of_type(kind).into_iter();
        all.filter(|one| scene.environment_of(one).as_deref() == Some(&own))
            .count()
    };
    format!(
        "{}, {}",
        words::count(inside(WORKFLOWS), "workflow"),
        words::count(inside(ACCOUNTS), "account")
    )
}

/// `network: a, b, c, d`.
fn subnets(body: &Json) -> String {
    let ids: Vec<ResourceId> = list(body, "properties/networkConfiguration/subnets")
        .iter()
        .filter_map(|subnet| ResourceId::parse(text(subnet, "id")?))
        .collect();
    let network = ids.first().map(ResourceId::root);
    let network = network.as_ref().map_or("–", ResourceId::name);
    let names: Vec<&str> = ids.iter().map(ResourceId::name).collect();
    format!("{network}: {}", names.join(", "))
}
