//! What users of terraform-plugin-framework have reported, each under the number of its issue there: whole lives, by
//! Terraform's rules.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::echo::{Echo, Remote, THING};
use crate::schema::plan_modifier::{
    use_non_null_state_for_unknown, use_prior_when_semantically_equal, use_state_for_unknown,
};
use crate::schema::{Attribute, Block, Nesting, Row, Schema};
use crate::testing::{Action, Core, Planned};
use crate::types::json;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};
use crate::wire::Server;

/// One life of a resource with these rows.
struct Life {
    core: Core<Server<Echo>>,
    remote: Remote,
}

impl Life {
    async fn new(attributes: Vec<Attribute>, blocks: Vec<Block>) -> Self {
        let schema = Schema {
            attributes,
            blocks,
            ..Schema::default()
        };
        let (echo, remote) = Echo::new(schema);
        let core = Core::start(echo).await.expect("it starts");
        Self { core, remote }
    }

    async fn plan(&self, config: &Json) -> Planned {
        let planned = self.core.plan(THING, config.clone()).await;
        planned.expect("a valid plan")
    }

    /// What is planned, as JSON in which what is unknown is null, and whether anything is unknown.
    async fn planned(&self, config: &Json) -> (Json, bool) {
        let planned = self.plan(config).await.planned.expect("an object");
        let value = Value::Object(planned);
        (json::encode(&value), !value.is_wholly_known())
    }

    /// Applies, and looks twice whether there is anything left to do.
    async fn settle(&mut self, config: &Json) -> Json {
        let applied = self.core.apply(THING, config.clone()).await;
        let state = json::encode(&Value::Object(
            applied.expect("it goes well").object().clone(),
        ));
        for _ in 0..2 {
            assert_eq!(self.plan(config).await.action, Action::NoOp, "{config}");
        }
        state
    }
}

/// Lives with these rows as nested attributes, and as blocks, of the name `set`.
async fn in_sets(rows: impl Fn() -> Vec<Attribute>) -> [Life; 2] {
    let attribute = Attribute::nested("set", Nesting::Set, rows());
    [
        Life::new(vec![attribute], Vec::new()).await,
        Life::new(Vec::new(), vec![Block::new("set", Nesting::Set, rows())]).await,
    ]
}

