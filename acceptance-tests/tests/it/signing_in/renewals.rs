//! Tokens that end, and what they are made of when it is renewed.

use std::fs;
use std::time::{Duration, Instant};

use acceptance_tests::{Result, profile};
use serde_json::json;
use tempfile::TempDir;

use super::{
    CLI_TOKEN, CLIENT, PASSWORD, REQUEST_TOKEN, SECRET, SECRETS, TENANT, Variables, certificate,
    scene, subnet, ways,
};
use crate::fresh::environment;
use crate::processes::until;
use crate::secrets::files_with;

/// Its half is when such a token is renewed.
const LIFE: u64 = 10;

fn application(more: &[(&'static str, &str)]) -> Variables {
    let own = [("ARM_TENANT_ID", TENANT), ("ARM_CLIENT_ID", CLIENT)];
    let all = own.iter().chain(more);
    all.map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

#[test]
fn a_token_is_renewed_before_it_ends() -> Result {
    let mut scene = scene()?;
    for (name, value) in application(&[("ARM_CLIENT_SECRET", SECRET)]) {
        scene.workspace.set_variable(name, &value);
    }
    // The token itself is good for an hour: what the answer says of it is all that its holder knows.
    let token = scene.emulator.access_token(TENANT, CLIENT, SECRET)?;
    let body = json!({ "token_type": "Bearer", "expires_in": LIFE, "access_token": token });
    scene.emulator.forget_requests()?;
    scene.emulator.fault(&json!({
        "method": "POST", "path": "*/oauth2/v2.0/token", "times": 0, "stranger": { "status": 200, "body": body },
    }))?;
    // A look at the operation every quarter of a second.
    scene.emulator.set_time_scale(60.0)?;
    scene.configure(&environment())?;
    let apply = scene.start(&["apply", "-auto-approve"])?;
    let polls = || scene.emulator.count_with("/operationStatuses/");
    until("it waits", || Ok(polls()? > 0))?;
    // The plan signed in for itself.
    let before = scene.emulator.sign_ins()?.len();
    let mut seen = Vec::new();
    until("it is renewed three times", || {
        while before + seen.len() < scene.emulator.sign_ins()?.len() {
            seen.push(Instant::now());
        }
        Ok(seen.len() >= 3)
    })?;
    for pair in seen.windows(2) {
        let age = pair[1] - pair[0];
        let half = Duration::from_secs(LIFE / 2).saturating_sub(Duration::from_secs(1));
        assert!(age >= half, "renewed after {age:?} already");
        assert!(
            age < Duration::from_secs(LIFE),
            "renewed after {age:?} only"
        );
    }
    scene.emulator.clear_faults()?;
    scene.emulator.set_time_scale(36_000.0)?;
    apply.wait()?.success()?;
    let requests = scene.emulator.requests()?;
    assert!(requests.iter().all(|it| it.status != Some(401)), "refused");
    Ok(())
}

/// Assertions last for minutes, and a deployment for hours: each refresh shows what is good by then. CI tries every way.
#[test]
fn a_wait_outlives_its_token_three_times() -> Result {
    let mut scene = scene()?;
    let files = TempDir::new()?;
    let ways = ways(&scene, files.path())?;
    let step = profile::times(6, 1);
    // With GitHub among the few, whose assertion is asked for anew each time.
    let github = ways.iter().position(|(way, _)| *way == "GitHub Actions");
    let first = github.ok_or("no GitHub")? % step;
    scene.configure(&environment())?;
    for (way, variables) in ways.iter().skip(first).step_by(step) {
        for (name, value) in variables {
            scene.workspace.set_variable(name, value);
        }
        scene.emulator.set_time_scale(600.0)?;
        scene.emulator.forget_requests()?;
        for _ in 0..3 {
            scene.emulator.fault(&json!({
                "method": "GET", "path": "*/operationStatuses/*", "nth": 2, "expire_tokens": true,
            }))?;
        }
        let apply = scene.start(&["apply", "-auto-approve"])?;
        // The CLI has a new one whenever it is asked.
        let renew = || -> Result {
            if *way == "Azure CLI" {
                let token = scene.emulator.access_token(TENANT, CLIENT, SECRET)?;
                fs::write(files.path().join(CLI_TOKEN), token)?;
            }
            Ok(())
        };
        until(&format!("three tokens of {way} have expired"), || {
            renew()?;
            let requests = scene.emulator.requests()?;
            Ok(requests.iter().filter(|it| it.status == Some(401)).count() >= 3)
        })?;
        // The last one may have been made before the third had expired.
        renew()?;
        scene.emulator.set_time_scale(36_000.0)?;
        apply.wait()?.success()?;
        if *way == "GitHub Actions" {
            assert!(scene.emulator.count("/oauth2/v2.0/token")? >= 4);
            assert!(scene.emulator.count("/jobs/2/idtoken")? >= 4);
        }
        scene.nothing_to_do()?;
        for secret in SECRETS {
            let found = files_with(scene.path(), secret)?;
            assert_eq!(found, Vec::<String>::new(), "{way}: {secret}");
        }
        scene.emulator.clear_faults()?;
        scene.destroy()?;
        let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
        scene.workspace.unset_variables(&names);
    }
    Ok(())
}

/// How many of them are refused is a matter of luck here; the tests of the client hold all of them.
#[test]
fn whoever_is_refused_signs_in_again_once() -> Result {
    let mut scene = scene()?;
    for (name, value) in application(&[("ARM_CLIENT_SECRET", SECRET)]) {
        scene.workspace.set_variable(name, &value);
    }
    let blocks = (0..8).map(|number| {
        let block = subnet()
            .with_text("name", &format!("n{number}"))
            .with_text("address_prefix", &format!("172.16.100.{}/27", number * 32));
        block
            .to_string()
            .replace("\"it\"", &format!("\"n{number}\""))
    });
    scene.configure(&blocks.collect::<String>())?;
    scene.emulator.forget_requests()?;
    for rule in [
        json!({ "method": "POST", "path": "*/oauth2/v2.0/token", "times": 0, "delay_ms": 500 }),
        json!({ "method": "GET", "path": "*/virtualNetworks/network*", "expire_tokens": true }),
    ] {
        scene.emulator.fault(&rule)?;
    }
    scene.run(&["plan"])?.success()?;
    let refused = scene.emulator.requests()?;
    let refused = refused.iter().filter(|it| it.status == Some(401)).count();
    assert!(refused >= 1, "nobody was refused");
    assert_eq!(
        scene.emulator.sign_ins()?.len(),
        2,
        "{refused} were refused"
    );
    Ok(())
}

/// Everything that is read from a file is read again at each refresh, in the middle of a wait as well.
#[test]
fn what_is_renewed_on_disk_is_picked_up_in_the_middle_of_a_wait() -> Result {
    let mut scene = scene()?;
    let base = scene.emulator.url();
    let files = TempDir::new()?;
    let file = |name: &str| files.path().join(name);
    let federated = |subject: &str| json!({ "issuer": format!("{base}/github"), "subject": subject, "audiences": ["api://AzureADTokenExchange"] });
    let text = |path: &std::path::Path| path.display().to_string();
    let old_token = scene.emulator.github_token("o/r", REQUEST_TOKEN)?;
    let new_token = scene.emulator.github_token("o/renewed", REQUEST_TOKEN)?;
    let bytes = |name: &str| fs::read(certificate(name));
    let cases = [
        (
            "certificate.pfx",
            bytes("modern-chain.pfx")?,
            bytes("plain.pfx")?,
            vec![
                (
                    "ARM_CLIENT_CERTIFICATE_PATH",
                    text(&file("certificate.pfx")),
                ),
                ("ARM_CLIENT_CERTIFICATE_PASSWORD", PASSWORD.to_owned()),
            ],
        ),
        (
            "token",
            old_token.into_bytes(),
            new_token.into_bytes(),
            vec![
                ("ARM_USE_OIDC", "true".to_owned()),
                ("ARM_OIDC_TOKEN_FILE_PATH", text(&file("token"))),
            ],
        ),
        (
            "secret",
            SECRET.as_bytes().to_vec(),
            b"the-renewed-secret-77b1".to_vec(),
            vec![("ARM_CLIENT_SECRET_FILE_PATH", text(&file("secret")))],
        ),
    ];
    let before = json!({
        "secrets": [{ "secretText": SECRET }],
        "certificates": [fs::read_to_string(certificate("chain.pem"))?],
        "federatedCredentials": [federated("repo:o/r:ref:refs/heads/main")],
    });
    let after = json!({
        "secrets": [{ "secretText": "the-renewed-secret-77b1" }],
        "certificates": [fs::read_to_string(certificate("self-signed.pem"))?],
        "federatedCredentials": [federated("repo:o/renewed:ref:refs/heads/main")],
    });
    for (name, old, new, variables) in cases {
        scene.emulator.register(CLIENT, &before)?;
        fs::write(file(name), old)?;
        let variables = [application(&[]), variables].concat();
        for (name, value) in &variables {
            scene.workspace.set_variable(name, value);
        }
        scene.emulator.set_time_scale(600.0)?;
        scene.configure(&environment())?;
        let apply = scene.start(&["apply", "-auto-approve"])?;
        let polls = || scene.emulator.count_with("/operationStatuses/");
        until("it waits", || Ok(polls()? > 0))?;
        // What it signed in with is worth nothing from now on.
        let begun = file("begun");
        fs::write(&begun, new)?;
        fs::rename(&begun, file(name))?;
        scene.emulator.register(CLIENT, &after)?;
        scene.emulator.forget_requests()?;
        scene.emulator.fault(&json!({
            "method": "GET", "path": "*/operationStatuses/*", "expire_tokens": true,
        }))?;
        let signed_in = || {
            let sign_ins = scene.emulator.sign_ins()?;
            Ok(sign_ins.iter().any(|(_, status)| *status == Some(200)))
        };
        until(&format!("it signs in with the new {name}"), signed_in)?;
        scene.emulator.set_time_scale(36_000.0)?;
        apply.wait()?.success()?;
        let sign_ins = scene.emulator.sign_ins()?;
        assert!(
            sign_ins.iter().all(|(_, status)| *status == Some(200)),
            "{name}: {sign_ins:?}"
        );
        scene.destroy()?;
        let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
        scene.workspace.unset_variables(&names);
    }
    Ok(())
}
