//! The preflight: what in the network would make an environment fail hours after it was asked for.
//!
//! [`network`] reads, [`rules`] judge what was read, and this tells the user. Plan and apply do the same; the plan of
//! an environment that lives only warns.

mod facts;
mod finding;
mod judged;
mod network;
mod planned_twice;
mod ports;
mod routes;
mod rule_name;
mod rules;
mod settings;
mod since;
mod subject;
mod unreadable;

use tfplugin_framework::diagnostics::{
    Diagnostic, Diagnostics, Report as _, Reported, Severity, sentence,
};
use tfplugin_framework::private::Private;
use tfplugin_framework::types::value::Object;

use crate::arm::{self, ResourceId, Session};
use crate::azure::PlanRegistry;
use crate::azure::release::{self, Release};
use crate::azure::types::ENVIRONMENTS;
use crate::azure::wait::{self, Interrupted};
use crate::validate::subnet_set;
use facts::{Facts, Owners};
use finding::Finding;
use network::Network;
use rule_name::RuleName;
use rules::{RULES, Rule};
use settings::{Mode, Settings};
pub(crate) use since::Found;
use since::{About, Place};
pub(crate) use subject::{Circumstances, Owner, Subject};
use subject::{place, subnet_ids};
use unreadable::{concerned, unreadable};

/// The names that `ignore` takes.
pub(crate) fn rule_names() -> impl Iterator<Item = &'static str> {
    RuleName::ALL.into_iter().map(RuleName::as_str)
}

