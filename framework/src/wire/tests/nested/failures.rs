//! Failures that say nothing.

use tfplugin_proto::v6;

use super::client::{apply, client, configure, messages, thing};
use super::data_source::read_length;
use super::provider::THING;
use crate::wire::convert;

const FAILED: [&str; 1] = ["Error: Hm"];

/// Terraform takes an answer without an error for a success.
#[tokio::test]
async fn a_failure_that_gives_warnings_only_is_an_error() {
    let mut client = client().await;
    let mood = |mood: &str| thing(&[("mood", mood.into())]);
    let (messages_seen, state) = apply(&mut client, Some(&mood("create")), None).await;
    assert_eq!(
        (messages_seen, state),
        (FAILED.map(str::to_owned).to_vec(), None)
    );

    let prior = {
        let mut prior = mood("fine");
        prior.set("id", "x");
        prior
    };
    let (messages_seen, state) = apply(&mut client, Some(&mood("update")), Some(&prior)).await;
    assert_eq!(
        (messages_seen, state.as_ref()),
        (FAILED.map(str::to_owned).to_vec(), Some(&prior))
    );

    let mut prior = prior;
    prior.set("mood", "delete");
    let (messages_seen, state) = apply(&mut client, None, Some(&prior)).await;
    assert_eq!(
        (messages_seen, state.as_ref()),
        (FAILED.map(str::to_owned).to_vec(), Some(&prior))
    );

    prior.set("mood", "read");
    let request = v6::read_resource::Request {
        type_name: "nested_thing".into(),
        current_state: Some(convert::encode_object(Some(&prior), &THING)),
        ..Default::default()
    };
    let read = client
        .read_resource(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(messages(&read.diagnostics), FAILED);
    let kept = convert::nullable_object("state", read.new_state.as_ref(), &THING).expect("fits");
    assert_eq!(kept, Some(prior));

    let request = v6::import_resource_state::Request {
        type_name: "nested_thing".into(),
        id: "import".into(),
        ..Default::default()
    };
    let imported = client
        .import_resource_state(request)
        .await
        .expect("answered");
    assert_eq!(messages(&imported.into_inner().diagnostics), FAILED);
    assert_eq!(
        read_length(&mut client, "read").await,
        (None, FAILED.map(str::to_owned).to_vec())
    );
    assert_eq!(configure(&mut client, "configure".into()).await, FAILED);
}
