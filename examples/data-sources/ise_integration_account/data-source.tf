data "ise_integration_account" "partners" {
  name                = "contoso-partners"
  resource_group_name = "integration"
}

output "environment_id" {
  value = data.ise_integration_account.partners.ise_id
}
