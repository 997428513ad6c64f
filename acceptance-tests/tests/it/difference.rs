//! The preflight's engine against the emulator, which judges security rules and routes by code of its own.
//!
//! A thousand random networks: wherever the emulator does not deploy an environment or finds a dependency out of reach, the
//! preflight has said so, and where the preflight is certain that something is closed that the emulator looks at, the
//! emulator finds it closed. What both may see differently is in [`EXPLAINED`]; Azure's documents have decided the rest. The
//! rules that the preflight advises open what is closed for both.

mod emulated;
mod judged;
mod networks;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use emulated::Emulated;
use judged::{Judged, Told};
use networks::Network;

/// Rows of the table that nothing in the emulator depends on.
const OTHER_ROWS: &str = "rows without a dependency";
/// What the preflight warns of, and the emulator lets through.
const DOUBTS: &str = "parts and doubts";
/// Ways between subnets that the emulator does not ask for.
const OTHER_WAYS: &str = "pairs of subnets";

/// Where the two may differ, and why that is right.
const EXPLAINED: [(&str, &str); 3] = [
    (
        OTHER_ROWS,
        "The emulator asks for the dependencies that Azure's own example of health/network has, and for two inbound ports. The guide's \
         table has more rows: Event Hub, Traffic Manager, port 455, the callers, the designer, all ports inside the subnets, the load \
         balancer, the cache beyond 6380. The preflight judges them, and nothing in the emulator depends on them.",
    ),
    (
        DOUBTS,
        "A warning of the preflight says that a part is closed, or that nobody can tell offline: address ranges against a service, \
         Azure's addresses of a region against a service that has none, routes that change what VirtualNetwork and Internet stand for. \
         The emulator has to answer yes or no.",
    ),
    (
        OTHER_WAYS,
        "For the preflight all four subnets have to reach one another at all ports; the emulator asks for the ways from the first to \
         the third and the fourth.",
    ),
];

/// What the emulator looks at in a subnet: which row of the table it is, by the category of the dependency.
const DEPENDENCIES: [(&str, &str); 8] = [
    ("AzureStorage", "azure-storage"),
    ("AzureActiveDirectory", "azure-active-directory"),
    (
        "SSLCertificateVerification",
        "communication-from-logic-apps",
    ),
    ("DiagnosticLogsAndMetrics", "diagnostic-logs-and-metrics"),
    ("SQL", "azure-sql"),
    ("AzureManagement", "communication-from-logic-apps"),
    ("RegionalService", "communication-from-logic-apps"),
    ("RecoveryService", "resource-health"),
];

/// The ways between subnets that the emulator looks at: from the first, by the category of the dependency.
const INSIDE: [(&str, usize, u16); 2] = [
    ("IntegrationServiceEnvironmentConnectors", 2, 443),
    ("RedisCache", 3, 6380),
];

/// The rows about these and all other ways.
const INSIDE_ROWS: [&str; 3] = ["all-ports-within-subnets", "intersubnet", "redis"];

/// The inbound ports that a deployment needs, by the row.
const DEPLOYMENT: [(&str, u16); 2] = [("app-service-management", 454), ("api-management", 3443)];

/// How many networks a test throws; there are four tests, so that they run beside one another.
const NETWORKS: u32 = 250;

#[test]
fn random_networks_of_the_first_seed() {
    agree(1);
}

#[test]
fn random_networks_of_the_second_seed() {
    agree(2);
}

#[test]
fn random_networks_of_the_third_seed() {
    agree(3);
}

#[test]
fn random_networks_of_the_fourth_seed() {
    agree(4);
}

