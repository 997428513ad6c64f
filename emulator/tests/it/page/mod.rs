//! The page for people: over HTTP here, in a real browser in `clicks`.

mod browser;
mod clicks;
mod insight;
mod safety;

use serde_json::{Value, json};

use crate::client::{
    Answer, Client, LOGIC_VERSION, NETWORK_VERSION, environment, group, ise, logic, network,
};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn page(client: &Client) -> String {
    look(client, "/").await
}

/// The page at one of its addresses.
async fn look(client: &Client, address: &str) -> String {
    let answer = client.send("GET", address, &[], String::new()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    text(&answer)
}

fn text(answer: &Answer) -> String {
    answer.body.as_str().expect("text").to_owned()
}

/// All but stops it, so that what is left does not depend on how fast the test is.
async fn stop_the_clock(client: &Client) {
    client
        .control("POST", "clock", json!({"scale": 0.001}))
        .await;
}

async fn submit(client: &Client, form: &str, fields: &str, headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<(&str, &str)> = [FORM].into_iter().chain(headers.iter().copied()).collect();
    let path = format!("/_emulator/page/{form}");
    client
        .send("POST", &path, &headers, fields.to_owned())
        .await
}

/// What stands between the tags of a section.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let start = page
        .find(&format!("id=\"{id}\" aria-labelledby=\"{id}-title\""))
        .unwrap_or_else(|| panic!("no section {id} in {page}"));
    let rest = &page[start..];
    &rest[..rest.find("</section>").expect("an end")]
}

fn assert_shows(part: &str, words: &[&str]) {
    for word in words {
        assert!(part.contains(word), "no {word} in {part}");
    }
}

#[tokio::test]
async fn an_empty_emulator_has_a_page_without_a_token() {
    let mut client = Client::new().await;
    client.forget_token();
    let page = page(&client).await;
    assert_shows(
        section(&page, "start"),
        &[
            "ended the service on 31 August 2024",
            "Load the example",
            "resource_manager_endpoint       = &quot;http://emulator&quot;",
            "arm-emulator run",
        ],
    );
    assert!(section(&page, "faults").contains("class=\"nothing\""));
    // What there is none of takes no room.
    for id in ["picture", "timeline", "environments", "resources"] {
        assert!(!page.contains(&format!("id=\"{id}-title\"")), "{id}");
    }
}

#[tokio::test]
async fn an_environment_shows_how_far_it_is() {
    let client = Client::with_subnets().await;
    stop_the_clock(&client).await;
    client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 3))
        .await;
    client.advance("30m").await;
    let shown = page(&client).await;
    assert!(shown.contains("<title>25 % ise"), "{shown}");
    let environments = section(&shown, "environments");
    assert_shows(
        environments,
        &[
            ">ise</a>",
            "Deploying",
            "25 %",
            "value=\"25\"",
            "1 h 29 min left",
            "(62 d 11 h real)",
            "base + 3 units",
            "s1, s2, s3, s4",
        ],
    );
    let resources = section(&shown, "resources");
    assert_shows(
        resources,
        &["10.0.1.0/27", "held by <span class=\"holder\">ise</span>"],
    );
    assert!(!resources.contains("class=\"free\""), "{resources}");
    // Once for wide screens and once for narrow ones.
    let picture = section(&shown, "picture");
    assert_eq!(picture.matches("Deploying 25 %").count(), 2, "{picture}");
    assert_eq!(
        picture.matches("class=\"edge busy\"").count(),
        8,
        "{picture}"
    );
    let timeline = section(&shown, "timeline");
    assert_shows(timeline, &["Deploying", "1 h 29 min left", "To its end"]);
}

