//! The types of ARM that the provider reads and writes.

use crate::arm::ResourceType;

const INSIGHTS: &str = "2022-10-01";
const LOGIC: &str = "2019-05-01";
const NETWORK: &str = "2024-01-01";

/// Autoscale settings.
pub const AUTOSCALE_SETTINGS: ResourceType = ResourceType {
    name: "Microsoft.Insights/autoscaleSettings",
    api_version: INSIGHTS,
};

/// Integration service environments.
pub const ENVIRONMENTS: ResourceType = ResourceType {
    name: "Microsoft.Logic/integrationServiceEnvironments",
    api_version: LOGIC,
};

/// Integration accounts.
pub const INTEGRATION_ACCOUNTS: ResourceType = ResourceType {
    name: "Microsoft.Logic/integrationAccounts",
    api_version: LOGIC,
};

/// Workflows, which the portal calls logic apps.
pub const WORKFLOWS: ResourceType = ResourceType {
    name: "Microsoft.Logic/workflows",
    api_version: LOGIC,
};

/// Virtual networks.
pub const VIRTUAL_NETWORKS: ResourceType = ResourceType {
    name: "Microsoft.Network/virtualNetworks",
    api_version: NETWORK,
};

/// Subnets of virtual networks.
pub const SUBNETS: ResourceType = ResourceType {
    name: "Microsoft.Network/virtualNetworks/subnets",
    api_version: NETWORK,
};

/// Network security groups.
pub const NETWORK_SECURITY_GROUPS: ResourceType = ResourceType {
    name: "Microsoft.Network/networkSecurityGroups",
    api_version: NETWORK,
};

/// Route tables.
pub const ROUTE_TABLES: ResourceType = ResourceType {
    name: "Microsoft.Network/routeTables",
    api_version: NETWORK,
};
