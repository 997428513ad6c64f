//! Several objects in one plan: none waits for another, whatever Terraform does first, and no two become one.

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id, subnet_ids};
use serde_json::json;

mod names;

/// One at a time, two, and Terraform's own choice.
const SLOTS: [&str; 3] = ["1", "2", "10"];

/// Subnets of these ranges by name, each under the key of its name.
fn subnets(ranges: &[(String, String)]) -> String {
    let network = id("Microsoft.Network/virtualNetworks/network");
    let map: Vec<_> = ranges
        .iter()
        .map(|(name, range)| format!("{name:?} = {range:?}"))
        .collect();
    Block::resource("ise_subnet", "it")
        .with("for_each", &format!("{{ {} }}", map.join(", ")))
        .with("name", "each.key")
        .with_text("virtual_network_id", &network)
        .with("address_prefix", "each.value")
        .to_string()
}

/// So many subnets; each has the range that is this many places further on.
fn rotated(count: usize, by: usize) -> Vec<(String, String)> {
    let range = |index: usize| format!("172.16.{}.0/27", 100 + (index + by) % count);
    (0..count)
        .map(|index| (format!("s{index:02}"), range(index)))
        .collect()
}

/// Plans, applies the plan, and finds nothing left to do, with so many slots.
fn carry_out(scene: &Scene, slots: &str) -> Result {
    let slots = format!("-parallelism={slots}");
    scene.plan_with(&[&slots])?;
    scene.run(&["apply", &slots, "plan"])?.success()?;
    scene.nothing_to_do()?;
    Ok(())
}

/// Where the emulator has the subnets.
fn ranges(scene: &Scene, names: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let range = |name: &String| -> Result<_> {
        let body = scene.emulator.get(&subnet_id(name))?;
        let range = body["properties"]["addressPrefix"].as_str();
        Ok((name.clone(), range.unwrap_or_default().to_owned()))
    };
    names.iter().map(|(name, _)| range(name)).collect()
}

#[test]
fn ranges_are_swapped_at_every_parallelism() -> Result {
    for slots in SLOTS {
        let scene = Scene::new(Fixture::Network)?;
        scene.configure(&subnets(&rotated(2, 0)))?;
        scene.apply()?;
        scene.configure(&subnets(&rotated(2, 1)))?;
        carry_out(&scene, slots)?;
        assert_eq!(ranges(&scene, &rotated(2, 1))?, rotated(2, 1));
    }
    Ok(())
}

/// More than Terraform plans at a time.
#[test]
fn many_ranges_are_rotated_at_every_parallelism() -> Result {
    for slots in SLOTS {
        let scene = Scene::new(Fixture::Network)?;
        scene.configure(&subnets(&rotated(12, 0)))?;
        scene.apply()?;
        scene.configure(&subnets(&rotated(12, 1)))?;
        carry_out(&scene, slots)?;
        assert_eq!(ranges(&scene, &rotated(12, 1))?, rotated(12, 1));
    }
    Ok(())
}

#[test]
fn a_range_in_the_way_is_told_at_plan_and_refused_at_apply() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let taken = Block::resource("ise_subnet", "it")
        .with_text("name", "new")
        .with_text(
            "virtual_network_id",
            &id("Microsoft.Network/virtualNetworks/network"),
        )
        .with_text("address_prefix", "172.16.1.0/26")
        .with("timeouts", "{\n    create = \"2s\"\n  }");
    scene.configure(&taken)?;
    let planned = scene.run(&["plan"])?.success()?;
    let told = "Warning: Address range 172.16.1.0/26 of subnet \"new\" overlapped subnets \"a\" (172.16.1.0/27), \
                \"b\" (172.16.1.32/27) at plan";
    assert!(planned.diagnostics().mention(told), "{}", planned.stdout);
    let run = scene.run(&["apply", "-auto-approve"])?.failure()?;
    let told = run.diagnostics();
    assert!(
        told.mention("Error: Address range 172.16.1.0/26 overlaps subnets \"a\" (172.16.1.0/27), \"b\" (172.16.1.32/27)"),
        "{told}"
    );
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    assert_eq!(scene.state()?.addresses(), Vec::<&str>::new());
    Ok(())
}

/// Both are known to stay, so it is no matter which of them is planned first.
#[test]
fn two_that_stay_are_refused_at_plan() -> Result {
    for slots in SLOTS {
        let scene = Scene::new(Fixture::Network)?;
        let of = |range: &str| vec![("x".to_owned(), range.to_owned())];
        scene.configure(&subnets(&of("172.16.50.0/26")))?;
        scene.apply()?;
        let both = [
            of("172.16.50.0/26"),
            vec![("y".to_owned(), "172.16.50.32/27".to_owned())],
        ];
        scene.configure(&subnets(&both.concat()))?;
        let run = scene.run(&["plan", &format!("-parallelism={slots}")])?;
        let told = run.failure()?.diagnostics();
        assert!(told.mention("Error: Address range 172.16.50."), "{told}");
    }
    Ok(())
}

