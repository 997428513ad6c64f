//! JSON web tokens, read and checked.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::core::json::{Json, text};

/// A token whose parts could be read. Whether it is signed by anyone is another question.
pub(super) struct Jwt<'a> {
    pub(super) header: Json,
    pub(super) claims: Json,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Reads a token: header and claims are objects, and there is a third part.
    pub(super) fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// A claim that is a text.
    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        text(&self.claims, name)
    }

    /// A claim that is a time in seconds of Unix time; what is there and is no time never comes.
    pub(super) fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        // Some clients write times with fractions.
        let whole = || format!("{:.0}", value.as_f64()?.floor()).parse().ok();
        Some(value.as_i64().or_else(whole).unwrap_or(i64::MAX))
    }

    /// The audiences: one text or a list of them.
    pub(super) fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
            Some(one) => one.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// What is signed, and the signature, with between them what is in neither.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        [self.signed.as_bytes(), b".", &self.signature]
    }

    /// Whether the holder of a public key (SubjectPublicKeyInfo) signed it, by the algorithm that its header names.
    pub(super) fn is_signed_by(&self, key: &[u8]) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match text(&self.header, "alg") {
            Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
            Some("PS256") => &RSA_PSS_2048_8192_SHA256,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, key)
            .verify(self.signed.as_bytes(), &self.signature)
            .is_ok()
    }
}

fn object(part: &str) -> Option<Json> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Json::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::json;

    #[test]
    fn only_three_parts_of_json_are_a_token() {
        let part = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
        let (object, list) = (part(&json!({"a": 1})), part(&json!([1])));
        for (token, is_one) in [
            (format!("{object}.{object}.AA"), true),
            (format!("{object}.{object}."), true),
            (format!("{object}.{list}.AA"), false),
            (format!("{object}.{object}"), false),
            (format!("{object}.{object}.AA.AA"), false),
            (format!("{object}.{object}.not base64"), false),
            ("..".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(Jwt::read(&token).is_some(), is_one, "{token}");
        }
    }
}
