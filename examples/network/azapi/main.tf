# The group and the table, with azapi: each is one object that has its rules or routes in it. Signs in as azapi and ise do: with the
# Azure CLI, or with ARM_… variables.

terraform {
  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = ">= 2.0"
    }
  }
}

variable "virtual_network_id" {
  description = "ID of the virtual network."
  type        = string
}

variable "resource_group_id" {
  description = "ID of the virtual network's resource group."
  type        = string
}

variable "location" {
  description = "Region of the virtual network."
  type        = string
}

resource "azapi_resource" "network_security_group" {
  type      = "Microsoft.Network/networkSecurityGroups@2024-01-01"
  name      = "ise"
  parent_id = var.resource_group_id
  location  = var.location

  body = {
    properties = {
      securityRules = [for name, rule in module.network.security_rules : {
        name = name
        properties = {
          description              = rule.purpose
          priority                 = rule.priority
          direction                = rule.direction
          access                   = rule.access
          protocol                 = rule.protocol
          sourceAddressPrefix      = rule.source_address_prefix
          sourcePortRange          = rule.source_port_range
          destinationAddressPrefix = rule.destination_address_prefix
          destinationPortRanges    = rule.destination_port_ranges
        }
      }]
    }
  }
}

resource "azapi_resource" "route_table" {
  type      = "Microsoft.Network/routeTables@2024-01-01"
  name      = "ise"
  parent_id = var.resource_group_id
  location  = var.location

  body = {
    properties = {
      routes = [for name, route in module.network.routes : {
        name = name
        properties = {
          addressPrefix = route.address_prefix
          nextHopType   = route.next_hop_type
        }
      }]
    }
  }
}

module "network" {
  source = "../"

  name                      = "contoso-integration"
  location                  = var.location
  virtual_network_id        = var.virtual_network_id
  address_space             = "172.16.0.0/24"
  network_security_group_id = azapi_resource.network_security_group.id
  route_table_id            = azapi_resource.route_table.id
}
