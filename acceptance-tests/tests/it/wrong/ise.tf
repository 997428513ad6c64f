locals {
  network = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
  other   = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/other"
  subnets = [for name in ["a", "b", "c", "d"] : "${local.network}/subnets/${name}"]
}

resource "ise" "right" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
}

resource "ise" "name_empty" {
  name                = ""
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
}

resource "ise" "name_has_brackets" {
  name                = "ise(1)"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
}

resource "ise" "name_too_long" {
  name                = join("", [for i in range(81) : "a"])
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
}

resource "ise" "group_ends_with_a_dot" {
  name                = "integration"
  resource_group_name = "integration."
  location            = "westeurope"
  subnet_ids          = local.subnets
}

resource "ise" "group_has_a_blank" {
  name                = "integration"
  resource_group_name = "my group"
  location            = "westeurope"
  subnet_ids          = local.subnets
}

resource "ise" "group_is_missing" {
  name       = "integration"
  location   = "westeurope"
  subnet_ids = local.subnets
}

resource "ise" "location_is_empty" {
  name                = "integration"
  resource_group_name = "integration"
  location            = ""
  subnet_ids          = local.subnets
}

resource "ise" "sku_in_lower_case" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  sku                 = "premium"
}

resource "ise" "sku_unknown" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  sku                 = "Standard"
}

resource "ise" "capacity_too_large" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  capacity            = 11
}

resource "ise" "capacity_negative" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  capacity            = -1
}

resource "ise" "capacity_not_whole" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  capacity            = 1.5
}

resource "ise" "capacity_of_developer" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  sku                 = "Developer"
  capacity            = 1
}

resource "ise" "right_no_capacity_of_developer" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  sku                 = "Developer"
  capacity            = 0
}

resource "ise" "access_endpoint_unknown" {
  name                 = "integration"
  resource_group_name  = "integration"
  location             = "westeurope"
  subnet_ids           = local.subnets
  access_endpoint_type = "Public"
}

resource "ise" "subnets_too_few" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids = [
    "${local.network}/subnets/a",
    "${local.network}/subnets/b",
    "${local.network}/subnets/c",
  ]
}

resource "ise" "subnets_too_many" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids = [
    "${local.network}/subnets/a",
    "${local.network}/subnets/b",
    "${local.network}/subnets/c",
    "${local.network}/subnets/d",
    "${local.network}/subnets/e",
  ]
}

resource "ise" "subnets_none" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = []
}

resource "ise" "subnets_not_distinct" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids = [
    "${local.network}/subnets/a",
    "${local.network}/subnets/b",
    "${local.network}/subnets/c",
    "${local.network}/subnets/A",
  ]
}

resource "ise" "subnets_of_two_networks" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids = [
    "${local.network}/subnets/a",
    "${local.network}/subnets/b",
    "${local.network}/subnets/c",
    "${local.other}/subnets/d",
  ]
}

resource "ise" "subnets_are_networks" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids = [
    "${local.network}",
    "${local.network}/subnets/b",
    "${local.network}/subnets/c",
    "${local.network}/subnets/d",
  ]
}

resource "ise" "subnets_are_names" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids = [
    "a",
    "b",
    "c",
    "d",
  ]
}

resource "ise" "right_subnets_in_another_casing" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = [for id in local.subnets : upper(id)]
}

resource "ise" "identity_type_unknown" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  identity = {
    type = "Both"
  }
}

resource "ise" "identity_type_missing" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  identity            = {}
}

resource "ise" "identity_without_ids" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  identity = {
    type = "UserAssigned"
  }
}

resource "ise" "identity_with_superfluous_ids" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  identity = {
    type         = "SystemAssigned"
    identity_ids = ["/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.ManagedIdentity/userAssignedIdentities/robot"]
  }
}

resource "ise" "identity_id_of_another_type" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  identity = {
    type         = "UserAssigned"
    identity_ids = ["/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.KeyVault/vaults/safe"]
  }
}

resource "ise" "key_without_identity" {
  name                 = "integration"
  resource_group_name  = "integration"
  location             = "westeurope"
  subnet_ids           = local.subnets
  access_endpoint_type = "External"
  customer_managed_key = {
    key_vault_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.KeyVault/vaults/safe"
    key_name     = "key"
    key_version  = "1"
  }
}

resource "ise" "key_with_internal_endpoint" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  identity = {
    type = "SystemAssigned"
  }
  customer_managed_key = {
    key_vault_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.KeyVault/vaults/safe"
    key_name     = "key"
    key_version  = "1"
  }
}

resource "ise" "key_in_no_vault" {
  name                 = "integration"
  resource_group_name  = "integration"
  location             = "westeurope"
  subnet_ids           = local.subnets
  access_endpoint_type = "External"
  identity = {
    type = "SystemAssigned"
  }
  customer_managed_key = {
    key_vault_id = "safe"
    key_name     = "key"
    key_version  = "1"
  }
}

resource "ise" "key_incomplete" {
  name                 = "integration"
  resource_group_name  = "integration"
  location             = "westeurope"
  subnet_ids           = local.subnets
  access_endpoint_type = "External"
  identity = {
    type = "SystemAssigned"
  }
  customer_managed_key = {
    key_name = "key"
  }
}

resource "ise" "preflight_mode_unknown" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  preflight = {
    mode = "maybe"
  }
}

resource "ise" "preflight_rule_unknown" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  preflight = {
    ignore = ["subnet-colour"]
  }
}

resource "ise" "tag_key_forbidden" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  tags = {
    "a/b" = "c"
  }
}

resource "ise" "tag_key_too_long" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  tags                = { join("", [for i in range(513) : "k"]) = "c" }
}

resource "ise" "tag_value_too_long" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  tags                = { key = join("", [for i in range(257) : "v"]) }
}

resource "ise" "tags_too_many" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets
  tags                = { for i in range(51) : "key-${i}" => "value" }
}

resource "ise" "timeout_in_words" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = local.subnets

  timeouts {
    create = "six hours"
  }
}

resource "ise" "several_at_once" {
  name                = "a/b"
  resource_group_name = "integration"
  location            = "westeurope"
  subnet_ids          = []
  sku                 = "Gold"
  capacity            = 99
}
