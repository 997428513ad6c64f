//! What could not be read.

use tfplugin_framework::diagnostics::{Diagnostic, Severity};

use super::network::{Reads, Unreadable};
use super::rules::Rule;
use super::subject::place;
use crate::azure::report;

/// The names of these rules that cannot be checked without something, and of those that are without it, as far as they go.
pub(super) fn concerned(
    rules: &[&Rule],
    reads: &[Reads],
) -> (Vec<&'static str>, Vec<&'static str>) {
    let is_in = |those: &[Reads]| those.iter().any(|it| reads.contains(it));
    let name = |rule: &&&Rule| rule.name.as_str();
    let needing = rules.iter().filter(|rule| is_in(rule.needs));
    let using = rules
        .iter()
        .filter(|rule| !is_in(rule.needs) && is_in(rule.uses));
    (
        needing.map(|it| name(&it)).collect(),
        using.map(|it| name(&it)).collect(),
    )
}

/// What could not be read: one warning for all that is forbidden, and one message for each other reason.
pub(super) fn unreadable(
    objects: &[Unreadable<'_>],
    rules: &[&Rule],
    severity: Severity,
) -> Vec<Diagnostic> {
    let mut groups: Vec<(String, Vec<&Unreadable<'_>>)> = Vec::new();
    for object in objects {
        let reason = match object.error.is_forbidden() {
            true => "forbidden".to_owned(),
            false => object.error.to_string(),
        };
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, group)) => group.push(object),
            None => groups.push((reason, vec![object])),
        }
    }
    groups
        .iter()
        .map(|(_, group)| could_not_read(group, rules, severity))
        .collect()
}

/// What is told about objects that could not be read for one and the same reason.
fn could_not_read(group: &[&Unreadable<'_>], rules: &[&Rule], severity: Severity) -> Diagnostic {
    let first = group[0];
    let is_forbidden = first.error.is_forbidden();
    let names: Vec<_> = group.iter().map(|object| object.what.as_str()).collect();
    let names = names.join(", ");
    let (severity, summary) = match is_forbidden {
        true => (Severity::Warning, format!("Preflight may not read {names}")),
        false => (severity, format!("Preflight could not read {names}")),
    };
    let reads: Vec<_> = group.iter().map(|object| object.reads).collect();
    let mut consequence = consequence(&concerned(rules, &reads));
    if severity == Severity::Error {
        consequence.insert_str(0, "The environment was not created. ");
    }
    match (is_forbidden, severity) {
        (true, _) => {
            consequence.push_str(" Grant read access, or name the rules in preflight.ignore.");
        }
        (false, Severity::Error) => {
            consequence.push_str(" Apply again, or name the rules in preflight.ignore.");
        }
        (false, Severity::Warning) => {}
    }
    Diagnostic {
        severity,
        summary,
        detail: format!("{consequence}\n\n{}", report::explanation(first.error)),
        path: place(first.index),
    }
}

fn consequence((needing, using): &(Vec<&str>, Vec<&str>)) -> String {
    let mut sentences = Vec::new();
    if !needing.is_empty() {
        let rules = needing.join(", ");
        sentences.push(format!(
            "The rules that need this were not checked there: {rules}."
        ));
    }
    if !using.is_empty() {
        let rules = using.join(", ");
        sentences.push(format!("Judged without it, as far as that goes: {rules}."));
    }
    sentences.join(" ")
}
