locals {
  network = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
}

resource "ise_subnet" "right" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_empty" {
  name               = ""
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_starts_with_a_digit" {
  name               = "1-ise"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_has_forbidden_characters" {
  name               = "a<b>c%d&e\\f?g/h i"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_ends_with_a_dash" {
  name               = "ise-"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_too_long" {
  name               = join("", [for i in range(81) : "a"])
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_missing" {
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "name_null" {
  name               = null
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "network_is_a_name" {
  name               = "ise-1"
  virtual_network_id = "network"
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "network_is_a_subnet" {
  name               = "ise-1"
  virtual_network_id = "${local.network}/subnets/ise-1"
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "network_lacks_its_name" {
  name               = "ise-1"
  virtual_network_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks"
  address_prefix     = "172.16.0.0/27"
}

resource "ise_subnet" "prefix_without_length" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0"
}

resource "ise_subnet" "prefix_with_mask" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/255.255.255.224"
}

resource "ise_subnet" "prefix_with_host_bits" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.5/27"
}

resource "ise_subnet" "prefix_with_leading_zeros" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.016.0.0/27"
}

resource "ise_subnet" "prefix_too_long" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/33"
}

resource "ise_subnet" "prefix_of_ipv6" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "fd00::/64"
}

resource "ise_subnet" "prefix_too_small" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/28"
}

resource "ise_subnet" "prefix_of_one_address" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.7/32"
}

resource "ise_subnet" "prefix_this_network" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "0.0.0.0/27"
}

resource "ise_subnet" "prefix_carrier_grade_nat" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "100.64.0.0/27"
}

resource "ise_subnet" "prefix_loopback" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "127.0.0.0/27"
}

resource "ise_subnet" "prefix_azure_dns" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "168.63.129.0/27"
}

resource "ise_subnet" "prefix_link_local" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "169.254.0.0/27"
}

resource "ise_subnet" "prefix_multicast" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "224.0.0.0/27"
}

resource "ise_subnet" "class_b_by_default" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "10.0.0.0/27"
}

resource "ise_subnet" "class_b_warned" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "192.168.0.0/27"
  address_class      = "warn"
}

resource "ise_subnet" "class_b_enforced" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "10.0.0.32/27"
  address_class      = "enforce"
}

resource "ise_subnet" "right_class_b_ignored" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "10.0.0.64/27"
  address_class      = "ignore"
}

resource "ise_subnet" "right_class_b_boundary" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "191.255.255.224/27"
  address_class      = "enforce"
}

resource "ise_subnet" "address_class_unknown" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
  address_class      = "Enforce"
}

resource "ise_subnet" "security_group_is_a_route_table" {
  name                      = "ise-1"
  virtual_network_id        = local.network
  address_prefix            = "172.16.0.0/27"
  network_security_group_id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/routeTables/routes"
}

resource "ise_subnet" "route_table_is_a_security_group" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
  route_table_id     = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Network/networkSecurityGroups/guard"
}

resource "ise_subnet" "delegation_is_a_text" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
  delegate_to_ise    = "perhaps"
}

resource "ise_subnet" "attribute_decided_by_the_provider" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
  address_count      = 32
}

resource "ise_subnet" "timeout_without_unit" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"

  timeouts {
    create = "90"
  }
}

resource "ise_subnet" "timeout_negative" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"

  timeouts {
    delete = "-1h"
  }
}

resource "ise_subnet" "timeout_of_nothing" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"

  timeouts {
    renew = "1h"
  }
}

resource "ise_subnet" "argument_unknown" {
  name               = "ise-1"
  virtual_network_id = local.network
  address_prefix     = "172.16.0.0/27"
  address_prefixes   = ["172.16.0.0/27"]
}

resource "ise_subnet" "several_at_once" {
  name               = "1"
  virtual_network_id = local.network
  address_prefix     = "127.0.0.1/30"
}
