//! The same rules in every kind of collection of objects, of attributes and of blocks.

use super::*;
use crate::schema::Block;

const ALL: [Nesting; 4] = [Nesting::Single, Nesting::List, Nesting::Map, Nesting::Set];

/// What each object has in it.
fn rows() -> Vec<Attribute> {
    vec![
        Attribute::string("name")
            .required()
            .semantic_equality(same_ignoring_case)
            .plan(use_prior_when_semantically_equal()),
        Attribute::string("kind").plan(requires_replace()),
        Attribute::bool("enabled").default(true),
        Attribute::string("id")
            .computed()
            .plan(use_non_null_state_for_unknown()),
        Attribute::string("version").computed(),
    ]
}

fn schema(row: impl Into<OneRow>) -> Schema {
    let mut schema = Schema {
        attributes: vec![
            Attribute::string("label"),
            Attribute::string("seen")
                .computed()
                .plan(use_non_null_state_for_unknown()),
        ],
        ..Schema::default()
    };
    match row.into() {
        OneRow::Attribute(attribute) => schema.attributes.push(attribute),
        OneRow::Block(block) => schema.blocks.push(block),
    }
    assert_eq!(schema.validate_implementation(), [""; 0]);
    schema
}

enum OneRow {
    Attribute(Attribute),
    Block(Block),
}

impl From<Attribute> for OneRow {
    fn from(attribute: Attribute) -> Self {
        Self::Attribute(attribute)
    }
}

impl From<Block> for OneRow {
    fn from(block: Block) -> Self {
        Self::Block(block)
    }
}

fn attribute(nesting: Nesting) -> Attribute {
    Attribute::nested("rules", nesting, rows())
}

/// The schema with an attribute, and the one with a block.
fn both(nesting: Nesting) -> [Schema; 2] {
    let block = Block::new("rules", nesting, rows());
    [schema(attribute(nesting)), schema(block)]
}

/// An object as it is written.
fn written(name: &str, kind: &str) -> Value {
    nested(&[
        ("name", name.into()),
        ("kind", kind.into()),
        ("enabled", Value::Null),
        ("id", Value::Null),
        ("version", Value::Null),
    ])
}

/// The same object as it is in a state.
fn stored(name: &str, kind: &str) -> Value {
    with(
        &written(name, kind),
        &[
            ("enabled", true.into()),
            ("id", format!("/{name}").into()),
            ("version", "1".into()),
        ],
    )
}

fn with(object: &Value, changes: &[(&str, Value)]) -> Value {
    let mut object = object.as_object().expect("an object").clone();
    for (name, value) in changes {
        object.set(name, value.clone());
    }
    object.into()
}

fn hold(nesting: Nesting, objects: &[Value]) -> Value {
    match nesting {
        Nesting::Single | Nesting::Group => objects[0].clone(),
        Nesting::List => Value::List(objects.to_vec()),
        Nesting::Set => Value::set(objects.to_vec()),
        Nesting::Map => {
            let keys = ["a", "b", "c"].map(str::to_owned).into_iter();
            Value::Map(keys.zip(objects.iter().cloned()).collect())
        }
    }
}

fn state(schema: &Schema, rules: Value) -> Object {
    let mut state = schema.null_object();
    state.set("rules", rules);
    state.set("seen", "x");
    state
}

/// Plans the rules that are written.
fn plan_rules(schema: &Schema, rules: Value, prior: Option<Object>) -> Plan {
    let mut config = schema.null_object();
    config.set("rules", rules);
    let proposed = proposed_new(schema.members(), &config, prior.as_ref());
    let private = Private::default();
    let plan = Plan::of(config, prior.clone(), proposed, private);
    let mut plan = propose(plan, schema);
    finish(&mut plan, schema);
    let (config, planned) = (&plan.config, &plan.planned);
    let findings = consistency::check_plan(schema, config, prior.as_ref(), planned);
    assert_eq!(findings, [""; 0]);
    plan
}

fn paths(plan: &Plan) -> Vec<String> {
    plan.requires_replace.iter().map(Path::to_string).collect()
}

#[test]
fn new_objects_have_defaults_and_unknown_values() {
    for nesting in ALL {
        for schema in both(nesting) {
            let planned = plan_rules(&schema, hold(nesting, &[written("a", "x")]), None).planned;
            let unknown = [("id", Value::unknown()), ("version", Value::unknown())];
            let expect = with(&stored("a", "x"), &unknown);
            assert_eq!(
                planned.get("rules"),
                &hold(nesting, &[expect]),
                "{nesting:?}"
            );
        }
    }
}

#[test]
fn no_change_is_the_prior_state_exactly() {
    for nesting in ALL {
        for schema in both(nesting) {
            let rules = [stored("b", "y"), stored("a", "x")];
            let prior = state(&schema, hold(nesting, &rules));
            let config = hold(nesting, &[written("b", "y"), written("a", "x")]);
            let plan = plan_rules(&schema, config, Some(prior.clone()));
            assert_eq!(plan.planned, prior, "{nesting:?}");
        }
    }
}