/// Throws the networks of a seed at both: the same ones every time, for whoever changes an engine to see what that did.
fn agree(seed: u8) {
    let config = Config {
        cases: NETWORKS,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let runtime = runtime.expect("a runtime");
    let seen: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    let outcome = TestRunner::new_with_rng(config, random).run(&networks::any(), |network| {
        let emulated = runtime.block_on(Emulated::of(&network));
        let kind = match (emulated.failure.is_some(), emulated.unreachable.is_empty()) {
            (false, true) => DEPLOYED,
            (true, true) => ASKED,
            (_, false) => ASKS,
        };
        *seen.borrow_mut().entry(kind).or_default() += 1;
        let mut explained = BTreeSet::new();
        let mut wrong = differences(&network, &emulated, &mut explained);
        wrong.extend(not_cured(&network, &emulated, |cured| {
            runtime.block_on(Emulated::of(cured))
        }));
        for what in explained {
            *seen.borrow_mut().entry(what).or_default() += 1;
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(TestCaseError::fail(wrong.join("\n"))),
        }
    });
    if let Err(wrong) = outcome {
        panic!("{wrong}");
    }
    let seen = seen.into_inner();
    for (what, why) in EXPLAINED {
        assert!(
            seen.contains_key(what),
            "no network was of this kind: {why} {seen:?}"
        );
    }
    // All kinds of networks have been there, and each often enough to tell something.
    for kind in [DEPLOYED, ASKED, ASKS] {
        assert!(seen.get(kind).is_some_and(|count| *count > 10), "{seen:?}");
    }
}

const DEPLOYED: &str = "deployed";
const ASKED: &str = "closed where it is asked";
const ASKS: &str = "closed where it asks";

/// What one says and the other does not.
fn differences(
    network: &Network,
    emulated: &Emulated,
    explained: &mut BTreeSet<&str>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let judged = Judged::of(network);
    let mut is_certain = false;
    for number in 0..4 {
        for (row, port) in DEPLOYMENT {
            let told = judged.row(number, row, port);
            let is_named = emulated.failure_is(number, &format!("let port {port} in"));
            if is_named && !told.is_told {
                wrong.push(format!(
                    "s{number}: port {port} is closed for the emulator only"
                ));
            }
            if told.is_certain && emulated.failure.is_none() {
                wrong.push(format!(
                    "s{number}: port {port} is closed for the preflight only"
                ));
            }
            is_certain |= told.is_certain;
        }
        for (category, row) in DEPENDENCIES {
            let Some(ports) = emulated.ports(number, category) else {
                continue;
            };
            let mut told = Told::default();
            for port in ports {
                told |= judged.row(number, row, port);
            }
            check((number, category), told, emulated, &mut wrong);
            let is_broken = emulated.is_broken(number, category);
            if told.is_told && !told.is_certain && !is_broken {
                explained.insert(DOUBTS);
            }
            is_certain |= told.is_certain;
        }
    }
    for (category, other, port) in INSIDE {
        let told = judged.inside(0, other, port);
        check((0, category), told, emulated, &mut wrong);
        is_certain |= told.is_certain;
        // The rule that users see has all of the ways together.
        let is_told = [0, other]
            .into_iter()
            .any(|number| judged.tells_of_the_network(number));
        if told.is_certain && !is_told {
            wrong.push(format!(
                "{category} is out of reach, and no finding says so"
            ));
        }
    }
    if emulated.failure.is_none() {
        let asked = DEPENDENCIES.iter().map(|(_, row)| *row);
        let asked: BTreeSet<_> = asked
            .chain(DEPLOYMENT.iter().map(|(row, _)| *row))
            .collect();
        for row in judged.certain() {
            match asked.contains(row) {
                true => continue,
                false if INSIDE_ROWS.contains(&row) => explained.insert(OTHER_WAYS),
                false => explained.insert(OTHER_ROWS),
            };
        }
    }
    if is_certain && emulated.failure.is_none() {
        wrong.push("the preflight forbids what the emulator deploys".to_owned());
    }
    wrong
}

/// What is still closed when all rules are added that the findings advise. Where each has room and no routes are in the way,
/// the emulator then deploys.
fn not_cured(
    network: &Network,
    emulated: &Emulated,
    emulate: impl Fn(&Network) -> Emulated,
) -> Vec<String> {
    let judged = Judged::of(network);
    if !judged.is_anything_closed() {
        return Vec::new();
    }
    let cured = judged.cured(network);
    let left = judged.still_closed(&Judged::of(&cured));
    let mut wrong: Vec<_> = left
        .iter()
        .map(|row| format!("what is advised does not open {row}"))
        .collect();
    let mut routes = cured.subnets.iter().filter_map(|it| it.routes.as_ref());
    if emulated.failure.is_some() && routes.next().is_none() && judged.has_room() {
        let failure = emulate(&cured).failure;
        wrong.extend(failure.map(|why| format!("what is advised is not enough: {why}")));
    }
    wrong
}

fn check(
    (number, category): (usize, &str),
    told: Told,
    emulated: &Emulated,
    wrong: &mut Vec<String>,
) {
    let is_broken = emulated.is_broken(number, category);
    if is_broken && !told.is_told {
        wrong.push(format!(
            "s{number}: {category} is out of reach for the emulator only"
        ));
    }
    if told.is_certain && !is_broken {
        wrong.push(format!(
            "s{number}: {category} is out of reach for the preflight only"
        ));
    }
}
