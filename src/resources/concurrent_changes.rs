//! What others change between a plan and its apply stays, unless it is the very same that the plan changes.
//!
//! The tables are data, one file for each resource, with a change of our own and one of others for each attribute. Every
//! pair of them meets on every way that an update can take.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use tfplugin_framework::engine::Engine;
use tfplugin_framework::private::Private;
use tfplugin_framework::resource::{Resource, UpdateRequest};
use tfplugin_framework::schema::{Attribute, Kind};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Object;
use tfplugin_framework::types::{json, path};

use super::all;
use super::drift::{neighbours, refreshed_and_planned, table};
use super::test_plan::{Kept, call, context, get, plan, write, writes};
use crate::arm::ResourceId;
use crate::arm::test_server::{Reply, TestServer};
use crate::azure::Azure;
use crate::azure::row::{ArmAttribute as _, Sends, sent_changes};

/// What only ARM has, and nobody models: others change it too.
const UNMODELLED: &str = "unmodelled";

/// The table of one resource. Bodies are changed by merge patches.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The ways that its updates take.
    #[serde(default = "usual_ways")]
    ways: Vec<Way>,
    config: BTreeMap<String, Json>,
    body: Json,
    attributes: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// What the plan changes, and what the body is then.
    ours: Option<Ours>,
    /// How others change it.
    theirs: Option<Json>,
    /// What comes of it where both change it.
    #[serde(default)]
    both: Vec<Both>,
    /// The same where the other attribute is bound to this one; `a.*` stands for all that is in `a`, and it.
    #[serde(default)]
    with: BTreeMap<String, Both>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ours {
    written: BTreeMap<String, Json>,
    answered: Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    /// Another change by others.
    theirs: Option<Json>,
    answered: Json,
    /// The attributes that a warning names.
    overwrites: Vec<String>,
    /// Not where all of the attribute is sent again.
    #[serde(default)]
    not_again: bool,
}

/// The ways that an update takes.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Plain,
    /// Others write after our first read: the first write is refused with 412.
    Overtaken,
    /// An earlier run was stopped while its change went on.
    Resumed,
    /// An earlier run's change failed: ARM has shown it since, and has not got it now.
    Again,
}

fn usual_ways() -> Vec<Way> {
    vec![Way::Plain, Way::Overtaken]
}

/// No argument that changes in place is forgotten.
#[test]
fn every_argument_has_its_row() {
    fn walk(attributes: &[Attribute], parent: &str, needed: &mut BTreeMap<String, bool>) {
        let changes = |it: &&Attribute| {
            it.is_configurable()
                && !it.may_require_replace()
                && !it.write_only
                && it.sends() != Sends::Never
        };
        for attribute in attributes.iter().filter(changes) {
            let path = format!("{parent}{}", attribute.name);
            if let Kind::Nested(_, attributes) = &attribute.kind {
                walk(attributes, &format!("{path}."), needed);
            }
            let is_in_arm = attribute.remote().is_some() || attribute.name == "tags";
            needed.insert(path, is_in_arm);
        }
    }
    for resource in &all() {
        let table: Table = table("concurrent_changes", &**resource);
        let mut needed = BTreeMap::new();
        walk(&resource.schema().attributes, "", &mut needed);
        let complete = |path: &String, is_in_arm: bool| {
            let row = table.attributes.get(path);
            row.is_some_and(|row| {
                row.ours.is_some() && (!is_in_arm || (row.theirs.is_some() && !row.both.is_empty()))
            })
        };
        let missing: Vec<_> = needed
            .iter()
            .filter(|(path, arm)| !complete(path, **arm))
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", resource.type_name());
        let known = |path: &&String| needed.contains_key(*path) || *path == UNMODELLED;
        let strange: Vec<_> = table
            .attributes
            .keys()
            .filter(|path| !known(path))
            .collect();
        assert!(strange.is_empty(), "{}: {strange:?}", resource.type_name());
        assert!(
            table.attributes.contains_key(UNMODELLED),
            "{}",
            resource.type_name()
        );
    }
}

