resource "ise_subnet" "ise" {
  count = 4

  name               = "ise-${count.index + 1}"
  virtual_network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
  address_prefix     = cidrsubnet("172.16.0.0/24", 3, count.index)
}

resource "ise" "main" {
  name                 = "contoso-integration"
  resource_group_name  = "integration"
  location             = "West Europe"
  access_endpoint_type = "External"
  capacity             = 2
  subnet_ids           = ise_subnet.ise[*].id

  identity = {
    type = "SystemAssigned"
  }

  # An environment takes up new DNS servers of its network when it is restarted. Instead of repeating them, take them from
  # where the network is managed, or from a data source:
  #   dns_servers = join(",", data.azurerm_virtual_network.network.dns_servers)
  restart_triggers = {
    dns_servers = "172.16.0.132,172.16.0.133"
  }

  tags = {
    cost-center = "4711"
  }

  timeouts {
    create = "8h"
  }

  # A create that runs into its timeout is no error: the next apply goes on waiting. This makes it one.
  lifecycle {
    postcondition {
      condition     = self.provisioning_state == "Succeeded"
      error_message = "The environment is still deploying. Run terraform apply again to go on waiting."
    }
  }
}
