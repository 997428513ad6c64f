//! What changed behind Terraform's back is found, shown, and put right or taken over.

use acceptance_tests::Result;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use serde_json::{Value as Json, json};

use crate::adopted;
use crate::body::lasting;

/// A change by hand: object, members, and the argument that it drifts away from.
fn changes() -> [(&'static str, String, Json, &'static str); 4] {
    let [
        (subnet, subnet_id),
        (environment, environment_id),
        (account, account_id),
        (app, app_id),
    ] = adopted::objects();
    let routes = id("Microsoft.Network/routeTables/routes");
    [
        (
            subnet,
            subnet_id,
            json!({ "properties": { "routeTable": { "id": routes } } }),
            "route_table_id",
        ),
        (
            environment,
            environment_id,
            json!({ "tags": { "by": "hand" } }),
            "tags",
        ),
        (
            account,
            account_id,
            json!({ "properties": { "state": "Disabled" } }),
            "enabled",
        ),
        (
            app,
            app_id,
            json!({ "properties": { "parameters": { "greeting": { "value": "hi" } } } }),
            "parameters",
        ),
    ]
}

#[test]
fn changes_by_hand_are_shown_and_put_right() -> Result {
    let scene = adopted::scene()?;
    let before: Vec<_> = changes()
        .iter()
        .map(|(_, id, ..)| scene.emulator.get(id))
        .collect::<Result<_>>()?;
    for (_, id, members, _) in changes() {
        scene.emulator.edit(&id, &members)?;
    }
    let plan = scene.plan()?;
    for (address, _, _, argument) in changes() {
        assert!(
            plan.drift().any(|drift| drift == (address, Action::Update)),
            "{address}"
        );
        assert_eq!(plan.action(address), Action::Update, "{address}");
        let changed = plan.changed_attributes(address);
        assert!(changed.contains(&argument), "{address}: {changed:?}");
        assert!(!changed.contains(&"id"), "{address}: {changed:?}");
    }
    scene.apply()?;
    scene.nothing_to_do()?;
    for (before, (_, id, ..)) in before.iter().zip(changes()) {
        assert_eq!(lasting(&scene.emulator.get(&id)?), lasting(before));
    }
    Ok(())
}

#[test]
fn a_refresh_alone_takes_changes_into_the_state_and_sends_nothing() -> Result {
    let scene = adopted::scene()?;
    for (_, id, members, _) in changes() {
        scene.emulator.edit(&id, &members)?;
    }
    scene
        .run(&["apply", "-refresh-only", "-auto-approve"])?
        .success()?;
    let state = scene.state()?;
    assert_eq!(state.object("ise.it")["tags"], json!({ "by": "hand" }));
    assert_eq!(state.object("ise_integration_account.it")["enabled"], false);
    assert_eq!(
        state.object("ise_subnet.it")["route_table_id"],
        id("Microsoft.Network/routeTables/routes")
    );
    assert_eq!(
        state.object("ise_logic_app.it")["parameters"],
        r#"{"greeting":"hi"}"#
    );
    assert_eq!(scene.emulator.writes()?, Vec::<String>::new());
    let again = scene.plan_with(&["-refresh-only"])?;
    assert_eq!(again.drift().count(), 0);
    Ok(())
}

#[test]
fn a_capacity_that_nobody_manages_is_kept() -> Result {
    let scene = adopted::scene()?;
    let [_, (address, environment), ..] = adopted::objects();
    scene
        .emulator
        .edit(&environment, &json!({ "sku": { "capacity": 4 } }))?;
    let plan = scene.plan()?;
    assert_eq!(plan.actions(), []);
    // An update for another reason leaves it alone.
    let [_, block, ..] = adopted::blocks();
    scene.configure(
        &adopted::configuration().replace(
            &block.to_string(),
            &block
                .clone()
                .with("tags", r#"{ team = "integration" }"#)
                .to_string(),
        ),
    )?;
    scene.apply()?;
    assert_eq!(scene.emulator.get(&environment)?["sku"]["capacity"], 4);
    assert_eq!(scene.state()?.object(address)["capacity"], 4);
    Ok(())
}

#[test]
fn members_that_the_provider_does_not_know_survive_updates() -> Result {
    let scene = adopted::scene()?;
    let unknown = json!({ "properties": { "ofTheFuture": { "kept": [1, 2.50] } } });
    let [(_, subnet), _, (_, account), (_, app)] = adopted::objects();
    for id in [&subnet, &account, &app] {
        scene.emulator.edit(id, &unknown)?;
    }
    let [subnet_block, environment, account_block, app_block] = adopted::blocks();
    let tags = r#"{ team = "other" }"#;
    scene.configure(&format!(
        "{}{environment}{}{}",
        subnet_block.with_text(
            "route_table_id",
            &id("Microsoft.Network/routeTables/routes")
        ),
        account_block.with("tags", tags),
        app_block.with("tags", tags),
    ))?;
    scene.apply()?;
    for id in [&subnet, &account, &app] {
        let body = scene.emulator.get(id)?;
        assert_eq!(
            body["properties"]["ofTheFuture"], unknown["properties"]["ofTheFuture"],
            "{id}"
        );
    }
    let hidden = &scene.emulator.get(&app)?["tags"]["hidden-link"];
    assert_eq!(hidden, "portal");
    Ok(())
}

#[test]
fn what_was_deleted_by_hand_is_created_again() -> Result {
    let scene = adopted::scene()?;
    let [_, _, (account, account_id), (app, app_id)] = adopted::objects();
    scene.emulator.delete(&app_id)?;
    scene.emulator.delete(&account_id)?;
    let plan = scene.plan()?;
    assert_eq!(
        plan.actions(),
        [(account, Action::Create), (app, Action::Create)]
    );
    scene
        .run(&["apply", "-refresh-only", "-auto-approve"])?
        .success()?;
    assert_eq!(scene.state()?.addresses(), ["ise.it", "ise_subnet.it"]);
    scene.configure(
        &adopted::configuration()
            .replace(&format!("{account_id:?}"), "ise_integration_account.it.id"),
    )?;
    std::fs::remove_file(scene.path().join("import.tf"))?;
    scene.apply()?;
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn a_subnet_that_was_deleted_by_hand_is_created_again() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    let [block, ..] = adopted::blocks();
    let block = block
        .with_text("name", "new")
        .with_text("address_prefix", "172.16.20.0/27");
    scene.configure(&block)?;
    scene.apply()?;
    scene.emulator.delete(&subnet_id("new"))?;
    scene.emulator.advance("1m")?;
    scene.only(&block.address(), Action::Create)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    Ok(())
}
