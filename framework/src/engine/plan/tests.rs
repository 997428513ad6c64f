use super::*;
use crate::schema::Effect;
use crate::types::ty::Type;

fn same_ignoring_case(a: &Value, b: &Value) -> bool {
    a.as_str()
        .zip(b.as_str())
        .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn schema() -> Schema {
    Schema {
        attributes: vec![
            Attribute::string("id").computed(),
            Attribute::string("name")
                .required()
                .replaces()
                .same(same_ignoring_case),
            Attribute::bool("enabled").default(true),
            Attribute::string("label"),
            Attribute::string("hint").effect(Effect::Local),
            Attribute::string("trigger").effect(Effect::SentAfterFirst),
            Attribute::number("capacity").optional_computed(),
            Attribute::string("state")
                .computed()
                .recomputed(Recomputed::OnUpdate),
            Attribute::string("switch")
                .computed()
                .recomputed(Recomputed::With(&["enabled"])),
            Attribute::string("secret").write_only(),
            Attribute::nested(
                "identity",
                Nesting::Single,
                vec![
                    Attribute::string("type").required(),
                    Attribute::string("principal")
                        .computed()
                        .recomputed(Recomputed::With(&["identity"])),
                ],
            ),
            Attribute::nested(
                "rules",
                Nesting::Map,
                vec![
                    Attribute::string("port"),
                    Attribute::string("status").computed(),
                ],
            ),
            Attribute::plain("tags", Type::map(Type::String)),
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

/// Plans as Terraform asks for it: what the configuration leaves out and the provider may give comes from the prior state.
fn plan(config: &[(&str, Value)], prior: Option<Object>) -> Plan {
    let config = object(config);
    let mut proposed = config.clone();
    if let Some(prior) = &prior {
        for attribute in &schema().attributes {
            if attribute.is_computed() && config.get(attribute.name).is_null() {
                proposed.set(attribute.name, prior.get(attribute.name).clone());
            }
        }
    }
    let mut plan = propose(&schema(), config, prior, proposed, Private::default());
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

fn sends(plan: &Plan) -> bool {
    let prior = plan.prior.as_ref().expect("an update");
    !sent_changes(&schema(), prior, &plan.planned).is_empty()
}

#[test]
fn a_create_knows_defaults_and_nothing_computed() {
    let plan = plan(&[("name", "x".into()), ("secret", "s".into())], None);
    assert_eq!(unknowns(&plan), ["capacity", "id", "state", "switch"]);
    assert_eq!(plan.planned.bool("enabled"), Some(true));
    assert!(plan.planned.get("secret").is_null());
    assert_eq!(plan.config.str("secret"), Some("s"));
    assert!(plan.requires_replace.is_empty());
}

#[test]
fn no_change_is_the_prior_state_exactly() {
    let plan = plan(&[("name", "x".into())], Some(existing()));
    assert_eq!(plan.planned, existing());
    assert!(!sends(&plan));
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

#[test]
fn what_only_the_provider_knows_changes_nothing_else() {
    let hint = plan(
        &[("name", "x".into()), ("hint", "new".into())],
        Some(existing()),
    );
    assert!(unknowns(&hint).is_empty());
    assert!(!sends(&hint));
    assert_eq!(hint.planned.str("hint"), Some("new"));
}

#[test]
fn a_trigger_counts_where_one_value_follows_another() {
    let first = plan(
        &[("name", "x".into()), ("trigger", "1".into())],
        Some(existing()),
    );
    assert!(!sends(&first));
    let mut prior = existing();
    prior.set("trigger", "1");
    let second = plan(
        &[("name", "x".into()), ("trigger", "2".into())],
        Some(prior.clone()),
    );
    assert!(sends(&second));
    let removed = plan(&[("name", "x".into())], Some(prior));
    assert!(!sends(&removed));
    assert!(removed.planned.get("trigger").is_null());
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
    let mut proposed = prior.clone();
    proposed.set("label", "new");
    let kept = propose(
        &schema(),
        object(&[
            ("name", "x".into()),
            ("label", "new".into()),
            ("identity", with_identity("System", Value::Null)),
        ]),
        Some(prior.clone()),
        proposed.clone(),
        Private::default(),
    );
    assert_eq!(kept.planned.get("identity"), prior.get("identity"));

    proposed.set("identity", with_identity("User", "p".into()));
    let changed = propose(
        &schema(),
        object(&[
            ("name", "x".into()),
            ("identity", with_identity("User", Value::Null)),
        ]),
        Some(prior),
        proposed,
        Private::default(),
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
    let mut proposed = prior.clone();
    proposed.set(
        "rules",
        rules(&[("old", rule("fine".into())), ("new", rule(Value::Null))]),
    );
    let config = object(&[
        ("name", "x".into()),
        (
            "rules",
            rules(&[("old", rule(Value::Null)), ("new", rule(Value::Null))]),
        ),
    ]);
    let plan = propose(&schema(), config, Some(prior), proposed, Private::default());
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
fn what_a_resource_changes_in_its_plan_has_consequences_too() {
    let mut plan = plan(&[("name", "x".into())], Some(existing()));
    plan.planned.set("label", "set by the resource");
    finish(&mut plan, &schema());
    assert_eq!(unknowns(&plan), ["state"]);
}
