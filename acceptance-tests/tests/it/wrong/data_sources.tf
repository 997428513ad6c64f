locals {
  group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers"
}

data "ise" "right" {
  name                = "integration"
  resource_group_name = "integration"
}

data "ise" "right_by_id" {
  id = "${local.group}/Microsoft.Logic/integrationServiceEnvironments/integration"

  timeouts {
    read = "10m"
  }
}

data "ise" "named_in_no_way" {
}

data "ise" "named_by_half" {
  resource_group_name = "integration"
}

data "ise" "named_in_both_ways" {
  id   = "${local.group}/Microsoft.Logic/integrationServiceEnvironments/integration"
  name = "integration"
}

data "ise" "name_has_a_blank" {
  name                = "my environment"
  resource_group_name = "integration"
}

data "ise" "id_of_a_workflow" {
  id = "${local.group}/Microsoft.Logic/workflows/hello"
}

data "ise" "timeout_without_a_unit" {
  name                = "integration"
  resource_group_name = "integration"

  timeouts {
    read = "10"
  }
}

data "ise" "location_is_told" {
  name                = "integration"
  resource_group_name = "integration"
  location            = "westeurope"
}

data "ise_subnet" "in_no_network" {
  name = "a"
}

data "ise_subnet" "network_is_a_subnet" {
  name               = "a"
  virtual_network_id = "${local.group}/Microsoft.Network/virtualNetworks/network/subnets/a"
}

data "ise_logic_app" "name_has_a_slash" {
  name                = "a/b"
  resource_group_name = "integration"
}

data "ise_integration_account" "group_ends_in_a_dot" {
  name                = "partners"
  resource_group_name = "integration."
}

data "ise_network_health" "of_no_environment" {
}

data "ise_network_health" "of_a_workflow" {
  ise_id = "${local.group}/Microsoft.Logic/workflows/hello"
}

data "ise_skus" "of_a_name" {
  ise_id = "integration"
}

data "ise_callback_url" "of_nothing" {
}

data "ise_callback_url" "of_no_trigger" {
  logic_app_id = "${local.group}/Microsoft.Logic/workflows/hello"
}

data "ise_callback_url" "of_an_app_and_an_account" {
  logic_app_id           = "${local.group}/Microsoft.Logic/workflows/hello"
  trigger_name           = "request"
  integration_account_id = "${local.group}/Microsoft.Logic/integrationAccounts/partners"
}

data "ise_callback_url" "trigger_has_a_slash" {
  logic_app_id = "${local.group}/Microsoft.Logic/workflows/hello"
  trigger_name = "request/run"
}

data "ise_callback_url" "day_without_a_time" {
  integration_account_id = "${local.group}/Microsoft.Logic/integrationAccounts/partners"
  not_after              = "2027-01-31"
}

data "ise_callback_url" "key_in_lower_case" {
  integration_account_id = "${local.group}/Microsoft.Logic/integrationAccounts/partners"
  key_type               = "primary"
}

data "ise_network_requirements" "right" {
  first_priority = 3886
}

data "ise_network_requirements" "no_room_for_the_last" {
  first_priority = 3887
}

data "ise_network_requirements" "priority_too_low" {
  first_priority = 99
}

data "ise_network_requirements" "tags_in_upper_case" {
  service_tags = "Narrow"
}

data "ise_network_requirements" "endpoint_unknown" {
  access_endpoint_type = "Private"
}

data "ise_preflight" "of_no_subnets" {
  location = "westeurope"
}

data "ise_preflight" "of_a_network" {
  subnet_ids = ["${local.group}/Microsoft.Network/virtualNetworks/network"]
}

data "ise_preflight" "endpoint_in_lower_case" {
  subnet_ids           = ["${local.group}/Microsoft.Network/virtualNetworks/network/subnets/a"]
  access_endpoint_type = "external"
}
