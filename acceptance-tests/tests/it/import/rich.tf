# One object of each type with whatever Azure keeps of it; what only the provider knows is as it is by default.

locals {
  providers = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers"
  network   = "${local.providers}/Microsoft.Network/virtualNetworks/network"
}

resource "ise_subnet" "it" {
  name                      = "rich"
  virtual_network_id        = local.network
  address_prefix            = "172.16.40.0/27"
  network_security_group_id = "${local.providers}/Microsoft.Network/networkSecurityGroups/guard"
  route_table_id            = "${local.providers}/Microsoft.Network/routeTables/routes"
  service_endpoints         = ["Microsoft.Storage", "Microsoft.Sql"]
  delegate_to_ise           = true
}

resource "ise" "it" {
  name                 = "rich"
  resource_group_name  = "integration"
  location             = "West Europe"
  capacity             = 1
  access_endpoint_type = "External"
  subnet_ids           = [for n in ["a", "b", "c", "d"] : "${local.network}/subnets/${n}"]
  identity             = { type = "SystemAssigned" }
  customer_managed_key = {
    key_vault_id = "${local.providers}/Microsoft.KeyVault/vaults/vault"
    key_name     = "key"
    key_version  = "0123456789abcdef0123456789abcdef"
  }
  tags = { stage = "test" }
}

resource "ise_integration_account" "it" {
  name                = "rich"
  resource_group_name = "integration"
  ise_id              = ise.it.id
  enabled             = false
  tags                = { stage = "test" }
}

resource "ise_logic_app" "it" {
  name                   = "rich"
  resource_group_name    = "integration"
  ise_id                 = ise.it.id
  integration_account_id = ise_integration_account.it.id
  definition = jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    parameters     = { greeting = { type = "String" }, key = { type = "SecureString" } }
    triggers       = { request = { type = "Request", kind = "Http" } }
    actions        = {}
  })
  parameters           = jsonencode({ greeting = "hello" })
  secure_parameters_wo = jsonencode({ key = "hush" })
  enabled              = false
  access_control = {
    trigger = {
      allowed_caller_ip_ranges     = ["10.0.0.0/24", "10.1.0.1-10.1.0.9", "203.0.113.7", "2001:db8::/64"]
      open_authentication_policies = { office = { iss = "https://sts.windows.net/t/", aud = "me" } }
    }
    contents = { allowed_caller_ip_ranges = [] }
  }
  identity = { type = "UserAssigned", identity_ids = ["${local.providers}/Microsoft.ManagedIdentity/userAssignedIdentities/one"] }
  tags     = { stage = "test" }
}