/// Each resource by itself, for the tables are long.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_change_meanwhile_stays() {
    let checks = all().into_iter();
    let checks = checks.map(|resource| async move { check(&*resource).await });
    for checked in checks.map(tokio::spawn).collect::<Vec<_>>() {
        checked.await.expect("the table");
    }
}

async fn check(resource: &dyn Resource<Azure>) {
    let table: Table = table("concurrent_changes", resource);
    let base = state(resource, &table).await;
    let mut wrong = Vec::new();
    for (name, row) in &table.attributes {
        let Some(ours) = &row.ours else { continue };
        for meeting in meetings(&table, name, row, ours) {
            let ways = table
                .ways
                .iter()
                .filter(|way| **way != Way::Again || !meeting.not_again);
            for way in ways {
                let played = play(resource, &table, &base, (name, ours), &meeting, *way).await;
                wrong.extend(played.err().map(|error| {
                    format!(
                        "{way:?}: we change {name}, others {}: {error}",
                        meeting.theirs
                    )
                }));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// A change by others that meets ours, and what comes of it.
struct Meeting<'t> {
    theirs: &'t Json,
    result: Json,
    overwrites: &'t [String],
    not_again: bool,
}

fn meetings<'t>(table: &'t Table, name: &str, row: &'t Row, ours: &'t Ours) -> Vec<Meeting<'t>> {
    let met = |patches: &[&Json]| {
        let mut body = table.body.clone();
        patches.iter().for_each(|patch| merge(&mut body, patch));
        body
    };
    let mut meetings = Vec::new();
    for both in &row.both {
        let theirs = both.theirs.as_ref().or(row.theirs.as_ref());
        meetings.push(Meeting {
            theirs: theirs.expect("what others do"),
            result: met(&[&both.answered]),
            overwrites: &both.overwrites,
            not_again: both.not_again,
        });
    }
    let is_within = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}."));
    for (other, their_row) in &table.attributes {
        let Some(theirs) = &their_row.theirs else {
            continue;
        };
        if is_within(name, other) || is_within(other, name) {
            continue;
        }
        // What is sent again is a whole top-level attribute.
        let top = |path: &'_ str| path.split('.').next().map(str::to_owned);
        let not_again = top(name) == top(other);
        let is_meant = |name: &str| match name.strip_suffix(".*") {
            Some(parent) => is_within(other, parent),
            None => name == other,
        };
        let mut bound = row.with.iter();
        let bound = bound.find(|(name, _)| is_meant(name));
        meetings.push(match bound.map(|(_, both)| both) {
            Some(both) => Meeting {
                theirs,
                result: met(&[&both.answered]),
                overwrites: &both.overwrites,
                not_again,
            },
            None => {
                assert!(
                    !overlap(theirs, &ours.answered),
                    "{name} and {other} need a row for both"
                );
                Meeting {
                    theirs,
                    result: met(&[theirs, &ours.answered]),
                    overwrites: &[],
                    not_again,
                }
            }
        });
    }
    meetings
}

/// The state of the object before anybody changes anything.
async fn state(resource: &dyn Resource<Azure>, table: &Table) -> Object {
    let config = config(resource, table, &BTreeMap::new());
    let importing = context(&TestServer::start(&[]).await);
    let id = table.body["id"].as_str().expect("an ID");
    let imported = Engine::default().import(resource, &importing, id).await;
    let state = imported.object.expect("it can be imported");
    let refreshed = refreshed_and_planned(resource, &config, &state, &table.body).await;
    let (mut state, _) = refreshed.expect("a state");
    let kept_here = |it: &&Attribute| {
        it.remote().is_none() && it.is_configurable() && !it.write_only && it.name != "tags"
    };
    for attribute in resource.schema().attributes.iter().filter(kept_here) {
        let written = config.get(&attribute.name);
        if !written.is_null() {
            state.set(&attribute.name, written.clone());
        }
    }
    let replanned = refreshed_and_planned(resource, &config, &state, &table.body).await;
    let (_, plan) = replanned.expect("a plan");
    let changes = sent_changes(resource.schema(), &state, &plan.planned);
    assert!(changes.is_empty(), "{}: {changes:?}", resource.type_name());
    state
}

