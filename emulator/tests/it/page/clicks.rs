//! The page in a real Chromium, used by mouse and by keyboard.

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::browser::Browser;
use crate::client::{LOGIC_VERSION, environment, group, ise, network};
use crate::process::{Process, sign_in};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ARROW_RIGHT: &str = "\u{e014}";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_used_in_a_browser() {
    let browser = match Browser::start().await {
        Ok(browser) => browser,
        Err(why) => {
            // Past the test harness, which would keep it to itself.
            let _ = writeln!(io::stderr(), "The page was not tried in a browser: {why}.");
            return;
        }
    };
    let used = AssertUnwindSafe(use_it(&browser)).catch_unwind().await;
    browser.quit().await;
    if let Err(panic) = used {
        resume_unwind(panic);
    }
}

async fn use_it(browser: &Browser) {
    let emulator = emulator().await;
    let stream = TcpStream::connect(emulator.address).await;
    let token = sign_in(stream.expect("a connection")).await;
    browser.open(&format!("http://{}/", emulator.address)).await;
    browser.sees("#picture", "free").await;
    // A reload would forget it.
    browser.value("window.sameDocument = true").await;

    let path = format!("{}?api-version={LOGIC_VERSION}", ise());
    let body = environment("Premium", 0);
    let created = emulator
        .send("PUT", &path, &token.expect("a token"), &body)
        .await;
    assert_eq!(created.map(|reply| reply.status), Some(201));

    deployment(browser).await;
    keyboard(browser).await;
    refusal(browser).await;
    faults(browser).await;
    resource(browser, &emulator).await;
    request(browser).await;
    travel(browser).await;
    pause(browser, &emulator).await;
    sizes(browser).await;

    assert_eq!(browser.value("window.sameDocument").await, true);
    without_a_script(browser, &emulator).await;
    let log = emulator
        .send("GET", "/_emulator/requests", "", &Value::Null)
        .await;
    let log = log.expect("an answer").body;
    // The token and the environment: nothing of the page.
    assert_eq!(log["value"].as_array().map(Vec::len), Some(2), "{log}");
    let complaints = browser.complaints().await;
    let complaints: Vec<&Value> = complaints
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| {
            !one["message"]
                .as_str()
                .is_some_and(|text| text.contains("400 (Bad Request)"))
        })
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// An emulator whose clock stands all but still, with four free subnets.
async fn emulator() -> Process {
    let subnets: Vec<Value> = (1..=4)
        .map(|number| json!({"name": format!("s{number}"), "properties": {"addressPrefix": format!("10.0.{number}.0/27")}}))
        .collect();
    let fixture = json!([
        {"id": group(), "location": "westeurope"},
        {"id": network("virtualNetworks/vnet"), "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}
    ]);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("fixture.json");
    std::fs::write(&file, fixture.to_string()).expect("a file");
    Process::start(&["--fixture", &file.display().to_string()]).await
}

/// Two hours of deployment are two clicks, and the page tells of it without being loaded again.
async fn deployment(browser: &Browser) {
    const HOUR: &str = "button[name=advance][value='1h']";
    browser.sees("#environments", "Deploying").await;
    browser.sees("#resources", "held by ise").await;
    browser.sees("#picture", "Deploying").await;
    browser.click(HOUR).await;
    browser
        .until("document.querySelector('#environments progress').value >= 50")
        .await;
    browser
        .sees("#said", "Azure's time has moved on by 1 hour.")
        .await;
    browser.click(HOUR).await;
    browser.sees("#environments", "Succeeded").await;
    browser.sees("#said", "Environment ise: Succeeded").await;
    assert_eq!(
        browser
            .value("document.querySelector('#environments progress')")
            .await,
        Value::Null
    );
    assert_eq!(browser.value("document.activeElement.value").await, "1h");
}

/// Every control is reached by Tab and shows that it is; a number is typed and stays while the page goes on.
async fn keyboard(browser: &Browser) {
    // Tab goes on from what was clicked last.
    browser.click(".now").await;
    let mut reached = Vec::new();
    for _ in 0..120 {
        browser.press(TAB).await;
        let shown = browser
            .value("getComputedStyle(document.activeElement).outlineStyle")
            .await;
        let what = browser.value("document.activeElement.value || document.activeElement.id || document.activeElement.textContent").await;
        let what = what.as_str().expect("a text").to_owned();
        assert_eq!(shown, "solid", "{what} has the focus and does not show it");
        let is_last = what.starts_with("curl");
        reached.push(what);
        if is_last {
            break;
        }
    }
    // In this order, among others.
    let expected = [
        "5m",
        "1h",
        "1d",
        "1",
        "60",
        "3600",
        "1",
        "Set",
        "live",
        "travel",
        "Move",
        "ise",
        "Filter",
        "Clear requests",
        "The last 100 as JSON",
        "Add a fault",
        "ise-retired",
        "Search",
        "g",
        "Terraform: azapi",
        "curl",
    ];
    let mut left = reached.iter();
    for wanted in expected {
        // The slider has a value as well.
        let is_it = |what: &&String| {
            what.as_str() == wanted || (wanted == "travel" && what.as_str() == "0")
        };
        assert!(left.any(|what| is_it(&what)), "no {wanted} in {reached:?}");
    }

    browser
        .value("document.getElementById('scale').select()")
        .await;
    browser.press("120").await;
    let time = "document.querySelector('.clock time').textContent";
    let before = browser.value(time).await;
    browser.until(&format!("{time} !== {before}")).await;
    assert_eq!(
        browser
            .value("document.getElementById('scale').value")
            .await,
        "120"
    );
    assert_eq!(browser.value("document.activeElement.id").await, "scale");
    browser.press(ENTER).await;
    browser.sees(".pace", "120×: an hour passes in 30 s").await;
}

/// What cannot be done is said, and stays until something else is.
async fn refusal(browser: &Browser) {
    browser
        .value("document.getElementById('scale').select()")
        .await;
    browser.press("fast").await;
    browser.press(ENTER).await;
    browser
        .sees("#problem", "'scale' is a number above 0")
        .await;
    let time = "document.querySelector('.clock time').textContent";
    let before = browser.value(time).await;
    browser.until(&format!("{time} !== {before}")).await;
    browser
        .sees("#problem", "'scale' is a number above 0")
        .await;
    browser.click("button[name=scale][value='1']").await;
    browser.sees(".pace", "runs in real time").await;
    browser
        .until("document.getElementById('problem').hidden")
        .await;
}

async fn faults(browser: &Browser) {
    browser.click("button[name=preset]").await;
    browser.sees("#faults ol", "ise-retired").await;
    assert_eq!(browser.value("document.activeElement.name").await, "preset");
    browser.click("#faults button[name=number]").await;
    browser
        .sees("#faults", "None: everything answers as Azure would.")
        .await;
    browser.sees("#said", "The fault is removed.").await;
    // Its button is gone with it, and a key goes on from where it was.
    browser
        .until("document.activeElement.id === 'faults-title'")
        .await;
}

/// A box of the picture leads to its resource, which is edited while the page goes on.
async fn resource(browser: &Browser, emulator: &Process) {
    const JSON: &str = "document.getElementById('json')";
    browser
        .click("#picture svg.wide a[href*='integrationServiceEnvironments']")
        .await;
    browser.sees("#resource", "Save as drift").await;
    browser
        .until("document.activeElement.id === 'resource-title'")
        .await;
    assert_eq!(browser.value(&format!("{JSON}.value[0]")).await, "{");
    browser
        .value(&format!(
            "({JSON}.focus(), {JSON}.setSelectionRange(1, 1), true)"
        ))
        .await;
    browser.press("\"tags\":{\"by\":\"hand\"},").await;
    let time = "document.querySelector('.clock time').textContent";
    let before = browser.value(time).await;
    browser.until(&format!("{time} !== {before}")).await;
    browser
        .until(&format!("{JSON}.value.startsWith('{{\"tags\"')"))
        .await;
    browser.click("#resource .drift button").await;
    browser.sees("#said", "changed behind").await;
    let resources = emulator
        .send("GET", "/_emulator/resources", "", &Value::Null)
        .await;
    let resources = resources.expect("an answer").body.to_string();
    assert!(resources.contains(r#""tags":{"by":"hand"}"#), "{resources}");
    // What was saved is what is shown from then on, in the service's own order.
    browser
        .until(&format!("{JSON}.value.includes('\"by\": \"hand\"')"))
        .await;
    browser.value("history.back()").await;
    browser.until("!document.getElementById('resource')").await;
}

/// A request is looked into, found by its words, and made a fault of.
async fn request(browser: &Browser) {
    browser
        .value("document.querySelector('#requests input[type=search]').focus()")
        .await;
    browser.press("environments").await;
    browser.press(ENTER).await;
    browser
        .until("document.querySelectorAll('#requests tbody tr').length === 1")
        .await;
    browser.click("#requests td.path a").await;
    browser.sees("#request", "curl -X PUT").await;
    browser
        .until("document.activeElement.id === 'request-title'")
        .await;
    assert_eq!(
        browser
            .value("document.querySelector('#request .copy').hidden")
            .await,
        false
    );
    browser.click("#request .button").await;
    browser.sees("#faults", "A fault of that request").await;
    let shown = "getComputedStyle(document.querySelector('.of-delay_ms')).display";
    assert_eq!(browser.value(shown).await, "none");
    browser
        .value("(document.querySelector('select[name=action]').value = 'delay_ms')")
        .await;
    browser.until(&format!("{shown} === 'grid'")).await;
    browser.click("form.fault .actions button").await;
    browser.sees("#faults ol", "delay_ms 5000").await;
    browser.sees("#said", "The fault is added.").await;
    browser.click("#faults form[data-key=clear] button").await;
    browser.sees("#faults", "None").await;
    browser.click("#request .close").await;
    browser.until("!document.getElementById('request')").await;
    browser
        .until("location.search === '?words=environments'")
        .await;
    browser.click("#requests .filters a").await;
    browser
        .until("document.querySelectorAll('#requests tbody tr').length === 2")
        .await;
}

/// The time is moved by the slider, which says to when.
async fn travel(browser: &Browser) {
    browser
        .value("document.getElementById('travel').focus()")
        .await;
    for _ in 0..4 {
        browser.press(ARROW_RIGHT).await;
    }
    browser.sees(".travel output", "+").await;
    browser.sees(".travel output", "→").await;
    let now = "Date.parse(document.querySelector('.clock time').dateTime)";
    let before = browser.value(now).await;
    let span = browser
        .value("Number(document.getElementById('travel').value)")
        .await;
    assert!(span.as_u64() > Some(0), "{span}");
    browser.click(".travel button").await;
    browser
        .until(&format!("{now} - {before} >= {span} * 1000"))
        .await;
    browser.sees("#said", "Azure's time has moved on.").await;
}

/// The page can be held still, and catches up.
async fn pause(browser: &Browser, emulator: &Process) {
    browser.click("#live").await;
    browser
        .until("document.getElementById('live').ariaPressed === 'false'")
        .await;
    let body = json!({"scale": 60});
    let set = emulator.send("POST", "/_emulator/clock", "", &body).await;
    assert_eq!(set.map(|reply| reply.status), Some(200));
    browser.press(ENTER).await;
    browser.sees(".pace", "60×").await;
}

/// A form is sent, let through and answered by the page.
async fn without_a_script(browser: &Browser, emulator: &Process) {
    let page = format!("http://{}/", emulator.address);
    browser.allow_scripts(false).await;
    browser.open(&page).await;
    browser.click("button[name=scale][value='3600']").await;
    // Links and the forms that ask work by themselves, and a form comes back to where it was sent from.
    browser.click("#requests td.path a").await;
    browser.click("#request .button").await;
    browser.click("form.fault .actions button").await;
    browser.allow_scripts(true).await;
    browser.sees("#faults ol", "answer 503").await;
    browser.sees("#request", "As curl").await;
    browser
        .until("location.search.startsWith('?request=')")
        .await;
    browser.open(&page).await;
    browser.sees(".pace", "3600×").await;
}

/// Nothing is wider than a small phone, whatever is open, and both schemes of colours are there.
async fn sizes(browser: &Browser) {
    const COLOURS: &str =
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]";
    browser
        .click("#picture svg.wide a[href*='integrationServiceEnvironments']")
        .await;
    browser.sees("#resource", "Save as drift").await;
    browser.click("#requests td.path a").await;
    browser.click("#request .button").await;
    browser.sees("#faults", "A fault of that request").await;
    browser
        .value("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        .await;
    let mut seen = Vec::new();
    for scheme in ["light", "dark"] {
        for width in [360, 768, 1280] {
            browser.look(width, scheme).await;
            browser.until(&format!("innerWidth === {width}")).await;
            let wide = browser.value("document.documentElement.scrollWidth").await;
            assert!(
                wide.as_u64() <= Some(u64::from(width)),
                "{wide} at {width}, {scheme}"
            );
            let drawn = "[...document.querySelectorAll('#picture svg')].map((one) => one.getBoundingClientRect().width > 0)";
            let drawn = browser.value(drawn).await;
            assert_eq!(drawn, json!([width > 360, width == 360]), "{width}");
        }
        seen.push(browser.value(COLOURS).await);
    }
    assert_ne!(seen[0], seen[1], "light and dark are different");
}