/// A plan that reads waits no longer than the configuration says, and not than the state does.
#[test]
fn a_plan_reads_for_as_long_as_it_is_configured() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.emulator.fault(&json!({
        "method": "GET", "path": "*/virtualNetworks/network?api-version=*", "times": 0, "delay_ms": 600_000,
    }))?;
    let mut configuration = subnets(&rotated(1, 0));
    configuration.insert_str(
        configuration.rfind('}').unwrap_or_default(),
        "  timeouts {\n    read = \"1s\"\n  }\n",
    );
    scene.configure(&configuration)?;
    let planned = scene.run(&["plan"])?.success()?;
    let told = planned.diagnostics();
    assert!(
        told.mention("The virtual network \"network\" could not be read"),
        "{told}"
    );
    Ok(())
}

#[test]
fn a_tainted_subnet_may_get_another_name() -> Result {
    for slots in SLOTS {
        let scene = Scene::new(Fixture::Network)?;
        let named = |name: &str| {
            Block::resource("ise_subnet", "it")
                .with_text("name", name)
                .with_text(
                    "virtual_network_id",
                    &id("Microsoft.Network/virtualNetworks/network"),
                )
                .with_text("address_prefix", "172.16.50.0/27")
        };
        scene.configure(&named("first"))?;
        scene.apply()?;
        scene.run(&["taint", "ise_subnet.it"])?.success()?;
        scene.configure(&named("second"))?;
        carry_out(&scene, slots)?;
        assert!(scene.emulator.find(&subnet_id("first"))?.is_none());
    }
    Ok(())
}

fn environment(label: &str, name: &str) -> Block {
    Block::resource("ise", label)
        .with_text("name", name)
        .with_text("resource_group_name", "integration")
        .with_text("location", "westeurope")
        .with("subnet_ids", &subnet_ids(["a", "b", "c", "d"]))
}

#[test]
fn a_tainted_environment_may_get_another_name() -> Result {
    for slots in SLOTS {
        let scene = Scene::new(Fixture::Network)?;
        scene.configure(&environment("it", "first"))?;
        scene.apply()?;
        scene.run(&["taint", "ise.it"])?.success()?;
        scene.configure(&environment("it", "second"))?;
        carry_out(&scene, slots)?;
    }
    Ok(())
}

#[test]
fn two_environments_of_one_plan_do_not_share_subnets() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let both = format!("{}{}", environment("x", "one"), environment("y", "two"));
    scene.configure(&both)?;
    let told = scene.run(&["plan"])?.failure()?.diagnostics();
    assert!(
        told.mention("Error: Subnet \"a\" is planned for two environments"),
        "{told}"
    );

    // Where the IDs are known late, the apply tells, before it sends the second one.
    let late =
        "resource \"terraform_data\" \"late\" {\n  input = [\"a\", \"b\", \"c\", \"d\"]\n}\n";
    let expression = format!(
        "[for name in terraform_data.late.output : \"{}/subnets/${{name}}\"]",
        id("Microsoft.Network/virtualNetworks/network")
    );
    let both = [("x", "one"), ("y", "two")].map(|(label, name)| {
        environment(label, name)
            .with("subnet_ids", &expression)
            .to_string()
    });
    scene.configure(&format!("{late}{}", both.concat()))?;
    let told = scene
        .run(&["apply", "-auto-approve"])?
        .failure()?
        .diagnostics();
    assert!(
        told.mention("Error: Subnet \"a\" is planned for two environments"),
        "{told}"
    );
    let writes = scene.emulator.writes()?;
    assert_eq!(writes.len(), 1, "{writes:?}");
    Ok(())
}

/// The network of a subnet may be anybody's.
#[test]
fn a_subnet_lives_in_another_subscription() -> Result {
    let scene = Scene::new(Fixture::Hub)?;
    let network = "/subscriptions/99999999-9999-9999-9999-999999999999/resourceGroups/hub/providers\
                   /Microsoft.Network/virtualNetworks/hub";
    let subnet = |label: &str, name: &str, range: &str| {
        Block::resource("ise_subnet", label)
            .with_text("name", name)
            .with_text("virtual_network_id", network)
            .with_text("address_prefix", range)
    };
    let first = subnet("it", "first", "172.16.0.0/27");
    scene.configure(&first)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let subnet_id = format!("{network}/subnets/first");
    assert!(scene.emulator.find(&subnet_id)?.is_some());
    // It is read, imported, and looked at by the plans of others.
    scene.run(&["state", "rm", "ise_subnet.it"])?.success()?;
    scene
        .run(&["import", "ise_subnet.it", &subnet_id])?
        .success()?;
    scene.nothing_to_do()?;
    for (range, told) in [
        (
            "172.17.0.0/27",
            ["is outside of virtual network \"hub\""; 2],
        ),
        (
            "172.16.0.0/26",
            [
                "Address range 172.16.0.0/26 overlaps subnet \"first\" (172.16.0.0/27)",
                "Address range 172.16.0.0/27 overlaps subnet \"other\" (172.16.0.0/26)",
            ],
        ),
    ] {
        scene.configure(&format!("{first}{}", subnet("other", "other", range)))?;
        let found = scene.run(&["plan"])?.failure()?.diagnostics();
        assert!(told.iter().any(|told| found.mention(told)), "{found}");
    }
    scene.configure(&first.with("delegate_to_ise", "true"))?;
    scene.only("ise_subnet.it", Action::Update)?;
    scene.apply()?;
    scene.destroy()?;
    assert!(scene.emulator.find(&subnet_id)?.is_none());
    Ok(())
}
