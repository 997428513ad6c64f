data "ise_subnet" "ise" {
  for_each = toset(["ise-1", "ise-2", "ise-3", "ise-4"])

  name               = each.key
  virtual_network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Network/virtualNetworks/network"
}

# Says at every plan what keeps the network from being fit for an environment.
check "network" {
  data "ise_preflight" "main" {
    subnet_ids           = [for subnet in data.ise_subnet.ise : subnet.id]
    location             = "West Europe"
    access_endpoint_type = "External"
  }

  assert {
    condition     = data.ise_preflight.main.ready
    error_message = join("\n", [for finding in data.ise_preflight.main.findings : "${finding.message} ${finding.remedy}"])
  }
}
