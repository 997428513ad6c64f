data "ise" "main" {
  name                = "contoso-integration"
  resource_group_name = "integration"
}

locals {
  network = provider::ise::parse_id(data.ise.main.virtual_network_id)
}

# The name of the network, and that of its group: parts has every segment of an ID.
output "network" {
  value = "${local.network.name} in ${local.network.parts["resourceGroups"]}"
}
