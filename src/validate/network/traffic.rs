//! What a network security group does to traffic: all of it passes, none, a part, or nobody can tell offline.
//!
//! Traffic is a box: ports and addresses at both ends. Rules are asked in their order; each decides the part of the box that
//! it names, and what is left goes on to the next. Where a rule names something whose addresses are
//! not known, both outcomes are kept.

use std::collections::{BTreeMap, HashSet};

use super::addresses::{Addresses, HOST, Span};
use super::outcomes::{EPHEMERAL, Found, Outcomes, Piece, Slice, Slices, slice_of, without};
use super::prefix::{Prefix, Share, Tag};
use super::routes::Rerouted;
use super::rules::{SecurityGroup, SecurityRule};
use super::surroundings::{Far, Surroundings};
use super::table::{Direction, INTERNET, Ports, VIRTUAL_NETWORK};
pub use super::verdict::{Doubt, Verdict};

/// TCP between a subnet and a far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Which way it is begun.
    pub direction: Direction,
    /// The ports that are spoken to.
    pub ports: Ports,
    /// Who is at the other end.
    pub far: Far,
}

/// The subnet of a flow.
#[derive(Clone, Debug)]
pub struct Near<'a> {
    /// Its addresses.
    pub addresses: &'a Addresses,
    /// What its routes may do to the tags `Internet` and `VirtualNetwork`.
    pub rerouted: &'a Rerouted,
}

/// What becomes of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement<'a> {
    /// How much of it passes.
    pub verdict: Verdict,
    /// The rules that stop it, or what is stopped of it, whatever the tags mean, in their order.
    pub closed_by: Vec<&'a SecurityRule>,
}

/// Into how many pieces a flow may fall until nobody wants to know any more.
const MOST_PIECES: usize = 100_000;

/// What the group of a subnet does to a flow.
pub fn judge<'a>(
    group: &'a SecurityGroup,
    flow: Flow,
    near: &Near<'_>,
    surroundings: &Surroundings,
) -> Judgement<'a> {
    Judge::new(group, near, surroundings).of(flow)
}

/// A subnet with its group and what is around it, ready for flows.
#[derive(Debug)]
pub struct Judge<'a, 'b> {
    group: &'a SecurityGroup,
    near: &'b Near<'b>,
    surroundings: &'b Surroundings,
    /// What is on the internet.
    outside: Addresses,
    /// What of that the routes may have taken from the tag `Internet`.
    rerouted: Addresses,
    /// And what they certainly leave there.
    left: Vec<Span>,
    /// What may be connected with the network.
    connected: Addresses,
}

impl<'a, 'b> Judge<'a, 'b> {
    /// What all flows have in common.
    pub fn new(
        group: &'a SecurityGroup,
        near: &'b Near<'b>,
        surroundings: &'b Surroundings,
    ) -> Self {
        let outside = surroundings.outside();
        let rerouted = outside.common(&near.rerouted.addresses());
        Self {
            group,
            near,
            surroundings,
            left: outside.clone().without(&rerouted).spans().collect(),
            rerouted,
            outside,
            connected: surroundings.perhaps_connected(),
        }
    }

