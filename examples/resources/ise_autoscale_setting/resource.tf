variable "ise_id" {
  description = "ID of the environment, whose own capacity is left out: autoscale decides about it."
  type        = string
}

resource "ise_autoscale_setting" "main" {
  name                = "contoso-integration"
  resource_group_name = "integration"
  ise_id              = var.ise_id

  profiles = [
    {
      name    = "working hours"
      minimum = 1
      maximum = 5
      default = 2

      recurrence = {
        timezone = "W. Europe Standard Time"
        days     = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
        hour     = 7
        minute   = 30
      }

      rules = [
        {
          metric       = "workflow_processor"
          operator     = "GreaterThan"
          threshold    = 75
          direction    = "Increase"
          change_count = 1
          cooldown     = "PT30M"
        },
        {
          metric       = "workflow_processor"
          operator     = "LessThan"
          threshold    = 25
          time_window  = "PT30M"
          direction    = "Decrease"
          change_count = 1
          cooldown     = "PT30M"
        },
      ]
    },

    # A recurrence lasts until another one starts. This one ends the working hours, also of a Friday until Monday.
    {
      name    = "nights and weekends"
      minimum = 0
      maximum = 0
      default = 0

      recurrence = {
        timezone = "W. Europe Standard Time"
        days     = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
        hour     = 19
        minute   = 0
      }
    },

    # While it lasts, a fixed date wins over the rest.
    {
      name    = "closing of the books"
      minimum = 4
      maximum = 10
      default = 6

      fixed_date = {
        timezone = "W. Europe Standard Time"
        start    = "2030-12-30T00:00:00"
        end      = "2031-01-03T00:00:00"
      }
    },
  ]

  notifications = {
    custom_emails = ["integration@contoso.com"]
  }
}