#[test]
fn meaning_keeps_the_prior_text_and_what_was_computed() {
    for nesting in ALL {
        for schema in both(nesting) {
            let prior = state(
                &schema,
                hold(nesting, &[stored("a", "x"), stored("b", "y")]),
            );
            let config = hold(nesting, &[written("A", "x"), written("B", "y")]);
            let plan = plan_rules(&schema, config, Some(prior.clone()));
            assert_eq!(plan.planned, prior, "{nesting:?}");
        }
    }
}

#[test]
fn an_object_that_is_added_is_new_and_the_others_stay() {
    for nesting in [Nesting::List, Nesting::Map, Nesting::Set] {
        for schema in both(nesting) {
            let prior = state(&schema, hold(nesting, &[stored("b", "x")]));
            let config = hold(nesting, &[written("b", "x"), written("c", "x")]);
            let planned = plan_rules(&schema, config, Some(prior)).planned;
            let unknown = |name: &'static str| (name, Value::unknown());
            let kept = with(&stored("b", "x"), &[unknown("version")]);
            let new = with(&stored("c", "x"), &[unknown("id"), unknown("version")]);
            assert_eq!(
                planned.get("rules"),
                &hold(nesting, &[kept, new]),
                "{nesting:?}"
            );
        }
    }
}

#[test]
fn a_change_below_a_collection_replaces_and_names_its_place() {
    for (nesting, path) in [
        (Nesting::Single, "rules.kind"),
        (Nesting::List, "rules[0].kind"),
        (Nesting::Map, "rules[\"a\"].kind"),
        (Nesting::Set, "rules"),
    ] {
        for schema in both(nesting) {
            let prior = state(&schema, hold(nesting, &[stored("a", "x")]));
            let config = hold(nesting, &[written("a", "y")]);
            let plan = plan_rules(&schema, config, Some(prior));
            assert_eq!(paths(&plan), [path]);
        }
    }
}

#[test]
fn elements_with_a_key_are_known_in_another_place() {
    for nesting in [Nesting::List, Nesting::Set] {
        let block = Block::new("rules", nesting, rows());
        for schema in [
            schema(attribute(nesting).key("name")),
            schema(block.key("name")),
        ] {
            let prior = state(
                &schema,
                hold(nesting, &[stored("a", "x"), stored("b", "y")]),
            );
            let config = hold(
                nesting,
                &[written("c", "x"), written("a", "z"), written("b", "y")],
            );
            let plan = plan_rules(&schema, config, Some(prior));
            let unknown = |name: &'static str| (name, Value::unknown());
            let rules = [
                with(&stored("c", "x"), &[unknown("id"), unknown("version")]),
                with(&stored("a", "z"), &[unknown("version")]),
                with(&stored("b", "y"), &[unknown("version")]),
            ];
            assert_eq!(
                plan.planned.get("rules"),
                &hold(nesting, &rules),
                "{nesting:?}"
            );
            // The kind of `a` has changed, and `c` has one for the first time.
            let expect = match nesting {
                Nesting::Set => &["rules"][..],
                _ => &["rules[0].kind", "rules[1].kind"],
            };
            assert_eq!(paths(&plan), expect);
        }
    }
}

/// Terraform compares element by element, and would take the text of another place for neither configured nor prior.
#[test]
fn an_element_in_another_place_is_planned_as_it_is_written() {
    let schema = schema(attribute(Nesting::List).key("name"));
    let prior = state(
        &schema,
        Value::List(vec![stored("a", "x"), stored("b", "y")]),
    );
    let config = Value::List(vec![written("B", "y"), written("a", "x")]);
    let plan = plan_rules(&schema, config, Some(prior));
    let unknown = [("version", Value::unknown())];
    let b = with(
        &stored("b", "y"),
        &[("name", "B".into()), unknown[0].clone()],
    );
    let a = with(&stored("a", "x"), &unknown);
    assert_eq!(plan.planned.get("rules"), &Value::List(vec![b, a]));
}

#[test]
fn write_only_values_below_lists_and_maps_are_never_planned() {
    for nesting in [Nesting::Single, Nesting::List, Nesting::Map] {
        let rows = || {
            let inner = vec![Attribute::string("secret").write_only()];
            vec![Attribute::nested("inner", Nesting::List, inner)]
        };
        let block = Block::new("rules", nesting, rows());
        for schema in [
            schema(Attribute::nested("rules", nesting, rows())),
            schema(block),
        ] {
            let rule = |secret: Value| {
                let inner = Value::List(vec![nested(&[("secret", secret)])]);
                hold(nesting, &[nested(&[("inner", inner)])])
            };
            let plan = plan_rules(&schema, rule("hush".into()), None);
            assert_eq!(plan.planned.get("rules"), &rule(Value::Null));
            assert_eq!(plan.config.get("rules"), &rule("hush".into()));
            let prior = state(&schema, rule(Value::Null));
            let plan = plan_rules(&schema, rule("hush".into()), Some(prior.clone()));
            assert_eq!(plan.planned, prior);
        }
    }
}

