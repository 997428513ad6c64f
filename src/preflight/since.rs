//! What has changed in the network since the plan that the user has seen.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::private::Private;

use super::rule_name::RuleName;

/// What a preflight found, of what it could judge: of the rest nobody knows what it would have found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Found(Vec<Judged>);

/// What a rule said about a subnet, when it could say all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Judged {
    #[serde(flatten)]
    place: Place,
    found: Vec<Said>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    summary: String,
    /// All that it says is wrong: the same may be told in other words, together with more or with less.
    parts: BTreeSet<String>,
}

/// A rule, and the place of the subnet that it looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    rule: String,
    /// None where it is the network of all of them.
    subnet: Option<usize>,
}

impl Place {
    pub(super) fn of(rule: RuleName, subnet: usize) -> Self {
        Self {
            rule: rule.as_str().to_owned(),
            subnet: (!rule.is_about_the_network()).then_some(subnet),
        }
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct About {
    place: Place,
    parts: BTreeSet<String>,
}

impl About {
    /// What is told as one, if it has no parts.
    pub(super) fn new(place: Place, parts: Vec<String>, told: &Diagnostic) -> Self {
        let parts = match parts.is_empty() {
            true => vec![told.summary.clone()],
            false => parts,
        };
        Self {
            place,
            parts: parts.into_iter().collect(),
        }
    }
}

/// What the user is told, and what it is about, if it is a finding.
pub(super) type Told = (Option<About>, Diagnostic);

/// Under which a plan leaves what it found, for the plan with which its apply begins.
const NOTE: &str = "preflight";

/// Under which that plan hands it to the creation.
const KEY: &str = "preflight_of_plan";

impl Found {
    /// What was found at these places.
    pub(super) fn of(places: Vec<Place>, told: &[Told]) -> Self {
        let judged = places.into_iter().map(|place| {
            let there = told.iter().filter_map(|(about, told)| {
                let about = about.as_ref().filter(|about| about.place == place)?;
                Some(Said {
                    summary: told.summary.clone(),
                    parts: about.parts.clone(),
                })
            });
            Judged {
                found: there.collect(),
                place,
            }
        });
        Self(judged.collect())
    }

    fn at(&self, place: &Place) -> Option<&Judged> {
        self.0.iter().find(|judged| judged.place == *place)
    }

    /// What the plan found that the user has seen, where the client hands it on. Leaves what is found now to the next one.
    pub(super) fn exchange(&self, private: &mut Private) -> Option<Self> {
        let before: Option<Self> = private.planned_note(NOTE);
        private.note(NOTE, self);
        match &before {
            Some(before) => private.set(KEY, before),
            None => private.remove(KEY),
        }
        before
    }

    /// Takes what a creation is told of the plan; it is not to be stored.
    pub(crate) fn take(private: &mut Private) -> Option<Self> {
        let before = private.get(KEY);
        private.remove(KEY);
        before
    }

    /// Says of each finding whether it is new, and what of those before is no more, where both could say all.
    pub(super) fn compare(&self, now: &Self, told: &mut Vec<Told>) {
        for (about, diagnostic) in told.iter_mut() {
            let Some(about) = about else { continue };
            let Some(before) = self.at(&about.place) else {
                continue;
            };
            if now.at(&about.place).is_some() {
                let new = about.parts.iter().filter(|part| !before.says(part));
                let new: Vec<_> = new.map(String::as_str).collect();
                match new.len() {
                    0 => {}
                    all if all == about.parts.len() => diagnostic.detail.push_str(NEW),
                    _ => diagnostic.detail.push_str(&new_in_part(&new)),
                }
            }
        }
        let both = self
            .0
            .iter()
            .filter_map(|before| Some((before, now.at(&before.place)?)));
        let gone: Vec<_> = both.flat_map(|(before, now)| before.without(now)).collect();
        if !gone.is_empty() {
            let detail = format!("What the plan found there is no more:{}", listed(&gone));
            let summary = "The network has changed since the plan";
            told.push((None, Diagnostic::warning(summary, detail)));
        }
    }
}

impl Judged {
    fn says(&self, part: &str) -> bool {
        self.found.iter().any(|said| said.parts.contains(part))
    }

    /// What it says and the other does not: whole findings by their summaries, and parts of others.
    fn without<'a>(&'a self, other: &Self) -> Vec<&'a str> {
        let mut all = Vec::new();
        for said in &self.found {
            let gone = said.parts.iter().filter(|part| !other.says(part));
            let gone: Vec<_> = gone.map(String::as_str).collect();
            match gone.len() == said.parts.len() {
                true => all.push(said.summary.as_str()),
                false => all.extend(gone),
            }
        }
        all
    }
}

