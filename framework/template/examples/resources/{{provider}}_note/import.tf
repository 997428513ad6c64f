import {
  to = {{provider}}_note.shopping
  id = "shopping"
}
