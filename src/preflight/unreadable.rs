//! What could not be read.

use tfplugin_framework::diagnostics::{Diagnostic, Severity};

use super::network::Unreadable;
use super::subject::place;
use crate::azure::report;

/// What could not be read: one warning for all that is forbidden, and one message for each other reason.
pub(super) fn unreadable(objects: &[Unreadable<'_>], severity: Severity) -> Vec<Diagnostic> {
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
        .map(|(_, group)| could_not_read(group, severity))
        .collect()
}

/// What is told about objects that could not be read for one and the same reason.
fn could_not_read(group: &[&Unreadable<'_>], severity: Severity) -> Diagnostic {
    let first = group[0];
    let names: Vec<_> = group.iter().map(|object| object.what.as_str()).collect();
    let names = names.join(", ");
    let (severity, summary, consequence) = match (first.error.is_forbidden(), severity) {
        (true, _) => (
            Severity::Warning,
            format!("Preflight may not read {names}"),
            "The rules that need this were not checked. Grant read access, or name the rules in preflight.ignore.",
        ),
        (false, Severity::Warning) => (
            Severity::Warning,
            format!("Preflight could not read {names}"),
            "The rules that need this were not checked.",
        ),
        (false, Severity::Error) => (
            Severity::Error,
            format!("Preflight could not read {names}"),
            "The environment was not created, because the rules that need this could not be checked. Apply again, or name the rules \
             in preflight.ignore.",
        ),
    };
    Diagnostic {
        severity,
        summary,
        detail: format!("{consequence}\n\n{}", report::explanation(first.error)),
        path: place(first.index),
    }
}
