mod unfinished;

use super::*;
use crate::arm::test_server::{Reply, TestServer};
use crate::resources::test_plan::{config, context, get, id, subnet};
use crate::sdk::private::Private;

/// An environment with these tags, as ARM gives it.
fn body(tags: &Json) -> Json {
    let subnets = ["D", "a", "c", "b"]
        .map(|name| json!({ "id": subnet(name).to_string(), "ofTheFuture": name }));
    json!({
        "id": id(ARM.name, "e").to_string(), "name": "e", "location": "westeurope", "tags": tags,
        "sku": { "name": "Premium", "capacity": 0 },
        "properties": {
            "provisioningState": "Succeeded",
            "ofTheFuture": 1,
            "networkConfiguration": {
                "ofTheFuture": 1,
                "accessEndpoint": { "type": "Internal", "ofTheFuture": 1 },
                "subnets": subnets,
            },
        },
    })
}

fn environment(tag: Option<&str>) -> Object {
    let subnets = ["a", "b", "c", "d"].map(|name| subnet(name).to_string());
    let tags = match tag {
        Some(key) => Value::Map([(key.to_owned(), Value::from("x"))].into()),
        None => Value::Null,
    };
    config(
        &Ise,
        &[
            ("id", id(ARM.name, "e").to_string().into()),
            ("name", "e".into()),
            ("resource_group_name", "g".into()),
            ("location", "westeurope".into()),
            ("sku", "Premium".into()),
            ("capacity", 0_i64.into()),
            ("access_endpoint_type", "Internal".into()),
            (
                "subnet_ids",
                Value::strings(subnets.each_ref().map(String::as_str)),
            ),
            ("provisioning_state", "Succeeded".into()),
            ("tags", tags.clone()),
            ("tags_all", tags),
        ],
    )
}

#[tokio::test]
async fn a_tag_that_outlives_its_removal_by_patch_is_put_away() {
    let before = json!({ "old": "x", "hidden-link": "portal" });
    let after = json!({ "hidden-link": "portal" });
    for (patched, writes) in [(&after, &["PATCH"][..]), (&before, &["PATCH", "PUT"])] {
        let id = id(ARM.name, "e");
        let line = |method: &str| get(&id).replacen("GET", method, 1);
        let mut reads = vec![Reply::json(200, &body(&before))];
        // Where ARM keeps the tag, it does so until the PUT.
        let until_put = if writes.len() == 2 { 2 } else { 0 };
        reads.extend(vec![Reply::json(200, &body(patched)); until_put]);
        reads.push(Reply::json(200, &body(&after)));
        let server = TestServer::start(&[
            (line("GET").as_str(), reads),
            (
                line("PATCH").as_str(),
                vec![Reply::json(200, &body(patched))],
            ),
            (line("PUT").as_str(), vec![Reply::json(200, &body(&after))]),
        ])
        .await;
        let (prior, planned) = (environment(Some("old")), environment(None));
        let update = Update {
            config: &planned,
            prior: &prior,
            planned: &planned,
        };
        let mut state = State::new(Some(prior.clone()), Private::default());
        Ise.update(&context(&server), update, &mut state)
            .await
            .expect("the update");
        let requests = server.requests();
        let sent: Vec<_> = requests
            .iter()
            .filter(|request| !request.line.starts_with("GET "))
            .collect();
        let methods: Vec<_> = sent
            .iter()
            .filter_map(|request| request.line.split(' ').next())
            .collect();
        assert_eq!(methods, writes);
        let sent: Vec<Json> = sent
            .iter()
            .map(|request| serde_json::from_str(&request.body).expect("JSON"))
            .collect();
        assert_eq!(
            sent[0]["tags"],
            json!({ "hidden-link": "portal", "old": null })
        );
        if let Some(put) = sent.get(1) {
            assert_eq!(put["tags"], after);
            assert_eq!(put["properties"], body(&after)["properties"]);
        }
        assert!(state.object().expect("state").get("tags").is_null());
    }
}
