variable "ise_id" {
  description = "ID of the environment."
  type        = string
}

variable "api_key" {
  description = "Key of the API that the logic app calls."
  type        = string
  sensitive   = true
}

resource "ise_logic_app" "orders" {
  name                = "orders"
  resource_group_name = "integration"
  ise_id              = var.ise_id

  definition = jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"

    parameters = {
      api     = { type = "String" }
      api_key = { type = "SecureString" }
    }

    triggers = {
      order = {
        type = "Request"
        kind = "Http"
      }
    }

    actions = {
      forward = {
        type = "Http"
        inputs = {
          method  = "POST"
          uri     = "@parameters('api')"
          headers = { x-api-key = "@parameters('api_key')" }
          body    = "@triggerBody()"
        }
      }
    }
  })

  parameters = jsonencode({
    api = "https://erp.example.com/orders"
  })

  # Never stored. It is sent with every update; raise the version to send it when nothing else changes.
  secure_parameters_wo = jsonencode({
    api_key = var.api_key
  })
  secure_parameters_version = 1

  access_control = {
    trigger = {
      allowed_caller_ip_ranges = ["172.16.0.0/16"]
    }
  }
}
