//! The ports that an environment needs, as data: every row of the table in Microsoft's ISE guide, and beside it the
//! narrower form of Microsoft's later page, in which service tags took the place of the whole internet.
//!
//! Preflight, data sources, documentation and tests read this and have no ports of their own. Near is always the subnet,
//! which the guide calls `VirtualNetwork`; a row names the far end.

use std::fmt;

/// One row.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// A short name, which is also that of the row's security rules.
    pub name: &'static str,
    /// The guide's "Purpose".
    pub purpose: &'static str,
    /// The guide's "Direction".
    pub directions: &'static [Direction],
    /// The guide's ports and tag.
    pub broad: Form,
    /// The later page's.
    pub narrow: Narrow,
    /// What decides whether the row is open.
    pub decides: Decides,
    /// Whether an environment lives without it.
    pub required: bool,
    /// What happens when it is closed.
    pub closed: Closed,
    /// The guide's "Notes", and what the later page adds.
    pub notes: &'static str,
}

/// The way that traffic takes, as seen from the subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into the subnet.
    Inbound,
    /// Out of it.
    Outbound,
}

/// Ports at the far end of a flow that goes out, or at the near end of one that comes in; and who is at the far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The ports.
    pub ports: &'static [Ports],
    /// The service tag of the far end.
    pub tag: &'static str,
}

/// Ports in a row, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// The later form of a row, by the access endpoint of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Narrow {
    /// For an environment that is called from its network only.
    pub internal: &'static [Form],
    /// For one that is called from the internet too.
    pub external: &'static [Form],
}

/// Which of a row's forms has to be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// One of both: whichever the network's author has read.
    EitherForm,
    /// The later one, because the callers are those of the access endpoint.
    AccessEndpoint,
}

/// What happens when a row is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What fails, as a sentence without its end.
    pub fails: &'static str,
    /// When it does.
    pub when: When,
}

/// When a closed port is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// While the environment is deployed, and whenever a connector is.
    Deploying,
    /// While the environment runs.
    Running,
    /// While it is deployed, and at any time afterwards.
    Always,
    /// Whenever somebody asks for it.
    OnDemand,
}

/// How the environment is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessEndpoint {
    /// From inside the virtual network only.
    Internal,
    /// From the internet too.
    External,
}

impl AccessEndpoint {
    /// The types, the default first.
    pub const ALL: [Self; 2] = [Self::Internal, Self::External];

    /// By the name that ARM gives it.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|it| it.name().eq_ignore_ascii_case(name))
    }

    /// The name that ARM gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "Internal",
            Self::External => "External",
        }
    }
}

impl Direction {
    /// The name that ARM gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "Inbound",
            Self::Outbound => "Outbound",
        }
    }
}

impl Ports {
    /// All there are. ARM's plural field takes no `*`.
    pub const ALL: Self = Self {
        first: 0,
        last: u16::MAX,
    };
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl Narrow {
    /// The forms for an access endpoint.
    pub fn of(&self, endpoint: AccessEndpoint) -> &'static [Form] {
        match endpoint {
            AccessEndpoint::Internal => self.internal,
            AccessEndpoint::External => self.external,
        }
    }
}

impl Form {
    /// Whether it takes in every port.
    pub fn is_all_ports(&self) -> bool {
        self.ports == [Ports::ALL]
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fails)?;
        match self.when {
            When::Deploying => f.write_str(", when the environment or a connector is deployed"),
            When::Running => f.write_str(" while the environment runs"),
            When::OnDemand => f.write_str(" whenever somebody asks for them"),
            // Both are in the words.
            When::Always => Ok(()),
        }
    }
}

/// How the guide's and Azure's names for the far end are written in ARM.
pub const VIRTUAL_NETWORK: &str = "VirtualNetwork";
/// Every public address.
pub const INTERNET: &str = "Internet";

const BOTH: &[Direction] = &[Direction::Inbound, Direction::Outbound];
const INBOUND: &[Direction] = &[Direction::Inbound];
const OUTBOUND: &[Direction] = &[Direction::Outbound];
const ALL_PORTS: &[Ports] = &[Ports::ALL];
const WEB: &[Ports] = &[port(80), port(443)];
const TLS: &[Ports] = &[port(443)];
const REDIS: &[Ports] = &[Ports {
    first: 6379,
    last: 6383,
}];

/// The guide: "if any required ports are unavailable, your ISE stops working".
const STOPS: &str = "the deployment of the environment fails, or the environment stops working";

const fn port(port: u16) -> Ports {
    Ports {
        first: port,
        last: port,
    }
}

