terraform {
  required_providers {
    {{provider}} = {
      source = "{{namespace}}/{{provider}}"
    }
  }
}

provider "{{provider}}" {
  folder = "notes"
}

resource "{{provider}}_note" "greeting" {
  name = "greeting"
  text = "Hello"
}
