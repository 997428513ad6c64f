data "ise" "main" {
  name                = "contoso-integration"
  resource_group_name = "integration"
}

data "ise_skus" "main" {
  ise_id = data.ise.main.id
}

# The most additional units that this environment may have.
output "most_units" {
  value = one([for sku in data.ise_skus.main.skus : sku.capacity.maximum if sku.name == data.ise.main.sku])
}
