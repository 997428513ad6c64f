use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use tfplugin_framework::engine::Engine;
use tfplugin_framework::schema::{Attribute, Mode, TIMEOUTS};
use tfplugin_framework::types::value::Value;

use super::test_read::{read, read_with, validate};
use super::*;
use crate::arm::ResourceId;
use crate::arm::test_server::Reply;
use crate::azure::types::{ENVIRONMENTS, WORKFLOWS};
use crate::resources;
use crate::resources::test_plan::{
    Kept, call, context, id, network, server, server_of, subnet, unconfigured, with_default_tags,
    without_subscription,
};

#[test]
fn schemas_are_what_terraform_takes_and_nothing_in_them_is_in_vain() {
    for data_source in all() {
        let findings = data_source.schema().validate_implementation();
        assert_eq!(findings, [""; 0], "{}", data_source.type_name());
    }
}

#[test]
fn every_attribute_says_what_it_means() {
    for data_source in all() {
        data_source.schema().visit_rows(&mut |path, place| {
            if let Some(attribute) = place.row.attribute() {
                let described = attribute.description.ends_with(['.', '…']);
                let name = data_source.type_name();
                assert!(described, "{name}.{path}: {:?}", attribute.description);
            }
        });
        assert!(data_source.schema().description.ends_with('.'));
    }
}

#[test]
fn names_are_unique() {
    let all = all();
    let names: BTreeSet<_> = all.iter().map(|it| it.type_name()).collect();
    assert_eq!(names.len(), all.len());
}

/// The data sources that are a resource looked up.
fn looked_up() -> Vec<(Arc<dyn DataSource<Azure>>, usize)> {
    let resources = resources::all();
    let position = |name: &str| resources.iter().position(|it| it.type_name() == name);
    let all = all().into_iter();
    all.filter_map(|it| Some((position(it.type_name())?, it)))
        .map(|(position, it)| (it, position))
        .collect()
}

#[test]
fn resources_are_looked_up_with_all_that_azure_has_of_them() {
    let mut left_out = Vec::new();
    let resources = resources::all();
    let looked_up = looked_up();
    let names: Vec<_> = looked_up.iter().map(|(it, _)| it.type_name()).collect();
    let expected = [
        "ise_subnet",
        "ise",
        "ise_logic_app",
        "ise_integration_account",
    ];
    assert_eq!(names, expected);
    for (data_source, position) in looked_up {
        let resource = resources[position].schema();
        for attribute in &resource.attributes {
            let name = &*attribute.name;
            match data_source.schema().attribute(name) {
                Some(found) => assert_eq!(found.ty(), attribute.ty(), "{name}"),
                None => left_out.push(format!("{}.{name}", data_source.type_name())),
            }
        }
        let configurable = |it: &&Attribute| it.mode != Mode::Computed;
        let arguments = data_source.schema().attributes.iter().filter(configurable);
        assert_eq!(arguments.count(), 3, "{}", data_source.type_name());
    }
    let expected = [
        "ise_subnet.address_class",
        "ise.express_route",
        "ise.restart_triggers",
        "ise.preflight",
        "ise_logic_app.secure_parameters_wo",
        "ise_logic_app.secure_parameters_version",
    ];
    assert_eq!(left_out, expected);
}

/// An object as ARM answers it: those of the tables about drift have everything in them.
#[derive(Deserialize)]
struct Table {
    body: Json,
}

#[tokio::test]
async fn what_is_looked_up_is_what_an_import_reads() {
    for (data_source, position) in looked_up() {
        let (type_name, resource) = (data_source.type_name(), &resources::all()[position]);
        let table: Table = resources::drift::table("drift", &**resource);
        let object_id = table.body["id"].as_str().expect("an ID");
        let object_id = ResourceId::parse(object_id).expect("an ID");
        let shouted = object_id
            .to_string()
            .replace("/resourceGroups/g/", "/RESOURCEGROUPS/G/");
        let shouted = ResourceId::parse(&shouted).expect("an ID");
        let objects = [
            (object_id.clone(), table.body.clone()),
            (shouted.clone(), table.body),
        ];
        let server = server(&objects).await;
        let context = context(&server);
        let id = object_id.to_string();
        let imported = Engine::default().import(&**resource, &context, &id).await;
        let mut kept = Kept::new(imported.object, Default::default());
        call::read(&**resource, &context, &mut kept)
            .await
            .expect("it is there");
        let imported = kept.object().expect("it is there");
        let parent = match type_name {
            "ise_subnet" => ("virtual_network_id", network().to_string()),
            _ => ("resource_group_name", "g".to_owned()),
        };
        let by_names = [
            ("name", object_id.name().into()),
            (parent.0, Value::from(parent.1)),
        ];
        let by_id = [("id", shouted.to_string().into())];
        for arguments in [&by_names[..], &by_id] {
            let found = read(type_name, &server, arguments).await;
            let found = found.unwrap_or_else(|told| panic!("{type_name}: {told:?}"));
            for (name, value) in found.iter() {
                let expected = match arguments.iter().find(|(given, _)| *given == name) {
                    Some((_, written)) => written,
                    None if name.starts_with("tags") || name == TIMEOUTS => continue,
                    None => imported.get(name),
                };
                assert_eq!(value, expected, "{type_name}.{name}");
            }
        }
    }
}

