//! The fault rules that act now, and a form for another.

use maud::{Markup, html};

use super::requests::pattern;
use crate::core::json::{Json, list, text};
use crate::page::parts;
use crate::page::scene::Scene;

/// The members of a rule that are not its action.
const CONDITIONS: [&str; 8] = [
    "method", "path", "nth", "times", "preset", "matched", "fired", "number",
];

/// The methods that a rule can be about.
const METHODS: [&str; 6] = ["", "GET", "PUT", "PATCH", "POST", "DELETE"];

/// What can happen to a request: the member of a rule, in words, and the fields that say more.
const ACTIONS: [(&str, &str); 10] = [
    ("answer", "it gets an error as its answer"),
    ("stranger", "a proxy answers in the place of Azure"),
    ("delay_ms", "it waits before it is served"),
    ("close before", "the connection ends before the work"),
    (
        "close after",
        "the work is done, the connection ends without an answer",
    ),
    ("swallow", "the work is done, the answer never comes"),
    ("truncate", "the answer is cut short"),
    ("corrupt", "the answer is no JSON"),
    ("fail_operation", "the operation that it starts fails later"),
    ("expire_tokens", "all tokens have expired"),
];

/// All rules, the form for another, and the preset.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let faults = scene.state.faults.list();
    let rules = list(&faults, "value");
    let content = html! {
        @if rules.is_empty() {
            (parts::nothing("None: everything answers as Azure would."))
        } @else {
            ol.rules { @for rule in rules { (row(rule)) } }
            form method="post" action="/_emulator/page/faults/clear" data-key="clear" {
                button.small data-done="All faults are cleared." { "Clear faults" }
            }
        }
        (form(scene))
        form.retire method="post" action="/_emulator/page/faults" data-key="retire" {
            button.small name="preset" value="ise-retired" aria-describedby="retire-hint" data-done="New environments are refused now." { "Retire the service" }
            span #retire-hint .in { "Refuses new environments, as Azure does since November 2022. Those that exist go on. Remove the rule to undo it." }
        }
    };
    parts::section("faults", "Faults", rules.len(), &content)
}

fn row(rule: &Json) -> Markup {
    let number =
        |name: &str, default: u64| rule.get(name).and_then(Json::as_u64).unwrap_or(default);
    let preset = text(rule, "preset");
    let times = number("times", u64::from(preset.is_none()));
    let fired = number("fired", 0);
    let is_spent = times > 0 && fired >= times;
    let own = number("number", 0);
    html! {
        li data-key={ "fault-" (own) } {
            div.told {
                p.rule {
                    @if let Some(preset) = preset { b { (preset) } } @else {
                        b { (text(rule, "method").unwrap_or("any")) } " " code { (text(rule, "path").unwrap_or("*")) }
                        " → " code { (action(rule)) }
                    }
                }
                form method="post" action="/_emulator/page/faults/remove" {
                    button.small name="number" value=(own) aria-label={ "Remove fault " (own) } data-done="The fault is removed." { "Remove" }
                }
            }
            p.tally {
                "fired " (fired) @if times > 0 { " of " (times) }
                ", matched " (number("matched", 0))
                @if number("nth", 1) > 1 { ", from match " (number("nth", 1)) " on" }
                @if is_spent { ", spent" }
            }
        }
    }
}

/// The action of a rule: as it was sent, but for the braces.
fn action(rule: &Json) -> String {
    let members = rule.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !CONDITIONS.contains(&name.as_str()))
        .map(|(name, value)| format!("{name} {}", said(value)))
        .collect()
}

fn said(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| match name.as_str() {
                "status" | "code" => said(value),
                _ => format!("{name} {}", said(value)),
            });
            members.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// The form for a rule. With a request that it is made of, it is about that request; every browser that knows `:has` shows
/// only the fields of the chosen action, the others show them all.
fn form(scene: &Scene<'_>) -> Markup {
    let number = scene.view.fault;
    let model = number.and_then(|number| scene.state.requests.get(number));
    let path = model.map_or_else(|| "*".to_owned(), pattern);
    let method = model.map(|model| model.method.as_str()).unwrap_or_default();
    let key = number.map_or_else(|| "new".to_owned(), |number| format!("of-{number}"));
    html! {
        details.maker #maker open[model.is_some()] data-key={ "fault-form-" (key) } {
            summary { @if model.is_some() { "A fault of that request" } @else { "Add a fault" } }
            form.fault method="post" action="/_emulator/page/faults/add" {
                fieldset {
                    legend { "Which requests" }
                    label { "Method" select name="method" {
                        @for known in METHODS { option value=(known) selected[known == method] { @if known.is_empty() { "any" } @else { (known) } } }
                    } }
                    label.wide { "Path and query, * is anything" input name="path" value=(path) required autocomplete="off" spellcheck="false"; }
                    label { "From which match on" input name="nth" value="1" inputmode="numeric" autocomplete="off"; }
                    label { "How often (0: always)" input name="times" value="1" inputmode="numeric" autocomplete="off"; }
                }
                fieldset {
                    legend { "What happens" }
                    label.wide { "Then" select name="action" { @for (name, shown) in ACTIONS { option value=(name) { (shown) } } } }
                    label.of-answer.of-stranger { "Status" input name="status" value="503" inputmode="numeric" autocomplete="off"; }
                    label.of-answer { "Retry-After, seconds" input name="retry_after" value="" inputmode="numeric" autocomplete="off"; }
                    label.of-answer.of-fail_operation { "Code" input name="code" value="InternalServerError" autocomplete="off" spellcheck="false"; }
                    label.of-answer.of-fail_operation.wide { "Message" input name="message" value="Asked for on the emulator's page." autocomplete="off"; }
                    label.of-stranger.wide { "Its page" input name="body" value="<html><body>Sign in to the network.</body></html>" autocomplete="off" spellcheck="false"; }
                    label.of-fail_operation { "After (or at its end)" input name="after" value="" placeholder="90m" autocomplete="off"; }
                    label.of-delay_ms { "Milliseconds" input name="delay_ms" value="5000" inputmode="numeric" autocomplete="off"; }
                    label.of-truncate { "After so many bytes" input name="truncate" value="20" inputmode="numeric" autocomplete="off"; }
                }
                div.actions { button data-done="The fault is added." { "Add the fault" } }
            }
        }
    }
}
