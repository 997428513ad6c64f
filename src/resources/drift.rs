//! What is the same to ARM, and what is not: for each attribute, what was written and what is answered.
//!
//! The tables are data, one file for each resource: `config` and `body` fit each other, and a row changes either. Each
//! row is played twice, for an object that the author created and for one that was imported.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use tfplugin_framework::engine::Engine;
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::Resource;
use tfplugin_framework::schema::{Attribute, Kind, TIMEOUTS};
use tfplugin_framework::types::json;
use tfplugin_framework::types::value::{Object, Value};

use super::test_plan::{
    Planned, applied, context, id, network, plan, server_of, subnet, unconfigured,
};
use super::{all, arm_resources};
use crate::arm::ResourceId;
use crate::arm::test_server::Reply;
use crate::azure::Azure;
use crate::azure::arm_resource::ArmResource;
use crate::azure::body::Change;
use crate::azure::row::{ArmAttribute as _, sent_changes};
use crate::azure::types::{ENVIRONMENTS, INTEGRATION_ACCOUNTS};

/// What stands for the beginning of IDs in the files.
pub(super) const GROUP: (&str, &str) = (
    "{g}",
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers",
);

/// The table of one resource.
#[derive(Deserialize)]
struct Table {
    /// Arguments that are written.
    config: BTreeMap<String, Json>,
    /// The object as ARM answers it.
    body: Json,
    rows: Vec<Row>,
}

/// What is written or answered otherwise, and what that means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The attribute that it is about.
    of: String,
    /// Other arguments; null ones are not written.
    #[serde(default)]
    written: BTreeMap<String, Json>,
    /// Other members of the body, by JSON pointer; a null one is there, as null.
    #[serde(default)]
    answered: BTreeMap<String, Json>,
    /// Members that are not in the body.
    #[serde(default)]
    absent: Vec<String>,
    is: Expected,
    /// Where only one of the two is meant: what is in its ID, the state of a created object tells in any case.
    only: Option<Origin>,
}

/// How an object came into the state.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Origin {
    Created,
    Imported,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    Same,
    Update,
    Replace,
}

