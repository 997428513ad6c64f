//! What has changed in the network since the plan that the user has seen.

use serde::{Deserialize, Serialize};
use tfplugin_framework::diagnostics::Diagnostic;
use tfplugin_framework::private::Private;

/// The summaries of what a preflight found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Found(Vec<String>);

/// Under which a plan leaves what it found, for the plan with which its apply begins.
const NOTE: &str = "preflight";

/// Under which that plan hands it to the creation.
const KEY: &str = "preflight_of_plan";

impl Found {
    pub(super) fn of(diagnostics: &[Diagnostic]) -> Self {
        Self(diagnostics.iter().map(|it| it.summary.clone()).collect())
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

    /// Says of each finding whether it is new, and what of those before is no more.
    pub(super) fn compare(&self, diagnostics: &mut Vec<Diagnostic>) {
        let now = Self::of(diagnostics);
        for diagnostic in diagnostics.iter_mut() {
            if !self.0.contains(&diagnostic.summary) {
                diagnostic.detail.push_str(NEW);
            }
        }
        let gone = self.0.iter().filter(|summary| !now.0.contains(summary));
        let gone: Vec<_> = gone.map(|summary| format!("- {summary}")).collect();
        if !gone.is_empty() {
            let detail = format!("What the plan found there is no more:\n{}", gone.join("\n"));
            let summary = "The network has changed since the plan";
            diagnostics.push(Diagnostic::warning(summary, detail));
        }
    }
}

const NEW: &str = "\n\nThe plan did not find this: the network has changed since.";

#[cfg(test)]
mod tests {
    use super::*;

    fn found(summaries: &[&str]) -> Vec<Diagnostic> {
        let all = summaries.iter();
        all.map(|summary| Diagnostic::warning(*summary, "why"))
            .collect()
    }

    #[test]
    fn what_is_new_and_what_is_gone_is_said() {
        let before = Found::of(&found(&["stays", "goes"]));
        let mut now = found(&["stays", "comes"]);
        before.compare(&mut now);
        assert_eq!(now[0].detail, "why");
        assert!(now[1].detail.ends_with("the network has changed since."));
        assert_eq!(now[2].summary, "The network has changed since the plan");
        assert!(now[2].detail.ends_with("\n- goes"));
        let mut same = found(&["stays", "goes"]);
        before.compare(&mut same);
        assert_eq!(same, found(&["stays", "goes"]));
    }

    #[test]
    fn it_travels_only_where_the_client_hands_it_on() {
        let first = Found::of(&found(&["a"]));
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