fn ignoring_case(a: &Value, b: &Value) -> bool {
    let texts = a.as_str().zip(b.as_str());
    texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// There the defaults of one element replaced what was written in others, or were refused as duplicates.
#[tokio::test]
async fn framework_783_defaults_in_sets() {
    let rows = || {
        vec![
            Attribute::string("fruit").default("orange"),
            Attribute::string("other").default("other"),
        ]
    };
    let row = |fruit: &str, other: &str| json!({ "fruit": fruit, "other": other });
    for mut life in in_sets(rows).await {
        let config = json!({ "set": [
            { "fruit": "apple" }, { "fruit": "banana" }, { "fruit": "kumquat" },
        ] });
        let expect = json!({ "set": [
            row("apple", "other"), row("banana", "other"), row("kumquat", "other"),
        ] });
        assert_eq!(life.planned(&config).await, (expect.clone(), false));
        assert_eq!(life.settle(&config).await, expect);
        let config = json!({ "set": [{ "fruit": "apple", "other": "mine" }, {}] });
        let expect = json!({ "set": [row("apple", "mine"), row("orange", "other")] });
        assert_eq!(life.planned(&config).await, (expect.clone(), false));
        assert_eq!(life.settle(&config).await, expect);
    }
}

/// There each apply swapped what the next plan wanted to swap back.
#[tokio::test]
async fn framework_867_several_defaults_in_elements_of_a_set() {
    let rows = || {
        vec![
            Attribute::string("name").required(),
            Attribute::bool("bool_one").default(false),
            Attribute::bool("bool_two").default(false),
        ]
    };
    let row = |name: &str, one: bool, two: bool| json!({ "name": name, "bool_one": one, "bool_two": two });
    for mut life in in_sets(rows).await {
        for (config, expect) in [
            (
                json!([{ "name": "a", "bool_one": true }, { "name": "b" }]),
                json!([row("a", true, false), row("b", false, false)]),
            ),
            (
                json!([{ "name": "a" }, { "name": "b", "bool_one": true, "bool_two": true }]),
                json!([row("a", false, false), row("b", true, true)]),
            ),
            (
                json!([{ "name": "a", "bool_one": false, "bool_two": true }, { "name": "c" }]),
                json!([row("a", false, true), row("c", false, false)]),
            ),
        ] {
            let state = life.settle(&json!({ "set": config })).await;
            assert_eq!(in_order(state), in_order(json!({ "set": expect })));
        }
    }
}

/// There the default of one attribute hid the value that another one had, and its default took the place.
#[tokio::test]
async fn framework_1036_a_default_beside_a_sensitive_set_in_a_set() {
    let fields = || {
        vec![
            Attribute::string("name").required(),
            Attribute::string("value").required().sensitive(),
        ]
    };
    let rows = || {
        vec![
            Attribute::nested("sensitive_fields", Nesting::Set, fields()).default(Value::set([])),
            Attribute::bool("default_row").default(false),
        ]
    };
    for mut life in in_sets(rows).await {
        let secret = json!([{ "name": "password", "value": "hush" }]);
        let config = json!({ "set": [
            { "sensitive_fields": secret }, { "default_row": true },
        ] });
        let expect = json!({ "set": [
            { "sensitive_fields": [], "default_row": true },
            { "sensitive_fields": secret, "default_row": false },
        ] });
        let (planned, is_open) = life.planned(&config).await;
        assert_eq!(
            (in_order(planned), is_open),
            (in_order(expect.clone()), false)
        );
        assert_eq!(in_order(life.settle(&config).await), in_order(expect));
    }
}

/// The same with what has no order by its text.
fn in_order(state: Json) -> Json {
    match state {
        Json::Array(elements) => {
            let mut elements: Vec<_> = elements.into_iter().map(in_order).collect();
            elements.sort_by_key(Json::to_string);
            elements.into()
        }
        Json::Object(members) => {
            let members = members.into_iter().map(|(name, it)| (name, in_order(it)));
            members.collect::<BTreeMap<_, _>>().into_iter().collect()
        }
        other => other,
    }
}

fn triage() -> Vec<Attribute> {
    let inner = || vec![Attribute::number("days").default(3_i64)];
    vec![
        Attribute::bool("enabled").default(false),
        Attribute::string("label"),
        Attribute::string("key").computed(),
        Attribute::nested("stale", Nesting::Single, inner()).optional_computed(),
    ]
}

/// There the whole object is known only after apply, whatever its attributes have as defaults.
#[tokio::test]
async fn framework_726_defaults_below_an_absent_parent() {
    let parents = [
        Attribute::nested("triage", Nesting::Single, triage()).optional_computed(),
        Attribute::nested("triage", Nesting::Single, triage())
            .optional_computed()
            .plan(use_non_null_state_for_unknown()),
    ];
    for parent in parents {
        let name = Attribute::string("name").required();
        let mut life = Life::new(vec![name, parent], Vec::new()).await;
        let config = json!({ "name": "a" });
        let planned = life.plan(&config).await.planned.expect("an object");
        let triage = planned.object("triage").expect("known to be there");
        assert_eq!(triage.bool("enabled"), Some(false));
        let days = triage.object("stale").map(|it| it.get("days"));
        assert_eq!(days, Some(&3_i64.into()));
        assert!(triage.get("label").is_unknown() && triage.get("key").is_unknown());
        let state = life.settle(&config).await;
        let expect =
            json!({ "enabled": false, "label": "made", "key": "made", "stale": { "days": 3 } });
        assert_eq!(state["triage"], expect);

        // What was written and is taken out again goes back to its default.
        let written = json!({ "name": "a", "triage": { "enabled": true, "stale": { "days": 9 } } });
        let state = life.settle(&written).await;
        assert_eq!(state["triage"]["enabled"], json!(true));
        assert_eq!(state["triage"]["stale"]["days"], json!(9));
        let state = life.settle(&config).await;
        assert_eq!(state["triage"]["enabled"], json!(false));
        assert_eq!(state["triage"]["stale"]["days"], json!(3));
    }
}

/// A remote system may have no such thing, or none any more: what is absent then is not planned for ever.
#[tokio::test]
async fn framework_726_a_parent_that_the_remote_system_does_not_have() {
    let rows = vec![
        Attribute::string("name").required(),
        Attribute::nested("triage", Nesting::Single, triage()).optional_computed(),
    ];
    let mut life = Life::new(rows, Vec::new()).await;
    let config = |name: &str| json!({ "name": name });
    life.settle(&config("a")).await;
    let answer = |life: &Life, change: &dyn Fn(&mut Object)| {
        let mut remote = life.remote.lock().expect("not poisoned");
        change(remote.as_mut().expect("it is there"));
    };
    answer(&life, &|remote| {
        let mut triage = remote.object("triage").expect("there").clone();
        triage.set("stale", Value::Null);
        remote.set("triage", triage);
    });
    assert_eq!(life.plan(&config("a")).await.action, Action::NoOp);
    let planned = life.plan(&config("b")).await.planned.expect("an object");
    let triage = planned.object("triage").expect("it was there");
    assert_eq!(triage.bool("enabled"), Some(false));
    assert!(triage.get("stale").is_unknown(), "it may stay absent");

    answer(&life, &|remote| remote.set("triage", Value::Null));
    assert_eq!(life.plan(&config("a")).await.action, Action::NoOp);
    let planned = life.plan(&config("b")).await.planned.expect("an object");
    assert!(planned.get("triage").is_unknown(), "it may stay absent");
}

/// A parent that only a configuration gives stays absent, and one with a default has that.
#[tokio::test]
async fn framework_726_a_parent_that_is_no_matter_of_the_provider() {
    let enabled = || vec![Attribute::bool("enabled").default(false)];
    let given: Object = [("enabled", true)].into_iter().collect();
    let rows = vec![
        Attribute::nested("optional", Nesting::Single, enabled()),
        Attribute::nested("given", Nesting::Single, enabled()).default(given),
    ];
    let mut life = Life::new(rows, Vec::new()).await;
    let expect = json!({ "optional": null, "given": { "enabled": true } });
    assert_eq!(life.planned(&json!({})).await, (expect.clone(), false));
    assert_eq!(life.settle(&json!({})).await, expect);
}

/// There what is kept of an absent parent shows when something else changes.
#[tokio::test]
async fn framework_726_what_is_kept_of_an_absent_parent() {
    let parent = |row: Attribute| {
        row.optional_computed()
            .plan(use_non_null_state_for_unknown())
    };
    let rows = vec![
        Attribute::string("name").required(),
        parent(Attribute::nested("triage", Nesting::Single, triage())),
    ];
    let mut life = Life::new(rows, Vec::new()).await;
    let before = life.settle(&json!({ "name": "a" })).await;
    let (planned, is_open) = life.planned(&json!({ "name": "b" })).await;
    assert_eq!((&planned["triage"], is_open), (&before["triage"], false));
}

/// There a computed attribute is known only after apply in every plan, because Terraform takes the neighbour for deleted.
#[tokio::test]
async fn framework_898_no_noise_from_computed_siblings() {
    let name = || vec![Attribute::string("name").required()];
    for nesting in [Nesting::Set, Nesting::List, Nesting::Map, Nesting::Single] {
        for is_kept in [true, false] {
            let row = Attribute::nested("rows", nesting, name()).optional_computed();
            let row = match is_kept {
                true => row.plan(use_non_null_state_for_unknown()),
                false => row,
            };
            let readonly = Attribute::string("readonly").computed();
            let mut life = Life::new(vec![readonly, row], Vec::new()).await;
            let state = life.settle(&json!({})).await;
            assert_eq!(state["readonly"], json!("made"));
            assert!(!state["rows"].is_null(), "{state}");
        }
    }
}

/// There an object that is added to others is planned with nulls where apply gives values, or without the values that the
/// others have.
#[tokio::test]
async fn framework_1197_prior_values_stay_and_new_elements_are_unknown() {
    let rows = || {
        vec![
            Attribute::string("name").required(),
            Attribute::string("uuid")
                .computed()
                .plan(use_non_null_state_for_unknown()),
            Attribute::string("mode")
                .optional_computed()
                .plan(use_non_null_state_for_unknown()),
            Attribute::string("note")
                .optional_computed()
                .plan(use_state_for_unknown()),
        ]
    };
    let old = json!({ "name": "old", "uuid": "made", "mode": "made", "note": "made" });
    let fresh = json!({ "name": "new", "uuid": null, "mode": null, "note": null });
    let written = |name: &str| json!({ "name": name });
    for (nesting, one, two, expect) in [
        (
            Nesting::Map,
            json!({ "a": written("old") }),
            json!({ "a": written("old"), "b": written("new") }),
            json!({ "a": old, "b": fresh }),
        ),
        (
            Nesting::List,
            json!([written("old")]),
            json!([written("old"), written("new")]),
            json!([old, fresh]),
        ),
        (
            Nesting::Set,
            json!([written("old")]),
            json!([written("old"), written("new")]),
            json!([fresh, old]),
        ),
        (Nesting::Single, Json::Null, written("new"), fresh.clone()),
    ] {
        let row = Row::null(Row::Attribute(&Attribute::nested("rows", nesting, rows())));
        assert!(row.is_null());
        let attribute = Attribute::nested("rows", nesting, rows());
        let mut life = Life::new(vec![attribute], Vec::new()).await;
        life.settle(&json!({ "rows": one })).await;
        let config = json!({ "rows": two });
        let planned = life.planned(&config).await;
        assert_eq!(planned, (json!({ "rows": expect }), true), "{nesting:?}");
        life.settle(&config).await;
    }
}

fn listed(nesting: Nesting) -> Attribute {
    let rows = vec![
        Attribute::string("name").required(),
        Attribute::string("size"),
        Attribute::string("id")
            .computed()
            .plan(use_non_null_state_for_unknown()),
    ];
    Attribute::nested("rows", nesting, rows).key("name")
}

/// Gives each element an ID of its own, as a remote system does.
fn number_elements(remote: &Remote) {
    let mut remote = remote.lock().expect("not poisoned");
    let rows = remote.as_mut().expect("an object").get_mut("rows");
    let (Value::List(elements) | Value::Set(elements)) = rows else {
        panic!("{rows:?}")
    };
    for element in elements {
        if let Value::Object(element) = element {
            let id = format!("id of {}", element.str_or_empty("name"));
            element.set("id", id);
        }
    }
}

/// There the value of another element is taken for that of an element which moved, or changed.
#[tokio::test]
async fn framework_717_elements_are_known_again_by_a_key() {
    for nesting in [Nesting::List, Nesting::Set] {
        let mut life = Life::new(vec![listed(nesting)], Vec::new()).await;
        let config = json!({ "rows": [{ "name": "a" }, { "name": "b" }, { "name": "c" }] });
        life.core
            .apply(THING, config.clone())
            .await
            .expect("created");
        number_elements(&life.remote);
        assert_eq!(life.plan(&config).await.action, Action::NoOp);
        let ids = async |config: Json| {
            let (planned, _) = life.planned(&json!({ "rows": config })).await;
            let rows = planned["rows"].as_array().expect("rows");
            let pair = |row: &Json| (row["name"].clone(), row["id"].clone());
            let mut pairs: Vec<_> = rows.iter().map(pair).collect();
            if nesting == Nesting::Set {
                pairs.sort_by_key(|(name, _)| name.to_string());
            }
            pairs
        };
        let named = |name: &str| (json!(name), json!(format!("id of {name}")));
        // One in front of the others is gone, and one has changed.
        let found = ids(json!([{ "name": "b", "size": "big" }, { "name": "c" }])).await;
        assert_eq!(found, [named("b"), named("c")]);
        // A new one in the middle knows nothing yet.
        let found = ids(json!([{ "name": "a" }, { "name": "b1" }, { "name": "c" }])).await;
        assert_eq!(found, [named("a"), (json!("b1"), Json::Null), named("c")]);
    }
}

/// There a list whose elements change places is planned with their values mixed up, and the apply is inconsistent.
#[tokio::test]
async fn framework_1213_elements_of_a_list_change_places() {
    let mut life = Life::new(vec![listed(Nesting::List)], Vec::new()).await;
    let config = json!({ "rows": [{ "name": "a" }, { "name": "b" }, { "name": "c" }] });
    life.core.apply(THING, config).await.expect("created");
    number_elements(&life.remote);
    let moved =
        json!({ "rows": [{ "name": "c" }, { "name": "a" }, { "name": "b", "size": "big" }] });
    let state = life.settle(&moved).await;
    let rows = state["rows"].as_array().expect("rows");
    let ids: Vec<_> = rows.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, ["id of c", "id of a", "id of b"]);
}