async fn play(
    resource: &dyn Resource<Azure>,
    table: &Table,
    base: &Object,
    (name, ours): (&str, &Ours),
    meeting: &Meeting<'_>,
    way: Way,
) -> Result<(), String> {
    let id = ResourceId::parse(base.str_or_empty("id")).expect("an ID");
    let config = config(resource, table, &ours.written);
    let mut at_apply = table.body.clone();
    merge(&mut at_apply, meeting.theirs);
    let server = server(&id, way, [&table.body, &at_apply, &meeting.result]).await;
    let context = context(&server);
    let (mut prior, mut private) = (base.clone(), Private::default());
    let top = name.split('.').next().unwrap_or(name);
    let changes = [if top == "tags" { "tags_all" } else { top }];
    let pending =
        json!({ "phase": "updating", "started_at": 0, "operation": null, "changes": changes });
    if way == Way::Resumed {
        prior.set("provisioning_state", "InProgress");
        private.set("operation", &pending);
    }
    if way == Way::Again {
        // ARM has shown the change, and that it failed.
        let mut shown = table.body.clone();
        merge(&mut shown, &ours.answered);
        let refreshed = refreshed_and_planned(resource, &config, &prior, &shown).await;
        prior = refreshed?.0;
        prior.set("provisioning_state", "Failed");
        private.set("operation", &pending);
        if top == "restart_triggers" {
            prior.set(top, config.get(top).clone());
        }
    }
    let plan = plan(resource, &context, &config, Some(&prior), private).await;
    if !plan.requires_replace.is_empty() {
        return Err(format!("replaces {:?}", plan.requires_replace));
    }
    let update = UpdateRequest::new(&config, &prior, &plan.planned);
    let mut state = Kept::new(Some(prior.clone()), plan.private.clone());
    let updated = call::update(resource, &context, update, &mut state).await;
    updated.map_err(|errors| format!("{errors:?}"))?;
    judge(&server, way, (&at_apply, meeting))?;
    told(&state, meeting, (way == Way::Again).then_some(top))?;
    for (name, planned) in plan.planned.iter().filter(|(_, it)| it.is_wholly_known()) {
        let kept = state.object().expect("a state").get(name);
        if kept != planned {
            return Err(format!(
                "the state has {name} = {kept:?} instead of {planned:?}"
            ));
        }
    }
    Ok(())
}

/// ARM as it was read first, as it was by then, and as it is afterwards.
async fn server(id: &ResourceId, way: Way, bodies: [&Json; 3]) -> TestServer {
    let [before, at_apply, after] = bodies.map(|body| Reply::json(200, body));
    let reads = match way {
        Way::Plain | Way::Again => vec![at_apply, after.clone()],
        Way::Overtaken => vec![before, at_apply, after.clone()],
        Way::Resumed => vec![at_apply.clone(), at_apply, after.clone()],
    };
    let mut takes = vec![after];
    if way == Way::Overtaken {
        takes.insert(0, Reply::error(412, "PreconditionFailed"));
    }
    let mut script = vec![
        (get(id), reads),
        (write("PUT", id, ""), takes.clone()),
        (write("PATCH", id, ""), takes),
    ];
    for action in ["enable", "disable", "restart"] {
        let line = write("POST", id, &format!("/{action}"));
        script.push((line, vec![Reply::text(200, "")]));
    }
    let others = neighbours().into_iter().filter(|(other, _)| other != id);
    script.extend(others.map(|(id, reply)| (get(&id), vec![reply])));
    let script: Vec<_> = script
        .iter()
        .map(|(line, replies)| (line.as_str(), replies.clone()))
        .collect();
    TestServer::start(&script).await
}

