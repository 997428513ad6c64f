//! The preflight: what in the network would make an environment fail hours after it was asked for.
//!
//! [`network`] reads, [`rules`] judge what was read, and this tells the user. Plan and apply do the same; the plan of
//! an environment that lives only warns.

mod network;
mod planned_twice;
mod rules;
mod settings;
mod subject;

use tfplugin_framework::diagnostics::{
    Diagnostic, Diagnostics, Report as _, Reported, Severity, sentence,
};
use tfplugin_framework::types::value::Object;

use crate::arm::{self, Location, ResourceId, Session};
use crate::azure::release::{self, Release};
use crate::azure::types::ENVIRONMENTS;
use crate::azure::wait::{self, Interrupted};
use crate::azure::{PlanRegistry, report};
use network::{Network, Unreadable};
use rules::{Facts, Finding, Owners, RULES, Rule};
use settings::{Mode, Settings};
pub(crate) use subject::{Circumstances, Owner};
use subject::{place, subnet_ids};

/// Rules that `ignore` takes but that are not looked up: those about the IDs alone always hold, and those about ports
/// have no engine yet.
const OTHER_RULES: [&str; 4] = [
    "subnet-count",
    "subnet-distinct",
    "subnet-same-network",
    "network-ports",
];

/// The names that `ignore` takes.
pub(crate) fn rule_names() -> impl Iterator<Item = &'static str> {
    let looked_up = RULES.iter().map(|rule| rule.name);
    OTHER_RULES.into_iter().chain(looked_up)
}

/// Whether there is a rule of the preflight of that name.
pub(crate) fn is_rule(name: &str) -> Result<(), String> {
    let rules: Vec<_> = rule_names().collect();
    match rules.contains(&name) {
        true => Ok(()),
        false => Err(format!(
            "There is no rule {name:?}. The rules are {}.",
            rules.join(", ")
        )),
    }
}

/// Whether there is anything to look up for the environment, as far as is known.
pub(crate) fn looks_anything_up(environment: &Object) -> bool {
    Settings::of(environment).mode != Mode::Off
}

/// Checks the network that an environment is planned into, and that other plans are about to change.
///
/// What is found is an error for an environment that is to be created, and a warning for one that lives. Without a session,
/// nothing is looked up.
pub(crate) async fn at_plan(
    session: Option<&Session>,
    environment: &Object,
    circumstances: &Circumstances<'_>,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Some(session) = session {
        diagnostics.extend(look_up_at_plan(session, environment, circumstances).await);
    }
    diagnostics.extend(planned_twice::check(environment, circumstances));
    diagnostics
}

