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

# One object with its rules in it, and not a resource for each rule: Azure refuses to change two rules of a group at a time.
resource "azurerm_network_security_group" "ise" {
  name                = "ise"
  resource_group_name = var.resource_group_name
  location            = var.location

  dynamic "security_rule" {
    for_each = module.network.security_rules

    content {
      name                       = security_rule.key
      description                = security_rule.value.purpose
      priority                   = security_rule.value.priority
      direction                  = security_rule.value.direction
      access                     = security_rule.value.access
      protocol                   = security_rule.value.protocol
      source_address_prefix      = security_rule.value.source_address_prefix
      source_port_range          = security_rule.value.source_port_range
      destination_address_prefix = security_rule.value.destination_address_prefix
      destination_port_ranges    = security_rule.value.destination_port_ranges
    }
  }
}

resource "azurerm_route_table" "ise" {
  name                = "ise"
  resource_group_name = var.resource_group_name
  location            = var.location

  dynamic "route" {
    for_each = module.network.routes

    content {
      name           = route.key
      address_prefix = route.value.address_prefix
      next_hop_type  = route.value.next_hop_type
    }
  }
}

module "network" {
  source = "../"

  name                      = "contoso-integration"
  location                  = var.location
  virtual_network_id        = var.virtual_network_id
  address_space             = "172.16.0.0/24"
  network_security_group_id = azurerm_network_security_group.ise.id
  route_table_id            = azurerm_route_table.ise.id
}
