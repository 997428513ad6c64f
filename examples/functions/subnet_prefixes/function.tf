# The subnets ise-1 to ise-4, with 172.16.0.0/27, 172.16.0.32/27, 172.16.0.64/27 and 172.16.0.96/27.
resource "ise_subnet" "ise" {
  for_each = { for index, prefix in provider::ise::subnet_prefixes("172.16.0.0/24") : "ise-${index + 1}" => prefix }

  name               = each.key
  virtual_network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
  address_prefix     = each.value
}
