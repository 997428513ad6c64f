data "ise" "main" {
  name                = "contoso-integration"
  resource_group_name = "integration"
}

# Every plan and apply says which subnets do not reach what they depend on.
check "network" {
  data "ise_network_health" "main" {
    ise_id = data.ise.main.id
  }

  assert {
    condition = data.ise_network_health.main.healthy
    error_message = join("\n", flatten([
      for name, subnet in data.ise_network_health.main.subnets : [
        for dependency in subnet.dependencies : "${name} does not reach all of ${dependency.display_name}."
        if anytrue([for endpoint in dependency.endpoints : endpoint.accessibility != "Available"])
      ]
    ]))
  }
}
