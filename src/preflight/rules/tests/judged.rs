//! Where a rule has said all that there is to say, and what an apply says is new there.

use serde_json::json;

use super::super::super::judge;
use super::super::super::judged::judged;
use super::around::{guarded, security_group, security_rule};
use super::*;

/// The places of subnets that a rule could judge.
fn places(rule: RuleName, network: &Network) -> Vec<usize> {
    let subject = subject();
    let facts = Facts {
        network,
        subject: &subject,
        owners: Owners::default(),
    };
    let rule = RULES.iter().find(|it| it.name == rule).expect("a rule");
    judged(rule, &facts)
}

fn unread() -> Found {
    Found::Unreadable(crate::arm::Error::not_connected("down"))
}

const RANGE: &str = "172.16.0.0/27";

/// A second delegation is one because of the first.
#[test]
fn delegations_are_judged_where_all_of_them_are_known() {
    let to = |service: Json| json!({ "addressPrefix": RANGE, "delegations": [{ "properties": { "serviceName": service } }] });
    let ise = || to(json!(ENVIRONMENTS.name));
    let all = || subnets(&[("a", ise()), ("b", ise()), ("c", json!(null))]);
    let delegated = |network: &Network| places(RuleName::SubnetDelegated, network);
    assert_eq!(delegated(&all()), [0, 1, 2]);
    let mut denied = all();
    denied.subnets[0].seen.found = unread();
    assert_eq!(delegated(&denied), [0; 0]);
    let mut unnamed = all();
    unnamed.subnets[1].seen.found = Found::Known(json!({ "properties": to(json!(null)) }));
    assert_eq!(delegated(&unnamed), [0; 0]);
    let network = all();
    let mut subject = subject();
    subject.is_complete = false;
    let facts = Facts {
        network: &network,
        subject: &subject,
        owners: Owners::default(),
    };
    let rule = RULES
        .iter()
        .find(|it| it.name == RuleName::SubnetDelegated)
        .expect("a rule");
    assert!(judged(rule, &facts).is_empty());
}

/// Whether it is in use depends on whether its holder lives.
#[test]
fn use_is_judged_where_the_holder_could_be_looked_up() {
    let held = |name: &str| {
        json!({ "addressPrefix": RANGE, "serviceAssociationLinks": [
            { "properties": { "link": environment(name).to_string() } }] })
    };
    let mut network = subnets(&[
        ("a", held("x")),
        ("b", held("Y")),
        ("c", json!({ "addressPrefix": RANGE })),
    ]);
    for (name, found) in [("X", unread()), ("y", Found::Missing)] {
        network.environments.push(Seen {
            id: environment(name),
            found,
        });
    }
    assert_eq!(places(RuleName::SubnetInUse, &network), [1, 2]);
    assert_eq!(places(RuleName::SubnetSize, &network), [0, 1, 2]);
}

/// Summaries and details of what an apply tells, whose plan saw another network.
fn told_since(rule: RuleName, before: Network, now: Network) -> Vec<(String, String)> {
    let look = |network| {
        let rules = RULES.iter().filter(|it| it.name == rule);
        let looked_up = judge(rules.collect(), network, &subject(), Owners::default());
        looked_up.tell(Severity::Error, Severity::Error)
    };
    let ((_, before), (mut told, now)) = (look(before), look(now));
    before.compare(&now, &mut told);
    let told = told.into_iter();
    told.map(|(_, told)| (told.summary, told.detail)).collect()
}

/// One of a finding's ports is opened, or closed: what it says of the others is what the plan said.
#[test]
fn a_finding_that_tells_of_less_is_not_new() {
    let closed = |priority, ports: &[&str]| {
        let deny = security_rule("deny", priority, "Inbound", "Deny", ports);
        let inside = security_rule("inside", 110, "Inbound", "Allow", &["0-65535"]);
        let mut rules = vec![inside.clone(), inside, deny];
        rules[0]["properties"]["sourceAddressPrefix"] = json!("VirtualNetwork");
        rules[1]["properties"]["sourceAddressPrefix"] = json!("AzureLoadBalancer");
        rules[1]["properties"]["priority"] = json!(111);
        guarded(Some(security_group(&rules)), None)
    };
    let since = |before, now| told_since(RuleName::NetworkPorts, before, now);
    let of_internet = |told: &[(String, String)]| {
        let mut all = told
            .iter()
            .filter(|(summary, _)| summary.contains("to Internet"));
        all.next().expect("a finding").clone()
    };
    let both: &[&str] = &["454", "3443"];
    let less = since(closed(120, both), closed(121, &["3443"]));
    let (summary, detail) = of_internet(&less);
    assert!(
        summary.contains("closes port 3443 to Internet"),
        "{summary}"
    );
    assert!(!detail.contains("The plan did not find"), "{detail}");
    let (summary, gone) = less.last().expect("what is gone");
    assert_eq!(summary, "The network has changed since the plan");
    assert!(gone.contains("port 454 to Internet"), "{gone}");
    assert!(!gone.contains("3443"), "{gone}");
    let more = since(closed(120, &["3443"]), closed(120, both));
    let (summary, detail) = of_internet(&more);
    assert!(
        summary.contains("closes ports 454 and 3443 to Internet"),
        "{summary}"
    );
    let (_, new) = detail
        .split_once("The plan did not find all of this")
        .expect("it is new in part");
    assert!(new.contains("port 454") && !new.contains("3443"), "{new}");
    let other = since(closed(120, &["454"]), closed(120, &["3443"]));
    let (_, detail) = of_internet(&other);
    assert!(detail.contains("The plan did not find this"), "{detail}");
}

/// The network is one and the same, whichever subnet stands for it.
#[test]
fn what_is_about_the_network_is_compared_whichever_subnets_are_known() {
    for (rule, body) in [
        (
            RuleName::CustomDns,
            json!({ "location": "westeurope", "properties": { "dhcpOptions": { "dnsServers": ["10.0.0.4"] } } }),
        ),
        (RuleName::SubnetRegion, json!({ "location": "northeurope" })),
    ] {
        let fine = || with_network(json!({ "location": "westeurope" }));
        for (first, is_new) in [(fine(), true), (with_network(body.clone()), false)] {
            let mut first = first;
            first.subnets[0].index = 1;
            let told = told_since(rule, first, with_network(body.clone()));
            let says = told[0].1.contains("The plan did not find this");
            assert_eq!((told.len(), says), (1, is_new), "{told:?}");
        }
    }
}
