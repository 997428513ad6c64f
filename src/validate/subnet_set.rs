//! The four subnets of an environment, as far as their IDs tell.

use crate::arm::ResourceId;

/// The type of a subnet's ID.
pub const SUBNET_TYPE: &str = "Microsoft.Network/virtualNetworks/subnets";

/// How many subnets an environment has.
pub const COUNT: usize = 4;

/// A rule that is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The element at fault; `None` means the list as a whole.
    pub index: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub remedy: String,
}

/// Microsoft's ISE guide: an environment takes "four empty subnets" of the one virtual network it is injected into.
///
/// `None` stands for an ID that is not known yet. Tells all that is wrong.
pub fn check(subnets: &[Option<ResourceId>]) -> Vec<Finding> {
    let mut findings: Vec<_> = count(subnets.len()).into_iter().collect();
    findings.extend(distinct(subnets));
    findings.extend(same_network(subnets));
    findings
}

fn count(count: usize) -> Option<Finding> {
    (count != COUNT).then(|| Finding {
        rule: "subnet-count",
        index: None,
        message: format!("an environment takes exactly {COUNT} subnets, not {count}"),
        remedy: match count.checked_sub(COUNT) {
            None => format!("add {} more", COUNT - count),
            Some(surplus) => format!("remove {surplus}"),
        },
    })
}

fn distinct(subnets: &[Option<ResourceId>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, subnet) in known(subnets) {
        let Some((first, _)) = known(subnets).find(|(_, other)| *other == subnet) else {
            continue;
        };
        if first < index {
            findings.push(Finding {
                rule: "subnet-distinct",
                index: Some(index),
                message: format!(
                    "the subnet \"{}\" is already element {first} (IDs compare without regard to case)",
                    subnet.name()
                ),
                remedy: "give each subnet once".to_owned(),
            });
        }
    }
    findings
}

fn same_network(subnets: &[Option<ResourceId>]) -> Vec<Finding> {
    let network = |subnet: &ResourceId| subnet.parent();
    let Some((first, expected)) =
        known(subnets).find_map(|(index, subnet)| Some((index, network(subnet)?)))
    else {
        return Vec::new();
    };
    known(subnets)
        .filter(|(_, subnet)| network(subnet).as_ref() != Some(&expected))
        .map(|(index, subnet)| Finding {
            rule: "subnet-same-network",
            index: Some(index),
            message: format!(
                "the subnet \"{}\" is not in the virtual network of element {first}, {expected}",
                subnet.name()
            ),
            remedy: "take all four subnets from one virtual network".to_owned(),
        })
        .collect()
}

fn known(subnets: &[Option<ResourceId>]) -> impl Iterator<Item = (usize, &ResourceId)> {
    let subnets = subnets.iter().enumerate();
    subnets.filter_map(|(index, subnet)| Some((index, subnet.as_ref()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(network: &str, name: &str) -> Option<ResourceId> {
        let network = ResourceId::in_group("s", "g", "Microsoft.Network/virtualNetworks", network);
        Some(network.child("subnets", name))
    }

    #[test]
    fn findings() {
        let v = |name| subnet("v", name);
        for (subnets, expected) in [
            (vec![v("a"), v("b"), v("c"), v("d")], vec![]),
            (vec![None, None, None, None], vec![]),
            (vec![v("a"), None, None, v("b")], vec![]),
            (vec![], vec![("subnet-count", None)]),
            (vec![v("a"), v("b"), v("c")], vec![("subnet-count", None)]),
            (
                vec![v("a"), v("b"), v("c"), v("d"), None],
                vec![("subnet-count", None)],
            ),
            (
                vec![v("a"), v("b"), v("A"), v("a")],
                vec![("subnet-distinct", Some(2)), ("subnet-distinct", Some(3))],
            ),
            (
                vec![v("a"), subnet("V", "b"), subnet("w", "c"), subnet("w", "d")],
                vec![
                    ("subnet-same-network", Some(2)),
                    ("subnet-same-network", Some(3)),
                ],
            ),
            (
                vec![None, v("a"), subnet("w", "a"), v("a"), None],
                vec![
                    ("subnet-count", None),
                    ("subnet-distinct", Some(3)),
                    ("subnet-same-network", Some(2)),
                ],
            ),
        ] {
            let found = check(&subnets);
            let found: Vec<_> = found.iter().map(|it| (it.rule, it.index)).collect();
            assert_eq!(found, expected, "{subnets:?}");
        }
    }

    #[test]
    fn the_remedy_counts() {
        let remedy = |count: usize| check(&vec![None; count]).pop().map(|it| it.remedy);
        assert_eq!(remedy(3), Some("add 1 more".to_owned()));
        assert_eq!(remedy(6), Some("remove 2".to_owned()));
    }
}
