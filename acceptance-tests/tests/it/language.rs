//! What the language offers beside arguments: values known late, replacements in another order, moves, ignored changes.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id, subnet_ids};
use acceptance_tests::workspace::Workspace;

use crate::{adopted, snapshot};

/// Every argument of every resource comes from an object that does not exist yet.
#[test]
fn values_may_be_known_late() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    scene.configure(
        &LATE
            .replace("SUBNETS", &subnet_ids(["a", "b", "c", "d"]))
            .replace("NETWORK", &id("Microsoft.Network/virtualNetworks/network")),
    )?;
    let plan = scene.plan()?;
    assert_eq!(plan.actions().len(), 5);
    scene.apply()?;
    scene.nothing_to_do()?;
    let app = scene.emulator.get(&id("Microsoft.Logic/workflows/late"))?;
    assert_eq!(app["properties"]["parameters"]["greeting"]["value"], "late");
    assert_eq!(app["tags"]["when"], "late");
    scene.destroy()?;
    Ok(())
}

/// What cannot be checked at plan is checked at apply, before anything is sent.
#[test]
fn rules_hold_for_values_that_are_known_late() -> Result {
    let scene = Scene::new(Fixture::Environment)?;
    let configuration = include_str!("language/late.tf");
    scene.configure(&configuration)?;
    assert_eq!(scene.plan()?.actions().len(), 8);
    let run = scene.run(&["apply", "plan"])?.failure()?;
    snapshot::check("language/late.txt", &run.diagnostics().to_string())?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_replacement_may_be_created_before_the_old_one_goes() -> Result {
    let scene = adopted::scene()?;
    let [.., app] = adopted::blocks();
    let renamed = app.clone().with_text("name", "renamed");
    let cautious = |block: &Block| {
        block.to_string().replace(
            "\n}\n",
            "\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n",
        )
    };
    scene.configure(&adopted::configuration().replace(&app.to_string(), &cautious(&renamed)))?;
    std::fs::remove_file(scene.path().join("import.tf"))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(
        scene.emulator.writes()?,
        ["PUT workflows/renamed", "DELETE workflows/hello"]
    );
    Ok(())
}

#[test]
fn moves_and_ignored_changes_send_nothing() -> Result {
    let scene = adopted::scene()?;
    std::fs::remove_file(scene.path().join("import.tf"))?;
    let [subnet, environment, account, app] = adopted::blocks();
    let moved = account.to_string().replace("\"it\"", "\"moved\"");
    let ignoring = app.with("tags", r#"{ team = "other" }"#).to_string();
    let ignoring = ignoring.replace(
        "\n}\n",
        "\n  lifecycle {\n    ignore_changes = [tags]\n  }\n}\n",
    );
    let moves =
        "moved {\n  from = ise_integration_account.it\n  to = ise_integration_account.moved\n}\n";
    scene.configure(&format!("{subnet}{environment}{moved}{ignoring}{moves}"))?;
    assert_eq!(scene.plan()?.actions(), []);
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_removed_block_forgets_without_destroying() -> Result {
    let scene = adopted::scene()?;
    std::fs::remove_file(scene.path().join("import.tf"))?;
    let removed = |(address, _): &(&str, String)| {
        format!("removed {{\n  from = {address}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n")
    };
    scene.configure(&adopted::objects().iter().map(removed).collect::<String>())?;
    scene.apply()?;
    assert!(scene.state()?.addresses().is_empty());
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn many_subnets_of_one_network_are_written_one_at_a_time() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let network = id("Microsoft.Network/virtualNetworks/network");
    let block = Block::resource("ise_subnet", "many")
        .with("count", "16")
        .with("name", "\"many-${count.index}\"")
        .with_text("virtual_network_id", &network)
        .with(
            "address_prefix",
            "cidrsubnet(\"172.16.64.0/22\", 5, count.index)",
        );
    scene.configure(&block)?;
    scene
        .run(&["apply", "-auto-approve", "-parallelism=20"])?
        .success()?;
    scene.nothing_to_do()?;
    assert!(scene.emulator.find(&subnet_id("many-15"))?.is_some());
    scene.configure(&block.with("count", "3"))?;
    let plan = scene.plan()?;
    assert!(
        plan.actions()
            .iter()
            .all(|(_, action)| *action == Action::Delete)
    );
    scene
        .run(&["destroy", "-auto-approve", "-parallelism=20"])?
        .success()?;
    let requests = scene.emulator.requests()?;
    assert!(
        requests
            .iter()
            .all(|request| !matches!(request.status, Some(409 | 429)))
    );
    Ok(())
}

/// Each process has a lock of its own, so they meet at Azure, which refuses the second write.
#[test]
fn two_processes_write_in_one_network() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let other = Workspace::new()?;
    other.copy_from(scene.path())?;
    let block = |name: &str, range: &str| {
        Block::resource("ise_subnet", name)
            .with("count", "8")
            .with("name", &format!("\"{name}-${{count.index}}\""))
            .with_text(
                "virtual_network_id",
                &id("Microsoft.Network/virtualNetworks/network"),
            )
            .with(
                "address_prefix",
                &format!("cidrsubnet(\"{range}\", 3, count.index)"),
            )
    };
    scene.configure(&block("one", "172.16.64.0/24"))?;
    other.write("main.tf", &block("two", "172.16.65.0/24").to_string())?;
    for arguments in [["apply", "-auto-approve"], ["destroy", "-auto-approve"]] {
        let both = [scene.start(&arguments)?, other.start(&arguments)?];
        for running in both {
            running.wait()?.success()?;
        }
        let exists = arguments[0] == "apply";
        for name in ["one-7", "two-7"] {
            assert_eq!(
                scene.emulator.find(&subnet_id(name))?.is_some(),
                exists,
                "{name}"
            );
        }
    }
    let requests = scene.emulator.requests()?;
    let refused = requests
        .iter()
        .filter(|request| matches!(request.status, Some(409 | 429)));
    assert!(refused.count() > 0, "the two never met");
    Ok(())
}

const LATE: &str = r#"
resource "terraform_data" "late" {
  input = {
    name       = "late"
    group      = "integration"
    location   = "westeurope"
    network    = "NETWORK"
    prefix     = "172.16.30.0/27"
    class      = "enforce"
    services   = ["Microsoft.Storage"]
    subnets    = SUBNETS
    sku        = "Premium"
    capacity   = 1
    tags       = { when = "late" }
    no         = false
    identity   = "SystemAssigned"
    ranges     = ["10.0.0.0/8"]
    definition = {
      "$schema"      = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
      contentVersion = "1.0.0.0"
      parameters     = { greeting = { type = "String" }, key = { type = "SecureString" } }
      triggers       = {}
      actions        = {}
    }
  }
}

locals {
  late = terraform_data.late.output
}

resource "ise_subnet" "it" {
  name               = local.late.name
  virtual_network_id = local.late.network
  address_prefix     = local.late.prefix
  address_class      = local.late.class
  service_endpoints  = local.late.services
  delegate_to_ise    = local.late.no
}

resource "ise" "it" {
  name                = local.late.name
  resource_group_name = local.late.group
  location            = local.late.location
  sku                 = local.late.sku
  capacity            = local.late.capacity
  subnet_ids          = local.late.subnets
  express_route       = local.late.no
  identity            = { type = local.late.identity }
  restart_triggers    = local.late.tags
  tags                = local.late.tags
}

resource "ise_integration_account" "it" {
  name                = local.late.name
  resource_group_name = local.late.group
  ise_id              = ise.it.id
  enabled             = !local.late.no
  tags                = { when = local.late.name }
}

resource "ise_logic_app" "it" {
  name                      = local.late.name
  resource_group_name       = local.late.group
  ise_id                    = ise.it.id
  integration_account_id    = ise_integration_account.it.id
  definition                = jsonencode(local.late.definition)
  parameters                = jsonencode({ greeting = local.late.name })
  secure_parameters_wo      = jsonencode({ key = local.late.name })
  secure_parameters_version = local.late.capacity
  enabled                   = local.late.no
  access_control            = { trigger = { allowed_caller_ip_ranges = local.late.ranges } }
  identity                  = { type = local.late.identity }
  tags                      = local.late.tags
}
"#;
