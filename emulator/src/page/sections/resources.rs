//! Everything there is, in one table that can be searched.

use maud::{Markup, html};

use super::{ACCOUNTS, WORKFLOWS, networks};
use crate::core::id::GROUP;
use crate::core::json::{Json, at, text};
use crate::core::store::Stored;
use crate::page::parts::{self, MOST_ROWS};
use crate::page::scene::{Scene, given_kind};
use crate::page::words;

/// All resources, or those with the words that are searched for.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let words = scene.view.find.to_lowercase();
    let all = scene.number();
    let fitting = || scene.everything().filter(|stored| has(stored, &words));
    let found: Vec<&Stored> = fitting().take(MOST_ROWS).collect();
    let number = if words.is_empty() {
        all
    } else {
        fitting().count()
    };
    let content = html! {
        form.filters method="get" action="/" role="search" aria-label="Resources" {
            @for (name, value) in scene.view.pairs(&["find"]) { input type="hidden" name=(name) value=(value); }
            input type="search" name="find" value=(scene.view.find) placeholder="Search names and types" aria-label="What resources have in their id" autocomplete="off";
            button.small { "Search" }
            @if !words.is_empty() { a href={ (scene.view.but(|view| view.find.clear())) "#resources" } { "Show all" } }
        }
        @if found.is_empty() {
            (parts::nothing(if all == 0 { "Nothing is there yet." } else { "No resource is like that." }))
        } @else {
            table.stacks.resources {
                thead { tr { th scope="col" { "Resource" } th scope="col" { "State" } th scope="col" { "Details" } } }
                tbody { @for (stored, is_first) in with_types(&found) {
                    @if is_first { tr.type data-key={ "type-" (kind(stored)) } { th colspan="3" scope="rowgroup" { @for part in kind(stored).split_inclusive('/') { (part) wbr; } } } }
                    tr data-key=(stored.id) { (row(scene, stored)) }
                } }
            }
            (parts::more(number, MOST_ROWS))
        }
    };
    parts::section("resources", "Resources", all, &content)
}

fn has(stored: &Stored, words: &str) -> bool {
    words.is_empty() || stored.id.key().contains(words)
}

/// The rows that are shown, each with whether its type begins with it.
fn with_types<'a>(found: &[&'a Stored]) -> Vec<(&'a Stored, bool)> {
    let mut last = String::new();
    found
        .iter()
        .map(|stored| {
            let kind = kind(stored);
            let is_first = kind != last;
            last = kind;
            (*stored, is_first)
        })
        .collect()
}

/// The type of a resource, in the spelling of its creation.
fn kind(stored: &Stored) -> String {
    let given = given_kind(&stored.id).map(|kind| format!("Microsoft.Authorization/{kind}"));
    given.unwrap_or_else(|| stored.id.type_name())
}

fn row(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let is_open = scene
        .view
        .resource
        .as_deref()
        .is_some_and(|open| open.eq_ignore_ascii_case(&stored.id.to_string()));
    html! {
        td {
            a.name href=(scene.view.of_resource(&stored.id)) title=(stored.id) aria-current=[is_open.then_some("true")] {
                @if given_kind(&stored.id).is_some() { (stored.id.name()) } @else { (stored.id.names()) }
            }
            @match &stored.id.group {
                Some(group) => { " " span.in { "in " (group) } }
                None => { " " span.in title=(stored.id.subscription) { "in " (words::fit(&stored.id.subscription, 13)) } }
            }
        }
        td.state {
            @if let Some(state) = own_state(stored) { (parts::badge(state)) }
            @else if let Some(state) = text(&stored.body, "properties/provisioningState") { (parts::badge(state)) }
            @if let Some(operation) = scene.running(&stored.id) { " " (parts::percent(scene, operation)) " %" }
        }
        td data-label="Details" { (details(scene, stored)) }
    }
}

/// The state that a client gives a workflow or an account.
fn own_state(stored: &Stored) -> Option<&str> {
    let kind = stored.id.type_name();
    let has_one = [WORKFLOWS, ACCOUNTS]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&kind));
    text(&stored.body, "properties/state").filter(|_| has_one)
}

/// What tells resources of one type from one another.
fn details(scene: &Scene<'_>, stored: &Stored) -> Markup {
    let kind = stored.id.type_name();
    let is = |name: &str| kind.eq_ignore_ascii_case(name);
    if is(networks::SUBNETS) {
        return networks::subnet(scene, stored);
    }
    let mut facts: Vec<String> = Vec::new();
    facts.extend(text(&stored.body, "sku/name").map(str::to_owned));
    if is(WORKFLOWS) || is(ACCOUNTS) {
        let environment = parts::reference(stored, "properties/integrationServiceEnvironment/id");
        facts.push(environment.map_or_else(
            || "in no environment".to_owned(),
            |id| format!("in {}", id.name()),
        ));
    }
    if let Some(account) = parts::reference(stored, "properties/integrationAccount/id") {
        facts.push(format!("uses {}", account.name()));
    }
    if let Some(remote) = parts::reference(stored, "properties/remoteVirtualNetwork/id") {
        facts.push(format!("with {}", remote.name()));
    }
    if is(ACCOUNTS) {
        let artifacts = scene.world.resources.in_group(&stored.id).count();
        facts.push(words::count(artifacts, "artifact"));
    }
    if is(GROUP) {
        let inside = scene.world.resources.in_group(&stored.id);
        let inside = inside.filter(|one| one.id.pairs.len() == 1).count();
        facts.push(words::count(inside, "resource"));
    }
    if is(networks::KIND) {
        facts.push(networks::space(stored));
    }
    facts.extend(members(stored));
    facts.extend(text(&stored.body, "location").map(str::to_owned));
    html! { (facts.join(" · ")) }
}

/// The members by which rules, routes, locks and the like are told from one another.
fn members(stored: &Stored) -> impl Iterator<Item = String> {
    const TELLING: [&str; 9] = [
        "direction",
        "access",
        "priority",
        "addressPrefix",
        "nextHopType",
        "level",
        "roleName",
        "mapType",
        "agreementType",
    ];
    TELLING.into_iter().filter_map(|member| {
        match at(&stored.body, &format!("properties/{member}"))? {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(format!("{member} {number}")),
            _ => None,
        }
    })
}
