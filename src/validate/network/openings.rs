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

/// What is advised for one group: each rule can be added without another one standing in its way.
#[derive(Debug)]
pub struct Openings<'a> {
    group: &'a SecurityGroup,
    advised: Vec<Opening>,
}

impl<'a> Openings<'a> {
    /// Nothing yet.
    pub fn new(group: &'a SecurityGroup) -> Self {
        Self {
            group,
            advised: Vec::new(),
        }
    }

    /// The rule for a flow; where several subnets have the group, it is one for all of them.
    pub fn of(&mut self, flow: &ClosedFlow<'_>) -> Opening {
        let latest = latest(&flow.closed_by);
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
            let comes_before = known.priority.is_some_and(|priority| priority <= latest);
            comes_before && of(known) == of(&opening)
        };
        if let Some(known) = self.advised.iter().find(is_same) {
            return known.clone();
        }
        opening.priority =
            (FIRST_PRIORITY..=latest).find(|priority| self.is_free(flow.direction, *priority));
        self.advised.push(opening.clone());
        opening
    }

    fn is_free(&self, direction: Direction, priority: i64) -> bool {
        let mut advised = self.advised.iter();
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
