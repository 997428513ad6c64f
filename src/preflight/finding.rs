//! What a rule finds.

use tfplugin_framework::diagnostics::Severity;

use super::network::{Network, Seen, Subnet};

/// What a rule finds.
#[derive(Debug)]
pub(super) struct Finding {
    /// The place of the subnet in `subnet_ids`.
    pub(super) index: usize,
    /// Kind and name of what is at fault.
    pub(super) object: String,
    /// How grave it is for an environment that is to be created.
    pub(super) severity: Severity,
    /// What is wrong with the object, after its name.
    pub(super) problem: String,
    pub(super) message: String,
    pub(super) remedy: String,
    /// What is wrong with the object, bit by bit, where others may tell of some of it only; else it is one problem.
    pub(super) parts: Vec<String>,
    /// Whether the apply waits until it has passed.
    pub(super) passes: bool,
    /// Whether only the apply can tell if it is one.
    pub(super) depends_on_apply: bool,
}

impl Finding {
    /// An error about a subnet, which has yet to be explained.
    pub(super) fn of_subnet(subnet: &Subnet, problem: impl Into<String>) -> Self {
        Self {
            index: subnet.index,
            object: format!("Subnet {:?}", subnet.seen.id.name()),
            severity: Severity::Error,
            problem: problem.into(),
            message: String::new(),
            remedy: String::new(),
            parts: Vec::new(),
            passes: false,
            depends_on_apply: false,
        }
    }

    /// An error about the network of the subnets, which has yet to be explained.
    pub(super) fn of_network(network: &Network, seen: &Seen, problem: &str) -> Self {
        let index = network.first_index();
        let object = format!("Virtual network {:?}", seen.id.name());
        Self {
            index,
            object,
            severity: Severity::Error,
            problem: problem.to_owned(),
            message: String::new(),
            remedy: String::new(),
            parts: Vec::new(),
            passes: false,
            depends_on_apply: false,
        }
    }

    /// What is wrong, and what to do about it.
    pub(super) fn explained(
        mut self,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        self.message = message.into();
        self.remedy = remedy.into();
        self
    }

    /// What it says, bit by bit.
    pub(super) fn in_parts(mut self, parts: impl IntoIterator<Item = String>) -> Self {
        self.parts = parts.into_iter().collect();
        self
    }

    /// The same, as advice.
    pub(super) fn advice(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}
