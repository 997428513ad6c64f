//! Environments of one plan that take the same subnets: none of them holds these yet, so ARM does not tell.

use tfplugin_framework::diagnostics::{Diagnostic, Severity};
use tfplugin_framework::types::value::Object;

use super::rule_name::RuleName;
use super::settings::{Mode, Settings};
use super::subject::{Circumstances, place, subnet_ids};
use crate::azure::Planned;
use crate::azure::types::ENVIRONMENTS;

/// The rule to which this belongs.
const RULE: RuleName = RuleName::SubnetInUse;

/// What the environment has in common with those that were planned before it.
pub(super) fn check(environment: &Object, circumstances: &Circumstances<'_>) -> Vec<Diagnostic> {
    let Some(claim) = circumstances.claim else {
        return Vec::new();
    };
    let others = circumstances.plans.before(claim.order, |id| {
        id.is_type(ENVIRONMENTS.name) && *id != claim.id
    });
    let subnets = subnet_ids(environment);
    let mut found = Vec::new();
    for (other_id, other) in &others {
        let Some(severity) = severity(environment, circumstances.creates, other) else {
            continue;
        };
        let theirs = subnet_ids(&other.object);
        for (index, subnet) in &subnets {
            if theirs.iter().any(|(_, their)| their == subnet) {
                found.push(Diagnostic {
                    severity,
                    summary: format!(
                        "Subnet {:?} is planned for two environments (preflight rule {})",
                        subnet.name(),
                        RULE.as_str()
                    ),
                    detail: format!(
                        "It is also one of the subnets of environment {:?} in this plan, {other_id}. An environment has its four subnets \
                         to itself: take others.",
                        other_id.name()
                    ),
                    path: place(*index),
                });
            }
        }
    }
    found
}

/// As grave as it is for the strictest of those that are to be created; nothing if none of them asks.
fn severity(environment: &Object, creates: bool, other: &Planned) -> Option<Severity> {
    let sides = [
        (environment, creates),
        (&other.object, other.planner.creates()),
    ];
    let modes = sides
        .into_iter()
        .filter(|(_, creates)| *creates)
        .map(|(side, _)| Settings::of(side))
        .filter(|settings| settings.looks_at(RULE))
        .map(|settings| settings.mode);
    modes
        .map(|mode| match mode {
            Mode::Enforce => Severity::Error,
            Mode::Warn | Mode::Off => Severity::Warning,
        })
        .min()
}
