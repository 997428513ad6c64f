//! From what clients find out where and how to sign in to a tenant.

use url::Url;

use super::Desk;
use super::keys::Issuer;
use super::refusal::Refusal;
use crate::core::call::{Call, Reply};
use crate::core::directory::guid;
use crate::core::json::json;

/// The names that stand for whatever tenant someone belongs to.
const ANY_TENANT: [&str; 3] = ["common", "organizations", "consumers"];

/// Answers `GET /{tenant}/v2.0/.well-known/openid-configuration`, and the older form without a version.
pub(super) fn configuration(desk: &mut Desk<'_>, call: &Call, captured: &[&str]) -> Reply {
    let named = captured.first().copied().unwrap_or_default();
    let any = ANY_TENANT
        .into_iter()
        .find(|any| any.eq_ignore_ascii_case(named));
    // A tenant that is named by its domain is shown by its id.
    let found = desk.directory.find_tenant(named);
    let Some(tenant) = any
        .map(str::to_owned)
        .or_else(|| guid(named).filter(|_| found.is_some()))
        .or(found)
    else {
        return Refusal::tenant(named).reply(desk.random, call);
    };
    let version = if call.path.to_lowercase().contains("/v2.0/") {
        "/v2.0"
    } else {
        ""
    };
    let issuing = if any.is_some() { "{tenantid}" } else { &tenant };
    let base = &call.base;
    let authority = format!("{base}/{tenant}");
    let host = base.split_once("://").map_or("", |(_, host)| host);
    let issuer = if version.is_empty() {
        format!("https://sts.windows.net/{issuing}/")
    } else {
        format!("{base}/{issuing}{version}")
    };
    Reply::json(
        200,
        json!({
            "token_endpoint": format!("{authority}/oauth2{version}/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{authority}/discovery{version}/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "request_uri_parameter_supported": false,
            "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
            "authorization_endpoint": format!("{authority}/oauth2{version}/authorize"),
            "device_authorization_endpoint": format!("{authority}/oauth2{version}/devicecode"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": format!("{authority}/oauth2{version}/logout"),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "tid", "ver"],
            "tenant_region_scope": "WW",
            "cloud_instance_name": host,
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
            "rbac_url": "https://pas.windows.net"
        }),
    )
}

/// Answers `GET /{tenant}/discovery/v2.0/keys`: the keys that access tokens are signed with.
pub(super) fn keys(desk: &mut Desk<'_>, call: &Call, captured: &[&str]) -> Reply {
    let named = captured.first().copied().unwrap_or_default();
    let is_known = ANY_TENANT.iter().any(|any| any.eq_ignore_ascii_case(named))
        || desk.directory.find_tenant(named).is_some();
    if !is_known {
        return Refusal::tenant(named).reply(desk.random, call);
    }
    match Issuer::Entra.key() {
        Ok(key) => Reply::json(200, key.document()),
        Err(_) => Refusal::transient().reply(desk.random, call),
    }
}

/// Answers `GET /common/discovery/instance`: whether an authority is one of this cloud, and where its tenant is described.
pub(super) fn instance(desk: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    let base = &call.base;
    let asked = call
        .query("authorization_endpoint")
        .and_then(|asked| Url::parse(asked).ok());
    let is_here = |asked: &Url| Url::parse(base).is_ok_and(|base| base.origin() == asked.origin());
    let tenant = asked
        .as_ref()
        .filter(|asked| is_here(asked))
        .and_then(|asked| asked.path_segments()?.next())
        .filter(|tenant| !tenant.is_empty());
    let Some(tenant) = tenant else {
        let text = "Unknown or invalid instance.";
        return Refusal::new(400, "invalid_instance", 50049, text).reply(desk.random, call);
    };
    let version = call.query("api-version").unwrap_or("1.0");
    let host = base.split_once("://").map_or("", |(_, host)| host);
    let mut body = json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": version
    });
    if version != "1.0" {
        body["metadata"] =
            json!([{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]);
    }
    Reply::json(200, body)
}
