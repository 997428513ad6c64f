//! Answers of which nothing may be believed: of a proxy or a captive portal, and of an Azure that did nothing.

use acceptance_tests::Result;
use acceptance_tests::diagnostics::Diagnostics;
use acceptance_tests::emulator::Emulator;
use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene, id, subnet_id};
use serde_json::{Value as Json, json};

use crate::adopted;
use crate::fresh::{environment, environment_id};

/// Answers of somebody else, whatever they claim.
fn strangers() -> Vec<Json> {
    let portal = json!("<html>Sign in to the hotel's network</html>");
    let theirs =
        json!({ "id": "/x", "name": "x", "properties": { "provisioningState": "Succeeded" } });
    let gone = json!({ "error": { "code": "ResourceNotFound", "message": "Not here." } });
    [
        (200, portal.clone()),
        (201, theirs),
        (202, Json::Null),
        (204, Json::Null),
        (404, gone),
        (404, portal),
    ]
    .map(|(status, body)| json!({ "stranger": { "status": status, "headers": { "retry-after-ms": "1" }, "body": body } }))
    .to_vec()
}

/// Answers that have ARM's marks, and behind which nothing was done.
fn idle() -> Vec<Json> {
    let page = json!({ "status": 200, "headers": { "content-type": "text/html", "retry-after-ms": "1" }, "body": "<html>gateway</html>" });
    [
        json!({ "status": 200 }),
        json!({ "status": 204 }),
        json!({ "status": 201, "body": {} }),
        page,
    ]
    .map(|answer| json!({ "answer": answer }))
    .to_vec()
}

/// Makes requests with this method to this object go wrong, for so many times; 0 is always.
fn fault(emulator: &Emulator, method: &str, id: &str, times: u64, action: &Json) -> Result {
    let mut rule = action.clone();
    rule["method"] = json!(method);
    rule["path"] = json!(format!("{id}?*"));
    rule["times"] = json!(times);
    emulator.fault(&rule)
}

/// The objects that a configuration can have besides the fixtures, with their IDs.
fn new_objects() -> [(Fixture, Block, String); 4] {
    let [subnet, _, account, app] = adopted::blocks();
    let network = Fixture::Network;
    [
        (
            network,
            subnet
                .with_text("name", "new")
                .with_text("address_prefix", "172.16.100.0/27"),
            subnet_id("new"),
        ),
        (network, environment(), environment_id()),
        (
            Fixture::Environment,
            account.with_text("name", "new"),
            id("Microsoft.Logic/integrationAccounts/new"),
        ),
        (
            Fixture::Environment,
            app.with_text("name", "new")
                .with("integration_account_id", ""),
            id("Microsoft.Logic/workflows/new"),
        ),
    ]
}

fn failed(scene: &Scene, arguments: &[&str]) -> Result<Diagnostics> {
    Ok(scene.run(arguments)?.failure()?.diagnostics())
}

#[test]
fn no_stranger_takes_an_object_out_of_the_state() -> Result {
    let scene = adopted::scene()?;
    for (index, (_, id)) in adopted::objects().iter().enumerate() {
        for stranger in strangers().iter().cycle().skip(index).take(3) {
            fault(&scene.emulator, "DELETE", id, 1, stranger)?;
        }
    }
    scene.destroy()?;
    for (address, id) in adopted::objects() {
        assert!(scene.emulator.find(&id)?.is_none(), "{address}");
    }
    Ok(())
}

#[test]
fn a_deletion_that_did_nothing_is_sent_again_and_told_in_the_end() -> Result {
    let scene = adopted::scene()?;
    let [.., (address, app)] = adopted::objects();
    fault(&scene.emulator, "DELETE", &app, 0, &idle()[0])?;
    let target = format!("-target={address}");
    let found = failed(&scene, &["destroy", "-auto-approve", &target])?;
    assert!(
        found.mention("the object is still there") && found.mention("workflows/hello"),
        "{found}"
    );
    assert!(scene.state()?.addresses().contains(&address));
    scene.emulator.clear_faults()?;
    for ((_, id), answer) in adopted::objects().iter().zip(idle()) {
        fault(&scene.emulator, "DELETE", id, 1, &answer)?;
    }
    scene.destroy()?;
    for (address, id) in adopted::objects() {
        assert!(scene.emulator.find(&id)?.is_none(), "{address}");
    }
    Ok(())
}

/// Of every type, and only what Azure knows gets into the state.
#[test]
fn nothing_is_created_by_a_strangers_word() -> Result {
    for (number, (fixture, block, id)) in new_objects().into_iter().enumerate() {
        let scene = Scene::new(fixture)?;
        scene.configure(&block)?;
        for (answer, words) in [
            (&strangers()[number % 4], "not Azure Resource Manager"),
            (&idle()[number % 3], "there is no such"),
        ] {
            fault(&scene.emulator, "PUT", &id, 0, answer)?;
            let found = failed(&scene, &["apply", "-auto-approve"])?;
            assert!(found.mention(words), "{id}: {found}");
            assert!(scene.state()?.addresses().is_empty(), "{id}");
            assert!(scene.emulator.find(&id)?.is_none(), "{id}");
            scene.emulator.clear_faults()?;
        }
        // What passes is passed by.
        fault(
            &scene.emulator,
            "PUT",
            &id,
            2,
            &strangers()[(number + 1) % 4],
        )?;
        scene.apply()?;
        scene.nothing_to_do()?;
        assert!(scene.emulator.find(&id)?.is_some(), "{id}");
    }
    Ok(())
}