    /// What the group does to a flow.
    pub fn of(&self, flow: Flow) -> Judgement<'a> {
        let rules = self.group.rules(flow.direction);
        let ask = |far: &Addresses, is_rerouted: bool| {
            let meaning = Meaning {
                judge: self,
                flow,
                is_rerouted,
            };
            outcomes(rules, far, &meaning)
        };
        let mut first = match flow.far.is_outside() {
            true => ask(&self.outside, false),
            false => ask(&flow.far.addresses(self.surroundings), false),
        };
        let mut verdict = first.verdict(flow.far);
        // What it may be taken for besides, and what makes it doubtful where that matters.
        let mut others = Vec::new();
        if flow.far.is_outside() && !self.rerouted.is_empty() {
            let other = ask(&self.outside, true);
            let doubt = match self.near.rerouted {
                Rerouted::By(_) => Some(Doubt::Routes),
                // What Azure's own rules alone would let in is closed as long as no such route is known.
                Rerouted::Unknown if verdict == Verdict::Closed && other.is_let_by_azure(rules) => {
                    None
                }
                Rerouted::Unknown => Some(Doubt::UnknownRoutes),
            };
            others.push((doubt, other));
        }
        if flow.far == Far::VirtualNetwork && !self.connected.is_empty() {
            others.push((Some(Doubt::Connected), ask(&self.connected, false)));
        }
        // What is in doubt matters only where it makes a difference, except that what opens it has to come before all that may
        // close it.
        for (doubt, other) in others {
            let is_settled = matches!(verdict, Verdict::Open | Verdict::Closed);
            if is_settled && other.verdict(flow.far) != verdict {
                verdict = doubt.map_or(verdict, Verdict::Unknown);
            }
            first.all.extend(other.all);
        }
        let closed = first.all.iter().filter(|it| !it.allows);
        let mut closed_by: Vec<usize> = closed.filter_map(|it| it.rule).collect();
        closed_by.sort_unstable();
        closed_by.dedup();
        Judgement {
            verdict,
            closed_by: closed_by.into_iter().map(|rule| &rules[rule]).collect(),
        }
    }

    /// Whether routes may take something outside from the tag `Internet`.
    pub fn is_rerouted(&self) -> bool {
        !self.rerouted.is_empty()
    }
}

/// Everything that may become of parts of a flow.
fn outcomes(rules: &[SecurityRule], far: &Addresses, meaning: &Meaning<'_>) -> Outcomes {
    let flow = meaning.flow;
    let ports = Span::new(flow.ports.first.into(), flow.ports.last.into());
    let asked = rules.iter().enumerate().filter(|(_, rule)| {
        let mut spans = rule.destination_ports.iter();
        spans.any(|span| span.overlaps(ports))
    });
    let asked: Vec<Asked<'_>> = asked
        .filter_map(|(place, rule)| meaning.of(place, rule))
        .collect();
    let first_closing = asked.iter().find(|rule| !rule.allows);
    let mut found = Found::new(!flow.far.is_all());
    let near = meaning.judge.near.addresses;
    for asked in at_equal_ports(&asked, ports) {
        let mut slices = found.is_some_of_them.then(Slices::default);
        for near in near.spans() {
            let about = asked.iter().map(|rule| rule.near.as_slice());
            for (near, places) in bands(near, about) {
                let rules: Vec<_> = places.into_iter().map(|place| asked[place]).collect();
                let pieces = far.spans().map(|far| (0, [EPHEMERAL, near, far]));
                if !follow(pieces.collect(), &rules, &mut found, &mut slices) {
                    found.add(None, true, Some(Doubt::Pieces));
                    // The first of those that may stop it, met or not.
                    let first = first_closing.map(|rule| rule.place);
                    found.add(first, false, Some(Doubt::Pieces));
                    return found.outcomes;
                }
            }
        }
        if let Some(slices) = &slices {
            found.settle(slices, near);
        }
    }
    found.outcomes
}

/// Finds out what becomes of pieces, each of which is to be asked about from a rule on; false if there are too many.
fn follow(
    mut pieces: Vec<(usize, Piece)>,
    asked: &[&Asked<'_>],
    found: &mut Found,
    slices: &mut Option<Slices>,
) -> bool {
    while let Some((from, piece)) = pieces.pop() {
        found.steps += 1;
        if found.steps > MOST_PIECES {
            return false;
        }
        let mut rest = (from..asked.len()).filter(|place| asked[*place].concerns(piece));
        let decided = rest.find_map(|place| {
            let rule = asked[place];
            if let Some(doubt) = rule.perhaps {
                found.add(Some(rule.place), rule.allows, doubt.reason());
                if let Some(slices) = slices {
                    let about = rule.slices(piece);
                    about.for_each(|slice| slices.add(slice, rule.allows));
                }
            }
            Some((place, rule.part(piece)?))
        });
        match decided {
            None => {
                found.add(None, false, None);
                if let Some(slices) = slices {
                    slices.add(slice_of(piece), false);
                }
            }
            Some((place, part)) => {
                found.add(Some(asked[place].place), asked[place].allows, None);
                if let Some(slices) = slices {
                    slices.add(slice_of(part), asked[place].allows);
                }
                pieces.extend(without(piece, part).map(|left| (place, left)));
            }
        }
    }
    true
}

/// The rules that are about the same ports of a flow, for each kind of port once.
fn at_equal_ports<'b, 'a>(asked: &'b [Asked<'a>], ports: Span) -> Vec<Vec<&'b Asked<'a>>> {
    if ports.first == ports.last {
        return vec![asked.iter().collect()];
    }
    let mut known: HashSet<Vec<usize>> = HashSet::new();
    let mut kinds = Vec::new();
    for (_, places) in bands(ports, asked.iter().map(|rule| rule.destination_ports)) {
        if known.insert(places.clone()) {
            kinds.push(places.into_iter().map(|place| &asked[place]).collect());
        }
    }
    kinds
}

