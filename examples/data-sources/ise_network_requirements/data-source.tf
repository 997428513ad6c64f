data "ise_network_requirements" "main" {
  access_endpoint_type = "External"
  service_tags         = "narrow"
  first_priority       = 1000
}

locals {
  # By name, for a for_each over the rules of a group. azurerm's has an argument for each member; the rules are better within the
  # group than resources of their own, for Azure refuses to change two of them at a time:
  #
  #   resource "azurerm_network_security_group" "ise" {
  #     dynamic "security_rule" {
  #       for_each = local.rules
  #
  #       content {
  #         name                       = security_rule.key
  #         description                = security_rule.value.purpose
  #         priority                   = security_rule.value.priority
  #         direction                  = security_rule.value.direction
  #         access                     = security_rule.value.access
  #         protocol                   = security_rule.value.protocol
  #         source_address_prefix      = security_rule.value.source_address_prefix
  #         source_port_range          = security_rule.value.source_port_range
  #         destination_address_prefix = security_rule.value.destination_address_prefix
  #         destination_port_ranges    = security_rule.value.destination_port_ranges
  #       }
  #     }
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
