//! Whatever the schema and the configurations: what a user wrote never changes, a second plan is empty, nothing is
//! answered that Terraform would refuse, and nothing panics.

use std::collections::BTreeMap;
use std::fmt;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::echo::{Echo, THING};
use crate::schema::plan_modifier::{
    requires_replace, requires_replace_if_configured, unknown_when_changed,
    use_non_null_state_for_unknown, use_prior_when_semantically_equal, use_state_for_unknown,
};
use crate::schema::{Attribute, Block, Members, Nesting, Row, Schema};
use crate::testing::{Action, Core, Failure};
use crate::types::json;
use crate::types::ty::Type;
use crate::types::value::{Object, Value};

// --- Schemas ---

fn types() -> impl Strategy<Value = Type> {
    prop_oneof![
        4 => Just(Type::String),
        1 => Just(Type::Bool),
        1 => Just(Type::Number),
        1 => Just(Type::list(Type::String)),
        1 => Just(Type::set(Type::String)),
        1 => Just(Type::map(Type::Number)),
    ]
}

/// Who gives a value, and what happens to it, as numbers to choose by.
type Choice = (u8, u8, bool);

fn choice() -> impl Strategy<Value = Choice> {
    (0..6_u8, 0..5_u8, any::<bool>())
}

fn leaf(is_stored: bool) -> BoxedStrategy<Attribute> {
    let leaf = (types(), choice()).prop_flat_map(move |(ty, choice)| {
        let default = value(&ty);
        default.prop_map(move |default| chosen_leaf(ty.clone(), choice, default, is_stored))
    });
    leaf.boxed()
}

fn chosen_leaf(
    ty: Type,
    (mode, modifier, has_no_case): Choice,
    default: Value,
    is_stored: bool,
) -> Attribute {
    let is_text = ty == Type::String;
    let holds_texts = [Type::list(Type::String), Type::set(Type::String)].contains(&ty);
    let default = match has_no_case && holds_texts {
        true => distinct_texts(default),
        false => default,
    };
    let row = Attribute::value("", ty);
    let row = match mode {
        0 => row.required(),
        1 => row,
        2 => row.computed(),
        3 => row.optional_computed(),
        4 if is_stored => row,
        4 => return row.write_only(),
        _ => row.default(default),
    };
    let row = match (is_text && has_no_case, holds_texts && has_no_case) {
        (true, _) => row.semantic_equality(ignoring_case),
        (_, true) => row.element_semantic_equality(ignoring_case),
        _ => row,
    };
    let (is_configurable, is_open) = (mode != 2, matches!(mode, 2 | 3));
    match modifier {
        0 if is_configurable => row.plan(requires_replace()),
        1 if is_configurable && (is_text || holds_texts) && has_no_case => {
            row.plan(use_prior_when_semantically_equal())
        }
        1 if is_configurable => row.plan(requires_replace_if_configured()),
        2 if is_open => row.plan(use_non_null_state_for_unknown()),
        3 if is_open => row.plan(use_state_for_unknown()),
        4 if is_open => row.plan(unknown_when_changed(&["a0"])),
        _ => row,
    }
}