fn environment_body(tags: &Json) -> Json {
    json!({
        "id": id(ENVIRONMENTS.name, "e").to_string(),
        "name": "e",
        "type": ENVIRONMENTS.name,
        "location": "West Europe",
        "sku": { "name": "Premium", "capacity": 1 },
        "tags": tags,
        "properties": { "provisioningState": "Succeeded" },
    })
}

/// Nothing is managed here, so there is nothing of which a tag could be left out.
#[tokio::test]
async fn all_tags_are_told() {
    let id = id(ENVIRONMENTS.name, "e");
    let tags = json!({ "team": "a", "hidden-link": "b", "default": "c" });
    let server = server(&[(id.clone(), environment_body(&tags))]).await;
    let defaults = [("default".to_owned(), "c".to_owned())];
    let context = with_default_tags(&server, Some(defaults.into()));
    let arguments = [("id", Value::from(id.to_string()))];
    let found = read_with(&context, "ise", &arguments)
        .await
        .expect("it is there");
    let all = ["team", "hidden-link", "default"].map(str::to_owned);
    for name in ["tags", "tags_all"] {
        let tags = found.get(name).as_map().expect("tags");
        assert_eq!(
            tags.keys().cloned().collect::<BTreeSet<_>>(),
            all.clone().into()
        );
    }
    let server = server_of(&[(id.clone(), Reply::json(200, &environment_body(&Json::Null)))]).await;
    let found = read("ise", &server, &arguments).await.expect("it is there");
    assert_eq!(found.get("tags"), &Value::Map(Default::default()));
}

