//! A value of any type that is of another one later.

use serde_json::json;

use super::provider::{FENCE, start};
use crate::testing::Action;
use crate::types::ty::Type;
use crate::types::value::Value;

#[tokio::test]
async fn what_the_provider_gives_may_be_of_another_type_after_an_update() {
    let (mut core, _) = start(false).await;
    let config = |name: &str| json!({ "name": name });
    let made = core.apply(FENCE, config("a")).await.expect("made");
    let number = Value::Dynamic(Box::new((Type::Number, 1_i64.into())));
    assert_eq!(made.object().get("any"), &number);
    let plan = core.plan(FENCE, config("b")).await.expect("a plan");
    assert!(plan.unknowns().contains(&"any"));
    let changed = core.apply_plan(plan).await.expect("changed");
    let list = Value::List(vec![true.into()]);
    let list = Value::Dynamic(Box::new((Type::list(Type::Bool), list)));
    assert_eq!(changed.object().get("any"), &list);
    let again = core.plan(FENCE, config("b")).await.expect("a plan");
    assert_eq!((again.action, again.planned), (Action::NoOp, changed.state));
}
