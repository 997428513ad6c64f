# The group and the table, with azurerm. Signs in as azurerm and ise do: with the Azure CLI, or with ARM_… variables.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "virtual_network_id" {
  description = "ID of the virtual network."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the virtual network."
  type        = string
}

variable "location" {
  description = "Region of the virtual network."
  type        = string
}

resource "azurerm_network_security_group" "ise" {
  name                = "ise"
  resource_group_name = var.resource_group_name
  location            = var.location
}

resource "azurerm_network_security_rule" "ise" {
  for_each = module.network.security_rules

  network_security_group_name = azurerm_network_security_group.ise.name
  resource_group_name         = var.resource_group_name
  name                        = each.key
  description                 = each.value.purpose
  priority                    = each.value.priority
  direction                   = each.value.direction
  access                      = each.value.access
  protocol                    = each.value.protocol
  source_address_prefix       = each.value.source_address_prefix
  source_port_range           = each.value.source_port_range
  destination_address_prefix  = each.value.destination_address_prefix
  destination_port_ranges     = each.value.destination_port_ranges
}

resource "azurerm_route_table" "ise" {
  name                = "ise"
  resource_group_name = var.resource_group_name
  location            = var.location
}

resource "azurerm_route" "ise" {
  for_each = module.network.routes

  route_table_name    = azurerm_route_table.ise.name
  resource_group_name = var.resource_group_name
  name                = each.key
  address_prefix      = each.value.address_prefix
  next_hop_type       = each.value.next_hop_type
}

# The rules and routes depend on data of the module, and its subnets on the group and the table once they have theirs.
module "network" {
  source = "../"

  name                      = "contoso-integration"
  location                  = var.location
  virtual_network_id        = var.virtual_network_id
  address_space             = "172.16.0.0/24"
  network_security_group_id = local.network_security_group_id
  route_table_id            = local.route_table_id
}

locals {
  rule_ids  = [for rule in azurerm_network_security_rule.ise : rule.id]
  route_ids = [for route in azurerm_route.ise : route.id]

  network_security_group_id = length(local.rule_ids) > 0 ? azurerm_network_security_group.ise.id : null
  route_table_id            = length(local.route_ids) > 0 ? azurerm_route_table.ise.id : null
}
