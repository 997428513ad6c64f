use super::*;
use crate::schema::plan_modifier::{
    requires_replace, requires_replace_if, requires_replace_if_configured, unknown_when_changed,
    use_non_null_state_for_unknown, use_prior_when_semantically_equal, use_state_for_unknown,
};
use crate::schema::{Attribute, Nesting};
use crate::testing::proposed_new;
use crate::types::ty::Type;

mod collections;

fn same_ignoring_case(a: &Value, b: &Value) -> bool {
    a.as_str()
        .zip(b.as_str())
        .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn schema() -> Schema {
    Schema {
        attributes: vec![
            Attribute::string("id")
                .computed()
                .plan(use_non_null_state_for_unknown()),
            Attribute::string("name")
                .required()
                .semantic_equality(same_ignoring_case)
                .plan(use_prior_when_semantically_equal())
                .plan(requires_replace()),
            Attribute::bool("enabled").default(true),
            Attribute::string("label"),
            Attribute::string("hint"),
            Attribute::number("capacity")
                .optional_computed()
                .plan(use_non_null_state_for_unknown())
                .plan(requires_replace_if_configured()),
            Attribute::string("state").computed(),
            Attribute::string("owner")
                .computed()
                .plan(use_state_for_unknown()),
            Attribute::string("switch")
                .computed()
                .plan(unknown_when_changed(&["enabled"])),
            Attribute::string("secret").write_only(),
            Attribute::nested(
                "identity",
                Nesting::Single,
                vec![
                    Attribute::string("type").required(),
                    Attribute::string("principal")
                        .computed()
                        .plan(unknown_when_changed(&["identity"])),
                ],
            ),
            Attribute::nested(
                "rules",
                Nesting::Map,
                vec![
                    Attribute::string("port"),
                    Attribute::string("status")
                        .computed()
                        .plan(use_non_null_state_for_unknown()),
                ],
            ),
            Attribute::map("tags", Type::String).plan(requires_replace_if(
                |request| request.plan.str("label") == Some("strict"),
                "With the label `strict` they are fixed.",
            )),
        ],
        ..Schema::default()
    }
}

fn object(attributes: &[(&str, Value)]) -> Object {
    let mut object = schema().null_object();
    for (name, value) in attributes {
        object.set(name, value.clone());
    }
    object
}

fn nested(attributes: &[(&str, Value)]) -> Value {
    attributes
        .iter()
        .map(|(name, value)| (*name, value.clone()))
        .collect::<Object>()
        .into()
}

/// A state as it is after creation with the least configuration.
fn existing() -> Object {
    object(&[
        ("id", "/x".into()),
        ("name", "x".into()),
        ("enabled", true.into()),
        ("capacity", 3_i64.into()),
        ("state", "Ready".into()),
        ("switch", "on".into()),
    ])
}

/// Plans as Terraform asks for it.
fn plan(config: &[(&str, Value)], prior: Option<Object>) -> Plan {
    let config = object(config);
    let proposed = proposed_new(schema().members(), &config, prior.as_ref());
    let plan = Plan::of(config, prior, proposed, Private::default());
    let mut plan = propose(plan, &schema());
    finish(&mut plan, &schema());
    plan
}

/// The names of top-level attributes that are unknown in the plan.
fn unknowns(plan: &Plan) -> Vec<String> {
    plan.planned
        .iter()
        .filter(|(_, value)| value.is_unknown())
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn replaced(plan: &Plan) -> Vec<String> {
    plan.requires_replace.iter().map(Path::to_string).collect()
}

#[test]
fn a_create_knows_defaults_and_nothing_computed() {
    let plan = plan(&[("name", "x".into()), ("secret", "s".into())], None);
    assert_eq!(
        unknowns(&plan),
        ["capacity", "id", "owner", "state", "switch"]
    );
    assert_eq!(plan.planned.bool("enabled"), Some(true));
    assert!(plan.planned.get("secret").is_null());
    assert_eq!(plan.config.str("secret"), Some("s"));
    assert!(plan.requires_replace.is_empty());
}

#[test]
fn no_change_is_the_prior_state_exactly() {
    let plan = plan(&[("name", "x".into())], Some(existing()));
    assert_eq!(plan.planned, existing());
}

#[test]
fn an_update_marks_just_what_it_can_change() {
    let label = plan(
        &[("name", "x".into()), ("label", "new".into())],
        Some(existing()),
    );
    assert_eq!(unknowns(&label), ["state"]);
    let enabled = plan(
        &[("name", "x".into()), ("enabled", false.into())],
        Some(existing()),
    );
    assert_eq!(unknowns(&enabled), ["state", "switch"]);
}

/// What is computed may change with any update, unless its row says otherwise.
#[test]
fn whatever_changes_makes_what_is_computed_unknown() {
    let hint = [("name", "x".into()), ("hint", "new".into())];
    assert_eq!(unknowns(&plan(&hint, Some(existing()))), ["state"]);
}

#[test]
fn a_null_that_an_unfinished_create_left_is_not_kept() {
    let mut unfinished = existing();
    for name in ["id", "capacity", "switch"] {
        unfinished.set(name, Value::Null);
    }
    let label = [("name", "x".into()), ("label", "new".into())];
    let plan = plan(&label, Some(unfinished));
    assert_eq!(unknowns(&plan), ["capacity", "id", "state"]);
    assert!(plan.planned.get("owner").is_null(), "its null is a value");
}

#[test]
fn the_same_meaning_keeps_the_old_text_and_replaces_nothing() {
    let plan = plan(&[("name", "X".into())], Some(existing()));
    assert_eq!(plan.planned, existing());
    assert!(plan.requires_replace.is_empty());
}

#[test]
fn a_real_change_of_a_fixed_attribute_replaces() {
    assert_eq!(
        replaced(&plan(&[("name", "y".into())], Some(existing()))),
        ["name"]
    );
    assert_eq!(
        replaced(&plan(&[("name", Value::unknown())], Some(existing()))),
        ["name"]
    );
}

#[test]
fn a_nested_computed_value_follows_its_object() {
    let with_identity =
        |kind: &str, principal: Value| nested(&[("type", kind.into()), ("principal", principal)]);
    let config = [
        ("name", "x".into()),
        ("identity", with_identity("System", Value::Null)),
    ];

    let added = plan(&config, Some(existing()));
    assert_eq!(
        added.planned.get("identity"),
        &with_identity("System", Value::unknown())
    );

    let mut prior = existing();
    prior.set("identity", with_identity("System", "p".into()));
    let kept = plan(
        &[
            ("name", "x".into()),
            ("label", "new".into()),
            ("identity", with_identity("System", Value::Null)),
        ],
        Some(prior.clone()),
    );
    assert_eq!(kept.planned.get("identity"), prior.get("identity"));

    let changed = plan(
        &[
            ("name", "x".into()),
            ("identity", with_identity("User", Value::Null)),
        ],
        Some(prior),
    );
    assert_eq!(
        changed.planned.get("identity"),
        &with_identity("User", Value::unknown())
    );
}

#[test]
fn a_new_element_of_a_map_has_unknown_values_and_an_old_one_keeps_them() {
    let rule = |status: Value| nested(&[("port", "80".into()), ("status", status)]);
    let rules = |rules: &[(&str, Value)]| {
        Value::Map(
            rules
                .iter()
                .map(|(key, rule)| (key.to_string(), rule.clone()))
                .collect(),
        )
    };
    let mut prior = existing();
    prior.set("rules", rules(&[("old", rule("fine".into()))]));
    let written = rules(&[("old", rule(Value::Null)), ("new", rule(Value::Null))]);
    let plan = plan(&[("name", "x".into()), ("rules", written)], Some(prior));
    assert_eq!(
        plan.planned.get("rules"),
        &rules(&[
            ("old", rule("fine".into())),
            ("new", rule(Value::unknown()))
        ])
    );
}

#[test]
fn replacement_paths_of_a_create_are_dropped() {
    let mut plan = plan(&[("name", "x".into())], None);
    plan.requires_replace.insert(Path::attribute("name"));
    finish(&mut plan, &schema());
    assert!(plan.requires_replace.is_empty());
}

#[test]
fn what_a_resource_decides_is_the_last_word() {
    let label = [("name", "x".into()), ("label", "new".into())];
    let mut plan = plan(&label, Some(existing()));
    assert_eq!(unknowns(&plan), ["state"]);
    plan.planned.set("state", "Disabled");
    finish(&mut plan, &schema());
    assert_eq!(plan.planned.str("state"), Some("Disabled"));
}

/// In release builds nobody has looked whether a schema is one that Terraform takes.
#[tokio::test]
async fn what_is_put_off_plans_nothing_write_only_and_replaces_nothing_that_is_not_there() {
    let inner = vec![
        Attribute::string("secret").write_only(),
        Attribute::bool("on").default(true),
    ];
    let parent = Attribute::nested("parent", Nesting::Single, inner).optional_computed();
    let schema = Schema {
        attributes: vec![parent],
        ..Schema::default()
    };
    let config = schema.null_object();
    let plan = Plan::of(config.clone(), None, config, Private::default());
    let reason = DeferredReason::ProviderConfigUnknown;
    let response = put_off(&schema, plan, None, reason).await;
    assert_eq!(response.deferred, Some(reason));
    let planned = response.planned.expect("a plan");
    let expect = nested(&[("secret", Value::Null), ("on", true.into())]);
    assert_eq!(planned.get("parent"), &expect);
}

#[test]
fn replacement_may_have_a_condition() {
    let tags = |label: &str| {
        let tags = Value::Map([("a".to_owned(), "b".into())].into());
        let config = [
            ("name", "x".into()),
            ("label", label.into()),
            ("tags", tags),
        ];
        replaced(&plan(&config, Some(existing())))
    };
    assert_eq!(tags("strict"), ["tags"]);
    assert_eq!(tags("lax"), [""; 0]);
    let capacity = [("name", "x".into()), ("capacity", 4_i64.into())];
    assert_eq!(replaced(&plan(&capacity, Some(existing()))), ["capacity"]);
    let removed = [("name", "x".into()), ("label", "new".into())];
    assert_eq!(replaced(&plan(&removed, Some(existing()))), [""; 0]);
}
