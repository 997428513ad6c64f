output "security_rules" {
  description = "Rules for the network security group, by name."
  value       = local.security_rules
}

output "routes" {
  description = "Routes for the route table, by name."
  value       = local.routes
}

output "environment_id" {
  description = "ARM ID of the environment."
  value       = ise.main.id
}
