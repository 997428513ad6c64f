# The network of an environment, and the environment in it. The provider has no resources for network security groups and
# route tables: azurerm/ and azapi/ show how theirs are filled from here.

terraform {
  required_version = ">= 1.8"

  required_providers {
    ise = {
      source = "tfplugin-rs/ise"
    }
  }
}

# Every port that the environment needs, as rules. It is the same table that preflight holds the group against.
data "ise_network_requirements" "main" {
  access_endpoint_type = var.access_endpoint_type
  service_tags         = var.service_tags
}

locals {
  security_rules = { for rule in data.ise_network_requirements.main.rules : rule.name => rule }

  # Traffic of the environment may not go through an ExpressRoute circuit: Azure manages it from the internet.
  routes = {
    internet = {
      address_prefix = "0.0.0.0/0"
      next_hop_type  = "Internet"
    }
  }

  # ise-1 to ise-4.
  subnets = {
    for index, prefix in provider::ise::subnet_prefixes(var.address_space) : "ise-${index + 1}" => prefix
  }
}

resource "ise_subnet" "ise" {
  for_each = local.subnets

  name                      = each.key
  virtual_network_id        = var.virtual_network_id
  address_prefix            = each.value
  network_security_group_id = var.network_security_group_id
  route_table_id            = var.route_table_id
}

resource "ise" "main" {
  name                 = var.name
  resource_group_name  = provider::ise::parse_id(var.virtual_network_id).resource_group_name
  location             = var.location
  access_endpoint_type = var.access_endpoint_type
  subnet_ids           = [for subnet in ise_subnet.ise : subnet.id]
  express_route        = true
}
