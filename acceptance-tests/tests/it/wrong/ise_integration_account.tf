resource "ise_integration_account" "right" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
}

resource "ise_integration_account" "name_has_a_blank" {
  name                = "my partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
}

resource "ise_integration_account" "environment_is_missing" {
  name                = "partners"
  resource_group_name = "integration"
}

resource "ise_integration_account" "environment_is_a_workflow" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/workflows/hello"
}

resource "ise_integration_account" "environment_lacks_its_group" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
}

resource "ise_integration_account" "sku_unknown" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  sku                 = "Premium"
}

resource "ise_integration_account" "sku_in_upper_case" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  sku                 = "STANDARD"
}

resource "ise_integration_account" "enabled_is_a_word" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  enabled             = "yes"
}

resource "ise_integration_account" "tag_value_null" {
  name                = "partners"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  tags = {
    team = null
  }
}
