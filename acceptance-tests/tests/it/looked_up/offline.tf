data "ise_network_requirements" "broad" {
}

data "ise_network_requirements" "narrow" {
  access_endpoint_type = "External"
  service_tags         = "narrow"
  first_priority       = 2000
}

# What the whole form opens and the narrow one says nothing about.
output "closed" {
  value = setsubtract(
    data.ise_network_requirements.broad.rules[*].purpose,
    data.ise_network_requirements.narrow.rules[*].purpose,
  )
}
