# Neither Azure nor an account: Terraform makes up what is computed. Where an ID feeds another object, a default gives it the form of one.
mock_provider "ise" {
  mock_data "ise" {
    defaults = {
      id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/contoso-integration"
      subnet_ids = ["/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network/subnets/ise-1"]
    }
  }

  mock_data "ise_subnet" {
    defaults = {
      address_prefix = "172.16.0.0/27"
    }
  }

  mock_resource "ise_logic_app" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Logic/workflows/hello"
    }
  }

  mock_data "ise_callback_url" {
    defaults = {
      value = "https://example.com/hello"
    }
  }
}

run "everything_is_mocked" {
  assert {
    condition     = output.first_prefix == "172.16.0.0/27" && output.url == "https://example.com/hello"
    error_message = "The mocks do not stand in."
  }
}
