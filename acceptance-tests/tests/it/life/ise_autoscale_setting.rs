use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::scene::{Fixture, id};

use super::{Life, local, replaces, sends, text};

const PROFILES: &str = r#"[
  {
    name    = "Default"
    minimum = 0
    maximum = 4
    default = 1
    rules = [
      {
        metric       = "workflow_processor"
        operator     = "GreaterThan"
        threshold    = 70
        time_grain   = "PT60S"
        direction    = "Increase"
        change_count = 1
      },
      {
        metric      = "RunsStarted"
        operator    = "LessThanOrEqual"
        threshold   = 10.5
        statistic   = "Sum"
        direction   = "Decrease"
        exact_count = 1
      },
    ]
  },
  {
    name       = "night"
    minimum    = 0
    maximum    = 0
    default    = 0
    fixed_date = { start = "2030-12-24T18:00:00", end = "2030-12-27T06:00:00" }
  },
]"#;

#[test]
fn lives() -> Result {
    life().live()
}

pub(super) fn life() -> Life {
    let environment = id("Microsoft.Logic/integrationServiceEnvironments/existing");
    Life {
        fixture: Fixture::Environment,
        block: Block::resource("ise_autoscale_setting", "it")
            .with_text("name", "it")
            .with_text("resource_group_name", "integration")
            .with_text("ise_id", &environment)
            .with("instance_count", "1"),
        id: id("Microsoft.Insights/autoscaleSettings/it"),
        rows: vec![
            sends(
                "instance_count",
                "2",
                "/properties/profiles/0/capacity/default",
                "2",
            ),
            replaces("name", text("renamed")),
            replaces("resource_group_name", text("other")),
            replaces(
                "ise_id",
                text(&id(
                    "Microsoft.Logic/integrationServiceEnvironments/developer",
                )),
            ),
            sends("enabled", "false", "/properties/enabled", false),
            sends(
                "profiles",
                PROFILES,
                "/properties/profiles/0/rules/1/scaleAction/type",
                "ExactCount",
            )
            .instead_of("instance_count"),
            sends(
                "notifications",
                r#"{ custom_emails = ["a@example.com"] }"#,
                "/properties/notifications/0/email/customEmails/0",
                "a@example.com",
            ),
            sends(
                "tags",
                r#"{ team = "integration" }"#,
                "/tags/team",
                "integration",
            ),
            local("timeouts", r#"{ create = "1h" }"#),
        ],
    }
}
