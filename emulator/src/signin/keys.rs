//! The keys that issuers sign with. They are made when they are first needed and last as long as the process.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::jwt::Jwt;
use crate::core::json::{Json, json, text};

/// Who signs tokens here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Issuer {
    Entra,
    GitHub,
    AzureDevOps,
}

/// A key pair with the name under which its public half is published.
pub(super) struct SigningKey {
    id: String,
    pair: KeyPair,
    /// The public half as SubjectPublicKeyInfo.
    public: Vec<u8>,
    /// The digests of tokens that were found to be signed by it: clients send the same one for an hour.
    checked: Mutex<HashSet<Vec<u8>>>,
}

/// How many tokens are remembered.
const MOST_CHECKED: usize = 10_000;

type Key = LazyLock<Result<SigningKey, Unspecified>>;

static ENTRA: Key = LazyLock::new(SigningKey::generate);
static GITHUB: Key = LazyLock::new(SigningKey::generate);
static AZURE_DEVOPS: Key = LazyLock::new(SigningKey::generate);

impl Issuer {
    /// The issuer's key; an error when the machine cannot make one.
    pub(super) fn key(self) -> Result<&'static SigningKey, Unspecified> {
        let key = match self {
            Self::Entra => &ENTRA,
            Self::GitHub => &GITHUB,
            Self::AzureDevOps => &AZURE_DEVOPS,
        };
        key.as_ref().map_err(|error| *error)
    }
}

impl SigningKey {
    fn generate() -> Result<Self, Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
        let public = public.as_ref().to_vec();
        let id = URL_SAFE_NO_PAD.encode(&digest(&SHA256, &public).as_ref()[..20]);
        Ok(Self {
            id,
            pair,
            public,
            checked: Mutex::default(),
        })
    }

    /// Signs claims.
    pub(super) fn sign(&self, claims: &Json) -> Result<String, Unspecified> {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.id, "kid": self.id});
        let part = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether this key signed a token.
    pub(super) fn has_signed(&self, token: &Jwt<'_>) -> bool {
        let mut read = Context::new(&SHA256);
        token.parts().iter().for_each(|part| read.update(part));
        let read = read.finish().as_ref().to_vec();
        let checked = || self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked().contains(&read) {
            return true;
        }
        if text(&token.header, "alg") != Some("RS256") || !token.is_signed_by(&self.public) {
            return false;
        }
        let mut checked = checked();
        if checked.len() >= MOST_CHECKED {
            checked.clear();
        }
        checked.insert(read);
        true
    }

    /// The public half as a set of one JSON web key.
    pub(super) fn document(&self) -> Json {
        let public = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "x5t": self.id,
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero())
        }]})
    }
}
