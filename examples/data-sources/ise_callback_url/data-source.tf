data "ise_logic_app" "orders" {
  name                = "orders"
  resource_group_name = "integration"
}

data "ise_callback_url" "orders" {
  logic_app_id = data.ise_logic_app.orders.id
  trigger_name = "order"

  # Without it, the URL is good until the key is regenerated.
  not_after = "2027-12-31T00:00:00Z"
}

# That of an integration account.
data "ise_callback_url" "partners" {
  integration_account_id = data.ise_logic_app.orders.integration_account_id
}

output "orders_url" {
  value     = data.ise_callback_url.orders.value
  sensitive = true
}