fn ignoring_case(a: &Value, b: &Value) -> bool {
    let texts = a.as_str().zip(b.as_str());
    texts.is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// A set without texts that mean the same: what is remote has them once.
fn distinct_texts(value: Value) -> Value {
    let Value::Set(elements) = value else {
        return value;
    };
    let meant = elements
        .into_iter()
        .map(|it| (meant(Members::default(), &it), it));
    Value::set(meant.collect::<BTreeMap<_, _>>().into_values())
}

fn attributes(depth: u32, is_stored: bool) -> BoxedStrategy<Vec<Attribute>> {
    let one = match depth {
        0 => leaf(is_stored),
        _ => prop_oneof![2 => leaf(is_stored), 1 => nested(depth - 1, is_stored)].boxed(),
    };
    let all = vec(one, 1..4).prop_map(|mut rows| {
        for (index, row) in rows.iter_mut().enumerate() {
            row.name = format!("a{index}").into();
        }
        rows
    });
    all.boxed()
}

fn nested(depth: u32, is_stored: bool) -> BoxedStrategy<Attribute> {
    let nestings = [Nesting::Single, Nesting::List, Nesting::Map, Nesting::Set];
    let chosen = (
        prop::sample::select(nestings.to_vec()),
        0..4_u8,
        any::<bool>(),
    );
    let nested = chosen.prop_flat_map(move |(nesting, mode, is_kept)| {
        let is_computed = mode > 1;
        let inner = attributes(depth, is_stored || is_computed || nesting == Nesting::Set);
        inner.prop_map(move |inner| {
            let row = Attribute::nested("", nesting, inner);
            match (mode, is_kept) {
                (0, _) => row.required(),
                (1, _) => row,
                (2, true) => row.computed().plan(use_non_null_state_for_unknown()),
                (2, false) => row.computed(),
                (_, true) => row
                    .optional_computed()
                    .plan(use_non_null_state_for_unknown()),
                (_, false) => row.optional_computed(),
            }
        })
    });
    nested.boxed()
}

fn blocks(depth: u32, is_stored: bool) -> BoxedStrategy<Vec<Block>> {
    let nestings = [
        Nesting::Single,
        Nesting::Group,
        Nesting::List,
        Nesting::Map,
        Nesting::Set,
    ];
    let nesting = prop::sample::select(nestings.to_vec());
    let one = nesting.prop_flat_map(move |nesting| {
        let is_stored = is_stored || nesting == Nesting::Set;
        let inner = match depth {
            0 => Just(Vec::new()).boxed(),
            _ => blocks(depth - 1, is_stored),
        };
        let content = (attributes(depth.min(1), is_stored), inner);
        content.prop_map(move |(rows, inner)| Block::new("", nesting, rows).blocks(inner))
    });
    let all = vec(one, 0..3).prop_map(|mut rows| {
        for (index, row) in rows.iter_mut().enumerate() {
            row.name = format!("b{index}").into();
        }
        rows
    });
    all.boxed()
}

fn schema() -> impl Strategy<Value = Schema> {
    (attributes(2, false), blocks(1, false)).prop_map(|(attributes, blocks)| Schema {
        attributes,
        blocks,
        ..Schema::default()
    })
}

// --- Configurations ---

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["x", "X", "y", ""]).prop_map(str::to_owned)
}

fn keys() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["k", "l"]).prop_map(str::to_owned)
}

fn value(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        // What the provider makes up is never written, or elements of sets would become equal in an apply.
        Type::Bool => Just(Value::Bool(false)).boxed(),
        Type::Number => (0..3_i64).prop_map(Value::from).boxed(),
        Type::List(element) => vec(value(element), 0..3).prop_map(Value::List).boxed(),
        Type::Set(element) => vec(value(element), 0..3).prop_map(Value::set).boxed(),
        Type::Map(element) => btree_map(keys(), value(element), 0..3)
            .prop_map(Value::Map)
            .boxed(),
        _ => text().prop_map(Value::from).boxed(),
    }
}

fn configured(members: Members<'_>) -> BoxedStrategy<Object> {
    let rows: Vec<_> = members
        .rows()
        .map(|row| (row.name().to_owned(), configured_row(row)))
        .collect();
    let (names, values): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    values
        .prop_map(move |values| names.iter().cloned().zip(values).collect::<Object>())
        .boxed()
}

fn configured_row(row: Row<'_>) -> BoxedStrategy<Value> {
    let object = || configured(row.members()).prop_map(Value::from);
    let written = match (row.nesting(), row.attribute()) {
        (None, Some(attribute)) if attribute.element_type.is_some() => {
            value(&attribute.ty()).prop_map(distinct_texts).boxed()
        }
        (None, Some(attribute)) => value(&attribute.ty()),
        (Some(Nesting::List), _) => vec(object(), 0..3).prop_map(Value::List).boxed(),
        (Some(Nesting::Set), _) => {
            let members = meanings(row.members());
            vec(object(), 0..3)
                .prop_map(move |elements| distinct(&members, elements))
                .boxed()
        }
        (Some(Nesting::Map), _) => btree_map(keys(), object(), 0..3)
            .prop_map(Value::Map)
            .boxed(),
        (_, _) => object().boxed(),
    };
    use crate::schema::Mode;
    match (row.attribute().map(|it| it.mode), row.nesting()) {
        (Some(Mode::Computed), _) => Just(Value::Null).boxed(),
        (Some(Mode::Required), _) => written,
        (Some(_), _) | (None, Some(Nesting::Single)) => {
            prop_oneof![1 => Just(Value::Null), 2 => written].boxed()
        }
        (None, _) => written,
    }
}

/// What makes two elements of a set the same besides equal values: rows of their own, so that they can be kept.
fn meanings(members: Members<'_>) -> (Vec<Attribute>, Vec<Block>) {
    (members.attributes.to_vec(), members.blocks.to_vec())
}