#[test]
fn sets_in_sets_belong_together_by_what_is_configured() {
    let inner = Attribute::nested("inner", Nesting::Set, rows());
    let outer = Attribute::nested(
        "rules",
        Nesting::Set,
        vec![Attribute::string("group"), inner],
    );
    let schema = schema(outer);
    let group = |name: &str, rules: &[Value]| {
        nested(&[
            ("group", name.into()),
            ("inner", Value::set(rules.to_vec())),
        ])
    };
    let rules = |it: &[Value]| Value::set(it.to_vec());
    let prior = rules(&[
        group("g", &[stored("a", "x"), stored("b", "x")]),
        group("h", &[stored("c", "x")]),
    ]);
    let prior = state(&schema, prior);
    let config = |kind: &str| {
        rules(&[
            group("h", &[written("C", kind)]),
            group("g", &[written("B", "x"), written("a", "x")]),
        ])
    };
    let plan = plan_rules(&schema, config("x"), Some(prior.clone()));
    assert_eq!(plan.planned, prior);
    let plan = plan_rules(&schema, config("y"), Some(prior));
    assert_eq!(paths(&plan), ["rules"]);
}

/// Terraform counts the elements of nested attributes, and not those of blocks. The prior set is right for it anyway.
#[test]
fn elements_of_a_set_that_become_equal_are_an_error_where_terraform_counts_them() {
    let rows = || {
        vec![
            Attribute::string("name")
                .semantic_equality(same_ignoring_case)
                .plan(use_prior_when_semantically_equal()),
            Attribute::bool("enabled").default(true),
        ]
    };
    let rule = |name: &str, enabled: Value| nested(&[("name", name.into()), ("enabled", enabled)]);
    let attribute = schema(Attribute::nested("rules", Nesting::Set, rows()));
    let block = schema(Block::new("rules", Nesting::Set, rows()));
    let prior = Value::set([rule("a", true.into())]);
    let other = Value::set([rule("b", true.into())]);
    let twice = || [rule("a", Value::Null), rule("a", true.into())];
    let alike = [rule("a", Value::Null), rule("A", Value::Null)];
    for (written, prior, count, is_refused) in [
        (twice(), None, 1, true),
        (twice(), Some(other), 1, true),
        (twice(), Some(prior.clone()), 1, false),
        // Only one of them is the one that was there before.
        (alike, Some(prior), 2, false),
    ] {
        for (schema, is_counted) in [(&attribute, true), (&block, false)] {
            let mut config = schema.null_object();
            config.set("rules", Value::set(written.clone()));
            let prior = prior.as_ref().map(|rules| state(schema, rules.clone()));
            let proposed = proposed_new(schema.members(), &config, prior.as_ref());
            let plan = Plan::of(config, prior.clone(), proposed, Private::default());
            let plan = propose(plan, schema);
            let (config, planned) = (&plan.config, &plan.planned);
            let refused = consistency::check_plan(schema, config, prior.as_ref(), planned);
            assert_eq!(!refused.is_empty(), is_counted && is_refused, "{refused:?}");
            let rules = plan.planned.get("rules").as_elements().map(<[_]>::len);
            assert_eq!(rules, Some(count));
            let found = plan.diagnostics.iter();
            let found: Vec<_> = found
                .map(|it| format!("{}: {}", it.path, it.summary))
                .collect();
            let expect = ["rules: Equal elements"].into_iter();
            let expect: Vec<_> = expect.filter(|_| is_counted && is_refused).collect();
            assert_eq!(found, expect);
        }
    }
}

#[test]
fn an_unknown_element_is_new_and_what_is_not_known_yet_stays_unknown() {
    for nesting in [Nesting::List, Nesting::Map, Nesting::Set] {
        for schema in both(nesting) {
            let rule = with(&written("a", "x"), &[("name", Value::unknown())]);
            let planned = plan_rules(&schema, hold(nesting, &[rule]), None).planned;
            let unknown = |name: &'static str| (name, Value::unknown());
            let open = [unknown("name"), unknown("id"), unknown("version")];
            let expect = hold(nesting, &[with(&stored("a", "x"), &open)]);
            assert_eq!(planned.get("rules"), &expect);
            let planned = plan_rules(&schema, Value::unknown(), None).planned;
            assert!(planned.get("rules").is_unknown());
        }
    }
}

#[test]
fn a_group_is_always_there() {
    let schema = schema(Block::new("rules", Nesting::Group, rows()));
    let nothing = schema.null_object().get("rules").clone();
    let plan = plan_rules(&schema, nothing.clone(), None);
    let unknown = |name: &'static str| (name, Value::unknown());
    let expect = with(
        &nothing,
        &[("enabled", true.into()), unknown("id"), unknown("version")],
    );
    assert_eq!(plan.planned.get("rules"), &expect);
}
