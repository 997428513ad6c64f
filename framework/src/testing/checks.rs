//! What Terraform refuses of a provider's answers, in its words.

use super::convert::ObjectType;
use super::failure::Failure;
use crate::diagnostics::Diagnostic;
use crate::engine::consistency;
use crate::schema::Row;
use crate::types::path::{Path, Step};
use crate::types::value::{Object, Value};

const BUG: &str = "This is a bug in the provider.";

/// An answer that Terraform would refuse.
pub(super) fn refused(summary: &str, finding: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(summary, format!("{finding}. {BUG}"))
}

fn refuse(summary: &str, address: &str, findings: &[String]) -> Result<(), Failure> {
    match findings {
        [] => Ok(()),
        _ => Err(refused(summary, format!("{address}: {}", findings.join("; "))).into()),
    }
}

/// Whether the first plan of a create or update is a valid one.
pub(super) fn plan(
    address: &str,
    of: &ObjectType,
    config: &Object,
    prior: Option<&Object>,
    planned: Option<&Object>,
) -> Result<(), Failure> {
    const SUMMARY: &str = "Provider produced invalid plan";
    plan_as(SUMMARY, address, of, (config, prior), planned)
}

/// The same for what is like a plan; `summary` says who would refuse it.
pub(super) fn plan_as(
    summary: &str,
    address: &str,
    of: &ObjectType,
    (config, prior): (&Object, Option<&Object>),
    planned: Option<&Object>,
) -> Result<(), Failure> {
    let Some(planned) = planned else {
        let finding = format!("{address}: planned for absence but config wants existence");
        return Err(refused(summary, finding).into());
    };
    let findings = consistency::check_plan(&of.schema, config, prior, planned);
    refuse(summary, address, &findings)
}

/// Whether the plan that was made while applying completes the one that the user has seen.
pub(super) fn final_plan(
    address: &str,
    first: Option<&Object>,
    last: Option<&Object>,
) -> Result<(), Failure> {
    let findings = completion(first, last);
    refuse(
        "Provider produced inconsistent final plan",
        address,
        &findings,
    )
}

/// What is inconsistent in the new state with its plan.
pub(super) fn result(address: &str, planned: &Object, state: &Object) -> Result<(), Failure> {
    let findings = consistency::check_apply(planned, state);
    let summary = "Provider produced inconsistent result after apply";
    refuse(summary, address, &findings)
}

fn completion(planned: Option<&Object>, result: Option<&Object>) -> Vec<String> {
    match (planned, result) {
        (None, None) => Vec::new(),
        (Some(planned), Some(result)) => consistency::check_apply(planned, result),
        (Some(_), None) => vec!["was present, but now absent".into()],
        (None, Some(_)) => vec!["was absent, but now present".into()],
    }
}

/// Whether a state may be stored; `summary` says who would refuse it.
pub(super) fn state(
    summary: &str,
    address: &str,
    of: &ObjectType,
    object: &Object,
) -> Result<(), Failure> {
    let findings = consistency::check_state(&of.schema, object);
    refuse(summary, address, &findings)
}

/// Whether an identity may be stored: there may be none, but it is known.
pub(super) fn identity(address: &str, identity: Option<&Object>) -> Result<(), Failure> {
    let mut values = identity.into_iter().flat_map(Object::iter);
    let unknown = values.find(|(_, value)| !value.is_wholly_known());
    let findings = unknown.map(|(name, _)| format!("{name}: unknown in an identity"));
    let findings: Vec<_> = findings.into_iter().collect();
    refuse("Provider produced invalid identity", address, &findings)
}

/// The paths of those that a provider names on whose account Terraform replaces: the value changes there, or may.
pub(super) fn replacing(
    address: &str,
    of: &ObjectType,
    paths: &[Path],
    prior: Option<&Object>,
    planned: Option<&Object>,
) -> Result<Vec<Path>, Failure> {
    let (Some(prior), Some(planned)) = (prior, planned) else {
        return Ok(Vec::new());
    };
    let mut replacing = Vec::new();
    for path in paths {
        let (before, after) = (value_at(prior, path), value_at(planned, path));
        if before.is_none() && after.is_none() {
            let finding = format!(
                "{address}: \"requires replacement\" is said of {path}, which there is not"
            );
            return Err(refused("Provider produced invalid plan", finding).into());
        }
        let (before, after) = (
            before.unwrap_or(&Value::Null),
            after.unwrap_or(&Value::Null),
        );
        if before != after || !after.is_wholly_known() || is_write_only(of, path) {
            replacing.push(path.clone());
        }
    }
    Ok(replacing)
}

/// The value at a path; all below an unknown one is unknown.
pub(super) fn value_at<'v>(object: &'v Object, path: &Path) -> Option<&'v Value> {
    let mut steps = path.steps().iter();
    let Some(Step::Attribute(name)) = steps.next() else {
        return None;
    };
    let member = |object: &'v Object, name: &str| {
        let mut members = object.iter();
        members.find(|(it, _)| *it == name).map(|(_, value)| value)
    };
    let mut value = member(object, name)?;
    for step in steps {
        value = match (step, value) {
            (_, Value::Unknown(_)) => return Some(value),
            (Step::Attribute(name), Value::Object(object)) => member(object, name)?,
            (Step::Key(key), Value::Map(elements)) => elements.get(key)?,
            (Step::Index(index), Value::List(elements)) => elements.get(*index)?,
            _ => return None,
        };
    }
    Some(value)
}

fn is_write_only(of: &ObjectType, path: &Path) -> bool {
    let mut members = of.schema.members();
    let mut row: Option<Row<'_>> = None;
    for step in path.steps() {
        if let Step::Attribute(name) = step {
            row = members.row(name);
            members = row.map(Row::members).unwrap_or_default();
        }
    }
    row.is_some_and(Row::is_write_only)
}
