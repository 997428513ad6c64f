data "ise" "by_name" {
  name                = "nowhere"
  resource_group_name = "integration"
}

data "ise" "in_no_group" {
  name                = "existing"
  resource_group_name = "nowhere"
}

data "ise_subnet" "by_id" {
  id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network/subnets/nowhere"
}

data "ise_subnet" "in_no_network" {
  name               = "a"
  virtual_network_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/nowhere"
}

data "ise_network_health" "of_nothing" {
  ise_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/nowhere"
}

data "ise_skus" "of_nothing" {
  ise_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/nowhere"
}

data "ise_callback_url" "of_no_trigger" {
  logic_app_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/workflows/hello"
  trigger_name = "nothing"
}

data "ise_callback_url" "of_no_app" {
  logic_app_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/workflows/nowhere"
  trigger_name = "request"
}
