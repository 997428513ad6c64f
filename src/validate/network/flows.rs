//! The table held against what is around a subnet: which of its rows are closed, and which are led astray.

use std::collections::HashMap;

use super::routes::{Course, Lead, Leads, Route, RouteTable, ServiceEndpoints};
use super::rules::{SecurityGroup, SecurityRule};
use super::surroundings::{Far, Surroundings};
use super::table::{
    AccessEndpoint, Decides, Direction, Form, INTERNET, Ports, ROWS, Row, VIRTUAL_NETWORK,
};
use super::traffic::{Doubt, Flow, Judge, Judgement, Near, Verdict};

/// Rows of the table that a group closes in the same way.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedFlow<'a> {
    /// The rows.
    pub rows: Vec<ClosedRow>,
    /// Which way.
    pub direction: Direction,
    /// All ports that are closed.
    pub ports: Vec<Ports>,
    /// The far end, as the form that decides names it.
    pub tag: &'static str,
    /// Whom a rule has to name there to open it for certain: the tag, or everybody where routes may change what it means.
    pub opened_by: &'static str,
    /// How much passes.
    pub verdict: Verdict,
    /// Whether an environment does not live without it, and nothing of it passes.
    pub is_grave: bool,
    /// The rules that close it.
    pub closed_by: Vec<&'a SecurityRule>,
}

/// A row of which something is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedRow {
    /// The row.
    pub row: &'static Row,
    /// Those of its ports that are closed.
    pub ports: Vec<Ports>,
    /// Those of them at which nothing passes of what the later page names, though some of what the guide does.
    pub later_closed: Vec<Ports>,
}

/// Traffic that a route table leads elsewhere than where it has to go.
#[derive(Clone, Debug)]
pub struct LedElsewhere<'a> {
    /// The routes.
    pub routes: Vec<&'a Route>,
    /// How much of it goes elsewhere.
    pub course: Course,
    /// The far ends, as rules and routes name them.
    pub tags: Vec<&'static str>,
    /// The rows whose traffic it is.
    pub rows: Vec<&'static Row>,
}

/// The rows that the group of a subnet closes, or some of whose traffic it may stop. As long as nobody knows the access
/// endpoint, only what holds for both is certain.
pub fn closed_flows<'a>(
    group: &'a SecurityGroup,
    near: &Near<'_>,
    surroundings: &Surroundings,
    endpoint: Option<AccessEndpoint>,
) -> Vec<ClosedFlow<'a>> {
    let judge = Judge::new(group, near, surroundings);
    let mut judged: HashMap<Flow, Judgement<'a>> = HashMap::new();
    let mut ask = |flow: Flow| judged.entry(flow).or_insert_with(|| judge.of(flow)).clone();
    let mut found: Vec<ClosedFlow<'a>> = Vec::new();
    for row in &ROWS {
        for direction in row.directions {
            let mut of = |endpoint| closed_in_row(row, *direction, endpoint, &mut ask);
            found.extend(match endpoint {
                Some(endpoint) => of(endpoint),
                None => with_either(AccessEndpoint::ALL.map(|endpoint| (endpoint, of(endpoint)))),
            });
        }
    }
    let graves: Vec<_> = found.iter().filter(|flow| flow.is_grave).cloned().collect();
    // A port that several rows need is as grave as for the one that needs it most.
    for flow in found
        .iter_mut()
        .filter(|flow| flow.verdict == Verdict::Closed)
    {
        let same = |grave: &ClosedFlow<'_>| {
            (grave.direction, grave.tag, &grave.ports) == (flow.direction, flow.tag, &flow.ports)
        };
        flow.is_grave |= graves.iter().any(same);
    }
    if judge.is_rerouted() {
        let of_internet = found.iter_mut().filter(|flow| flow.tag == INTERNET);
        of_internet.for_each(|flow| flow.opened_by = EVERYBODY);
    }
    joined(found)
}

/// How a rule names everybody.
const EVERYBODY: &str = "*";

