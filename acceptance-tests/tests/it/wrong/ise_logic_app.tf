locals {
  environment = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  schema      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"

  definition = {
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
  }
}

resource "ise_logic_app" "right" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
}

resource "ise_logic_app" "name_has_a_slash" {
  name                = "a/b"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
}

resource "ise_logic_app" "group_is_empty" {
  name                = "hello"
  resource_group_name = ""
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
}

resource "ise_logic_app" "environment_is_an_account" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationAccounts/partners"
  definition          = jsonencode(local.definition)
}

resource "ise_logic_app" "environment_is_a_guid" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = "33333333-3333-3333-3333-333333333333"
  definition          = jsonencode(local.definition)
}

resource "ise_logic_app" "definition_missing" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
}

resource "ise_logic_app" "definition_empty" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = ""
}

resource "ise_logic_app" "definition_not_json" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = <<-EOT
    {
      "triggers": {},
      actions: {}
    }
  EOT
}

resource "ise_logic_app" "definition_cut_short" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = "{"
}

resource "ise_logic_app" "definition_a_list" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = "[]"
}

resource "ise_logic_app" "definition_lacks_everything" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = "{}"
}

resource "ise_logic_app" "definition_with_wrong_kinds" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = 1
    triggers       = []
    actions        = {}
    parameters     = []
  })
}

resource "ise_logic_app" "definition_wrapped" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode({ definition = local.definition })
}

resource "ise_logic_app" "definition_wrapped_in_a_resource" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode({ properties = { definition = local.definition } })
}

resource "ise_logic_app" "definition_parameter_without_type" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = {} }
  })
}

resource "ise_logic_app" "parameters_not_json" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  parameters          = "greeting=hello"
}

resource "ise_logic_app" "parameters_a_list" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  parameters          = "[]"
}

resource "ise_logic_app" "parameter_undeclared" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  parameters          = jsonencode({ greeting = "hello" })
}

resource "ise_logic_app" "parameter_undeclared_among_others" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = { type = "String" }, name = { type = "String", defaultValue = "" } }
  })
  parameters = jsonencode({ greeting = "hello", gretting = "hello" })
}

resource "ise_logic_app" "parameter_missing" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = { type = "String" }, name = { type = "String" } }
  })
  parameters = jsonencode({ greeting = "hello" })
}

resource "ise_logic_app" "right_parameter_with_default" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = { type = "String", defaultValue = "hi" } }
  })
}

resource "ise_logic_app" "parameter_secure" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { key = { type = "SecureString" } }
  })
  parameters = jsonencode({ key = "value" })
}

resource "ise_logic_app" "parameter_not_secure" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = { type = "String" } }
  })
  secure_parameters_wo = jsonencode({ greeting = "hello" })
}

resource "ise_logic_app" "parameter_secure_undeclared" {
  name                 = "hello"
  resource_group_name  = "integration"
  ise_id               = local.environment
  definition           = jsonencode(local.definition)
  secure_parameters_wo = jsonencode({ key = "value" })
}

resource "ise_logic_app" "right_secure_parameter" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { key = { type = "securestring" } }
  })
  secure_parameters_wo = jsonencode({ key = "value" })
}

resource "ise_logic_app" "parameter_null" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = { type = "String", defaultValue = "hi" } }
  })
  parameters = jsonencode({ greeting = null })
}

resource "ise_logic_app" "parameter_of_a_template" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { greeting = { type = "String" }, key = { type = "SecureString" } }
  })
  parameters           = jsonencode({ greeting = { value = "hello" } })
  secure_parameters_wo = jsonencode({ key = { reference = { secretName = "key" } } })
}

resource "ise_logic_app" "parameter_of_another_type" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition = jsonencode({
    "$schema"      = local.schema
    contentVersion = "1.0.0.0"
    triggers       = {}
    actions        = {}
    parameters     = { count = { type = "Int" } }
  })
  parameters = jsonencode({ count = "1" })
}

resource "ise_logic_app" "account_is_an_environment" {
  name                   = "hello"
  resource_group_name    = "integration"
  ise_id                 = local.environment
  definition             = jsonencode(local.definition)
  integration_account_id = local.environment
}

resource "ise_logic_app" "callers_mask" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  access_control = {
    trigger = { allowed_caller_ip_ranges = ["10.0.0.0/255.255.255.0"] }
  }
}

resource "ise_logic_app" "callers_backwards" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  access_control = {
    actions = { allowed_caller_ip_ranges = ["10.0.0.9-10.0.0.1"] }
  }
}

resource "ise_logic_app" "callers_nonsense" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  access_control = {
    contents = { allowed_caller_ip_ranges = ["everybody"] }
  }
}

resource "ise_logic_app" "callers_of_two_families" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  access_control = {
    workflow_management = { allowed_caller_ip_ranges = ["10.0.0.1-2001:db8::1", "2001:db8::/129"] }
  }
}

resource "ise_logic_app" "right_callers" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  access_control = {
    trigger = { allowed_caller_ip_ranges = ["10.0.0.0/24", "203.0.113.7", "10.0.0.1 - 10.0.0.9", "2001:db8::/64", "2001:db8::7"] }
  }
}

resource "ise_logic_app" "identity_without_ids" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  identity = {
    type         = "UserAssigned"
    identity_ids = []
  }
}

resource "ise_logic_app" "tag_key_forbidden" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)
  tags = {
    "a?" = "b"
  }
}

resource "ise_logic_app" "timeout_zero" {
  name                = "hello"
  resource_group_name = "integration"
  ise_id              = local.environment
  definition          = jsonencode(local.definition)

  timeouts {
    update = "0s"
  }
}
