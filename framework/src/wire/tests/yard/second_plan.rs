//! What a plan remembers reaches the plan of its apply, where the client hands it on.

use serde_json::json;

use super::provider::{FENCE, asked, start};

#[tokio::test]
async fn the_plan_of_an_apply_knows_what_the_first_one_remembered() {
    let (mut core, log) = start(false).await;
    let config = |name: &str| json!({ "name": name });
    core.apply(FENCE, config("a")).await.expect("made");
    let created = [
        "plan None",
        "plan None",
        "planned before, stored true, None",
        "create None",
    ];
    assert_eq!(asked(&log), created);
    // Nothing of it is stored, and a plan that is not followed by an apply is forgotten.
    core.plan(FENCE, config("b")).await.expect("a plan");
    core.plan(FENCE, config("b")).await.expect("a plan");
    assert_eq!(
        asked(&log),
        ["read None", "plan None", "read None", "plan None"]
    );
    core.options.store_planned_private = false;
    core.apply(FENCE, config("b")).await.expect("changed");
    let updated = ["read None", "plan None", "plan None", "update None"];
    assert_eq!(asked(&log), updated);
}
