//! Tokens made by hand, with keys of their own.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256,
};
use aws_lc_rs::{digest, encoding::AsDer as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair as CertificateKey, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

/// A key with a certificate of it.
pub(super) struct Identity {
    pkcs8: Vec<u8>,
    is_rsa: bool,
    pub(super) pem: String,
    der: Vec<u8>,
}

pub(super) static RSA: LazyLock<Identity> = LazyLock::new(|| Identity::rsa(Duration::days(1)));
/// Registered nowhere.
pub(super) static STRANGER: LazyLock<Identity> = LazyLock::new(|| Identity::rsa(Duration::days(1)));
pub(super) static EXPIRED: LazyLock<Identity> =
    LazyLock::new(|| Identity::rsa(Duration::hours(-1)));
pub(super) static EC: LazyLock<Identity> = LazyLock::new(|| {
    let key = CertificateKey::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    Identity::new(&key.serialize_der(), false, Duration::days(1))
});

impl Identity {
    fn rsa(lasts: Duration) -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().expect("PKCS #8");
        Self::new(pkcs8.as_ref(), true, lasts)
    }

    fn new(pkcs8: &[u8], is_rsa: bool, lasts: Duration) -> Self {
        let key = CertificateKey::try_from(pkcs8).expect("a key");
        let mut params = CertificateParams::default();
        params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
        params.not_after = OffsetDateTime::now_utc() + lasts;
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            pkcs8: pkcs8.to_vec(),
            is_rsa,
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
        }
    }

    /// The SHA-1 of the certificate as tokens name it.
    pub(super) fn sha1(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    /// The SHA-256 of the certificate as tokens name it.
    pub(super) fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    /// A token with the signature that its header announces, as far as the key can make one.
    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let random = SystemRandom::new();
        let signature = if self.is_rsa {
            let key = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&self.pkcs8).expect("a key");
            let mut signature = vec![0; key.public_modulus_len()];
            let padding: &'static dyn aws_lc_rs::signature::RsaEncoding =
                if header["alg"] == "PS256" {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
            key.sign(padding, &random, signed.as_bytes(), &mut signature)
                .expect("a signature");
            signature
        } else {
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8);
            let signature = key.expect("a key").sign(&random, signed.as_bytes());
            signature.expect("a signature").as_ref().to_vec()
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The claims of a token, unchecked.
pub(super) fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Checks a token with a document of keys, as any client would.
pub(super) fn verify(token: &str, keys: &Value) {
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let header = signed.split('.').next().expect("a header");
    let header: Value = serde_json::from_slice(&decode(header)).expect("JSON");
    let key = keys["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("the key of the token");
    assert_eq!(
        (&key["kty"], &header["alg"]),
        (&json!("RSA"), &json!("RS256"))
    );
    let number = |name: &str| decode(key[name].as_str().expect("a number"));
    PublicKeyComponents {
        n: number("n"),
        e: number("e"),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decode(signature),
    )
    .expect("a signature of the key");
}