/// Cuts numbers where one of many begins or ends to be about them: the parts, each with the places of those that are about it.
fn bands<'b>(whole: Span, about: impl Iterator<Item = &'b [Span]>) -> Vec<(Span, Vec<usize>)> {
    // Where each begins and ends.
    let mut edges = Vec::new();
    for (place, spans) in about.enumerate() {
        for span in spans.iter().filter_map(|span| span.common(whole)) {
            edges.push((span.first, place, true));
            if span.last < whole.last {
                edges.push((span.last + 1, place, false));
            }
        }
    }
    edges.sort_unstable();
    let mut edges = edges.into_iter().peekable();
    let mut counts = BTreeMap::new();
    let mut bands = Vec::new();
    let mut first = whole.first;
    loop {
        while let Some((_, place, begins)) = edges.next_if(|(at, ..)| *at <= first) {
            let count = counts.entry(place).or_insert(0_i32);
            *count += if begins { 1 } else { -1 };
            if *count == 0 {
                counts.remove(&place);
            }
        }
        let next = edges.peek().map(|(at, ..)| *at);
        let last = next.map_or(whole.last, |next| next - 1);
        bands.push((Span::new(first, last), counts.keys().copied().collect()));
        match next {
            Some(next) => first = next,
            None => return bands,
        }
    }
}

/// A rule with addresses in the place of names, as far as they are known.
struct Asked<'a> {
    place: usize,
    allows: bool,
    source_ports: &'a [Span],
    destination_ports: &'a [Span],
    near: Vec<Span>,
    far: Vec<Span>,
    /// Whether it names some of the far end, and nobody knows which.
    perhaps: Option<Perhaps>,
}

/// How a rule names something whose addresses are not known.
#[derive(Clone, Copy)]
enum Perhaps {
    /// A proper part of the far end: there is such traffic, and other.
    APart,
    /// There may be such traffic, or no other, or none.
    Doubtful(Doubt),
}

impl Perhaps {
    fn reason(self) -> Option<Doubt> {
        match self {
            Self::APart => None,
            Self::Doubtful(doubt) => Some(doubt),
        }
    }
}

impl Asked<'_> {
    fn concerns(&self, piece: Piece) -> bool {
        let meets =
            |spans: &[Span], side: usize| spans.iter().any(|span| span.overlaps(piece[side]));
        meets(self.source_ports, 0)
            && meets(&self.near, 1)
            && (self.perhaps.is_some() || meets(&self.far, 2))
    }

    /// The source ports and near addresses of a piece that the rule is about.
    fn slices(&self, piece: Piece) -> impl Iterator<Item = Slice> + '_ {
        let of = move |spans: &[Span], side: usize| -> Vec<Span> {
            let common = spans.iter().filter_map(|span| span.common(piece[side]));
            common.collect()
        };
        let near = of(&self.near, 1);
        let ports = of(self.source_ports, 0).into_iter();
        ports.flat_map(move |ports| near.clone().into_iter().map(move |near| [ports, near]))
    }

    /// A part of the piece that the rule certainly decides.
    fn part(&self, piece: Piece) -> Option<Piece> {
        let first =
            |spans: &[Span], side: usize| spans.iter().find_map(|span| span.common(piece[side]));
        Some([
            first(self.source_ports, 0)?,
            first(&self.near, 1)?,
            first(&self.far, 2)?,
        ])
    }
}

