# What only a look at Azure can tell. The environments "existing" (Premium, subnets e to h) and "developer" (i to l) are there.

locals {
  providers   = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers"
  network     = "${local.providers}/Microsoft.Network/virtualNetworks/network"
  environment = "${local.providers}/Microsoft.Logic/integrationServiceEnvironments"
  account     = "${local.providers}/Microsoft.Logic/integrationAccounts/partners"

  definition = jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
  })
}

resource "ise_subnet" "right" {
  name               = "right"
  virtual_network_id = local.network
  address_prefix     = "172.16.50.0/27"
}

resource "ise_subnet" "outside_of_the_network" {
  name               = "outside"
  virtual_network_id = local.network
  address_prefix     = "172.17.0.0/27"
}

resource "ise_subnet" "overlapping_others" {
  name               = "overlapping"
  virtual_network_id = local.network
  address_prefix     = "172.16.1.0/26"
}

resource "ise" "right" {
  name                = "right"
  resource_group_name = "integration"
  location            = "West Europe"
  subnet_ids          = [for name in ["a", "b", "c", "d"] : "${local.network}/subnets/${name}"]
}

resource "ise" "subnets_missing" {
  name                = "missing"
  resource_group_name = "integration"
  location            = "West Europe"
  subnet_ids          = [for name in ["m", "n", "o", "x"] : "${local.network}/subnets/${name}"]
}

resource "ise" "subnets_in_use" {
  name                = "in-use"
  resource_group_name = "integration"
  location            = "West Europe"
  subnet_ids          = [for name in ["p", "e", "f", "i"] : "${local.network}/subnets/${name}"]
}

resource "ise" "region_of_another_network" {
  name                = "elsewhere"
  resource_group_name = "integration"
  location            = "North Europe"
  subnet_ids          = [for name in ["g", "h", "j", "k"] : "${local.network}/subnets/${name}"]
  preflight           = { ignore = ["subnet-in-use"] }
}

resource "ise_integration_account" "right" {
  name                = "right"
  resource_group_name = "integration"
  ise_id              = "${local.environment}/developer"
  sku                 = "Free"
}

resource "ise_integration_account" "sku_not_of_premium" {
  name                = "free"
  resource_group_name = "integration"
  ise_id              = "${local.environment}/existing"
  sku                 = "Free"
}

resource "ise_integration_account" "sku_not_of_developer" {
  name                = "basic"
  resource_group_name = "integration"
  ise_id              = "${local.environment}/developer"
  sku                 = "Basic"
}

resource "ise_logic_app" "right" {
  name                   = "right"
  resource_group_name    = "integration"
  ise_id                 = "${local.environment}/existing"
  integration_account_id = local.account
  definition             = local.definition
}

resource "ise_logic_app" "account_of_another_environment" {
  name                   = "foreign"
  resource_group_name    = "integration"
  ise_id                 = "${local.environment}/developer"
  integration_account_id = local.account
  definition             = local.definition
}

resource "ise_logic_app" "secret_missing" {
  name                = "secretive"
  resource_group_name = "integration"
  ise_id              = "${local.environment}/existing"
  definition = jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { key = { type = "SecureObject" } }
  })
}