/// A set without elements that would become equal: by defaults, or by meaning.
fn distinct((attributes, blocks): &(Vec<Attribute>, Vec<Block>), elements: Vec<Value>) -> Value {
    let members = Members { attributes, blocks };
    let meant = elements.into_iter().map(|it| (meant(members, &it), it));
    Value::set(meant.collect::<BTreeMap<_, _>>().into_values())
}

/// What is written at all. Where nothing is, the provider decides, and what it decides is the same everywhere.
fn meant(members: Members<'_>, value: &Value) -> Value {
    let inner = |value: &Value| meant(members, value);
    match value {
        Value::Object(object) => {
            let value = |row: Row<'_>| match (object.get(row.name()), row.default_value()) {
                (Value::Null, Some(default)) => meant(Members::default(), default),
                (Value::Null, None) if row.has_defaults_below() => {
                    meant(row.members(), &row.members().null_object().into())
                }
                (value, _) => meant(row.members(), value),
            };
            let rows = members.rows();
            let meant: Object = rows.map(|row| (row.name(), value(row))).collect();
            let is_empty = meant.iter().all(|(_, value)| value.is_null());
            match is_empty {
                true => Value::Null,
                false => meant.into(),
            }
        }
        Value::List(elements) | Value::Set(elements) => {
            let elements: Vec<_> = elements.iter().map(inner).collect();
            match elements.iter().all(Value::is_null) {
                true => Value::Null,
                false => Value::List(elements),
            }
        }
        Value::Map(elements) => {
            let elements = elements.iter().map(|(key, it)| (key.clone(), inner(it)));
            Value::Map(elements.collect())
        }
        Value::String(text) => text.to_uppercase().into(),
        other => other.clone(),
    }
}

/// A configuration of which some values are known only at apply: those whose turn is it in `unknown`.
fn masked(
    members: Members<'_>,
    config: &Object,
    unknown: &mut dyn Iterator<Item = bool>,
) -> Object {
    let value = |row: Row<'_>| {
        let value = config.get(row.name());
        match (row.nesting(), value) {
            (_, Value::Null) => Value::Null,
            (None, _) if unknown.next() == Some(true) => Value::unknown(),
            (Some(Nesting::Single | Nesting::Group), Value::Object(object)) => {
                masked(row.members(), object, unknown).into()
            }
            (Some(Nesting::List), Value::List(elements)) => {
                let mut element = |it: &Value| match it {
                    Value::Object(object) => masked(row.members(), object, unknown).into(),
                    it => it.clone(),
                };
                Value::List(elements.iter().map(&mut element).collect())
            }
            (_, value) => value.clone(),
        }
    };
    let mut value = value;
    members
        .rows()
        .map(|row| (row.name().to_owned(), value(row)))
        .collect()
}

#[derive(Clone)]
struct Life {
    schema: Schema,
    configs: Vec<Object>,
    unknown: Vec<bool>,
}

/// As short as can be read: a line for each row, and configurations as JSON.
impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        self.schema.visit_rows(&mut |path, place| {
            let row = place.row;
            let kind = match row.nesting() {
                Some(nesting) => format!("{nesting:?}"),
                None => row.ty().to_json().to_string(),
            };
            let about = row.attribute().map(|it| {
                let default = it.default.as_ref().map(json::encode);
                let is_text = it.custom_type.is_some() || it.element_type.is_some();
                let flags = (it.write_only, is_text);
                format!("{:?} {default:?} {flags:?}", it.mode)
            });
            let modifiers = row.plan_modifiers().iter().map(|it| it.description());
            let modifiers: Vec<_> = modifiers.collect();
            // The test fails anyway, with or without this output.
            let _ = writeln!(f, "{path}: {kind} {about:?} {modifiers:?}");
        });
        for config in &self.configs {
            writeln!(f, "{}", json::encode(&config.clone().into()))?;
        }
        writeln!(f, "{:?}", self.unknown)
    }
}

fn life() -> impl Strategy<Value = Life> {
    schema().prop_flat_map(|schema| {
        let configs = vec(configured(schema.members()), 2..4);
        (configs, vec(any::<bool>(), 8)).prop_map(move |(configs, unknown)| Life {
            schema: schema.clone(),
            configs,
            unknown,
        })
    })
}

// --- What holds ---