/// What of a row is closed whichever the access endpoint, and what may be with one of them.
fn with_either<'a>(
    [(one, closed), (other, others)]: [(AccessEndpoint, Vec<ClosedFlow<'a>>); 2],
) -> Vec<ClosedFlow<'a>> {
    let is_same = |a: &ClosedFlow<'_>, b: &ClosedFlow<'_>| (a.tag, &a.ports) == (b.tag, &b.ports);
    let only = |mut flow: ClosedFlow<'a>, endpoint| {
        flow.verdict = Verdict::Unknown(Doubt::AccessEndpoint(endpoint));
        flow.is_grave = false;
        flow.rows
            .iter_mut()
            .for_each(|row| row.later_closed.clear());
        flow
    };
    let mut others = others;
    let mut all = Vec::new();
    for mut flow in closed {
        let Some(place) = others.iter().position(|other| is_same(&flow, other)) else {
            all.push(only(flow, one));
            continue;
        };
        let other = others.remove(place);
        let are_later_closed = is_later_closed(&flow) && is_later_closed(&other);
        flow.verdict = milder(flow.verdict, other.verdict);
        flow.is_grave &= other.is_grave;
        for row in &mut flow.rows {
            row.later_closed.clear();
            if are_later_closed && flow.verdict != Verdict::Closed {
                row.later_closed.extend(&row.ports);
            }
        }
        flow.closed_by = in_order(flow.closed_by.into_iter().chain(other.closed_by));
        all.push(flow);
    }
    all.extend(others.into_iter().map(|flow| only(flow, other)));
    all
}

/// Whether nothing passes of what the later page names in a row, as far as it is closed.
fn is_later_closed(flow: &ClosedFlow<'_>) -> bool {
    let mut rows = flow.rows.iter();
    flow.verdict == Verdict::Closed || rows.all(|row| !row.later_closed.is_empty())
}

/// What two verdicts have in common that both find something closed.
fn milder(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Closed, verdict) | (verdict, Verdict::Closed) => verdict,
        (Verdict::InPart, verdict) => verdict,
        (verdict, _) => verdict,
    }
}

/// Each port of a row is a flow of its own.
fn closed_in_row<'a>(
    row: &'static Row,
    direction: Direction,
    endpoint: AccessEndpoint,
    ask: &mut impl FnMut(Flow) -> Judgement<'a>,
) -> Vec<ClosedFlow<'a>> {
    let narrow = row.narrow.of(endpoint);
    let are_callers = row.decides == Decides::AccessEndpoint;
    let broad = match are_callers {
        true => narrow,
        false => std::slice::from_ref(&row.broad),
    };
    let mut closed = Vec::new();
    for form in broad {
        for ports in form.ports {
            let mut flow = |form: &Form, ports: Ports| {
                ask(Flow {
                    direction,
                    ports,
                    far: Far::of_tag(form.tag, are_callers),
                })
            };
            let first = flow(form, *ports);
            if first.verdict == Verdict::Open {
                continue;
            }
            let same = narrow.iter().filter(|form| form.ports.contains(ports));
            let same: Vec<_> = same.map(|form| flow(form, *ports)).collect();
            let (judgement, later) = match same.is_empty() {
                false => (narrower(first, &same), together(&same)),
                // The later page has the row at other ports.
                true => {
                    let others = narrow.iter();
                    let others =
                        others.flat_map(|form| form.ports.iter().map(move |ports| (form, *ports)));
                    let others: Vec<_> = others.map(|(form, ports)| flow(form, ports)).collect();
                    (either(first, &others), together(&others))
                }
            };
            if judgement.verdict != Verdict::Open {
                let is_later_closed = later == Verdict::Closed && judgement.verdict != later;
                closed.push(ClosedFlow {
                    rows: vec![ClosedRow {
                        row,
                        ports: vec![*ports],
                        later_closed: is_later_closed.then_some(*ports).into_iter().collect(),
                    }],
                    direction,
                    ports: vec![*ports],
                    tag: form.tag,
                    opened_by: form.tag,
                    verdict: judgement.verdict,
                    is_grave: row.required && judgement.verdict == Verdict::Closed,
                    closed_by: judgement.closed_by,
                });
            }
        }
    }
    closed
}

