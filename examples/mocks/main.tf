terraform {
  required_providers {
    ise = {
      source = "tfplugin-rs/ise"
    }
  }
}

data "ise" "main" {
  name                = "contoso-integration"
  resource_group_name = "integration"
}

data "ise_subnet" "first" {
  id = data.ise.main.subnet_ids[0]
}

resource "ise_logic_app" "hello" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = data.ise.main.id

  definition = jsonencode({
    "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    contentVersion = "1.0.0.0"
    triggers       = { request = { type = "Request", kind = "Http" } }
    actions        = {}
  })
}

data "ise_callback_url" "hello" {
  logic_app_id = ise_logic_app.hello.id
  trigger_name = "request"
}

output "first_prefix" {
  value = data.ise_subnet.first.address_prefix
}

output "url" {
  value     = data.ise_callback_url.hello.value
  sensitive = true
}
