terraform {
  required_version = ">= 1.5"

  required_providers {
    ise = {
      source = "tfplugin-rs/ise"
    }
  }
}

provider "ise" {
  resource_manager_endpoint       = var.endpoint
  active_directory_authority_host = var.endpoint

  subscription_id = var.subscription_id
  tenant_id       = var.tenant_id
  client_id       = var.client_id
  client_secret   = var.client_secret
}

locals {
  virtual_network_id = join("/", [
    "/subscriptions", var.subscription_id,
    "resourceGroups", var.resource_group_name,
    "providers/Microsoft.Network/virtualNetworks", var.virtual_network_name,
  ])

  # The first four /27 of the /24: ise-1 to ise-4.
  subnets = { for index in range(4) : "ise-${index + 1}" => cidrsubnet(var.address_space, 3, index) }
}

resource "ise_subnet" "ise" {
  for_each = local.subnets

  name               = each.key
  virtual_network_id = local.virtual_network_id
  address_prefix     = each.value
}

resource "ise" "main" {
  name                = "contoso-integration"
  resource_group_name = var.resource_group_name
  location            = var.location
  capacity            = var.capacity
  subnet_ids          = [for subnet in ise_subnet.ise : subnet.id]

  tags = {
    environment = "quickstart"
  }
}

resource "ise_integration_account" "partners" {
  name                = "contoso-partners"
  resource_group_name = var.resource_group_name
  ise_id              = ise.main.id
}

resource "ise_logic_app" "hello" {
  name                   = "hello"
  resource_group_name    = var.resource_group_name
  ise_id                 = ise.main.id
  integration_account_id = ise_integration_account.partners.id

  # Answers each HTTP request with the greeting.
  definition = jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"

    parameters = {
      greeting = { type = "String" }
    }

    triggers = {
      request = {
        type   = "Request"
        kind   = "Http"
        inputs = { schema = {} }
      }
    }

    actions = {
      respond = {
        type = "Response"
        kind = "Http"
        inputs = {
          statusCode = 200
          body       = "@parameters('greeting')"
        }
      }
    }
  })

  parameters = jsonencode({
    greeting = "Hello from an integration service environment"
  })
}
