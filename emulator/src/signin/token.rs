//! The token endpoint: a client shows who it is and gets an access token.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Desk;
use super::access::LIFETIME;
use super::assertion::{self, Presented};
use super::refusal::Refusal;
use crate::core::call::{Call, Reply};
use crate::core::directory::{Application, Directory, Match};
use crate::core::json::{Json, json};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The tenant under which AD FS signs in, for an Azure Stack Hub without Entra ID.
const AD_FS: &str = "adfs";

/// The fields of a token request.
struct Form(HashMap<String, String>);

impl Form {
    fn read(call: &Call) -> Self {
        Self(
            url::form_urlencoded::parse(&call.body)
                .into_owned()
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(super) fn v2(desk: &mut Desk<'_>, call: &Call, captured: &[&str]) -> Reply {
    grant(desk, call, captured, scoped, |token, _| {
        let seconds = LIFETIME.as_secs();
        json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token})
    })
}

/// Answers `POST /{tenant}/oauth2/token`, the older form: it names a resource, and its numbers are texts.
pub(super) fn v1(desk: &mut Desk<'_>, call: &Call, captured: &[&str]) -> Reply {
    let resource = |form: &Form| form.need("resource").map(str::to_owned);
    grant(desk, call, captured, resource, |token, resource| {
        let now = Timestamp::now().as_second();
        let seconds = LIFETIME.as_secs();
        json!({
            "token_type": "Bearer", "expires_in": seconds.to_string(), "ext_expires_in": seconds.to_string(),
            "expires_on": (now + seconds).to_string(), "not_before": now.to_string(), "resource": resource,
            "access_token": token
        })
    })
}

/// Answers `POST /adfs/oauth2/token`, which takes scopes although its path has no version.
pub(super) fn ad_fs(desk: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    v2(desk, call, &[AD_FS])
}

/// Gives a token for the audience that the form names, in the words of a version.
fn grant(
    desk: &mut Desk<'_>,
    call: &Call,
    captured: &[&str],
    audience: fn(&Form) -> Result<String, Refusal>,
    body: fn(&str, &str) -> Json,
) -> Reply {
    let form = Form::read(call);
    let granted = sign_in(desk.directory, call, captured, &form).and_then(|application| {
        let audience = audience(&form)?;
        let token = desk
            .signin
            .tokens
            .issue(desk.random, &application, &audience, LIFETIME);
        token
            .map(|token| body(&token, &audience))
            .map_err(|_| Refusal::transient())
    });
    match granted {
        Ok(body) => Reply::json(200, body)
            .header("Cache-Control", "no-store, no-cache")
            .header("Pragma", "no-cache"),
        Err(refusal) => refusal.reply(desk.random, call),
    }
}

/// The application that a request proves to come from.
fn sign_in(
    directory: &Directory,
    call: &Call,
    captured: &[&str],
    form: &Form,
) -> Result<Application, Refusal> {
    let named = captured.first().copied().unwrap_or_default();
    let is_ad_fs = named == AD_FS;
    let tenant = match is_ad_fs {
        true => Some(directory.tenant.id.clone()),
        false => directory.find_tenant(named),
    };
    let tenant = tenant.ok_or_else(|| Refusal::tenant(named))?;
    let grant = form.need("grant_type")?;
    if grant != "client_credentials" {
        return Err(Refusal::new(
            400,
            "unsupported_grant_type",
            70003,
            format!("The app requested an unsupported grant type '{grant}'."),
        ));
    }
    let client = form.need("client_id")?;
    let registered = directory
        .application(client)
        .filter(|application| application.tenants().any(|known| *known == tenant));
    if registered.is_none() && !directory.is_open() {
        return Err(Refusal::new(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client}' was not found in the directory '{named}'. This can happen if the application has \
                 not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your \
                 authentication request to the wrong tenant."
            ),
        ));
    }
    // A managed identity has no credentials to compare with; while anyone may sign in, it may as well.
    let checked = registered.filter(|_| !directory.is_open());
    if let Some(presented) = form.get("client_assertion") {
        let kind = form.need("client_assertion_type")?;
        if kind != ASSERTION_TYPE {
            return Err(Refusal::request(
                50027,
                format!("The value '{kind}' of 'client_assertion_type' is not supported."),
            ));
        }
        assertion::check(&Presented {
            assertion: presented,
            client,
            tenant: &tenant,
            is_ad_fs,
            base: &call.base,
            directory,
            application: checked,
        })?;
    } else {
        check_secret(checked, form)?;
    }
    let known = registered.cloned();
    let mut application = known.unwrap_or_else(|| Application::anyone(client, &tenant));
    application.tenant_id = tenant;
    Ok(application)
}

fn check_secret(application: Option<&Application>, form: &Form) -> Result<(), Refusal> {
    let Some(secret) = form.get("client_secret") else {
        return Err(Refusal::client(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        ));
    };
    let Some(application) = application else {
        return Ok(());
    };
    let client = &application.client_id;
    match application.compare(secret) {
        Match::Valid => Ok(()),
        Match::Expired => Err(Refusal::client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: \
                 https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            ),
        )),
        Match::Unknown => Err(Refusal::client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client \
                 secret ID, for a secret added to app '{client}'."
            ),
        )),
    }
}

/// The resource whose default permissions the scope asks for.
fn scoped(form: &Form) -> Result<String, Refusal> {
    let scope = form.need("scope")?;
    let mut resources = scope
        .split_whitespace()
        .filter_map(|one| one.strip_suffix("/.default"));
    match (resources.next(), resources.next()) {
        (Some(resource), None) if !resource.is_empty() => Ok(resource.to_owned()),
        _ => Err(Refusal::new(
            400,
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default \
                 suffixed to the resource identifier (application ID URI)."
            ),
        )),
    }
}
