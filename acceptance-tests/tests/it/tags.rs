//! Tags of the object, of the provider, and of Azure.

use acceptance_tests::Result;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Scene, id};
use serde_json::json;

use crate::adopted;

#[test]
fn default_tags_are_overlaid_by_those_of_the_object() -> Result {
    let scene = adopted::scene()?;
    let account = id("Microsoft.Logic/integrationAccounts/partners");
    let tags = |scene: &Scene| -> Result<_> { Ok(scene.emulator.get(&account)?["tags"].clone()) };
    scene
        .emulator
        .edit(&account, &json!({ "tags": { "hidden-link": "portal" } }))?;
    scene.nothing_to_do()?;

    scene.configure_provider("default_tags = { team = \"integration\", stage = \"test\" }\n")?;
    let [subnet, environment, block, app] = adopted::blocks();
    let block = block.with("tags", r#"{ stage = "production" }"#);
    scene.configure(&format!("{subnet}{environment}{block}{app}"))?;
    let plan = scene.plan()?;
    // A subnet has no tags, and the app has the one already that is the default.
    let updated = ["ise.it", "ise_integration_account.it", "ise_logic_app.it"]
        .map(|address| (address, Action::Update));
    assert_eq!(plan.actions(), updated);
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(
        tags(&scene)?,
        json!({ "hidden-link": "portal", "team": "integration", "stage": "production" })
    );
    let state = scene.state()?;
    assert_eq!(
        state.object("ise_integration_account.it")["tags"],
        json!({ "stage": "production" })
    );
    assert_eq!(
        state.object("ise_integration_account.it")["tags_all"],
        json!({ "team": "integration", "stage": "production" })
    );
    assert_eq!(state.object("ise.it")["tags"], json!(null));

    scene.configure_provider("default_tags = { team = \"platform\" }\n")?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(
        tags(&scene)?,
        json!({ "hidden-link": "portal", "team": "platform", "stage": "production" })
    );
    let app = scene.emulator.get(&id("Microsoft.Logic/workflows/hello"))?;
    assert_eq!(
        app["tags"],
        json!({ "hidden-link": "portal", "team": "integration" }),
        "the app's own tag wins"
    );

    scene.configure_provider("")?;
    scene.configure(&adopted::configuration())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(tags(&scene)?, json!({ "hidden-link": "portal" }));
    Ok(())
}

/// Default tags may come from another resource, and are then not known when it changes.
#[test]
fn default_tags_may_be_known_late() -> Result {
    let scene = adopted::scene()?;
    std::fs::remove_file(scene.path().join("import.tf"))?;
    scene.configure_provider("default_tags = { stage = terraform_data.stage.output }\n")?;
    let account = id("Microsoft.Logic/integrationAccounts/partners");
    for stage in ["test", "production"] {
        let block = format!("resource \"terraform_data\" \"stage\" {{\n  input = {stage:?}\n}}\n");
        scene.workspace.write("stage.tf", &block)?;
        let plan = scene.plan()?;
        let changed = plan.changed_attributes("ise_integration_account.it");
        assert!(changed.contains(&"tags_all"), "{changed:?}");
        assert!(!changed.contains(&"tags"), "{changed:?}");
        scene.apply()?;
        scene.nothing_to_do()?;
        assert_eq!(
            scene.emulator.get(&account)?["tags"],
            json!({ "stage": stage })
        );
        assert_eq!(
            scene.state()?.object("ise_integration_account.it")["tags"],
            json!(null)
        );
    }
    Ok(())
}

/// A portal shows `hidden-title` beside the name, and services leave links there: whoever writes one manages it.
#[test]
fn hidden_tags_are_managed_where_they_are_written() -> Result {
    let scene = adopted::scene()?;
    std::fs::remove_file(scene.path().join("import.tf"))?;
    let account = id("Microsoft.Logic/integrationAccounts/partners");
    let tags = |scene: &Scene| -> Result<_> { Ok(scene.emulator.get(&account)?["tags"].clone()) };
    scene
        .emulator
        .edit(&account, &json!({ "tags": { "hidden-link": "portal" } }))?;
    let configure = |written: &str| {
        let [subnet, environment, block, app] = adopted::blocks();
        let block = block.with("tags", written);
        scene.configure(&format!("{subnet}{environment}{block}{app}"))
    };
    configure(r#"{ hidden-title = "Partners", "hidden-link:/subscriptions/x" = "Resource" }"#)?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let ours = json!({ "hidden-link": "portal", "hidden-title": "Partners", "hidden-link:/subscriptions/x": "Resource" });
    assert_eq!(tags(&scene)?, ours);
    let state = scene.state()?;
    assert_eq!(
        state.object("ise_integration_account.it")["tags_all"],
        json!({ "hidden-title": "Partners", "hidden-link:/subscriptions/x": "Resource" })
    );

    scene
        .emulator
        .edit(&account, &json!({ "tags": { "hidden-title": "By hand" } }))?;
    scene.only("ise_integration_account.it", Action::Update)?;
    scene.apply()?;
    assert_eq!(tags(&scene)?["hidden-title"], "Partners");

    configure(r#"{ hidden-title = "Partners" }"#)?;
    scene.configure_provider("default_tags = { hidden-stage = \"test\" }\n")?;
    scene.apply()?;
    scene.nothing_to_do()?;
    let expected =
        json!({ "hidden-link": "portal", "hidden-title": "Partners", "hidden-stage": "test" });
    assert_eq!(tags(&scene)?, expected);

    scene.configure_provider("")?;
    scene.configure(&adopted::configuration())?;
    scene.apply()?;
    scene.nothing_to_do()?;
    assert_eq!(tags(&scene)?, json!({ "hidden-link": "portal" }));
    Ok(())
}
