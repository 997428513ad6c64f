locals {
  group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network"
}

module "network" {
  source = "./module"

  name                      = "it"
  location                  = "westeurope"
  virtual_network_id        = "${local.group}/virtualNetworks/network"
  address_space             = "172.16.64.0/24"
  network_security_group_id = length(terraform_data.group.output) > 0 ? "${local.group}/networkSecurityGroups/guard" : null
  route_table_id            = length(terraform_data.table.output) > 0 ? "${local.group}/routeTables/routes" : null
}

# What azurerm or azapi would make of it: they get the rules from the module, and the module the group with the rules.
resource "terraform_data" "group" {
  input = module.network.security_rules
}

resource "terraform_data" "table" {
  input = module.network.routes
}

output "environment_id" {
  value = module.network.environment_id
}