#[tokio::test]
async fn a_failed_environment_says_why_and_when_its_subnets_come_free() {
    let client = Client::with_subnets().await;
    stop_the_clock(&client).await;
    let failure = json!({"path": "*integrationServiceEnvironments*", "fail_operation": {"code": "OutOfLuck", "message": "No <b>room</b>."}});
    client.control("POST", "faults", failure).await;
    client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    client.advance("2h10m").await;
    let shown = page(&client).await;
    let environments = section(&shown, "environments");
    assert_shows(
        environments,
        &[
            "Failed",
            "OutOfLuck",
            "No &lt;b&gt;room&lt;/b&gt;.",
            "come free in 49 min",
        ],
    );
    let resources = section(&shown, "resources");
    assert_shows(resources, &["holder\">ise<", "Releasing", "in 49 min"]);
    let picture = section(&shown, "picture");
    assert_shows(picture, &["Failed", "edge bad leaving", "free in 49 min"]);
    let timeline = section(&shown, "timeline");
    assert_shows(
        timeline,
        &["OutOfLuck", "Its subnets come free", "in 49 min"],
    );
}

#[tokio::test]
async fn a_deleted_environment_still_holds_its_subnets() {
    let client = Client::with_environment("Premium").await;
    stop_the_clock(&client).await;
    client.delete(&ise(), LOGIC_VERSION).await;
    let shown = page(&client).await;
    assert!(!shown.contains("id=\"environments-title\""), "{shown}");
    assert_shows(
        section(&shown, "resources"),
        &["holder\">ise <", "deleted", "Releasing", "in 59 min"],
    );
    assert_shows(
        section(&shown, "picture"),
        &["held by ise, deleted · free in 59 min"],
    );
    client.advance("1h").await;
    let shown = page(&client).await;
    assert!(!section(&shown, "resources").contains("Releasing"));
    assert!(section(&shown, "resources").contains("class=\"free\""));
}

#[tokio::test]
async fn everything_there_is_has_its_place() {
    let client = Client::with_environment("Premium").await;
    let link = json!({"id": ise()});
    let account = json!({"location": "westeurope", "sku": {"name": "Standard"}, "properties": {"integrationServiceEnvironment": link}});
    client
        .put(
            &logic("integrationAccounts/partners"),
            LOGIC_VERSION,
            account,
        )
        .await;
    let definition = json!({"$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#", "contentVersion": "1.0.0.0", "triggers": {}, "actions": {}});
    let workflow = json!({"location": "westeurope", "properties": {"state": "Disabled", "definition": definition,
        "integrationServiceEnvironment": link, "integrationAccount": {"id": logic("integrationAccounts/partners")}}});
    client
        .put(&logic("workflows/orders"), LOGIC_VERSION, workflow)
        .await;
    client
        .settle(
            &network("networkSecurityGroups/guard"),
            json!({"location": "westeurope"}),
        )
        .await;
    for scope in [group(), network("virtualNetworks/vnet")] {
        let lock = format!("{scope}/providers/Microsoft.Authorization/locks/keep");
        let level = json!({"properties": {"level": "CanNotDelete"}});
        client.put(&lock, "2020-05-01", level).await;
    }
    let shown = page(&client).await;
    let resources = section(&shown, "resources");
    assert_eq!(resources.matches(">keep<").count(), 2, "{resources}");
    for kind in [
        "Authorization/<wbr>locks",
        "Logic/<wbr>workflows",
        "Logic/<wbr>integrationAccounts",
        "Network/<wbr>networkSecurityGroups",
    ] {
        assert!(
            resources.contains(&format!("Microsoft.{kind}<wbr>")),
            "{kind}"
        );
    }
    assert_shows(
        resources,
        &[
            ">orders<",
            "Disabled",
            "in ise · uses partners",
            ">partners<",
            "Standard · in ise · 0 artifacts",
            ">guard<",
            ">g<",
            "5 resources · westeurope",
        ],
    );
    assert_shows(section(&shown, "environments"), &["1 workflow, 1 account"]);
    let picture = section(&shown, "picture");
    assert_shows(picture, &[">partners<", ">orders<", "Disabled"]);
    // What is searched for, and nothing else.
    let found = look(&client, "/?find=ORDERS").await;
    let found = section(&found, "resources");
    assert_eq!(found.matches("<tr data-key").count(), 1, "{found}");
    let none = look(&client, "/?find=nowhere").await;
    assert_shows(section(&none, "resources"), &["No resource is like that."]);
}

