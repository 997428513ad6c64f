resource "ise_autoscale_setting" "right" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "right_number" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 10
}

resource "ise_autoscale_setting" "name_has_a_slash" {
  name                = "scale/out"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 1
}

resource "ise_autoscale_setting" "environment_is_missing" {
  name                = "scale"
  resource_group_name = "integration"
  instance_count      = 1
}

resource "ise_autoscale_setting" "environment_is_a_workflow" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/workflows/integration"
  instance_count      = 1
}

resource "ise_autoscale_setting" "neither_number_nor_profiles" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
}

resource "ise_autoscale_setting" "number_and_profiles" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 1

  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
    },
  ]
}

resource "ise_autoscale_setting" "number_above_ten" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 11
}

resource "ise_autoscale_setting" "number_is_a_fraction" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 1.5
}

resource "ise_autoscale_setting" "no_profiles" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles            = []
}

resource "ise_autoscale_setting" "profile_is_null" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles            = [null]
}

resource "ise_autoscale_setting" "names_are_alike" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
    },
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
    },
  ]
}

resource "ise_autoscale_setting" "name_is_empty" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = ""
      minimum = 0
      maximum = 5
      default = 1
    },
  ]
}

resource "ise_autoscale_setting" "maximum_above_ten" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 12
      default = 1
    },
  ]
}

resource "ise_autoscale_setting" "minimum_above_maximum" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 6
      maximum = 5
      default = 1
    },
  ]
}

resource "ise_autoscale_setting" "default_below_minimum" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 2
      maximum = 5
      default = 1
    },
  ]
}

resource "ise_autoscale_setting" "default_is_missing" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
    },
  ]
}

resource "ise_autoscale_setting" "metric_is_missing" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "metric_is_misspelled" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_procesor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "operator_is_a_sign" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "<"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "operator_in_lower_case" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "lessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "statistic_is_no_word_of_azure" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
          statistic    = "Median"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "aggregation_is_a_statistic" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric           = "workflow_processor"
          operator         = "LessThan"
          threshold        = 30
          direction        = "Decrease"
          change_count     = 1
          time_aggregation = "Max"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "grain_is_no_duration" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
          time_grain   = "1m"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "window_is_short" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
          time_window  = "PT1M"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "cooldown_is_long" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
          cooldown     = "P8D"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "direction_is_unknown" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Out"
          change_count = 1
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "nothing_to_change" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric    = "workflow_processor"
          operator  = "LessThan"
          threshold = 30
          direction = "Decrease"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "two_ways_to_change" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 1
          exact_count  = 2
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "change_is_zero" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 30
          direction    = "Decrease"
          change_count = 0
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "everything_in_a_rule" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      rules = [
        {
          metric           = ""
          operator         = "x"
          threshold        = 30
          direction        = "x"
          change_count     = -1
          statistic        = "x"
          time_grain       = "x"
          time_window      = "x"
          time_aggregation = "x"
          cooldown         = "x"
        },
      ]
    },
  ]
}

resource "ise_autoscale_setting" "date_and_recurrence" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      fixed_date = {
        timezone = "UTC"
        start    = "2030-01-01T00:00:00"
        end      = "2030-01-02T00:00:00"
      }
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 8
        minute   = 0
      }
    },
    {
      name    = "night"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 18
        minute   = 0
      }
    },
  ]
}

resource "ise_autoscale_setting" "zone_is_of_iana" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      fixed_date = {
        timezone = "Europe/Berlin"
        start    = "2030-01-01T00:00:00"
        end      = "2030-01-02T00:00:00"
      }
    },
  ]
}

resource "ise_autoscale_setting" "start_is_a_day" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      fixed_date = {
        timezone = "UTC"
        start    = "2030-01-01"
        end      = "2030-01-02T00:00:00"
      }
    },
  ]
}

resource "ise_autoscale_setting" "end_before_start" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      fixed_date = {
        timezone = "UTC"
        start    = "2030-01-01T00:00:00"
        end      = "2029-12-31T00:00:00"
      }
    },
  ]
}

resource "ise_autoscale_setting" "days_are_short" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Mon"]
        hour     = 8
        minute   = 0
      }
    },
    {
      name    = "night"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 18
        minute   = 0
      }
    },
  ]
}

resource "ise_autoscale_setting" "no_days" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = []
        hour     = 8
        minute   = 0
      }
    },
    {
      name    = "night"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 18
        minute   = 0
      }
    },
  ]
}

resource "ise_autoscale_setting" "hour_is_24" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 24
        minute   = 0
      }
    },
    {
      name    = "night"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 18
        minute   = 0
      }
    },
  ]
}

resource "ise_autoscale_setting" "minute_is_60" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  profiles = [
    {
      name    = "usual"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 8
        minute   = 60
      }
    },
    {
      name    = "night"
      minimum = 0
      maximum = 5
      default = 1
      recurrence = {
        timezone = "UTC"
        days     = ["Monday"]
        hour     = 18
        minute   = 0
      }
    },
  ]
}

resource "ise_autoscale_setting" "email_is_a_name" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 1

  notifications = {
    custom_emails = ["team"]
  }
}

resource "ise_autoscale_setting" "webhook_is_no_url" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 1

  notifications = {
    webhooks = [{ service_uri = "example.com/hush" }]
  }
}

resource "ise_autoscale_setting" "property_is_null" {
  name                = "scale"
  resource_group_name = "integration"
  ise_id              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/integration/providers/Microsoft.Logic/integrationServiceEnvironments/integration"
  instance_count      = 1

  notifications = {
    webhooks = [{ service_uri = "https://example.com/hook", properties = { team = null } }]
  }
}
