//! Client assertions: tokens that a client signs with its certificate, or that another issuer has signed for it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::jwt::Jwt;
use super::oidc;
use super::refusal::Refusal;
use crate::core::clock::timestamp;
use crate::core::directory::{Application, Certificate, Directory, hex};
use crate::core::json::text;

/// How far the clocks of a client and of Azure may differ.
const SKEW: i64 = SignedDuration::from_mins(5).as_secs();
/// How long an assertion may be good for.
const LONGEST: i64 = SignedDuration::from_hours(24).as_secs();
const CERTIFICATES: &str =
    "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";
const FEDERATION: &str =
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
/// Where the public cloud signs in: a client behind a proxy names it although it reaches us.
const PUBLIC_AUTHORITY: &str = "https://login.microsoftonline.com";

/// A token request with an assertion.
pub(super) struct Presented<'a> {
    pub(super) assertion: &'a str,
    pub(super) client: &'a str,
    /// The id of the tenant that the request is for.
    pub(super) tenant: &'a str,
    /// Whether it is for AD FS.
    pub(super) is_ad_fs: bool,
    /// The address under which the client reached us.
    pub(super) base: &'a str,
    pub(super) directory: &'a Directory,
    /// None while anyone may sign in: then there is nothing to compare with, and only the assertion itself is checked.
    pub(super) application: Option<&'a Application>,
}

/// Checks an assertion in every way that is possible.
pub(super) fn check(presented: &Presented<'_>) -> Result<(), Refusal> {
    let token = Jwt::read(presented.assertion)
        .ok_or_else(|| Refusal::client(50027, "JWT token is invalid or malformed."))?;
    let issuer = token.claim("iss").unwrap_or_default();
    // An address is the name of an issuer that vouches for the client; otherwise the client vouches for itself.
    if issuer.contains("://") {
        check_federated(presented, &token, issuer)
    } else {
        check_own(presented, &token, issuer)
    }
}

fn check_own(presented: &Presented<'_>, token: &Jwt<'_>, issuer: &str) -> Result<(), Refusal> {
    let subject = token.claim("sub").unwrap_or_default();
    let is_client = |name: &str| name.eq_ignore_ascii_case(presented.client);
    if !is_client(issuer) || !is_client(subject) {
        return Err(Refusal::client(
            700_021,
            format!(
                "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at {CERTIFICATES} ."
            ),
        ));
    }
    let audiences = token.audiences();
    if !audiences
        .iter()
        .any(|audience| is_token_endpoint(presented, audience))
    {
        return Err(Refusal::client(
            700_023,
            format!(
                "Client assertion audience claim does not match Realm issuer. Review the documentation at {CERTIFICATES} ."
            ),
        ));
    }
    check_algorithm(token)?;
    if presented.is_ad_fs {
        check_ad_fs(token)?;
    }
    check_time(token)?;
    match presented.application {
        Some(application) => check_certificate(application, token),
        None => Ok(()),
    }
}

/// Entra ID takes no signatures of elliptic curves. The number and the text are assumptions: they are those of other
/// algorithms that it does not take.
fn check_algorithm(token: &Jwt<'_>) -> Result<(), Refusal> {
    match text(&token.header, "alg").filter(|name| name.starts_with("ES")) {
        None => Ok(()),
        Some(name) => Err(Refusal::client(
            5_002_738,
            format!(
                "Invalid JWT token. '{name}' is not a supported signature algorithm. Supported signing algorithms are: 'RS256, RS384, RS512, PS256, PS384, PS512'."
            ),
        )),
    }
}

/// AD FS knows RSA with PKCS#1 only, and SHA-1 thumbprints. The number and the text are assumptions.
fn check_ad_fs(token: &Jwt<'_>) -> Result<(), Refusal> {
    let is_known = text(&token.header, "alg") == Some("RS256")
        && text(&token.header, "x5t")
            .or(text(&token.header, "kid"))
            .is_some();
    match is_known {
        true => Ok(()),
        false => Err(Refusal::client(
            50027,
            "The signature of the client assertion is not RS256 by a certificate that 'x5t' names.",
        )),
    }
}

/// Whether an audience is the token endpoint of the tenant, in any of the forms that clients write.
fn is_token_endpoint(presented: &Presented<'_>, audience: &str) -> bool {
    const ENDPOINTS: [&str; 4] = ["oauth2/v2.0/token", "oauth2/token", "v2.0", ""];
    let Ok(url) = Url::parse(audience) else {
        return false;
    };
    let origin = url.origin().ascii_serialization();
    let is_here = Url::parse(presented.base).is_ok_and(|base| base.origin() == url.origin());
    let path = url.path().trim_matches('/');
    let (tenant, endpoint) = path.split_once('/').unwrap_or((path, ""));
    if presented.is_ad_fs {
        return is_here && path == "adfs/oauth2/token";
    }
    (is_here || origin == PUBLIC_AUTHORITY)
        && ENDPOINTS.contains(&endpoint)
        && presented.directory.find_tenant(tenant).as_deref() == Some(presented.tenant)
}