const fn form(ports: &'static [Ports], tag: &'static str) -> Form {
    Form { ports, tag }
}

const fn whatever_the_endpoint(forms: &'static [Form]) -> Narrow {
    Narrow {
        internal: forms,
        external: forms,
    }
}

const fn closed(fails: &'static str, when: When) -> Closed {
    Closed { fails, when }
}

/// A row that an environment does not live without, and that both pages have alike.
const fn in_one_form(
    name: &'static str,
    purpose: &'static str,
    directions: &'static [Direction],
    forms: &'static [Form; 1],
    fails: &'static str,
) -> Row {
    Row {
        name,
        purpose,
        directions,
        broad: forms[0],
        narrow: whatever_the_endpoint(forms),
        decides: Decides::EitherForm,
        required: true,
        closed: closed(fails, When::Always),
        notes: "",
    }
}

/// The rows, in the guide's order; first the sentence that stands above its table.
pub const ROWS: [Row; 19] = [
    Row {
        notes: "For internal communication inside your subnets, ISE requires that you open all ports within those subnets. \
                The later page opens all ports between them too; port 53 to DNS servers of your own in the network is one of these.",
        ..in_one_form(
            "all-ports-within-subnets",
            "Internal communication inside and between the subnets",
            BOTH,
            &[form(ALL_PORTS, VIRTUAL_NETWORK)],
            "the parts of the environment do not reach one another: its deployment fails, or it stops working",
        )
    },
    Row {
        notes: "The port depends on the external service with which the Logic Apps service communicates. \
                The later page: certificates are verified with various internal and external sites.",
        ..in_one_form(
            "communication-from-logic-apps",
            "Communication from Azure Logic Apps",
            OUTBOUND,
            &[form(WEB, INTERNET)],
            "workflows do not reach the services that they call, and certificates cannot be verified, without which the deployment \
             of the environment fails",
        )
    },
    in_one_form(
        "azure-active-directory",
        "Azure Active Directory",
        OUTBOUND,
        &[form(WEB, "AzureActiveDirectory")],
        STOPS,
    ),
    Row {
        name: "azure-storage",
        purpose: "Azure Storage dependency",
        directions: OUTBOUND,
        broad: form(WEB, "Storage"),
        narrow: whatever_the_endpoint(&[form(&[port(80), port(443), port(445)], "Storage")]),
        decides: Decides::EitherForm,
        required: true,
        closed: closed(STOPS, When::Always),
        notes: "The later page opens port 445 as well.",
    },
    Row {
        notes: "For communication between subnets. The later page opens all ports between them.",
        ..in_one_form(
            "intersubnet",
            "Intersubnet communication",
            BOTH,
            &[form(WEB, VIRTUAL_NETWORK)],
            STOPS,
        )
    },
    Row {
        name: "communication-to-logic-apps",
        purpose: "Communication to Azure Logic Apps",
        directions: INBOUND,
        broad: form(TLS, INTERNET),
        narrow: BY_CALLERS,
        decides: Decides::AccessEndpoint,
        required: false,
        closed: closed(
            "logic apps with request triggers or webhooks cannot be called over HTTP",
            When::Running,
        ),
        notes: "The IP address for the computer or service that calls any request trigger or webhook that exists in your logic app. \
                Closing or blocking this port prevents HTTP calls to logic apps with request triggers. The later page: with an External \
                endpoint, connectors that call back need their own outbound addresses let in as well.",
    },
    Row {
        name: "run-history",
        purpose: "Logic app run history",
        directions: INBOUND,
        broad: form(TLS, INTERNET),
        narrow: BY_CALLERS,
        decides: Decides::AccessEndpoint,
        required: false,
        closed: closed(
            "the inputs and outputs of the steps in the run history cannot be read",
            When::OnDemand,
        ),
        notes: "The IP address for the computer from which you view the logic app's run history. Although closing or blocking this port \
                doesn't prevent you from viewing the run history, you can't view the inputs and outputs for each step in that run \
                history.",
    },
    Row {
        name: "connection-management",
        purpose: "Connection management",
        directions: OUTBOUND,
        broad: form(TLS, INTERNET),
        narrow: whatever_the_endpoint(&[form(TLS, "AppService")]),
        decides: Decides::EitherForm,
        required: true,
        closed: closed(
            "connections cannot be managed: the deployment of the environment fails, or the environment stops working",
            When::Always,
        ),
        notes: "",
    },
    in_one_form(
        "diagnostic-logs-and-metrics",
        "Publish Diagnostic Logs & Metrics",
        OUTBOUND,
        &[form(TLS, "AzureMonitor")],
        "logs and metrics are not published: the deployment of the environment fails, or the environment stops working",
    ),
    Row {
        name: "traffic-manager",
        purpose: "Communication from Azure Traffic Manager",
        directions: INBOUND,
        broad: form(TLS, "AzureTrafficManager"),
        narrow: Narrow {
            internal: &[form(&[port(454)], "AzureTrafficManager")],
            external: &[form(TLS, "AzureTrafficManager")],
        },
        decides: Decides::EitherForm,
        required: true,
        closed: closed(STOPS, When::Always),
        notes: "The later page: port 454 with an Internal endpoint, port 443 with an External one.",
    },
    Row {
        name: "designer-dynamic-properties",
        purpose: "Logic Apps Designer - dynamic properties",
        directions: INBOUND,
        broad: form(&[port(454)], INTERNET),
        narrow: whatever_the_endpoint(&[
            form(&[port(454)], "LogicAppsManagement"),
            form(&[port(454)], "LogicApps"),
        ]),
        decides: Decides::EitherForm,
        required: false,
        closed: closed(
            "the designer cannot show the dynamic properties of actions and triggers",
            When::OnDemand,
        ),
        notes: "Requests come from the Logic Apps access endpoint inbound IP addresses in that region. The later page: the check of the \
                network's health comes from LogicApps; in Azure Government the tags LogicAppsManagement and LogicApps do not work, and \
                the region's addresses take their place.",
    },
    in_one_form(
        "app-service-management",
        "App Service Management dependency",
        INBOUND,
        &[form(&[port(454), port(455)], "AppServiceManagement")],
        STOPS,
    ),
    Row {
        name: "connector-deployment",
        purpose: "Connector deployment",
        directions: INBOUND,
        broad: form(&[port(454), port(3443)], INTERNET),
        narrow: whatever_the_endpoint(&[
            form(&[port(454)], "AzureConnectors"),
            form(&[port(3443)], "ApiManagement"),
        ]),
        decides: Decides::EitherForm,
        required: true,
        closed: closed(
            "the deployment of connectors fails, and with it that of the environment; connectors can be neither updated nor fixed",
            When::Deploying,
        ),
        notes: "Necessary for deploying and updating connectors. Closing or blocking this port causes ISE deployments to fail and \
                prevents connector updates or fixes.",
    },
    in_one_form(
        "azure-sql",
        "Azure SQL dependency",
        OUTBOUND,
        &[form(&[port(1433)], "Sql")],
        STOPS,
    ),
    Row {
        name: "resource-health",
        purpose: "Azure Resource Health",
        directions: OUTBOUND,
        broad: form(&[port(1886)], INTERNET),
        narrow: whatever_the_endpoint(&[form(&[port(1886)], "AzureMonitor")]),
        decides: Decides::EitherForm,
        required: true,
        closed: closed(
            "the health of the environment is not published: its deployment fails, or it stops working",
            When::Always,
        ),
        notes: "For publishing health status to Resource Health.",
    },
    in_one_form(
        "api-management",
        "API Management - management endpoint",
        INBOUND,
        &[form(&[port(3443)], "ApiManagement")],
        "connectors cannot be managed: the deployment of the environment fails, or the environment stops working",
    ),
    in_one_form(
        "event-hub",
        "Dependency from Log to Event Hub policy and monitoring agent",
        OUTBOUND,
        &[form(&[port(5672)], "EventHub")],
        "logs and monitoring data do not leave: the deployment of the environment fails, or the environment stops working",
    ),
    Row {
        notes: "Also, for ISE to work with Azure Cache for Redis, you must open these outbound and inbound ports described in the Azure \
                Cache for Redis FAQ: inside the subnets all ports (8443, 10221-10231, 20226, 13000-13999 and 15000-15999 among them), \
                16001 from the load balancer, and outbound 53, 80 and 443.",
        ..in_one_form(
            "redis",
            "Access Azure Cache for Redis Instances between Role Instances",
            BOTH,
            &[form(REDIS, VIRTUAL_NETWORK)],
            "the environment does not reach its cache: its deployment fails, or it stops working",
        )
    },
    in_one_form(
        "load-balancer",
        "Azure Load Balancer",
        INBOUND,
        &[form(ALL_PORTS, "AzureLoadBalancer")],
        "Azure takes the machines of the environment for dead: its deployment fails, or it stops working",
    ),
];

/// Who calls: the network for an Internal endpoint, everybody for an External one.
const BY_CALLERS: Narrow = Narrow {
    internal: &[form(TLS, VIRTUAL_NETWORK)],
    external: &[form(TLS, INTERNET)],
};

#[cfg(test)]
mod tests;
