locals {
  virtual_network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"

  subnets = {
    ise-1 = "172.16.0.0/27"
    ise-2 = "172.16.0.32/27"
    ise-3 = "172.16.0.64/27"
    ise-4 = "172.16.0.96/27"
  }
}

resource "ise_subnet" "ise" {
  for_each = local.subnets

  name               = each.key
  virtual_network_id = local.virtual_network_id
  address_prefix     = each.value

  # A range outside of Class B space is an error, not just a warning.
  address_class = "enforce"
}
