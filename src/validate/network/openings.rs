//! The rules that would open what a group closes.

use super::flows::ClosedFlow;
use super::requirements::{FIRST_PRIORITY, LAST_PRIORITY};
use super::rules::{SecurityGroup, SecurityRule};
use super::table::{Direction, Ports};

/// A rule that would open a closed flow. Near is always the subnet's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Which way.
    pub direction: Direction,
    /// Where it would be asked before the rules that close the flow; none if there is no room.
    pub priority: Option<i64>,
    /// `Tcp`, or `*` where all ports are opened.
    pub protocol: &'static str,
    /// Whom it names at the far end.
    pub far: &'static str,
    /// The ports of the destination.
    pub ports: Vec<Ports>,
}

/// The rule for each of the flows that a group closes: each can be added without another one standing in its way. Where
/// several subnets have the group, one rule serves all of them.
///
/// What has to come earliest chooses first, so that none goes without a priority that could have had one.
pub fn openings(group: &SecurityGroup, flows: &[&ClosedFlow<'_>]) -> Vec<Opening> {
    let mut order: Vec<_> = flows
        .iter()
        .map(|flow| latest(&flow.closed_by))
        .zip(0..)
        .collect();
    order.sort_unstable();
    let mut advised = Advised {
        group,
        openings: Vec::new(),
    };
    let openings = order
        .into_iter()
        .map(|(latest, place): (i64, usize)| (place, advised.of(flows[place], latest)));
    let mut openings: Vec<_> = openings.collect();
    openings.sort_unstable_by_key(|(place, _)| *place);
    openings.into_iter().map(|(_, opening)| opening).collect()
}

/// What is advised for a group so far.
struct Advised<'a> {
    group: &'a SecurityGroup,
    openings: Vec<Opening>,
}

impl Advised<'_> {
    fn of(&mut self, flow: &ClosedFlow<'_>, latest: i64) -> Opening {
        let mut opening = Opening {
            direction: flow.direction,
            priority: None,
            protocol: match flow.ports.contains(&Ports::ALL) {
                true => "*",
                false => "Tcp",
            },
            far: flow.opened_by,
            ports: flow.ports.clone(),
        };
        let is_same = |known: &&Opening| {
            let of = |it: &Opening| (it.direction, it.far, it.ports.clone());
            known.priority.is_some() && of(known) == of(&opening)
        };
        if let Some(known) = self.openings.iter().find(is_same) {
            return known.clone();
        }
        opening.priority =
            (FIRST_PRIORITY..=latest).find(|priority| self.is_free(flow.direction, *priority));
        self.openings.push(opening.clone());
        opening
    }

    fn is_free(&self, direction: Direction, priority: i64) -> bool {
        let mut advised = self.openings.iter();
        !self.group.has_taken(direction, priority)
            && !advised.any(|it| (it.direction, it.priority) == (direction, Some(priority)))
    }
}

/// The last priority that is before these rules.
fn latest(rules: &[&SecurityRule]) -> i64 {
    let first = rules.iter().map(|rule| rule.priority).min();
    first.map_or(LAST_PRIORITY, |first| LAST_PRIORITY.min(first - 1))
}

#[cfg(test)]
mod tests;
