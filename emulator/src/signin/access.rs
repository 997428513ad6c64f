//! Access tokens: what is issued, and what ARM takes.

use aws_lc_rs::error::Unspecified;
use jiff::{SignedDuration, Timestamp};

use super::jwt::Jwt;
use super::keys::Issuer;
use crate::core::call::{Call, Reply};
use crate::core::clock::Clock;
use crate::core::directory::{Application, Caller, Directory};
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::json::json;
use crate::core::random::Random;

/// How long the token of an application is good for, on real time.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_secs(3599);

/// The audiences under which Azure's management endpoint is known.
const AUDIENCES: [&str; 4] = [
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.usgovcloudapi.net",
    "https://management.chinacloudapi.cn",
];

/// The claim with the number of expiries before the token was issued. Azure's tokens have none such.
const EPOCH: &str = "emulator_epoch";

/// Which tokens a fault has made expire.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    expiries: Vec<Timestamp>,
}

impl Tokens {
    /// Lets every token that was issued so far expire now.
    pub(crate) fn expire(&mut self) {
        self.expiries.push(Timestamp::now());
    }

    /// A token for an audience, with the claims that Azure's clients read without checking them.
    pub(super) fn issue(
        &self,
        random: &mut Random,
        application: &Application,
        audience: &str,
        lifetime: SignedDuration,
    ) -> Result<String, Unspecified> {
        let now = Timestamp::now().as_second();
        let Application {
            client_id: client,
            object_id: object,
            tenant_id: tenant,
            ..
        } = application;
        let mut claims = json!({
            "aud": audience, "iss": issuer(tenant), "iat": now, "nbf": now,
            "exp": now + lifetime.as_secs(), "appid": client, "appidacr": "1", "idp": issuer(tenant), "idtyp": "app",
            "oid": object, "sub": object, "tid": tenant, "uti": random.guid(), "ver": "1.0",
            EPOCH: self.expiries.len()
        });
        if let Some(resource) = &application.resource_id {
            claims["xms_mirid"] = json!(resource);
        }
        Issuer::Entra.key()?.sign(&claims)
    }

    /// Who sends a request to ARM, by its token.
    pub(crate) fn check(
        &self,
        directory: &Directory,
        call: &Call,
        signed: &Signed<'_>,
    ) -> Result<Caller, ArmError> {
        let token = &signed.token;
        let (client, object, tenant) =
            (token.claim("appid"), token.claim("oid"), token.claim("tid"));
        let (Some(client), Some(object), Some(tenant)) = (client, object, tenant) else {
            return Err(errors::invalid_authentication_token());
        };
        self.check_time(token)?;
        check_audience(token, call)?;
        check_tenant(directory, tenant, call)?;
        let auxiliary = signed.auxiliary.iter().map(|token| {
            self.check_time(token)?;
            check_audience(token, call)?;
            let tenant = token.claim("tid").map(str::to_owned);
            tenant.ok_or_else(errors::invalid_authentication_token)
        });
        Ok(Caller {
            auxiliary: auxiliary.collect::<Result<_, _>>()?,
            client: client.to_owned(),
            object: object.to_owned(),
            tenant: tenant.to_owned(),
        })
    }

    fn check_time(&self, token: &Jwt<'_>) -> Result<(), ArmError> {
        let now = Timestamp::now();
        let expires = token
            .time("exp")
            .and_then(|expires| Timestamp::from_second(expires).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let epoch = token
            .time(EPOCH)
            .and_then(|epoch| usize::try_from(epoch).ok());
        let ended = epoch.and_then(|epoch| self.expiries.get(epoch));
        let expires = ended.map_or(expires, |ended| expires.min(*ended));
        if now < expires {
            return Ok(());
        }
        Err(errors::expired_authentication_token(
            shown(expires),
            shown(now),
        ))
    }
}

/// Tokens that were signed here.
pub(crate) struct Signed<'a> {
    token: Jwt<'a>,
    /// Those of further tenants.
    auxiliary: Vec<Jwt<'a>>,
}

/// How many tokens of further tenants a request may have.
const MOST_AUXILIARY: usize = 3;

impl<'a> Signed<'a> {
    /// Reads the tokens of a request to ARM and checks their signatures, which needs nothing that others work on.
    pub(crate) fn read(call: &'a Call) -> Result<Self, ArmError> {
        let header = call
            .header("authorization")
            .ok_or_else(|| errors::authentication_failed("missing"))?;
        let token = bearer(header)
            .ok_or_else(|| errors::authentication_failed("provided in an invalid format"))?;
        let further = call.header("x-ms-authorization-auxiliary");
        let further = further.into_iter().flat_map(|header| header.split(','));
        let auxiliary = further.map(|one| {
            let token = bearer(one.trim()).ok_or_else(errors::invalid_authentication_token)?;
            Self::of_entra(token)
        });
        let auxiliary: Vec<_> = auxiliary.collect::<Result<_, _>>()?;
        if auxiliary.len() > MOST_AUXILIARY {
            return Err(errors::invalid_authentication_token());
        }
        Ok(Self {
            token: Self::of_entra(token)?,
            auxiliary,
        })
    }

    fn of_entra(token: &'a str) -> Result<Jwt<'a>, ArmError> {
        Jwt::read(token)
            .filter(|token| Issuer::Entra.key().is_ok_and(|key| key.has_signed(token)))
            .ok_or_else(errors::invalid_authentication_token)
    }
}

/// The answer to a request whose token does not do: it says where to sign in.
pub(crate) fn challenge(
    directory: &Directory,
    clock: &Clock,
    call: &Call,
    error: &ArmError,
) -> Reply {
    let tenant = match call.target.subscription() {
        Some(subscription) => directory.tenant_of(subscription),
        None => &directory.tenant.id,
    };
    let header_safe = |character| match character {
        '"' => '\'',
        ' '..='~' => character,
        _ => '?',
    };
    let description: String = error.message.chars().map(header_safe).collect();
    Reply::error(error, clock).header(
        "WWW-Authenticate",
        format!(
            "Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\", error_description=\"{description}\"",
            call.base, tenant
        ),
    )
}

/// The token of a header `Bearer …`.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Who issues the tokens of a tenant.
fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

fn check_audience(token: &Jwt<'_>, call: &Call) -> Result<(), ArmError> {
    let audience = token.claim("aud").unwrap_or_default();
    let bare = audience.trim_end_matches('/');
    if AUDIENCES.contains(&bare) || bare.eq_ignore_ascii_case(&call.base) {
        return Ok(());
    }
    let allowed = AUDIENCES
        .iter()
        .map(|known| format!("{known}/"))
        .collect::<Vec<_>>()
        .join(",");
    Err(errors::invalid_authentication_token_audience(
        audience, allowed,
    ))
}

/// What is in a subscription is for tokens of the subscription's tenant.
fn check_tenant(directory: &Directory, tenant: &str, call: &Call) -> Result<(), ArmError> {
    let subscription = call.target.subscription();
    let wanted = subscription.map(|subscription| directory.tenant_of(subscription));
    let Some(wanted) = wanted.filter(|wanted| *wanted != tenant) else {
        return Ok(());
    };
    let authority = format!("{}/{wanted}", call.base);
    Err(errors::invalid_authentication_token_tenant(
        issuer(tenant),
        issuer(wanted),
        authority,
    ))
}

/// A time as ARM's texts about tokens show it.
fn shown(at: Timestamp) -> String {
    at.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}
