resource "{{provider}}_note" "shopping" {
  name = "shopping"
  text = "Bread, butter"
}
