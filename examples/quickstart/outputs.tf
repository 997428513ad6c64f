output "environment_id" {
  description = "ARM ID of the environment."
  value       = ise.main.id
}

output "subnet_prefixes" {
  description = "Address ranges of the environment's subnets."
  value       = { for name, subnet in ise_subnet.ise : name => subnet.address_prefix }
}

output "outbound_ip_addresses" {
  description = "Addresses from which logic apps of the environment call out."
  value       = ise.main.workflow_outbound_ip_addresses
}

output "logic_app_endpoint" {
  description = "Base URL under which the logic app's trigger is called."
  value       = ise_logic_app.hello.access_endpoint
}
