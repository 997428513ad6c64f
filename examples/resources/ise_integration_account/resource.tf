variable "ise_id" {
  description = "ID of the environment."
  type        = string
}

resource "ise_integration_account" "partners" {
  name                = "contoso-partners"
  resource_group_name = "integration"
  ise_id              = var.ise_id
  sku                 = "Standard"
}
