data "ise_network_requirements" "main" {
  access_endpoint_type = "External"
  service_tags         = "narrow"
  first_priority       = 1000
}

locals {
  # By name, for the for_each of a resource of security rules. azurerm's has an argument for each member:
  #
  #   resource "azurerm_network_security_rule" "ise" {
  #     for_each = local.rules
  #
  #     name                       = each.key
  #     description                = each.value.purpose
  #     priority                   = each.value.priority
  #     direction                  = each.value.direction
  #     access                     = each.value.access
  #     protocol                   = each.value.protocol
  #     source_address_prefix      = each.value.source_address_prefix
  #     source_port_range          = each.value.source_port_range
  #     destination_address_prefix = each.value.destination_address_prefix
  #     destination_port_ranges    = each.value.destination_port_ranges
  #     …
  #   }
  rules = { for rule in data.ise_network_requirements.main.rules : rule.name => rule }
}

# What has to be opened to the internet, for whoever has to approve it.
output "open_to_the_internet" {
  value = [
    for rule in local.rules : "${rule.purpose}: ${join(", ", rule.destination_port_ranges)}"
    if rule.direction == "Inbound" && rule.source_address_prefix == "Internet"
  ]
}
