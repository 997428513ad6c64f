provider "ise" {
  alias = "right"

  subscription_id = "11111111-1111-1111-1111-111111111111"
}

provider "ise" {
  alias = "subscription_is_a_name"

  subscription_id = "production"
}

provider "ise" {
  alias = "environment_unknown"

  environment = "germany"
}

provider "ise" {
  alias = "endpoint_not_a_url"

  resource_manager_endpoint = "management.azure.com"
}

provider "ise" {
  alias = "endpoint_plain_beyond_loopback"

  resource_manager_endpoint = "http://management.azure.com"
}

provider "ise" {
  alias = "authority_plain_beyond_loopback"

  active_directory_authority_host = "http://192.168.0.1:4510"
}

provider "ise" {
  alias = "endpoint_of_another_scheme"

  resource_manager_endpoint = "ftp://127.0.0.1"
}

provider "ise" {
  alias = "right_endpoint_plain_on_loopback"

  resource_manager_endpoint       = "http://127.0.0.1:4510"
  active_directory_authority_host = "http://[::1]:4510"
}

provider "ise" {
  alias = "partner_is_a_name"

  partner_id = "contoso"
}

provider "ise" {
  alias = "several_at_once"

  subscription_id           = "mine"
  environment               = "moon"
  resource_manager_endpoint = "http://example.com"
}
