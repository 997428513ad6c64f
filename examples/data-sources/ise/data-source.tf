data "ise" "main" {
  name                = "contoso-integration"
  resource_group_name = "integration"
}

# What logic apps of the environment call has to let these addresses in.
output "outbound_ip_addresses" {
  value = data.ise.main.workflow_outbound_ip_addresses
}
