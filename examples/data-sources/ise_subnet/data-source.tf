data "ise_subnet" "ise" {
  for_each = toset(["ise-1", "ise-2", "ise-3", "ise-4"])

  name               = each.key
  virtual_network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
}

output "free_subnets" {
  value = [for subnet in data.ise_subnet.ise : subnet.id if subnet.used_by == null]
}
