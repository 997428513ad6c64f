output "subnet_prefixes" {
  value = provider::ise::subnet_prefixes("172.16.0.0/24")
}

output "address_count" {
  value = provider::ise::address_count("172.16.0.0/27")
}

output "id" {
  value = provider::ise::parse_id("/subscriptions/s/resourcegroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a")
}