/// The file of a resource in a folder beside this one.
pub(crate) fn table<T: DeserializeOwned>(folder: &str, resource: &dyn Resource<Azure>) -> T {
    let name = format!("src/resources/{folder}/{}.json", resource.type_name());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = text.replace(GROUP.0, GROUP.1);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Each resource by itself, for the tables are long.
#[tokio::test(flavor = "multi_thread")]
async fn differences_are_seen_and_nothing_else_is() {
    let checks = all().into_iter().zip(arm_resources());
    let checks = checks.map(|(resource, arm)| async move { check(&*resource, &*arm).await });
    for checked in checks.map(tokio::spawn).collect::<Vec<_>>() {
        checked.await.expect("the table");
    }
}

/// No argument is forgotten: each has a row that is no difference, and one that is, if ARM has it.
#[test]
fn every_argument_has_its_rows() {
    let mut missing = Vec::new();
    for resource in &all() {
        let table = table::<Table>("drift", &**resource);
        let arguments = arguments_of(&**resource);
        let with = |path: &str, same: bool| {
            let rows = table.rows.iter();
            rows.filter(|row| row.of == path)
                .any(|row| (row.is == Expected::Same) == same)
        };
        for (path, is_in_arm) in &arguments {
            let needed = [Some(true), is_in_arm.then_some(false)];
            let lacking = needed
                .into_iter()
                .flatten()
                .filter(|same| !with(path, *same));
            missing.extend(
                lacking.map(|same| format!("{} {path}: same {same}", resource.type_name())),
            );
        }
        let strange = table
            .rows
            .iter()
            .filter(|row| !arguments.contains_key(&row.of));
        missing.extend(strange.map(|row| format!("{} has no {}", resource.type_name(), row.of)));
    }
    assert_eq!(missing, [""; 0]);
}

/// The paths of all arguments, and whether ARM has them.
fn arguments_of(resource: &dyn Resource<Azure>) -> BTreeMap<String, bool> {
    // These are in the object's ID, or read and written beside the schema.
    let beside = ["resource_group_name", "virtual_network_id", "tags"];
    let mut arguments = BTreeMap::new();
    resource.schema().visit_rows(&mut |path, place| {
        let Some(attribute) = place.row.attribute() else {
            return;
        };
        if attribute.is_configurable() && !attribute.write_only && !path.starts_with(TIMEOUTS) {
            let is_in_arm = attribute.remote().is_some() || beside.contains(&&*attribute.name);
            arguments.insert(path.to_owned(), is_in_arm);
        }
    });
    arguments
}

async fn check(resource: &dyn Resource<Azure>, arm: &dyn ArmResource) {
    let table: Table = table("drift", resource);
    let server = server_of(&[]).await;
    let importing = context(&server);
    let mut wrong = Vec::new();
    for row in &table.rows {
        let config = config(resource, &table, row);
        let body = body(&table, row);
        let id = table.body["id"].as_str().expect("an ID");
        let created = plan(resource, &unconfigured(), &config, None, Private::default()).await;
        let mut created = applied(&created, &[("id", id.into())]);
        let imported = Engine::default().import(resource, &importing, id).await;
        let imported = imported.object.expect("it can be imported");
        if resource.schema().attribute("tags").is_some() {
            let tags = created.get("tags").clone();
            created.set("tags_all", tags);
        }
        for (origin, state) in [(Origin::Created, created), (Origin::Imported, imported)] {
            if row.only.is_some_and(|only| only != origin) {
                continue;
            }
            let found = played((resource, arm), row, &config, &state, &body).await;
            wrong.extend(
                found
                    .err()
                    .map(|error| format!("{origin:?}, {row:?}: {error}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Refreshes and plans, and says what is not as the row has it.
async fn played(
    (resource, arm): (&dyn Resource<Azure>, &dyn ArmResource),
    row: &Row,
    config: &Object,
    state: &Object,
    body: &Json,
) -> Result<(), String> {
    let was_created = !state.get("name").is_null();
    let (state_after, plan) = refreshed_and_planned(resource, config, state, body).await?;
    if row.is == Expected::Same {
        if was_created && state_after != with_computed_of(resource, state, &state_after) {
            return Err(format!(
                "the refresh shows drift: {:?}",
                at(&state_after, &row.of)
            ));
        }
        return no_difference(resource, &state_after, &plan, was_created);
    }
    let (before, after) = (at(&state_after, &row.of), at(&plan.planned, &row.of));
    if before == after {
        return Err(format!("no difference: {before:?}"));
    }
    let replaces = !plan.requires_replace.is_empty();
    if replaces != (row.is == Expected::Replace)
        || sent_changes(resource.schema(), &state_after, &plan.planned).is_empty()
    {
        return Err(format!("replaces {:?}", plan.requires_replace));
    }
    if replaces {
        return Ok(());
    }
    let unknown = plan
        .planned
        .iter()
        .filter(|(_, value)| !value.is_wholly_known());
    let may_change = |name: &str| match name {
        "provisioning_state" | "version" | "changed_time" => true,
        "state" => row.of == "enabled",
        "identity" => row.of.starts_with("identity"),
        _ => false,
    };
    if let Some((name, _)) = unknown.into_iter().find(|(name, _)| !may_change(name)) {
        return Err(format!("{name} is planned as unknown"));
    }
    // What is written puts it right.
    let mut written = body.clone();
    let change = Change::between(&state_after, &plan.planned);
    let overwritten = arm.write(config, change, &mut written);
    if !overwritten.is_empty() {
        return Err(format!("what nobody else changed is told: {overwritten:?}"));
    }
    let (state_after, plan) = refreshed_and_planned(resource, config, state, &written).await?;
    no_difference(resource, &state_after, &plan, was_created)
        .map_err(|error| format!("after {written}: {error}"))
}

fn no_difference(
    resource: &dyn Resource<Azure>,
    state: &Object,
    plan: &Planned,
    was_created: bool,
) -> Result<(), String> {
    let differs = |(name, planned): &(&str, &Value)| *planned != state.get(name);
    let different: Vec<_> = plan.planned.iter().filter(differs).collect();
    // What only the provider knows, and other forms of nothing, show once after an import.
    if !sent_changes(resource.schema(), state, &plan.planned).is_empty()
        || !plan.requires_replace.is_empty()
        || (was_created && !different.is_empty())
    {
        return Err(format!(
            "planned {different:?}, replaces {:?}",
            plan.requires_replace
        ));
    }
    Ok(())
}

pub(super) async fn refreshed_and_planned(
    resource: &dyn Resource<Azure>,
    config: &Object,
    state: &Object,
    body: &Json,
) -> Result<(Object, Planned), String> {
    let id = ResourceId::parse(state.str_or_empty("id")).expect("an ID");
    let mut objects = neighbours();
    objects.push((id, Reply::json(200, body)));
    let server = server_of(&objects).await;
    let context = context(&server);
    let engine = Engine::default();
    let read = engine.read(resource, &context, state.clone(), None, Private::default());
    let read = read.await;
    let after = read.object.expect("it is there");
    let plan = plan(resource, &context, config, Some(&after), Private::default()).await;
    // What Terraform would refuse is among the messages.
    let errors = [&read.diagnostics, &plan.diagnostics];
    match errors.iter().any(|messages| messages.has_error()) {
        true => Err(format!("{errors:?}")),
        false => Ok((after, plan)),
    }
}

/// What plans look at besides.
pub(super) fn neighbours() -> Vec<(ResourceId, Reply)> {
    let gone = || Reply::error(404, "NotFound");
    let environment = id(ENVIRONMENTS.name, "e");
    let account = json!({ "properties": { "integrationServiceEnvironment": { "id": environment.to_string() } } });
    let subnets = ["a", "b", "c", "d"].map(|name| (subnet(name), gone()));
    let mut objects = subnets.to_vec();
    objects.push((network(), gone()));
    objects.push((
        environment,
        Reply::json(
            200,
            &json!({ "sku": { "name": "Developer" }, "properties": { "provisioningState": "Succeeded" } }),
        ),
    ));
    for name in ["i", "other"] {
        let id = id(INTEGRATION_ACCOUNTS.name, name);
        objects.push((id, Reply::json(200, &account)));
    }
    objects
}

/// The state before, with what the provider alone gives from the one after.
fn with_computed_of(resource: &dyn Resource<Azure>, before: &Object, after: &Object) -> Object {
    fn take(attributes: &[Attribute], object: &mut Object, after: &Object) {
        for attribute in attributes {
            let (value, after) = (object.get_mut(&attribute.name), after.get(&attribute.name));
            match (&attribute.kind, value, after) {
                (Kind::Nested(_, attributes), Value::Object(object), Value::Object(after)) => {
                    take(attributes, object, after);
                }
                (Kind::Nested(_, attributes), Value::List(before), Value::List(after)) => {
                    for pair in before.iter_mut().zip(after) {
                        if let (Value::Object(object), Value::Object(after)) = pair {
                            take(attributes, object, after);
                        }
                    }
                }
                (_, value, after) if !attribute.is_configurable() => *value = after.clone(),
                (_, value @ Value::Null, after) if attribute.is_computed() => {
                    *value = after.clone()
                }
                _ => {}
            }
        }
    }
    let mut before = before.clone();
    take(&resource.schema().attributes, &mut before, after);
    before
}

fn config(resource: &dyn Resource<Azure>, table: &Table, row: &Row) -> Object {
    let mut arguments = table.config.clone();
    arguments.extend(row.written.clone());
    let names: BTreeSet<_> = resource
        .schema()
        .attributes
        .iter()
        .map(|it| &*it.name)
        .collect();
    let strange: Vec<_> = arguments
        .keys()
        .filter(|name| !names.contains(name.as_str()))
        .collect();
    assert!(strange.is_empty(), "{row:?}: {strange:?}");
    let text = json!(arguments).to_string();
    match json::decode(&text, &resource.schema().ty()) {
        Ok(Value::Object(object)) => object,
        other => panic!("{row:?}: {other:?}"),
    }
}

fn body(table: &Table, row: &Row) -> Json {
    let mut body = table.body.clone();
    for (pointer, value) in &row.answered {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = body.pointer_mut(parent).expect("a parent that is there");
        parent[name] = value.clone();
    }
    for pointer in &row.absent {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = body.pointer_mut(parent).and_then(Json::as_object_mut);
        let removed = parent.expect("an object").shift_remove(name);
        assert!(removed.is_some(), "{pointer} is not there");
    }
    body
}

/// The value at a path, or in each element of a list on it; null below null.
fn at(object: &Object, path: &str) -> Value {
    fn below(value: &Value, rest: &str) -> Value {
        match value {
            Value::Object(object) => at(object, rest),
            Value::List(elements) => {
                Value::List(elements.iter().map(|it| below(it, rest)).collect())
            }
            _ => Value::Null,
        }
    }
    match path.split_once('.') {
        None => object.get(path).clone(),
        Some((name, rest)) => below(object.get(name), rest),
    }
}