async fn look_up_at_plan(
    session: &Session,
    environment: &Object,
    circumstances: &Circumstances<'_>,
) -> Vec<Diagnostic> {
    let settings = Settings::of(environment);
    let undecided = match circumstances.is_new {
        true => undecided(circumstances.plans),
        false => Vec::new(),
    };
    let owners = Owners {
        certain: &circumstances.owners,
        undecided: &undecided,
    };
    let looked_up = run(session, environment, owners, Some(circumstances), &settings);
    let (findings, network) = looked_up.await;
    let severity = match circumstances.creates && settings.mode == Mode::Enforce {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let findings = findings.iter();
    let findings = findings.map(|(rule, finding)| to_diagnostic(rule, finding, severity));
    let unreadable = unreadable(&network.unreadable(), Severity::Warning);
    findings.chain(unreadable).collect()
}

/// Checks the network as it is, right before the environment is created, and fails if anything forbids that.
///
/// Subnets that Azure holds for an environment that is no more are waited for. Terraform plans once more before each
/// apply, so warnings have been told already.
pub(crate) async fn at_apply(
    session: &Session,
    environment: &Object,
    id: &ResourceId,
    failed: impl Fn(arm::Error) -> Diagnostic,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    // What it replaces has let go of the subnets by now. One of this very ID that lives is told of by name.
    let owners = [Owner {
        id: id.clone(),
        subnet_ids: Vec::new(),
    }];
    let settings = Settings::of(environment);
    let mut intervals = wait::intervals();
    loop {
        let owners = Owners {
            certain: &owners,
            undecided: &[],
        };
        let looked_up = settings.at_apply();
        let (findings, network) = run(session, environment, owners, None, &looked_up).await;
        let goes_on = session.check().map_err(&failed);
        goes_on.report(diagnostics)?;
        if settings.mode == Mode::Enforce {
            diagnostics.extend(forbidden(&findings, &network));
            diagnostics.check()?;
        }
        if !findings.iter().any(|(_, finding)| finding.passes) {
            return Ok(());
        }
        for (gone, subnets) in network.not_released() {
            match release::wait(session, &gone, &subnets).await {
                Release::Free => {}
                // ARM knows.
                Release::Unreadable(_) => return Ok(()),
                Release::Held(held, interrupted) => {
                    let error = not_released(id, &gone, &held, interrupted);
                    return Err(diagnostics.fail(error));
                }
            }
        }
        let pause = session.sleep(intervals.pause()).await;
        let pause = pause.map_err(&failed);
        pause.report(diagnostics)?;
    }
}

/// What forbids to create the environment and does not pass by itself.
fn forbidden(findings: &[Broken], network: &Network) -> Vec<Diagnostic> {
    let findings = findings.iter();
    let findings = findings.map(|(rule, finding)| to_diagnostic(rule, finding, Severity::Error));
    let all = findings.chain(unreadable(&network.unreadable(), Severity::Error));
    all.filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect()
}

/// Environments that this run has read, and of which no plan has been made: each may turn out to be the past of one that
/// is planned as new.
fn undecided(plans: &PlanRegistry) -> Vec<Owner> {
    let undecided = plans.undecided().into_iter();
    undecided
        .filter(|(id, _)| id.is_type(ENVIRONMENTS.name))
        .map(|(id, environment)| {
            let subnet_ids = subnet_ids(&environment).into_iter();
            Owner {
                id,
                subnet_ids: subnet_ids.map(|(_, id)| id).collect(),
            }
        })
        .collect()
}

/// A rule that is not kept, and what it finds.
type Broken = (&'static Rule, Finding);

/// Reads what the rules in force need, and applies them.
async fn run(
    session: &Session,
    environment: &Object,
    owners: Owners<'_>,
    circumstances: Option<&Circumstances<'_>>,
    settings: &Settings,
) -> (Vec<Broken>, Network) {
    let express_route = environment.bool("express_route") == Some(true);
    let rules: Vec<_> = RULES
        .iter()
        .filter(|rule| settings.has(rule) && (express_route || rule.name != "express-route"))
        .collect();
    let reads: Vec<_> = rules.iter().map(|rule| rule.reads).collect();
    let known = owners.certain;
    let network = network::read(
        session,
        &subnet_ids(environment),
        circumstances,
        &reads,
        known,
    )
    .await;
    let facts = Facts {
        network: &network,
        location: environment.str("location").map(Location::new),
        owners,
    };
    let broken = rules.into_iter().flat_map(|rule| {
        let findings = (rule.check)(&facts).into_iter();
        findings.map(move |finding| (rule, finding))
    });
    let findings = broken.collect();
    (findings, network)
}

/// Terraform orders only what refers to one another.
const CURED: &str = "\n\nIf the same plan cures this, let that come first: refer to the id of the resource that does it instead of writing \
                     the ID out, and tell Terraform of a renamed one with a moved block. Where nothing can be referred to, \
                     preflight.mode = \"warn\" lets it pass.";

const UNDECIDED: &str = "\n\nIf that is this very environment under its former name, nothing is wrong: a tainted one is planned as if it were \
                         new. The apply looks again, before anything is sent.";

/// A finding as the user reads it; advice is never more than a warning, and neither is what only the apply can tell.
fn to_diagnostic(rule: &Rule, finding: &Finding, severity: Severity) -> Diagnostic {
    let (severity, problem) = match finding {
        // Terraform shows it again after the apply, when it has to be true still.
        Finding { passes: true, .. } => (Severity::Warning, "was not released yet at plan"),
        Finding {
            depends_on_apply: true,
            ..
        } => (Severity::Warning, rule.problem),
        _ => (severity.max(rule.severity), rule.problem),
    };
    let summary = format!(
        "{} {problem} (preflight rule {})",
        finding.object, rule.name
    );
    let mut detail = format!(
        "{} {}",
        sentence(&finding.message),
        sentence(&finding.remedy)
    );
    if severity == Severity::Error {
        detail.push_str(CURED);
    }
    if finding.depends_on_apply {
        detail.push_str(UNDECIDED);
    }
    Diagnostic {
        severity,
        summary,
        detail,
        path: place(finding.index),
    }
}

/// What could not be read: one warning for all that is forbidden, and one message for each other reason.
fn unreadable(objects: &[Unreadable<'_>], severity: Severity) -> Vec<Diagnostic> {
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

/// The wait for the subnets of another environment, which is gone, was cut short before this one was created.
fn not_released(
    id: &ResourceId,
    gone: &ResourceId,
    held: &[String],
    interrupted: Interrupted,
) -> Diagnostic {
    let detail = format!(
        "{} before Azure had let go of the subnets {}, which it still holds for {gone}. That environment is no more; Azure releases its \
         subnets an hour or more after the deletion. Nothing was created: run terraform apply again to go on waiting.",
        interrupted.why("create"),
        held.join(", "),
    );
    Diagnostic::error(
        format!(
            "The subnets for environment {:?} are not free yet",
            id.name()
        ),
        detail,
    )
}

#[cfg(test)]
mod tests;
