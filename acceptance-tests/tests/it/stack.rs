//! The quick start as a user runs it: installed by `init` from a mirror, applied, and destroyed.

use acceptance_tests::emulator::Emulator;
use acceptance_tests::workspace::Workspace;
use acceptance_tests::{Result, binaries};

#[test]
fn the_quick_start_lives_and_leaves_nothing() -> Result {
    let (emulator, workspace) = quick_start()?;
    let before = emulator.ids()?;
    workspace.apply()?;
    workspace.nothing_to_do()?;
    let created: Vec<_> = emulator
        .ids()?
        .into_iter()
        .filter(|id| !before.contains(id))
        .collect();
    let created: Vec<_> = created
        .iter()
        .filter_map(|id| id.split_once("/providers/"))
        .map(|(_, below)| below)
        .collect();
    assert_eq!(
        created,
        [
            "Microsoft.Logic/integrationAccounts/contoso-partners",
            "Microsoft.Logic/integrationServiceEnvironments/contoso-integration",
            "Microsoft.Logic/workflows/hello",
            "Microsoft.Network/virtualNetworks/network/subnets/ise-1",
            "Microsoft.Network/virtualNetworks/network/subnets/ise-2",
            "Microsoft.Network/virtualNetworks/network/subnets/ise-3",
            "Microsoft.Network/virtualNetworks/network/subnets/ise-4",
        ]
    );

    // The provider writes in one network at a time, as Azure wants it.
    assert!(
        emulator
            .requests()?
            .iter()
            .all(|request| request.status != Some(429))
    );

    let state = workspace.state()?;
    let environment = emulator.get(state.object("ise.main")["id"].as_str().unwrap_or_default())?;
    assert_eq!(state.output("environment_id"), &environment["id"]);
    assert_eq!(state.output("subnet_prefixes")["ise-4"], "172.16.0.96/27");
    let outbound =
        &environment["properties"]["endpointsConfiguration"]["workflow"]["outgoingIpAddresses"];
    let outbound: Vec<_> = outbound
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| &entry["address"])
        .collect();
    assert!(!outbound.is_empty());
    assert_eq!(
        state
            .output("outbound_ip_addresses")
            .as_array()
            .map(|list| list.iter().collect()),
        Some(outbound)
    );
    let subnet = state.object("ise_subnet.ise[\"ise-1\"]");
    assert_eq!(
        (&subnet["address_count"], &subnet["virtual_network_name"]),
        (&32.into(), &"network".into())
    );

    // Once everything is there, a refresh finds what holds the subnets.
    workspace
        .run(&["apply", "-refresh-only", "-auto-approve"])?
        .success()?;
    assert_eq!(
        workspace.state()?.object("ise_subnet.ise[\"ise-1\"]")["used_by"],
        environment["id"]
    );

    workspace.destroy()?;
    assert_eq!(emulator.ids()?, before);
    Ok(())
}

/// The new environment gets the subnets only after the old one let go of them.
#[test]
fn replacing_the_environment_replaces_what_lives_in_it() -> Result {
    let (emulator, workspace) = quick_start()?;
    workspace.apply()?;
    emulator.forget_requests()?;
    workspace
        .run(&["apply", "-auto-approve", "-replace=ise.main"])?
        .success()?;
    workspace.nothing_to_do()?;
    let writes = emulator.writes()?;
    assert_eq!(
        writes,
        [
            "DELETE workflows/hello",
            "DELETE integrationAccounts/contoso-partners",
            "DELETE integrationServiceEnvironments/contoso-integration",
            "PUT integrationServiceEnvironments/contoso-integration",
            "PUT integrationAccounts/contoso-partners",
            "PUT workflows/hello",
        ]
    );
    Ok(())
}

/// An emulator with the quick start's fixture, and its configuration in a folder that is ready for use.
fn quick_start() -> Result<(Emulator, Workspace)> {
    let quickstart = binaries::root().join("examples/quickstart");
    let emulator = Emulator::start(&[&quickstart.join("azure.json")], 7200)?;
    let mut workspace = Workspace::with_mirror(env!("CARGO_PKG_VERSION"))?;
    workspace.set_variable("TF_VAR_endpoint", &emulator.url());
    workspace.copy_from(&quickstart)?;
    workspace.run(&["init"])?.success()?;
    Ok((emulator, workspace))
}