#[tokio::test]
async fn the_last_requests_are_shown_with_their_errors_and_the_page_is_not_among_them() {
    let client = Client::with_group().await;
    let correlation = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let headers = [("x-ms-correlation-request-id", correlation)];
    let path = format!(
        "{}?api-version={LOGIC_VERSION}&sig=hush",
        logic("workflows/none")
    );
    client.send("GET", &path, &headers, String::new()).await;
    let fault = json!({"path": "*workflows*", "answer": {"status": 503, "code": "ServerBusy", "message": "Later."}});
    client.control("POST", "faults", fault).await;
    client.send("GET", &path, &headers, String::new()).await;
    let silence = json!({"path": "*/oauth2/token", "close": "after"});
    client.control("POST", "faults", silence).await;
    client.form("/tenant/oauth2/token", "").await;
    client
        .form("/tenant/oauth2/v2.0/token", "grant_type=guess")
        .await;
    for other in ["/", "/favicon.ico", "/_emulator/page/style.css"] {
        client.send("GET", other, &[], String::new()).await;
    }
    submit(&client, "clock", "advance=1h", &[]).await;
    let shown = page(&client).await;
    let requests = section(&shown, "requests");
    assert_shows(
        requests,
        &[
            "404",
            "<b>ResourceNotFound</b> ",
            "> AADSTS",
            "fault answer<",
            "fault close<",
            "<b>ServerBusy</b> Later.",
            "Microsoft.Logic in g",
        ],
    );
    let (number, _) = requests.split_once("/none\"").expect("a path");
    assert!(number.contains("?request="), "{number}");
    let found = look(&client, &format!("/?words={}", &correlation[..18])).await;
    let found = section(&found, "requests");
    assert_eq!(found.matches("<tr data-key").count(), 2, "{found}");
    assert!(!shown.contains("hush"), "{shown}");
    let log = client.control("GET", "requests", Value::Null).await.body;
    let paths: Vec<&str> = log["value"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|request| request["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(paths.len(), 6, "{paths:?}");
    submit(&client, "requests/clear", "", &[]).await;
    assert!(page(&client).await.contains("No requests yet."));
}

#[tokio::test]
async fn a_client_that_polls_is_one_row() {
    let client = Client::with_group().await;
    let path = format!("{}?api-version=2022-09-01", group());
    let ids = [1, 1, 1, 2].map(|number| format!("0f8fad5b-d9cb-469f-a165-{number:012}"));
    for id in &ids {
        let headers = [("x-ms-correlation-request-id", id.as_str())];
        client.send("GET", &path, &headers, String::new()).await;
    }
    let shown = page(&client).await;
    let requests = section(&shown, "requests");
    // The token, the group, and its reading, whatever the client calls each of its requests.
    assert_eq!(requests.matches("<tr data-key").count(), 3, "{requests}");
    assert_eq!(requests.matches("×4<").count(), 1, "{requests}");
    assert!(!requests.contains("×1"), "{requests}");
    // Two clients that poll beside one another are two rows.
    let other = format!("{}/resources?api-version=2022-09-01", group());
    for _ in 0..3 {
        client.send("GET", &path, &[], String::new()).await;
        client.send("GET", &other, &[], String::new()).await;
    }
    let shown = page(&client).await;
    let requests = section(&shown, "requests");
    assert_eq!(requests.matches("<tr data-key").count(), 4, "{requests}");
    assert_eq!(requests.matches("×7<").count(), 1, "{requests}");
    assert_eq!(requests.matches("×3<").count(), 1, "{requests}");
    // A write stands between what was read before and after it.
    client
        .put(&group(), "2022-09-01", json!({"location": "westeurope"}))
        .await;
    client.send("GET", &path, &[], String::new()).await;
    let shown = page(&client).await;
    let requests = section(&shown, "requests");
    assert_eq!(requests.matches("<tr data-key").count(), 6, "{requests}");
}

#[tokio::test]
async fn forms_work_without_a_script() {
    let client = Client::with_subnets().await;
    stop_the_clock(&client).await;
    client
        .put(&ise(), LOGIC_VERSION, environment("Premium", 0))
        .await;
    for form in ["advance=1h", "advance=1d", "scale=3600"] {
        let answer = submit(&client, "clock", form, &[("origin", "http://emulator")]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/"),
            "{form}"
        );
    }
    let shown = page(&client).await;
    assert_shows(
        &shown,
        &[
            "3600×: an hour passes in 1 s",
            "value=\"3600\" aria-label=\"Pace 3600 times: 1 h in a second\" aria-pressed=\"true\"",
        ],
    );
    assert_shows(section(&shown, "environments"), &["Succeeded"]);
    assert_eq!(
        submit(&client, "faults", "preset=ise-retired", &[])
            .await
            .status,
        303
    );
    let refused = client
        .put(
            &logic("integrationServiceEnvironments/new"),
            LOGIC_VERSION,
            environment("Premium", 0),
        )
        .await;
    assert_eq!(refused.status, 400);
    let shown = page(&client).await;
    assert_shows(
        section(&shown, "faults"),
        &["ise-retired", "fired 1, matched 1"],
    );
    assert_eq!(submit(&client, "faults/clear", "", &[]).await.status, 303);
    assert!(section(&page(&client).await, "faults").contains("None: "));
}

#[tokio::test]
async fn a_form_that_cannot_be_done_says_why_on_the_page() {
    let client = Client::new().await;
    for (form, fields, why) in [
        ("clock", "scale=fast", "&#39;scale&#39; is a number above 0"),
        ("clock", "scale=-1", "&#39;scale&#39; is a number above 0"),
        ("clock", "advance=soon", "&#39;advance&#39; is a span"),
        (
            "clock",
            "",
            "&#39;advance&#39; or &#39;scale&#39; is expected",
        ),
        ("faults", "preset=other", "the only preset"),
    ] {
        let answer = submit(&client, form, fields, &[]).await;
        let shown = text(&answer).replace('\'', "&#39;");
        assert_eq!(answer.status, 400, "{fields}");
        assert!(
            shown.contains("role=\"alert\"") && shown.contains(why),
            "{why}: {shown}"
        );
        assert!(shown.contains("<main>"), "the rest of the page is there");
    }
    assert_eq!(submit(&client, "other", "", &[]).await.status, 404);
    let answer = client
        .send("DELETE", "/_emulator/page/clock", &[], String::new())
        .await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn faults_leave_the_page_alone() {
    let client = Client::with_group().await;
    client
        .control(
            "POST",
            "faults",
            json!({"times": 0, "answer": {"status": 503}}),
        )
        .await;
    assert!(page(&client).await.contains("answer 503"));
    assert_eq!(client.get(&group(), NETWORK_VERSION).await.status, 503);
}

#[tokio::test]
async fn thousands_of_resources_make_no_endless_page() {
    let client = Client::with_group().await;
    for number in 0..130 {
        let path = format!(
            "{}/resourceGroups/many{number}",
            crate::client::SUBSCRIPTION
        );
        client
            .put(&path, "2022-09-01", json!({"location": "westeurope"}))
            .await;
    }
    let shown = page(&client).await;
    let resources = section(&shown, "resources");
    assert_shows(
        resources,
        &["<span class=\"count\">131</span>", "31 more are not shown"],
    );
    assert_eq!(resources.matches("<tr data-key").count(), 100);
    let rows = |page: &str| section(page, "requests").matches("<tr data-key").count();
    assert_eq!(rows(&shown), 40);
    let (_, older) = shown.split_once("?before=").expect("older ones");
    let (older, _) = older.split_once('#').expect("an address");
    let shown = look(&client, &format!("/?before={older}")).await;
    assert_eq!(rows(&shown), 40);
    assert_shows(section(&shown, "requests"), &["many89<", "Newest"]);
    assert!(!section(&shown, "requests").contains("many90<"), "{shown}");
}
