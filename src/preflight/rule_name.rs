//! The rules by name.

/// A rule, as users switch it off. The order is that of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RuleName {
    SubnetCount,
    SubnetDistinct,
    SubnetSameNetwork,
    SubnetMissing,
    SubnetRegion,
    SubnetName,
    SubnetSize,
    SubnetReservedRange,
    SubnetInUse,
    SubnetDelegated,
    SubnetClassB,
    NetworkPorts,
    NetworkRoutes,
    ExpressRoute,
    CustomDns,
}

impl RuleName {
    /// All of them. The first three are about the IDs alone and always hold.
    pub(crate) const ALL: [Self; 15] = [
        Self::SubnetCount,
        Self::SubnetDistinct,
        Self::SubnetSameNetwork,
        Self::SubnetMissing,
        Self::SubnetRegion,
        Self::SubnetName,
        Self::SubnetSize,
        Self::SubnetReservedRange,
        Self::SubnetInUse,
        Self::SubnetDelegated,
        Self::SubnetClassB,
        Self::NetworkPorts,
        Self::NetworkRoutes,
        Self::ExpressRoute,
        Self::CustomDns,
    ];

    /// Whether it is about the network of all subnets, and not about any one of these.
    pub(super) fn is_about_the_network(self) -> bool {
        matches!(self, Self::SubnetRegion | Self::CustomDns)
    }

    /// As it is written in `preflight.ignore`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SubnetCount => "subnet-count",
            Self::SubnetDistinct => "subnet-distinct",
            Self::SubnetSameNetwork => "subnet-same-network",
            Self::SubnetMissing => "subnet-missing",
            Self::SubnetRegion => "subnet-region",
            Self::SubnetName => "subnet-name",
            Self::SubnetSize => "subnet-size",
            Self::SubnetReservedRange => "subnet-reserved-range",
            Self::SubnetInUse => "subnet-in-use",
            Self::SubnetDelegated => "subnet-delegated",
            Self::SubnetClassB => "subnet-class-b",
            Self::NetworkPorts => "network-ports",
            Self::NetworkRoutes => "network-routes",
            Self::ExpressRoute => "express-route",
            Self::CustomDns => "custom-dns",
        }
    }

    /// By its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }
}
