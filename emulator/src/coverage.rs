//! The table of coverage in the README, made from the tables of types and routes, and of what each verb really answers.
//!
//! `UPDATE_DOCS=1 cargo test -p arm-emulator coverage` writes it; without the variable the test fails when it is stale.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::path::Path;

use crate::core::call::{Call, Reply};
use crate::core::definition::{Request, TypeDefinition};
use crate::core::dispatch;
use crate::core::id::ResourceId;
use crate::core::json::{Json, json, text};
use crate::core::world::World;
use crate::fixtures;
use crate::types::TABLE;

/// Between these lines of the README lies the table.
const BEGIN: &str = "<!-- coverage: made by UPDATE_DOCS=1 cargo test -p arm-emulator coverage -->";
const END: &str = "<!-- end of coverage -->";

/// One resource of each type at least.
const RESOURCES: &str = include_str!("../tests/coverage/resources.json");

#[test]
fn the_table_of_coverage_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&file).expect("a README");
    let (before, rest) = readme.split_once(BEGIN).expect("a beginning");
    let (_, after) = rest.split_once(END).expect("an end");
    let wanted = format!("{before}{BEGIN}\n{}\n{}{END}{after}", types(), routes());
    if env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &wanted).expect("a README");
        return;
    }
    assert!(
        readme == wanted,
        "The table of coverage in emulator/README.md is stale. Run `UPDATE_DOCS=1 cargo test -p arm-emulator coverage`."
    );
}

/// A row for each type.
fn types() -> String {
    let resources: Vec<Json> = serde_json::from_str(RESOURCES).expect("a list");
    let mut rows = BTreeMap::new();
    for definition in TABLE.all() {
        let of_type = resources.iter().find(|one| is_of(one, definition));
        let one = of_type.unwrap_or_else(|| {
            panic!(
                "tests/coverage/resources.json has no {}: add one, so that it can be tried",
                definition.name
            )
        });
        rows.insert(definition.name, row(&resources, one, definition));
    }
    let mut table = "| type | GET | list | PUT | PATCH | DELETE | below it | api-versions |\n|---|---|---|---|---|---|---|---|\n".to_owned();
    for row in rows.values() {
        writeln!(table, "{row}").expect("a text");
    }
    table
}

/// What is served besides types.
fn routes() -> String {
    let mut table = "| besides | verbs |\n|---|---|\n".to_owned();
    for (pattern, verbs) in dispatch::served(&TABLE) {
        let verbs = if verbs == "*" {
            "those of its type"
        } else {
            verbs
        };
        writeln!(table, "| `/{pattern}` | {verbs} |").expect("a text");
    }
    table
}

fn id(resource: &Json) -> &str {
    text(resource, "id").expect("an id")
}

fn is_of(resource: &Json, definition: &TypeDefinition) -> bool {
    let id = ResourceId::parse(id(resource)).expect("an id");
    id.type_name().eq_ignore_ascii_case(definition.name)
}

fn world(resources: &[Json]) -> World {
    let mut world = World::new(1.0, 1);
    fixtures::load(&TABLE, &mut world, resources).expect("what is there");
    world
}

fn ask(world: &mut World, method: &str, path: &str, version: &str, body: &Json) -> Reply {
    let mut call = Call::own(method, path, version, body);
    if body.is_null() {
        call.body.clear();
    }
    dispatch::serve(&mut Request::own(&TABLE, world, &call))
}

/// All but what refers to a resource, or to something that does: nothing then stands in the way of its deletion.
fn without_users(resources: &[Json], resource: &Json) -> Vec<Json> {
    let mut gone = vec![id(resource)];
    loop {
        let uses = |one: &&Json| {
            let text = one.to_string();
            !gone.contains(&id(one)) && gone.iter().any(|gone| text.contains(gone))
        };
        let users: Vec<&str> = resources.iter().filter(uses).map(id).collect();
        if users.is_empty() {
            break;
        }
        gone.extend(users);
    }
    let stays = |one: &&Json| !gone[1..].contains(&id(one));
    resources.iter().filter(stays).cloned().collect()
}

fn row(resources: &[Json], resource: &Json, definition: &TypeDefinition) -> String {
    let id = id(resource);
    let versions = definition.api_versions();
    let version = versions.first().expect("a version");
    let (list, _) = id.rsplit_once('/').expect("a list");
    let body = ask(&mut world(resources), "GET", id, version, &Json::Null).body;
    let mut body = body.expect("a resource");
    body.as_object_mut()
        .expect("a resource")
        .retain(|member, _| !["id", "name", "type", "etag"].contains(&member.as_str()));
    let tags = json!({"tags": {"a": "b"}});
    let alone = without_users(resources, resource);
    let cells = [
        ("GET", id, resources, &Json::Null),
        ("GET", list, resources, &Json::Null),
        ("PUT", id, resources, &body),
        ("PATCH", id, resources, &tags),
        ("DELETE", id, &alone, &Json::Null),
    ]
    .map(|(method, path, resources, body)| {
        let reply = ask(&mut world(resources), method, path, version, body);
        depth(method, &reply)
    });
    format!(
        "| `{}` | {} | {} | {} |",
        definition.name,
        cells.join(" | "),
        below(definition),
        span(&definition.api_versions())
    )
}

/// How deep an answer goes: refused as ARM refuses it, done at once, or an operation on the clock.
fn depth(method: &str, reply: &Reply) -> &'static str {
    if reply.status == 405 {
        return "–";
    }
    assert!(reply.status < 300, "{method}: {reply:?}");
    let follows = |name: &str| {
        let mut names = reply.headers.iter().map(|(name, _)| name);
        names.any(|known| known.eq_ignore_ascii_case(name))
    };
    if follows("Azure-AsyncOperation") || follows("Location") {
        "on the clock"
    } else {
        "yes"
    }
}

/// What lies below a resource without being one.
fn below(definition: &TypeDefinition) -> String {
    let routes = definition.below.iter();
    let shown = routes.map(|route| format!("{} `{}`", route.verbs, route.pattern));
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() {
        "–".to_owned()
    } else {
        shown.join(", ")
    }
}

fn span(versions: &[&str]) -> String {
    let (oldest, newest) = (versions.iter().min(), versions.iter().max());
    match (versions, oldest, newest) {
        ([one], ..) => (*one).to_owned(),
        (many, Some(oldest), Some(newest)) => format!("{} from {oldest} to {newest}", many.len()),
        _ => "–".to_owned(),
    }
}
