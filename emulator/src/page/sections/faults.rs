//! The fault rules that act now.

use maud::{Markup, html};

use crate::core::json::{Json, list, text};
use crate::page::parts;
use crate::page::scene::Scene;

/// The members of a rule that are not its action.
const CONDITIONS: [&str; 7] = [
    "method", "path", "nth", "times", "preset", "matched", "fired",
];

/// All rules, and the buttons to clear them and to add the preset.
pub(in crate::page) fn show(scene: &Scene<'_>) -> Markup {
    let faults = scene.state.faults.list();
    let rules = list(&faults, "value");
    let content = html! {
        @if rules.is_empty() {
            (parts::nothing("None: everything answers as Azure would."))
        } @else {
            ol.rules { @for rule in rules { (row(rule)) } }
        }
        div.actions {
            form method="post" action="/_emulator/page/faults" data-key="retire" {
                button name="preset" value="ise-retired" title="Refuses new environments, as Azure does since 2022; those that exist go on."
                    data-done="New environments are refused now." { "Retire the service" }
            }
            form method="post" action="/_emulator/page/faults/clear" data-key="clear" {
                button data-done="All faults are cleared." { "Clear faults" }
            }
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
    html! {
        li {
            p.rule {
                @if let Some(preset) = preset { b { (preset) } } @else {
                    b { (text(rule, "method").unwrap_or("any")) } " " code { (text(rule, "path").unwrap_or("*")) }
                    " → " code { (action(rule)) }
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

/// The action of a rule as it was sent.
fn action(rule: &Json) -> String {
    let members = rule.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !CONDITIONS.contains(&name.as_str()))
        .map(|(name, value)| format!("{name} {value}"))
        .collect()
}