/// There the elements of a set mean the same only in the order in which the remote system answers.
#[tokio::test]
async fn framework_1061_meaning_in_sets_of_objects_in_any_order() {
    let rows = || {
        vec![
            Attribute::string("resource_id").required(),
            Attribute::string("value")
                .required()
                .semantic_equality(ignoring_case),
        ]
    };
    for mut life in in_sets(rows).await {
        let row = |id: &str, value: &str| json!({ "resource_id": id, "value": value });
        // The remote system answers in capitals, in which the order is another one.
        let config = json!({ "set": [row("id1", "b"), row("id1", "A"), row("id2", "value2")] });
        let state = life.settle(&config).await;
        assert_eq!(in_order(state), in_order(config));
    }
}

/// The same where the elements are texts, in lists, sets, maps and what holds them.
#[tokio::test]
async fn framework_1061_meaning_of_elements() {
    let row = |row: Attribute| {
        row.element_semantic_equality(ignoring_case)
            .plan(use_prior_when_semantically_equal())
    };
    let nested = vec![row(Attribute::set("texts", Type::String))];
    let rows = vec![
        row(Attribute::set("set", Type::String)),
        row(Attribute::list("list", Type::String)),
        row(Attribute::map("map", Type::list(Type::String))),
        Attribute::nested("nested", Nesting::Set, nested),
    ];
    let mut life = Life::new(rows, Vec::new()).await;
    let config = json!({
        "set": ["_", "a", "B"],
        "list": ["b", "A"],
        "map": { "k": ["x"] },
        "nested": [{ "texts": ["_", "a"] }, { "texts": ["b"] }],
    });
    let state = life.settle(&config).await;
    for name in ["list", "map"] {
        assert_eq!(state[name], config[name]);
    }
    for name in ["set", "nested"] {
        assert_eq!(
            in_order(state[name].clone()),
            in_order(config[name].clone())
        );
    }
    let again = json!({
        "set": ["b", "_", "A"],
        "list": ["B", "a"],
        "map": { "k": ["X"] },
        "nested": config["nested"],
    });
    let planned = life.plan(&again).await;
    assert_eq!(planned.action, Action::NoOp, "only its form is another one");
    let more = json!({ "set": ["C", "A", "_"], "list": ["b", "A"], "map": { "k": ["x"] },
        "nested": config["nested"] });
    let planned = life.plan(&more).await;
    assert_eq!(planned.action, Action::Update);
    assert_eq!(planned.changes(), [Path::attribute("set")]);
}