const NEW: &str = "\n\nThe plan did not find this: the network has changed since.";

fn new_in_part(parts: &[&str]) -> String {
    format!(
        "\n\nThe plan did not find all of this: the network has changed since. New is:{}",
        listed(parts)
    )
}

fn listed(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("\n- {text}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(subnet: usize) -> Place {
        Place::of(RuleName::NetworkPorts, subnet)
    }

    /// Findings about a subnet, and something that is none.
    fn told(summaries: &[&str]) -> Vec<Told> {
        let all = summaries.iter().map(|summary| {
            let told = Diagnostic::warning(*summary, "why");
            (Some(About::new(place(1), Vec::new(), &told)), told)
        });
        all.chain([(None, Diagnostic::warning("unreadable", "why"))])
            .collect()
    }

    fn found(subnet: usize, summaries: &[&str]) -> Found {
        Found::of(vec![place(subnet)], &told(summaries))
    }

    #[test]
    fn what_is_new_and_what_is_gone_is_said() {
        let before = found(1, &["stays", "goes"]);
        let compared = |now: &Found, summaries: &[&str]| {
            let mut told = told(summaries);
            before.compare(now, &mut told);
            told
        };
        let now = ["stays", "comes"];
        let all = compared(&found(1, &now), &now);
        assert_eq!(all[0].1.detail, "why");
        assert!(all[1].1.detail.ends_with("the network has changed since."));
        assert_eq!(all[2].1.detail, "why");
        let gone = &all[3].1;
        assert_eq!(gone.summary, "The network has changed since the plan");
        assert!(gone.detail.ends_with("there is no more:\n- goes"));
        let same = ["stays", "goes"];
        assert_eq!(compared(&found(1, &same), &same), told(&same));
        // Nobody could look there now.
        assert_eq!(compared(&Found::default(), &[]), told(&[]));
    }

    #[test]
    fn of_what_the_plan_could_not_judge_nothing_is_said() {
        for before in [Found::default(), found(0, &[])] {
            let mut told = told(&["comes"]);
            before.compare(&found(1, &["comes"]), &mut told);
            assert_eq!(told, self::told(&["comes"]));
        }
    }

    /// What is known less of may look otherwise, and be the same.
    #[test]
    fn of_what_cannot_be_judged_now_nothing_is_said() {
        let mut told = told(&["may close"]);
        found(1, &["closes"]).compare(&Found::default(), &mut told);
        assert_eq!(told, self::told(&["may close"]));
    }

    #[test]
    fn it_travels_only_where_the_client_hands_it_on() {
        let first = found(1, &["a"]);
        let mut private = Private::default();
        assert_eq!(first.exchange(&mut private), None);
        // The plan with which the apply begins, of a client before protocol 6.11 and of a later one.
        for (bytes, expected) in [(Vec::new(), None), (private.to_bytes(), Some(first))] {
            let mut again = Private::default().with_planned(&bytes);
            assert_eq!(Found::default().exchange(&mut again), expected);
            let mut applied = Private::from_bytes(&again.to_bytes());
            applied.forget_notes();
            assert_eq!(Found::take(&mut applied), expected);
            assert_eq!(applied, Private::default());
        }
    }
}