#[tokio::test]
async fn there_is_one_way_to_say_which_object_is_meant() {
    let id = || Value::from(id(ENVIRONMENTS.name, "e").to_string());
    let name = || ("name", Value::from("e"));
    let group = || ("resource_group_name", Value::from("g"));
    let ways = "Give id, or name and resource_group_name.";
    for (arguments, expected) in [
        (vec![("id", id())], vec![]),
        (vec![name(), group()], vec![]),
        (vec![], vec![format!(": Which environment is meant? {ways}")]),
        (
            vec![name()],
            vec![format!(
                ": resource_group_name is missing. Say which environment is meant: {}",
                ways.replace('G', "g")
            )],
        ),
        (
            vec![("id", id()), name()],
            vec![
                "name: The id alone says which environment is meant. Remove name; or remove the id, and give name and resource_group_name."
                    .to_owned(),
            ],
        ),
        (vec![("id", Value::unknown()), name()], vec![]),
        (vec![name(), ("resource_group_name", Value::unknown())], vec![]),
        (
            vec![("id", "/subscriptions/s/resourceGroups/g".into())],
            vec!["id: \"/subscriptions/s/resourceGroups/g\" is not of the form /subscriptions/{subscriptionId}\
                  /resourceGroups/{resourceGroupName}/providers/Microsoft.Logic/integrationServiceEnvironments\
                  /{integrationServiceEnvironmentName}: it ends after segment 4, where \"providers\" is expected next."
                .to_owned()],
        ),
        (
            vec![("name", "a b".into()), group()],
            vec!["name: \"a b\": an environment's name consists of letters".to_owned()],
        ),
    ] {
        let found = validate("ise", &arguments).await;
        let same = found.iter().zip(&expected).all(|(found, it)| found.starts_with(it.as_str()));
        assert!(same && found.len() == expected.len(), "{arguments:?}: {found:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_where_it_is_named() {
    let missing = id(ENVIRONMENTS.name, "e");
    let by_id = vec![("id", Value::from(missing.to_string()))];
    let by_names = vec![("name", "e".into()), ("resource_group_name", "g".into())];
    for (code, arguments, place) in [
        ("ResourceNotFound", &by_id, "id"),
        ("ResourceNotFound", &by_names, "name"),
        ("ResourceGroupNotFound", &by_id, "id"),
        ("ResourceGroupNotFound", &by_names, "resource_group_name"),
    ] {
        let server = server_of(&[(missing.clone(), Reply::error(404, code))]).await;
        let found = read("ise", &server, arguments).await.expect_err(code);
        let [it] = &found.into_iter().collect::<Vec<_>>()[..] else {
            panic!("one error")
        };
        assert_eq!(it.path.to_string(), place, "{code}");
        assert_eq!(it.summary, "No such environment \"e\"");
        assert!(
            it.detail.contains(&missing.to_string()) && it.detail.contains(code),
            "{it:?}"
        );
    }
    // The subnet may be called like that: it is the network that is not there.
    let gone = json!({ "error": {
        "code": "ResourceNotFound",
        "message": "The Resource 'Microsoft.Network/virtualNetworks/V' under resource group 'g' was not found.",
    } });
    let server = server_of(&[(subnet("a"), Reply::json(404, &gone))]).await;
    let network = network().to_string();
    let arguments = [("name", "a".into()), ("virtual_network_id", network.into())];
    let found = read("ise_subnet", &server, &arguments)
        .await
        .expect_err("gone");
    let places: Vec<_> = found.iter().map(|it| it.path.to_string()).collect();
    assert_eq!(places, ["virtual_network_id"]);
    let server = server_of(&[(missing, Reply::error(403, "AuthorizationFailed"))]).await;
    let found = read("ise", &server, &by_names).await.expect_err("refused");
    let summaries: Vec<_> = found.iter().map(|it| &*it.summary).collect();
    assert_eq!(summaries, ["Error reading environment \"e\""]);
}

#[tokio::test]
async fn an_id_may_be_of_another_subscription() {
    let other = ResourceId::in_group(
        "22222222-2222-2222-2222-222222222222",
        "g",
        ENVIRONMENTS.name,
        "e",
    );
    let server = server(&[(other.clone(), environment_body(&Json::Null))]).await;
    let found = read("ise", &server, &[("id", other.to_string().into())]).await;
    assert_eq!(
        found.expect("it is there").str("id"),
        Some(&*other.to_string())
    );
}

#[tokio::test]
async fn nothing_is_looked_up_while_the_provider_is_not_known() {
    let arguments = [("id", Value::from(subnet("a").to_string()))];
    let read = read_with(&unconfigured(), "ise_subnet", &arguments).await;
    let told = read.expect_err("nothing to ask");
    let summaries: Vec<_> = told.iter().map(|it| &*it.summary).collect();
    assert_eq!(summaries, ["Provider not configured yet"]);
}

#[tokio::test]
async fn a_subscription_that_nobody_names_is_told_whole() {
    let server = server(&[]).await;
    let arguments = [("name", "e".into()), ("resource_group_name", "g".into())];
    let context = without_subscription(&server);
    let read = read_with(&context, "ise", &arguments).await;
    let told = read.expect_err("no subscription");
    let details: Vec<_> = told.iter().map(|it| &*it.detail).collect();
    assert!(details[0].contains("ARM_SUBSCRIPTION_ID"), "{details:?}");
}

/// Azure never tells one; whatever did would not get it into a state.
#[tokio::test]
async fn no_secure_value_is_told() {
    let app = id(WORKFLOWS.name, "a");
    let body = json!({
        "id": app.to_string(),
        "name": "a",
        "type": WORKFLOWS.name,
        "location": "westeurope",
        "properties": {
            "definition": {},
            "parameters": {
                "plain": { "type": "String", "value": "p" },
                "hidden": { "type": "SecureString" },
                "leaked": { "type": "secureobject", "value": { "key": "s3cret" } },
            },
        },
    });
    let server = server(&[(app.clone(), body)]).await;
    let found = read("ise_logic_app", &server, &[("id", app.to_string().into())]).await;
    let found = found.expect("it is there");
    assert_eq!(found.str("parameters"), Some(r#"{"plain":"p"}"#));
    assert!(!format!("{found:?}").contains("s3cret"));
}