/// What the names in rules mean for a flow.
struct Meaning<'b> {
    judge: &'b Judge<'b, 'b>,
    flow: Flow,
    /// Whether what the routes may have taken from `Internet` is taken to be in `VirtualNetwork`.
    is_rerouted: bool,
}

/// Addresses that a name certainly means, or what is in doubt.
enum Cover {
    Spans(Vec<Span>),
    Perhaps(Perhaps),
}

impl Meaning<'_> {
    /// The rule, unless it is about nothing of the flow.
    fn of<'a>(&self, place: usize, rule: &'a SecurityRule) -> Option<Asked<'a>> {
        let near: Vec<Span> = rule
            .near
            .iter()
            .filter_map(|prefix| self.near(prefix))
            .collect();
        let mut far = Vec::new();
        let mut perhaps = None;
        for prefix in &rule.far {
            match self.far(prefix) {
                Cover::Spans(spans) => far.extend(spans),
                Cover::Perhaps(doubt) => perhaps = Some(doubt),
            }
        }
        if rule.far_groups && self.flow.far == Far::VirtualNetwork {
            perhaps = Some(Perhaps::Doubtful(Doubt::Members));
        }
        let concerns = !near.is_empty() && (!far.is_empty() || perhaps.is_some());
        concerns.then_some(Asked {
            place,
            allows: rule.allows,
            source_ports: &rule.source_ports,
            destination_ports: &rule.destination_ports,
            near,
            far,
            perhaps,
        })
    }

    /// The subnet is in its network, and nothing else that has a tag.
    fn near(&self, prefix: &Prefix) -> Option<Span> {
        match prefix {
            Prefix::Range(span) => {
                let own = self.judge.near.addresses;
                own.overlaps(*span).then_some(*span)
            }
            Prefix::Tag(tag) => tag.is(VIRTUAL_NETWORK).then_some(Span::EVERYTHING),
            Prefix::Nobody => None,
        }
    }

    fn far(&self, prefix: &Prefix) -> Cover {
        let tag = match prefix {
            Prefix::Range(span) => return Cover::Spans(vec![*span]),
            Prefix::Nobody => return Cover::none(),
            Prefix::Tag(tag) => tag,
        };
        match self.flow.far {
            Far::Subnets | Far::VirtualNetwork => Cover::all_if(tag.is(VIRTUAL_NETWORK)),
            // Azure counts the host's address in with the network.
            Far::LoadBalancer if tag.is("AzureLoadBalancer") || tag.is(VIRTUAL_NETWORK) => {
                Cover::Spans(vec![HOST])
            }
            Far::LoadBalancer => Cover::none(),
            Far::Internet | Far::Service(_) if tag.is(VIRTUAL_NETWORK) => match self.is_rerouted {
                true => Cover::Spans(self.judge.rerouted.spans().collect()),
                false => Cover::none(),
            },
            Far::Internet | Far::Service(_) if tag.is(INTERNET) => match self.is_rerouted {
                true => Cover::Spans(self.judge.left.clone()),
                false => Cover::all_if(true),
            },
            Far::Internet => match tag.is("AzureLoadBalancer") {
                true => Cover::none(),
                false => Cover::Perhaps(Perhaps::APart),
            },
            Far::Service(service) => self.service(tag, service),
        }
    }

    fn service(&self, tag: &Tag, service: &str) -> Cover {
        match tag.share_of(service, &self.judge.surroundings.region) {
            Share::All => Cover::all_if(true),
            Share::Unknown => Cover::Perhaps(Perhaps::Doubtful(Doubt::Service)),
            Share::None => Cover::none(),
        }
    }
}

impl Cover {
    fn none() -> Self {
        Self::Spans(Vec::new())
    }

    fn all_if(condition: bool) -> Self {
        match condition {
            true => Self::Spans(vec![Span::EVERYTHING]),
            false => Self::none(),
        }
    }
}

#[cfg(test)]
mod tests;