#[test]
fn nothing_is_changed_by_a_strangers_word() -> Result {
    let scene = adopted::scene()?;
    let [subnet, environment, account, app] = adopted::blocks();
    let tags = r#"{ by = "us" }"#;
    let changed = [
        subnet.with("service_endpoints", r#"["Microsoft.Storage"]"#),
        environment.with("tags", tags),
        account.with("tags", tags),
        app.with("tags", tags),
    ];
    scene.configure(&changed.iter().map(Block::to_string).collect::<String>())?;
    let is_changed = |id: &str| -> Result<bool> {
        let body = scene.emulator.get(id)?;
        let endpoints = body["properties"]["serviceEndpoints"].as_array();
        Ok(body["tags"]["by"] == "us" || endpoints.is_some_and(|all| !all.is_empty()))
    };
    let methods = ["PUT", "PATCH", "PUT", "PUT"];
    for (index, (_, id)) in adopted::objects().iter().enumerate() {
        let stranger = &strangers()[index];
        fault(&scene.emulator, methods[index], id, 0, stranger)?;
    }
    let found = failed(&scene, &["apply", "-auto-approve"])?;
    for (address, id) in adopted::objects() {
        assert!(found.mention(&format!("with {address},")), "{found}");
        assert!(!is_changed(&id)?, "{id}");
    }
    assert!(
        found.mention("The request may have reached ARM all the same"),
        "{found}"
    );
    scene.emulator.clear_faults()?;
    for (index, (_, id)) in adopted::objects().iter().enumerate() {
        fault(&scene.emulator, methods[index], id, 0, &idle()[index % 3])?;
    }
    let found = failed(&scene, &["apply", "-auto-approve"])?;
    for (address, _) in adopted::objects() {
        assert!(found.mention(&format!("with {address},")), "{found}");
    }
    assert!(found.mention("does not show it afterwards"), "{found}");
    scene.emulator.clear_faults()?;
    for (index, (_, id)) in adopted::objects().iter().enumerate() {
        let stranger = &strangers()[index + 1];
        fault(&scene.emulator, methods[index], id, 2, stranger)?;
    }
    scene.apply()?;
    scene.nothing_to_do()?;
    for (_, id) in adopted::objects() {
        assert!(is_changed(&id)?, "{id}");
    }
    Ok(())
}

#[test]
fn a_portal_in_front_of_everything_is_named_and_loses_nothing() -> Result {
    let scene = adopted::scene()?;
    let before = scene.state()?;
    for stranger in [&strangers()[0], &strangers()[4]] {
        let mut rule = stranger.clone();
        rule["path"] = json!("/subscriptions/*");
        rule["times"] = json!(0);
        scene.emulator.fault(&rule)?;
        for arguments in [&["plan"][..], &["destroy", "-auto-approve"]] {
            let found = failed(&scene, arguments)?;
            for words in [
                "not Azure Resource Manager",
                "proxy or a captive portal",
                "HTTP ",
            ] {
                assert!(found.mention(words), "{found}");
            }
        }
        scene.emulator.clear_faults()?;
    }
    assert_eq!(scene.state()?.addresses(), before.addresses());
    scene.nothing_to_do()?;
    Ok(())
}

#[test]
fn an_app_is_disabled_once_azure_shows_it() -> Result {
    let scene = adopted::scene()?;
    let (app, block) = (id("Microsoft.Logic/workflows/hello"), adopted::blocks());
    let [subnet, environment, account, hello] = block;
    let blocks = [subnet, environment, account, hello.with("enabled", "false")];
    let disable = format!("{app}/disable");
    fault(&scene.emulator, "POST", &disable, 1, &strangers()[0])?;
    fault(&scene.emulator, "POST", &disable, 1, &idle()[0])?;
    scene.configure(&blocks.iter().map(Block::to_string).collect::<String>())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(scene.emulator.get(&app)?["properties"]["state"], "Disabled");
    Ok(())
}

/// Azure holds the subnets for an hour more, which the plan says and the apply waits for.
#[test]
fn the_subnets_of_an_environment_that_was_deleted_by_hand_are_waited_for() -> Result {
    let scene = Scene::new(Fixture::Network)?;
    scene.configure(&environment())?;
    scene.apply()?;
    scene.emulator.set_time_scale(1.0)?;
    scene.emulator.delete(&environment_id())?;

    scene.only("ise.it", Action::Create)?;
    let plan = scene.run(&["plan"])?.success()?;
    let found = plan.diagnostics();
    assert!(
        found.mention("was not released yet at plan") && found.mention("which is no more"),
        "{found}"
    );
    scene.configure(&environment().with("timeouts", r#"{ create = "2s" }"#))?;
    scene.emulator.forget_requests()?;
    let found = failed(&scene, &["apply", "-auto-approve"])?;
    assert!(
        found.mention("The subnets for environment \"new\" are not free yet"),
        "{found}"
    );
    assert!(scene.emulator.writes()?.is_empty());
    assert!(scene.state()?.addresses().is_empty());

    // An hour takes half a second.
    scene.emulator.set_time_scale(7200.0)?;
    for name in ["new", "other"] {
        let block = environment().with_text("name", name);
        scene.configure(&block)?;
        scene.apply()?;
        scene.nothing_to_do()?;
        scene.emulator.set_time_scale(7200.0)?;
        let id = id(&format!(
            "Microsoft.Logic/integrationServiceEnvironments/{name}"
        ));
        scene.emulator.delete(&id)?;
    }
    Ok(())
}
