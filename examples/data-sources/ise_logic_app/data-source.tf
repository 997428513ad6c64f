data "ise_logic_app" "orders" {
  id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/integration/providers/Microsoft.Logic/workflows/orders"
}

output "triggers" {
  value = keys(jsondecode(data.ise_logic_app.orders.definition).triggers)
}