async fn live(life: &Life) -> Result<(), TestCaseError> {
    let failed = |what: &str, failure: Failure| TestCaseError::fail(format!("{what}: {failure}"));
    let members = life.schema.members();
    let (echo, _) = Echo::new(life.schema.clone());
    let mut core = Core::start(echo).await.map_err(|it| failed("start", it))?;
    for config in &life.configs {
        let unknown = &mut life.unknown.iter().copied();
        let early = masked(members, config, unknown);
        let planned = core.plan(THING, early).await;
        let planned = planned.map_err(|it| failed("plan", it))?;
        let applied = core.apply_plan_with(planned, config).await;
        let applied = applied.map_err(|it| failed("apply", it))?;
        check_written(members, config, applied.object(), "")?;
        for what in ["after apply", "after refresh"] {
            let again = core.plan(THING, config).await;
            let again = again.map_err(|it| failed("second plan", it))?;
            prop_assert_eq!(
                again.action,
                Action::NoOp,
                "{}: {} becomes {}",
                what,
                again
                    .prior
                    .map(|it| json::encode(&it.into()))
                    .unwrap_or_default(),
                again
                    .planned
                    .map(|it| format!("{it:?}"))
                    .unwrap_or_default()
            );
            core.refresh(THING)
                .await
                .map_err(|it| failed("refresh", it))?;
        }
    }
    core.destroy(THING)
        .await
        .map_err(|it| failed("destroy", it))?;
    Ok(())
}

/// What is written is in the state, or the same in the form of before where the row says so.
fn check_written(
    members: Members<'_>,
    config: &Object,
    state: &Object,
    parent: &str,
) -> Result<(), TestCaseError> {
    for row in members.rows().filter(|row| !row.is_write_only()) {
        let (written, stored) = (config.get(row.name()), state.get(row.name()));
        let path = format!("{parent}.{}", row.name());
        if written.is_null() {
            continue;
        }
        let inner = |written: &Value, stored: &Value| match (written, stored) {
            (Value::Object(written), Value::Object(stored)) => {
                check_written(row.members(), written, stored, &path)
            }
            (written, stored) => {
                prop_assert_eq!(written, stored, "{}", path);
                Ok(())
            }
        };
        match (row.nesting(), written, stored) {
            (None, ..) => {
                let keeps_form = !row.plan_modifiers().is_empty();
                let is_same = keeps_form && row.semantically_equal(stored, written);
                prop_assert!(is_same || written == stored, "{}: {:?}", path, stored);
            }
            (_, Value::List(written), Value::List(stored)) => {
                prop_assert_eq!(written.len(), stored.len(), "{}", path);
                for (written, stored) in written.iter().zip(stored) {
                    inner(written, stored)?;
                }
            }
            (_, Value::Map(written), Value::Map(stored)) => {
                let keys = |map: &BTreeMap<String, Value>| map.keys().cloned().collect::<Vec<_>>();
                prop_assert_eq!(keys(written), keys(stored), "{}", path);
                for (written, stored) in written.values().zip(stored.values()) {
                    inner(written, stored)?;
                }
            }
            (_, Value::Set(written), Value::Set(stored)) => {
                for written in written {
                    let is_there = stored.iter().any(|stored| inner(written, stored).is_ok());
                    prop_assert!(is_there, "{}: {:?} is not in {:?}", path, written, stored);
                }
            }
            (_, written, stored) => inner(written, stored)?,
        }
    }
    Ok(())
}

/// The same lives in every run. `PROPTEST_CASES` asks for as many others.
fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => given,
        None => ProptestConfig {
            cases: 128,
            rng_seed: RngSeed::Fixed(1),
            ..given
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 300,
        ..config()
    })]

    #[test]
    fn whatever_the_schema(life in life()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(live(&life))?;
    }
}

/// The life of one set of which Terraform's proposal loses an element: the first configured one could be any of before.
#[tokio::test]
async fn an_element_that_could_be_any_takes_none_away() {
    let object = |name: Value| -> Value { [("name", name)].into_iter().collect::<Object>().into() };
    let elements = || Value::set([object(Value::Null), object("k".into())]);
    let rows = || {
        [
            Attribute::string("name").default("l"),
            Attribute::string("name").optional_computed(),
        ]
    };
    for row in rows() {
        let schemas = [
            Schema {
                attributes: vec![Attribute::nested("set", Nesting::Set, vec![row.clone()])],
                ..Schema::default()
            },
            Schema {
                blocks: vec![Block::new("set", Nesting::Set, vec![row])],
                ..Schema::default()
            },
        ];
        for schema in schemas {
            let life = Life {
                schema,
                configs: vec![[("set", elements())].into_iter().collect()],
                unknown: Vec::new(),
            };
            live(&life).await.expect("nothing is refused");
        }
    }
}
