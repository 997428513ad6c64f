//! What may become of parts of a flow, piece by piece, and what that makes of the whole.

use std::collections::HashSet;

use super::addresses::{Addresses, Span};
use super::rules::SecurityRule;
use super::surroundings::Far;
use super::verdict::{Doubt, Verdict};

/// The ports that a client speaks from.
pub(super) const EPHEMERAL: Span = Span::new(1024, u16::MAX as u32);

/// Ports of the source, and addresses at the near and the far end, all at the same port of the destination.
pub(super) type Piece = [Span; 3];

/// What may become of some of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Outcome {
    /// The place of the rule; none where no rule is left, which stops it.
    pub(super) rule: Option<usize>,
    pub(super) allows: bool,
    /// What makes it doubtful that there is any of the flow for which this holds.
    pub(super) doubt: Option<Doubt>,
}

/// What is left of a piece when a part of it is taken out.
pub(super) fn without<const SIDES: usize>(
    mut piece: [Span; SIDES],
    part: [Span; SIDES],
) -> impl Iterator<Item = [Span; SIDES]> {
    let mut left = Vec::new();
    for side in 0..SIDES {
        let (whole, taken) = (piece[side], part[side]);
        if whole.first < taken.first {
            let mut before = piece;
            before[side] = Span::new(whole.first, taken.first - 1);
            left.push(before);
        }
        if taken.last < whole.last {
            let mut after = piece;
            after[side] = Span::new(taken.last + 1, whole.last);
            left.push(after);
        }
        piece[side] = taken;
    }
    left.into_iter()
}

/// Everything that may become of parts of a flow.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub(super) all: Vec<Outcome>,
    /// Whether some of the flow certainly passes, where the far end is only some of the addresses.
    passes: bool,
    /// Whether some of it is certainly stopped.
    stops: bool,
}

impl Outcomes {
    pub(super) fn verdict(&self, far: Far) -> Verdict {
        if self.all.iter().all(|outcome| outcome.allows) {
            return Verdict::Open;
        }
        if self.all.iter().all(|outcome| !outcome.allows) {
            return Verdict::Closed;
        }
        let is_sure = |allows: bool| {
            let mut those = self.all.iter().filter(|outcome| outcome.allows == allows);
            those.any(|outcome| outcome.doubt.is_none())
        };
        let passes = self.passes || is_sure(true);
        let stops = self.stops || is_sure(false);
        // Between the subnets of an environment, all has to pass.
        if far == Far::Subnets && stops {
            return Verdict::Closed;
        }
        match self.all.iter().find_map(|outcome| outcome.doubt) {
            Some(doubt) if !passes || !stops => Verdict::Unknown(doubt),
            _ => Verdict::InPart,
        }
    }

    /// Whether all that passes is let through by rules that every group has.
    pub(super) fn is_let_by_azure(&self, rules: &[SecurityRule]) -> bool {
        let mut passing = self.all.iter().filter(|outcome| outcome.allows);
        passing.all(|outcome| outcome.rule.is_some_and(|rule| rules[rule].is_azures_own()))
    }
}

/// The outcomes so far, each once.
pub(super) struct Found {
    pub(super) outcomes: Outcomes,
    known: HashSet<Outcome>,
    /// How many pieces have been looked at.
    pub(super) steps: usize,
    /// Whether the far end is only some of the addresses, so that there may be none of it in a part of them.
    pub(super) is_some_of_them: bool,
}

impl Found {
    pub(super) fn new(is_some_of_them: bool) -> Self {
        Self {
            outcomes: Outcomes::default(),
            known: HashSet::new(),
            steps: 0,
            is_some_of_them,
        }
    }

    pub(super) fn add(&mut self, rule: Option<usize>, allows: bool, doubt: Option<Doubt>) {
        let doubt = doubt.or(self.is_some_of_them.then_some(Doubt::Service));
        let outcome = Outcome {
            rule,
            allows,
            doubt,
        };
        let is_last = self.outcomes.all.last() == Some(&outcome);
        if !is_last && self.known.insert(outcome) {
            self.outcomes.all.push(outcome);
        }
    }

    /// Where all of the addresses share a fate, that is also the fate of those that the far end has.
    pub(super) fn settle(&mut self, slices: &Slices, near: &Addresses) {
        self.outcomes.passes |= slices.leave_out(near, false);
        self.outcomes.stops |= slices.leave_out(near, true);
    }
}

/// Ports of the source and addresses at the near end, whatever is at the far end.
pub(super) type Slice = [Span; 2];

pub(super) fn slice_of([ports, near, _]: Piece) -> Slice {
    [ports, near]
}

/// For which source ports and near addresses some of the far end may pass, and for which some may be stopped.
#[derive(Default)]
pub(super) struct Slices {
    passing: Vec<Slice>,
    stopped: Vec<Slice>,
}

impl Slices {
    pub(super) fn add(&mut self, slice: Slice, allows: bool) {
        let those = match allows {
            true => &mut self.passing,
            false => &mut self.stopped,
        };
        // The same comes once for each part of the far end.
        if those.last() != Some(&slice) {
            those.push(slice);
        }
    }

    /// Whether there is a source port and a near address for which nothing passes, or nothing is stopped.
    fn leave_out(&self, near: &Addresses, allows: bool) -> bool {
        let taken = if allows { &self.passing } else { &self.stopped };
        // All source ports from one of these up to the next are in the same slices.
        let mut first_ports = vec![EPHEMERAL.first];
        for [ports, _] in taken {
            let edges = [ports.first, ports.last + 1].into_iter();
            first_ports.extend(edges.filter(|port| EPHEMERAL.contains(Span::new(*port, *port))));
        }
        first_ports.sort_unstable();
        first_ports.dedup();
        first_ports.into_iter().any(|port| {
            let here = taken
                .iter()
                .filter(|[ports, _]| ports.overlaps(Span::new(port, port)));
            let here = here.map(|[_, addresses]| *addresses);
            !near.is_within(here.collect())
        })
    }
}
