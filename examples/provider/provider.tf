terraform {
  required_providers {
    ise = {
      source = "tfplugin-rs/ise"
    }
  }
}

# Signs in with the application whose client ID and secret are in ARM_CLIENT_ID and ARM_CLIENT_SECRET, else with the Azure CLI.
provider "ise" {
  subscription_id = "00000000-0000-0000-0000-000000000000"
  tenant_id       = "00000000-0000-0000-0000-000000000000"

  default_tags = {
    team = "integration"
  }
}

# The ARM emulator instead of Azure: `arm-emulator` listens there.
provider "ise" {
  alias = "emulator"

  resource_manager_endpoint       = "http://127.0.0.1:4510"
  active_directory_authority_host = "http://127.0.0.1:4510"

  subscription_id = "00000000-0000-0000-0000-000000000000"
  tenant_id       = "00000000-0000-0000-0000-000000000000"
  client_id       = "00000000-0000-0000-0000-000000000000"
  client_secret   = "any"
}
