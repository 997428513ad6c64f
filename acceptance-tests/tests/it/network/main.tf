locals {
  group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network"
}

module "network" {
  source = "./module"

  name                      = "it"
  location                  = "westeurope"
  virtual_network_id        = "${local.group}/virtualNetworks/network"
  address_space             = "172.16.64.0/24"
  network_security_group_id = "${local.group}/networkSecurityGroups/guard"
  route_table_id            = "${local.group}/routeTables/routes"
}

# What azurerm or azapi would make of it.
resource "terraform_data" "group" {
  input = module.network.security_rules
}

resource "terraform_data" "table" {
  input = module.network.routes
}

output "environment_id" {
  value = module.network.environment_id
}
