# Each breaks a rule by a value that is known only when it is applied.

resource "terraform_data" "late" {
  input = {
    providers = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers"
    free      = "Free"
    developer = "Developer"
    outside   = "172.17.0.0/27"
    taken     = "172.16.1.0/26"
  }
}

locals {
  late         = terraform_data.late.output
  network      = "${local.late.providers}/Microsoft.Network/virtualNetworks/network"
  environments = "${local.late.providers}/Microsoft.Logic/integrationServiceEnvironments"
  account      = "${local.late.providers}/Microsoft.Logic/integrationAccounts/partners"

  definition = {
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
  }
}

resource "ise_subnet" "outside_of_the_network" {
  name               = "outside"
  virtual_network_id = local.network
  address_prefix     = local.late.outside
}

resource "ise_subnet" "overlapping" {
  name               = "overlapping"
  virtual_network_id = local.network
  address_prefix     = local.late.taken

  timeouts {
    create = "2s"
  }
}

resource "ise" "developer_with_capacity" {
  name                = "developer-with-capacity"
  resource_group_name = "integration"
  location            = "westeurope"
  sku                 = local.late.developer
  capacity            = 1
  subnet_ids          = [for name in ["a", "b", "c", "d"] : "${local.network}/subnets/${name}"]
}

resource "ise" "in_subnets_of_another" {
  name                = "second"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = [for name in ["m", "n", "o", "e"] : "${local.network}/subnets/${name}"]
}

resource "ise_integration_account" "sku_not_of_premium" {
  name                = "free"
  resource_group_name = "integration"
  ise_id              = "${local.environments}/existing"
  sku                 = local.late.free
}

resource "ise_logic_app" "account_of_another_environment" {
  name                   = "foreign"
  resource_group_name    = "integration"
  ise_id                 = "${local.environments}/developer"
  integration_account_id = local.account
  definition             = jsonencode(local.definition)
}

resource "ise_logic_app" "secret_missing" {
  name                = "secretive"
  resource_group_name = "integration"
  ise_id              = "${local.environments}/existing"
  definition          = jsonencode(merge(local.definition, { parameters = { (local.late.free) = { type = "SecureString" } } }))
}
