//! An application with a certificate, whose key signs the assertion that the application is itself.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{Secret, TokenCredential};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::authority::{self, Assertion, Proof};
use super::certificate::{Certificate, PS256, RS256, Scheme, open};
use super::method::{Context, Method, Unready};
use crate::arm::arguments::{
    CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_PASSWORD, CLIENT_CERTIFICATE_PATH,
};
use crate::arm::file;
use crate::arm::given::Given;

pub(super) const METHOD: Method = Method {
    name: "client certificate",
    credential,
};

/// How long an assertion is good for.
const LIFETIME: time::Duration = time::Duration::minutes(10);

fn credential(context: &Context<'_>) -> Result<Arc<dyn TokenCredential>, Unready> {
    let marks = [&CLIENT_CERTIFICATE, &CLIENT_CERTIFICATE_PASSWORD];
    let application = context.application(&marks, &[&CLIENT_CERTIFICATE])?;
    let signed = Signed {
        given: context.given.clone(),
        audience: authority::token_url(context, &application.tenant_id)?,
        scheme: match authority::is_ad_fs(&application.tenant_id) {
            true => &RS256,
            false => &PS256,
        },
    };
    authority::credential(context, application, Proof::Assertion(Box::new(signed)))
}

struct Signed {
    given: Given,
    audience: Url,
    scheme: &'static Scheme,
}

#[async_trait]
impl Assertion for Signed {
    async fn get(&self, client_id: &str) -> Result<String, String> {
        let certificate = read(&self.given).await?;
        let now = OffsetDateTime::now_utc();
        assertion(&certificate, self.scheme, client_id, &self.audience, now)
    }
}

/// The certificate as it is now: it may have been renewed. One that is given goes before a path, as in azurerm.
async fn read(given: &Given) -> Result<Certificate, String> {
    let text = given.text(&CLIENT_CERTIFICATE);
    let (source, bytes) = match (text, given.file(&CLIENT_CERTIFICATE)) {
        (None, Some(path)) => {
            let bytes = file::read(path).await;
            let bytes = bytes.map_err(|why| format!("{CLIENT_CERTIFICATE_PATH}: {why}"));
            (&CLIENT_CERTIFICATE_PATH, bytes?)
        }
        (text, _) => {
            let text = text.unwrap_or_default();
            let bare: String = text.split_whitespace().collect();
            let bytes = STANDARD.decode(bare).map_err(|error| {
                format!("{CLIENT_CERTIFICATE}: not the base64 of a PKCS#12 file: {error}")
            });
            (&CLIENT_CERTIFICATE, bytes?)
        }
    };
    let password = given.text(&CLIENT_CERTIFICATE_PASSWORD).map(str::to_owned);
    let password = Secret::new(password.unwrap_or_default());
    open(&bytes, &password).map_err(|why| format!("{source}: {why}"))
}

/// The JWT that the sign-in service asks for; with the chain where there is one, which certificates that are trusted by
/// subject and issuer need.
fn assertion(
    certificate: &Certificate,
    scheme: &Scheme,
    client_id: &str,
    audience: &Url,
    now: OffsetDateTime,
) -> Result<String, String> {
    let mut header = json!({
        "typ": "JWT",
        "alg": scheme.algorithm,
    });
    header[scheme.member] = URL_SAFE_NO_PAD
        .encode(certificate.thumbprint(scheme))
        .into();
    if certificate.chain.len() > 1 {
        let chain = certificate.chain.iter().map(|der| STANDARD.encode(der));
        header["x5c"] = chain.collect::<Vec<_>>().into();
    }
    let claims = json!({
        "aud": audience.as_str(),
        "iss": client_id,
        "sub": client_id,
        "jti": Uuid::new_v4().to_string(),
        "iat": now.unix_timestamp(),
        "nbf": now.unix_timestamp(),
        "exp": (now + LIFETIME).unix_timestamp(),
    });
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = certificate.sign(scheme, signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
    use aws_lc_rs::signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
    };

    use super::*;

    const FILE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/arm/credentials/fixtures/modern-chain.pfx"
    );

    fn given() -> Given {
        Given::default().with(&CLIENT_CERTIFICATE_PASSWORD, "correct")
    }

    #[tokio::test]
    async fn the_assertion_is_signed_by_the_key_and_names_its_certificate() -> Result<(), String> {
        let certificate = read(&given().with(&CLIENT_CERTIFICATE_PATH, FILE)).await?;
        let key: PublicKeyX509Der<'_> = certificate
            .key
            .public_key()
            .as_der()
            .map_err(|_| "no key")?;
        let audience = Url::parse("https://login.example/t/oauth2/v2.0/token");
        let audience = audience.map_err(|error| error.to_string())?;
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(1);
        for (scheme, algorithm, member, verification) in [
            (&PS256, "PS256", "x5t#S256", &RSA_PSS_2048_8192_SHA256),
            (&RS256, "RS256", "x5t", &RSA_PKCS1_2048_8192_SHA256),
        ] {
            let token = assertion(&certificate, scheme, "client", &audience, now)?;
            let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
                return Err(token);
            };
            let json = |part: &str| -> Option<Json> {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
            };
            let (head, body) = (json(header).expect("JSON"), json(claims).expect("JSON"));
            let names: Vec<_> = head.as_object().expect("an object").keys().collect();
            assert_eq!(names, ["typ", "alg", member, "x5c"]);
            assert_eq!(head["alg"], algorithm);
            let thumbprint = URL_SAFE_NO_PAD.encode(certificate.thumbprint(scheme));
            assert_eq!(head[member].as_str(), Some(&*thumbprint));
            assert_eq!(head["x5c"].as_array().map(Vec::len), Some(2));
            assert_eq!(
                (&body["iss"], &body["sub"]),
                (&json!("client"), &json!("client"))
            );
            assert_eq!(body["aud"], audience.as_str());
            assert_eq!(
                (&body["nbf"], &body["exp"]),
                (&json!(86_400), &json!(87_000))
            );
            let signed = format!("{header}.{claims}");
            let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
            UnparsedPublicKey::new(verification, key.as_ref())
                .verify(signed.as_bytes(), &signature)
                .map_err(|_| format!("{algorithm}: another key signed"))?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn it_comes_as_text_or_from_its_file_and_the_argument_is_named() {
        let bytes = std::fs::read(FILE).expect("the fixture");
        let mut text = STANDARD.encode(bytes);
        text.insert(40, '\n');
        let both = given()
            .with(&CLIENT_CERTIFICATE, text)
            .with(&CLIENT_CERTIFICATE_PATH, "/nowhere");
        assert!(read(&both).await.is_ok());
        for (argument, value, why) in [
            (
                &CLIENT_CERTIFICATE,
                "*",
                "client_certificate: not the base64",
            ),
            (
                &CLIENT_CERTIFICATE,
                "AAAA",
                "client_certificate: not a PKCS#12",
            ),
            (
                &CLIENT_CERTIFICATE_PATH,
                "/nowhere",
                "client_certificate_path: the file",
            ),
        ] {
            let error = read(&given().with(argument, value)).await.map(drop);
            let error = error.expect_err(value);
            assert!(error.starts_with(why), "{error}");
        }
    }
}