fn check_time(token: &Jwt<'_>) -> Result<(), Refusal> {
    let now = Timestamp::now();
    let seconds = now.as_second();
    let starts = token.time("nbf").unwrap_or_default();
    let ends = token.time("exp").unwrap_or_default();
    if starts <= seconds + SKEW && seconds - SKEW < ends && ends <= seconds + LONGEST + SKEW {
        return Ok(());
    }
    let shown = |seconds: i64| {
        Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), timestamp)
    };
    Err(Refusal::client(
        700_024,
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}. \
             Review the documentation at {CERTIFICATES} .",
            timestamp(now),
            shown(starts),
            shown(ends)
        ),
    ))
}

/// The certificate that the header names is registered, is valid, and its key made the signature.
fn check_certificate(application: &Application, token: &Jwt<'_>) -> Result<(), Refusal> {
    let named: Vec<&str> = ["x5t#S256", "x5t", "kid"]
        .into_iter()
        .filter_map(|member| text(&token.header, member))
        .collect();
    let Some(first) = named.first() else {
        return Err(Refusal::client(
            5_002_723,
            "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
        ));
    };
    let certificate = application
        .certificates
        .iter()
        .find(|certificate| named.iter().any(|name| is_named(certificate, name)));
    let Some(certificate) = certificate else {
        let client = &application.client_id;
        return Err(Refusal::client(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 [Reason - The key was not found., Thumbprint of key used by client: '{}', Please visit the Azure Portal, Graph Explorer \
                 or directly use MS Graph to see configured keys for app Id '{client}'.]",
                shown_name(first)
            ),
        ));
    };
    let found = |lead: &str, reason: &str| {
        let [thumbprint, _] = certificate.thumbprints();
        let time = |seconds| {
            Timestamp::from_second(seconds)
                .map(timestamp)
                .unwrap_or_default()
        };
        Refusal::client(
            700_027,
            format!(
                "{lead} [Reason - {reason}, Thumbprint of key used by client: '{}', Found key 'Start={}, End={}']",
                hex(&thumbprint),
                time(certificate.starts),
                time(certificate.ends)
            ),
        )
    };
    let now = Timestamp::now().as_second();
    if now < certificate.starts || certificate.ends <= now {
        return Err(found(
            "The certificate with identifier used to sign the client assertion is expired on application.",
            "The key used is expired.",
        ));
    }
    if token.is_signed_by(&certificate.public_key()) {
        return Ok(());
    }
    Err(found(
        "Client assertion failed signature validation.",
        "The provided signature value did not match the expected signature value.",
    ))
}

/// Whether a header's name for a key means the certificate: base64url of a digest, or its hexadecimal digits.
fn is_named(certificate: &Certificate, name: &str) -> bool {
    certificate.thumbprints().iter().any(|thumbprint| {
        URL_SAFE_NO_PAD.encode(thumbprint) == name.trim_end_matches('=')
            || hex(thumbprint).eq_ignore_ascii_case(name)
    })
}

fn shown_name(name: &str) -> String {
    URL_SAFE_NO_PAD
        .decode(name.trim_end_matches('='))
        .map_or_else(|_| name.to_owned(), |bytes| hex(&bytes))
}

fn check_federated(
    presented: &Presented<'_>,
    token: &Jwt<'_>,
    issuer: &str,
) -> Result<(), Refusal> {
    if oidc::is_forged(token, issuer) {
        return Err(Refusal::client(
            50027,
            "Invalid JWT token. The token's signature failed verification with the keys of its issuer.",
        ));
    }
    check_time(token)?;
    let Some(application) = presented.application else {
        return Ok(());
    };
    let subject = token.claim("sub").unwrap_or_default();
    let audiences = token.audiences();
    let mut left: Vec<_> = application.federated_credentials.iter().collect();
    left.retain(|known| known.issuer == issuer);
    if left.is_empty() {
        return Err(unmatched(700_211, "issuer", issuer));
    }
    left.retain(|known| known.subject == subject);
    if left.is_empty() {
        return Err(unmatched(700_213, "subject", subject));
    }
    left.retain(|known| {
        audiences
            .iter()
            .any(|one| known.audiences.iter().any(|known| known == one))
    });
    if left.is_empty() {
        return Err(unmatched(700_212, "audience", &audiences.join(",")));
    }
    Ok(())
}

fn unmatched(number: u32, claim: &str, value: &str) -> Refusal {
    Refusal::client(
        number,
        format!(
            "No matching federated identity record found for presented assertion {claim} '{value}'. \
             Check your federated identity credential Subject, Audience and Issuer against the presented assertion. {FEDERATION}"
        ),
    )
}
