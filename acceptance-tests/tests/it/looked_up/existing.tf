# By names, and by IDs in another casing.
locals {
  group   = "/subscriptions/11111111-1111-1111-1111-111111111111/RESOURCEGROUPS/integration/providers"
  network = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
}

data "ise_subnet" "named" {
  name               = "e"
  virtual_network_id = local.network
}

data "ise_subnet" "known" {
  id = "${local.group}/Microsoft.Network/virtualNetworks/network/subnets/E"
}

data "ise" "named" {
  name                = "existing"
  resource_group_name = "integration"
}

data "ise" "known" {
  id = "${local.group}/Microsoft.Logic/integrationServiceEnvironments/Existing"
}

data "ise_logic_app" "named" {
  name                = "hello"
  resource_group_name = "integration"
}

data "ise_logic_app" "known" {
  id = "${local.group}/Microsoft.Logic/workflows/Hello"
}

data "ise_integration_account" "named" {
  name                = "partners"
  resource_group_name = "integration"
}

data "ise_integration_account" "known" {
  id = "${local.group}/Microsoft.Logic/integrationAccounts/Partners"
}

data "ise_network_health" "it" {
  ise_id = data.ise.named.id
}

data "ise_skus" "it" {
  ise_id = data.ise.named.id
}

data "ise_callback_url" "trigger" {
  logic_app_id = data.ise_logic_app.named.id
  trigger_name = "request"
  not_after    = "2030-01-01T00:00:00Z"
  key_type     = "Secondary"
}

data "ise_callback_url" "account" {
  integration_account_id = data.ise_integration_account.named.id
}

data "ise_preflight" "free" {
  subnet_ids = [for name in ["a", "b", "c", "d"] : "${local.network}/subnets/${name}"]
  location   = "westeurope"
}

data "ise_preflight" "taken" {
  subnet_ids    = data.ise.named.subnet_ids
  location      = data.ise.named.location
  express_route = true
}