/// Compares what ARM has after the requests that it took with what it should have.
fn judge(
    server: &TestServer,
    way: Way,
    (at_apply, meeting): (&Json, &Meeting<'_>),
) -> Result<(), String> {
    let mut body = at_apply.clone();
    let sent = writes(server);
    let mut refused = usize::from(way == Way::Overtaken);
    for (line, request) in &sent {
        match line.split_once(' ').unwrap_or_default() {
            ("PUT" | "PATCH", _) if refused > 0 => refused -= 1,
            ("PUT", _) => body = request.clone(),
            ("PATCH", _) => {
                let patched = |name: &str| {
                    let names = request["tags"].as_object().into_iter().flatten();
                    names
                        .into_iter()
                        .any(|(other, _)| other.eq_ignore_ascii_case(name))
                };
                // Names of tags have no case.
                if let Some(tags) = body["tags"].as_object_mut() {
                    tags.retain(|name, _| !patched(name));
                }
                merge(&mut body, request);
            }
            (_, "enable") => body["properties"]["state"] = json!("Enabled"),
            (_, "disable") => body["properties"]["state"] = json!("Disabled"),
            _ => {}
        }
    }
    // It goes with every PUT, and never comes back.
    if let Some(Json::Object(secret)) = body.pointer_mut("/properties/parameters/key") {
        secret.shift_remove("value");
    }
    match body == meeting.result && !sent.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "sent {sent:#?}\nwhich makes\n{body}\ninstead of\n{}",
            meeting.result
        )),
    }
}

/// Compares what is told to have been overwritten. What is sent `again` as a whole is told as well where ARM has it no more.
fn told(state: &Kept, meeting: &Meeting<'_>, again: Option<&str>) -> Result<(), String> {
    let mut paths = BTreeSet::new();
    for warning in state.warnings.iter() {
        let path = warning.summary.strip_prefix("A change of ");
        let path = path.and_then(|rest| rest.split_once(" of "));
        let Some((path, _)) = path else {
            return Err(format!("told {warning:?}"));
        };
        paths.insert(path.to_owned());
        if warning.path == path::Path::root() || warning.detail.contains("hush") {
            return Err(format!("told {warning:?}"));
        }
    }
    let expected: BTreeSet<_> = meeting.overwrites.iter().cloned().collect();
    if let Some(again) = again {
        paths.retain(|path| !path.starts_with(again) || expected.contains(path));
    }
    match paths == expected {
        true => Ok(()),
        false => Err(format!("told of {paths:?} instead of {expected:?}")),
    }
}

/// A configuration. Documents may be written out.
fn config(resource: &dyn Resource<Azure>, table: &Table, other: &BTreeMap<String, Json>) -> Object {
    let mut arguments = table.config.clone();
    arguments.extend(other.clone());
    for (name, value) in &mut arguments {
        let attribute = resource.schema().attribute(name).expect("an argument");
        if attribute.ty() == Type::String && value.is_object() {
            *value = value.to_string().into();
        }
    }
    match json::decode(&json!(arguments).to_string(), &resource.schema().ty()) {
        Ok(tfplugin_framework::types::value::Value::Object(object)) => object,
        other => panic!("{other:?}"),
    }
}

/// RFC 7386: null removes a member. In an array, names are places.
fn merge(target: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if let Some(elements) = target.as_array_mut() {
        let place = |name: &String| name.parse::<usize>().expect("a place in an array");
        let mut patch: Vec<_> = patch.iter().map(|(name, it)| (place(name), it)).collect();
        patch.sort_by_key(|(place, _)| *place);
        let (there, new): (Vec<_>, Vec<_>) = patch
            .into_iter()
            .partition(|(place, _)| *place < elements.len());
        elements.extend(new.into_iter().map(|(_, value)| value.clone()));
        for (place, value) in there.into_iter().rev() {
            match value {
                Json::Null => drop(elements.remove(place)),
                value => merge(&mut elements[place], value),
            }
        }
        return;
    }
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in patch {
        match (value, target.as_object_mut()) {
            (Json::Null, Some(members)) => drop(members.shift_remove(name)),
            _ => merge(&mut target[name], value),
        }
    }
}

/// Whether two patches change the same, or one of them what the other is in.
fn overlap(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            let mut common = a.iter().filter_map(|(name, a)| Some((a, b.get(name)?)));
            common.any(|(a, b)| overlap(a, b))
        }
        _ => true,
    }
}