/// One of two forms has to be open. Who is meant by the later one is among those of the broad one, so that one is closed only
/// where both are.
fn narrower<'a>(broad: Judgement<'a>, narrow: &[Judgement<'a>]) -> Judgement<'a> {
    let verdict = match (broad.verdict, together(narrow)) {
        (_, Verdict::Open) => Verdict::Open,
        (Verdict::Closed, _) => Verdict::Closed,
        (verdict, Verdict::Closed) => verdict,
        (_, verdict) => verdict,
    };
    Judgement {
        verdict,
        closed_by: closers(&broad, narrow),
    }
}

/// One of two forms at different ports has to be open.
fn either<'a>(broad: Judgement<'a>, narrow: &[Judgement<'a>]) -> Judgement<'a> {
    let verdict = match (broad.verdict, together(narrow)) {
        (_, Verdict::Open) => Verdict::Open,
        (Verdict::Closed, other) => other,
        (first, _) => first,
    };
    Judgement {
        verdict,
        closed_by: closers(&broad, narrow),
    }
}

/// The verdict about a form of several tags, each of which is needed.
fn together(all: &[Judgement<'_>]) -> Verdict {
    let first = all.first().map_or(Verdict::Open, |one| one.verdict);
    let is_same = all.iter().all(|one| one.verdict == first);
    let unknown = all.iter().map(|one| one.verdict);
    let mut unknown = unknown.filter(|verdict| matches!(verdict, Verdict::Unknown(_)));
    match is_same {
        true => first,
        false => unknown.next().unwrap_or(Verdict::InPart),
    }
}

fn closers<'a>(broad: &Judgement<'a>, narrow: &[Judgement<'a>]) -> Vec<&'a SecurityRule> {
    let all = std::iter::once(broad).chain(narrow);
    in_order(all.flat_map(|judgement| judgement.closed_by.iter().copied()))
}

/// The rules as they are asked, each once.
fn in_order<'a>(all: impl Iterator<Item = &'a SecurityRule>) -> Vec<&'a SecurityRule> {
    let mut rules: Vec<&SecurityRule> = all.collect();
    rules.sort_unstable_by_key(|rule| (rule.priority, std::ptr::from_ref(*rule).addr()));
    rules.dedup_by(|one, other| std::ptr::eq(*one, *other));
    rules
}

/// What is closed by the same rules for the same far end is told once.
fn joined(flows: Vec<ClosedFlow<'_>>) -> Vec<ClosedFlow<'_>> {
    let mut all: Vec<ClosedFlow<'_>> = Vec::new();
    for flow in flows {
        let same = all.iter_mut().find(|known| {
            let of = |it: &ClosedFlow<'_>| (it.direction, it.tag, it.verdict, it.is_grave);
            of(known) == of(&flow) && same_rules(&known.closed_by, &flow.closed_by)
        });
        let Some(same) = same else {
            all.push(flow);
            continue;
        };
        for closed in flow.rows {
            let mut rows = same.rows.iter_mut();
            match rows.find(|known| known.row.name == closed.row.name) {
                Some(known) => {
                    known.ports.extend(closed.ports);
                    known.later_closed.extend(closed.later_closed);
                }
                None => same.rows.push(closed),
            }
        }
        same.ports.extend(flow.ports);
        same.ports.sort_unstable();
        same.ports.dedup();
    }
    all
}

fn same_rules(one: &[&SecurityRule], other: &[&SecurityRule]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| std::ptr::eq(*one, *other))
}

/// What of the table the route table of a subnet leads elsewhere: what goes out, and the replies to what Azure's services
/// ask.
pub fn led_elsewhere<'a>(
    table: &'a RouteTable,
    service_endpoints: &ServiceEndpoints,
    surroundings: &Surroundings,
) -> Vec<LedElsewhere<'a>> {
    let leads = Leads::new(table, service_endpoints, surroundings);
    let lead = |form: &Form| leads.to(Far::of_tag(form.tag, false));
    let mut found: Vec<LedElsewhere<'a>> = Vec::new();
    for row in ROWS.iter().filter(|row| is_routed(row)) {
        let mut broad = lead(&row.broad);
        // The later form takes less of the internet; who is at its far end does not depend on the endpoint here.
        let narrow = row.narrow.external.iter().map(lead);
        let narrow: Vec<_> = narrow.map(|lead| lead.course).collect();
        let is = |course: Course| narrow.iter().all(|one| *one == course);
        if broad.course == Course::Straight || is(Course::Straight) {
            continue;
        }
        if broad.course == Course::Elsewhere && !is(Course::Elsewhere) {
            broad.course = Course::Perhaps;
        }
        add(&mut found, broad, row);
    }
    found
}

/// Whether it matters where a row's traffic, or the replies to it, are led: replies to whoever calls are their matter.
fn is_routed(row: &Row) -> bool {
    let is_service = ![VIRTUAL_NETWORK, INTERNET, "AzureLoadBalancer"].contains(&row.broad.tag);
    row.directions.contains(&Direction::Outbound) || is_service
}

fn add<'a>(found: &mut Vec<LedElsewhere<'a>>, lead: Lead<'a>, row: &'static Row) {
    let is_same = |known: &LedElsewhere<'_>| {
        known.course == lead.course
            && known.routes.len() == lead.routes.len()
            && known
                .routes
                .iter()
                .zip(&lead.routes)
                .all(|(one, other)| std::ptr::eq(*one, *other))
    };
    let place = found.iter().position(is_same).unwrap_or_else(|| {
        found.push(LedElsewhere {
            routes: lead.routes,
            course: lead.course,
            tags: Vec::new(),
            rows: Vec::new(),
        });
        found.len() - 1
    });
    let known = &mut found[place];
    if !known.tags.contains(&row.broad.tag) {
        known.tags.push(row.broad.tag);
    }
    known.rows.push(row);
}

#[cfg(test)]
mod tests;