/// Whether there is a rule of the preflight of that name.
pub(crate) fn is_rule(name: &str) -> Result<(), String> {
    match RuleName::named(name) {
        Some(_) => Ok(()),
        None => Err(format!(
            "There is no rule {name:?}. The rules are {}.",
            rule_names().collect::<Vec<_>>().join(", ")
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
/// nothing is looked up. Where the client tells what the plan found that the user has seen, the apply says what is new.
pub(crate) async fn at_plan(
    session: Option<&Session>,
    environment: &Object,
    circumstances: &Circumstances<'_>,
    private: &mut Private,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Some(session) = session {
        let (mut told, found) = look_up_at_plan(session, environment, circumstances).await;
        if circumstances.creates
            && let Some(before) = found.exchange(private)
        {
            before.compare(&found, &mut told);
        }
        diagnostics.extend(told.into_iter().map(|(_, told)| told));
    }
    diagnostics.extend(planned_twice::check(environment, circumstances));
    diagnostics
}

async fn look_up_at_plan(
    session: &Session,
    environment: &Object,
    circumstances: &Circumstances<'_>,
) -> (Vec<since::Told>, Found) {
    let settings = Settings::of(environment);
    let undecided = match circumstances.is_new {
        true => undecided(circumstances.plans),
        false => Vec::new(),
    };
    let owners = Owners {
        certain: &circumstances.owners,
        undecided: &undecided,
    };
    let subject = Subject::of(environment);
    let looked_up = run(session, &subject, owners, Some(circumstances), &settings).await;
    let severity = match circumstances.creates && settings.mode == Mode::Enforce {
        true => Severity::Error,
        false => Severity::Warning,
    };
    looked_up.tell(severity, Severity::Warning)
}

/// Checks the network as it is, right before the environment is created, and fails if anything forbids that.
///
/// Subnets that Azure holds for an environment that is no more are waited for. Terraform plans once more before each
/// apply, so warnings have been told already.
pub(crate) async fn at_apply(
    session: &Session,
    environment: &Object,
    (id, planned): (&ResourceId, Option<Found>),
    failed: impl Fn(arm::Error) -> Diagnostic,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    // What it replaces has let go of the subnets by now. One of this very ID that lives is told of by name.
    let owners = [Owner {
        id: id.clone(),
        subnet_ids: Vec::new(),
    }];
    let settings = Settings::of(environment);
    let subject = Subject::of(environment);
    let mut intervals = wait::intervals();
    loop {
        let owners = Owners {
            certain: &owners,
            undecided: &[],
        };
        let looked_up = settings.at_apply();
        let looked_up = run(session, &subject, owners, None, &looked_up).await;
        let goes_on = session.check().map_err(&failed);
        goes_on.report(diagnostics)?;
        if settings.mode == Mode::Enforce {
            diagnostics.extend(forbidden(&looked_up, planned.as_ref()));
            diagnostics.check()?;
        }
        if !looked_up.findings.iter().any(|(_, finding)| finding.passes) {
            return Ok(());
        }
        for (gone, subnets) in looked_up.network.not_released() {
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
fn forbidden(looked_up: &LookedUp, planned: Option<&Found>) -> Vec<Diagnostic> {
    let (mut told, found) = looked_up.tell(Severity::Error, Severity::Error);
    if let Some(planned) = planned {
        planned.compare(&found, &mut told);
    }
    let told = told.into_iter().map(|(_, told)| told);
    told.filter(|told| told.severity == Severity::Error)
        .collect()
}

/// What the preflight says about a network into which nothing is planned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// The rule's name; of several that could not be checked, all of them.
    pub(crate) rule: String,
    /// An error forbids an environment there.
    pub(crate) severity: Severity,
    /// The subnet at fault; none where it is all of them.
    pub(crate) subnet_id: Option<ResourceId>,
    /// What is wrong.
    pub(crate) message: String,
    /// What would be right.
    pub(crate) remedy: String,
}

/// Checks the network as it is. What cannot be read is told like a finding.
pub(crate) async fn tell(session: &Session, subject: &Subject) -> Vec<Told> {
    let settings = Settings::default();
    let looked_up = run(session, subject, Owners::default(), None, &settings).await;
    let subnet_at = |index: usize| {
        let mut ids = subject.subnet_ids.iter();
        ids.find(|(place, _)| *place == index)
            .map(|(_, id)| id.clone())
    };
    let mut told = by_ids(subject);
    told.extend(looked_up.findings.iter().map(|(rule, finding)| Told {
        rule: rule.as_str().to_owned(),
        severity: match finding.passes {
            true => Severity::Warning,
            false => finding.severity,
        },
        subnet_id: subnet_at(finding.index),
        message: sentence(&format!(
            "{} {}: {}",
            finding.object, finding.problem, finding.message
        )),
        remedy: sentence(&finding.remedy),
    }));
    told.extend(looked_up.network.unreadable().into_iter().map(|object| {
        let (needing, using) = concerned(&looked_up.rules, &[object.reads]);
        Told {
            rule: [needing, using].concat().join(", "),
            severity: match object.error.is_forbidden() {
                true => Severity::Warning,
                false => Severity::Error,
            },
            subnet_id: subnet_at(object.index),
            message: sentence(&format!(
                "{} could not be read: {}",
                object.what, object.error
            )),
            remedy: "Grant read access to it, and look again.".to_owned(),
        }
    }));
    told
}

/// What the IDs alone say.
fn by_ids(subject: &Subject) -> Vec<Told> {
    let ids: Vec<_> = subject
        .subnet_ids
        .iter()
        .map(|(_, id)| Some(id.clone()))
        .collect();
    let findings = subnet_set::check(&ids).into_iter();
    findings
        .map(|finding| Told {
            rule: finding.rule.to_owned(),
            severity: Severity::Error,
            subnet_id: finding.index.and_then(|index| ids[index].clone()),
            message: sentence(&finding.message),
            remedy: sentence(&finding.remedy),
        })
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
type Broken = (RuleName, Finding);

/// What a look at the network gave.
#[derive(Debug)]
struct LookedUp {
    /// The rules in force.
    rules: Vec<&'static Rule>,
    findings: Vec<Broken>,
    network: Network,
    /// Where they could say all.
    judged: Vec<Place>,
}

impl LookedUp {
    /// All that the user is told, findings and what could not be read no graver than this; and what was found.
    fn tell(&self, findings: Severity, unread: Severity) -> (Vec<since::Told>, Found) {
        let found = self.findings.iter().map(|(rule, finding)| {
            let place = Place::of(*rule, finding.index);
            let told = to_diagnostic(*rule, finding, findings);
            let parts = finding.parts.iter();
            let parts: Vec<_> = parts
                .map(|part| format!("{} {part}", finding.object))
                .collect();
            (Some(About::new(place, parts, &told)), told)
        });
        let mut told: Vec<_> = found.collect();
        let found = Found::of(self.judged.clone(), &told);
        let unread = unreadable(&self.network.unreadable(), &self.rules, unread);
        told.extend(unread.into_iter().map(|told| (None, told)));
        (told, found)
    }
}

/// Reads what the rules in force need, and applies them.
async fn run(
    session: &Session,
    subject: &Subject,
    owners: Owners<'_>,
    circumstances: Option<&Circumstances<'_>>,
    settings: &Settings,
) -> LookedUp {
    let is_about_it = |rule: RuleName| subject.express_route || rule != RuleName::ExpressRoute;
    let rules = RULES
        .iter()
        .filter(|rule| settings.has(rule.name) && is_about_it(rule.name));
    let rules: Vec<_> = rules.collect();
    let reads: Vec<_> = rules.iter().flat_map(|rule| rule.reads()).collect();
    let ids = &subject.subnet_ids;
    let network = network::read(session, ids, circumstances, &reads, owners.certain).await;
    judge(rules, network, subject, owners)
}

/// What the rules make of what was read.
fn judge(
    rules: Vec<&'static Rule>,
    network: Network,
    subject: &Subject,
    owners: Owners<'_>,
) -> LookedUp {
    let facts = Facts {
        network: &network,
        subject,
        owners,
    };
    let mut findings = Vec::new();
    let mut judged = Vec::new();
    for rule in &rules {
        let found = (rule.check)(&facts).into_iter();
        findings.extend(found.map(|finding| (rule.name, finding)));
        let places = judged::judged(rule, &facts).into_iter();
        judged.extend(places.map(|subnet| Place::of(rule.name, subnet)));
    }
    LookedUp {
        rules,
        findings,
        network,
        judged,
    }
}

/// Terraform orders only what refers to one another.
const CURED: &str = "\n\nIf the same plan cures this, let that come first: refer to the id of the resource that does it instead of writing \
                     the ID out, and tell Terraform of a renamed one with a moved block. Where nothing can be referred to, \
                     preflight.mode = \"warn\" lets it pass.";

const UNDECIDED: &str = "\n\nIf that is this very environment under its former name, nothing is wrong: a tainted one is planned as if it were \
                         new. The apply looks again, before anything is sent.";

/// A finding as the user reads it; advice is never more than a warning, and neither is what only the apply can tell.
fn to_diagnostic(rule: RuleName, finding: &Finding, severity: Severity) -> Diagnostic {
    let problem = finding.problem.as_str();
    let (severity, problem) = match finding {
        // Terraform shows it again after the apply, when it has to be true still.
        Finding { passes: true, .. } => (Severity::Warning, "was not released yet at plan"),
        Finding {
            depends_on_apply: true,
            ..
        } => (Severity::Warning, problem),
        _ => (severity.max(finding.severity), problem),
    };
    let summary = format!(
        "{} {problem} (preflight rule {})",
        finding.object,
        rule.as_str()
    );
    let between = match finding.message.contains('\n') {
        true => "\n\n",
        false => " ",
    };
    let mut detail = format!(
        "{}{between}{}",
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
