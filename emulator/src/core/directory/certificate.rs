//! A certificate that an application signs its assertions with.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::application::shown;
use crate::core::json::{Json, json};

/// A registered certificate, with what is asked of it at each sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Certificate {
    /// DER, as base64.
    der: String,
    /// The validity in seconds of Unix time.
    pub(crate) starts: i64,
    pub(crate) ends: i64,
}

impl Certificate {
    /// Reads the first certificate of a PEM text; a private key beside it is not looked at.
    pub(super) fn read(pem: &str) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let (_, parsed) = X509Certificate::from_der(&der).ok()?;
        let validity = parsed.validity();
        Some(Self {
            der: STANDARD.encode(&der),
            starts: validity.not_before.timestamp(),
            ends: validity.not_after.timestamp(),
        })
    }

    /// The digests by which tokens name the certificate: SHA-1 and SHA-256 of its DER.
    pub(crate) fn thumbprints(&self) -> [Vec<u8>; 2] {
        let der = self.der();
        [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256]
            .map(|algorithm| digest(algorithm, &der).as_ref().to_vec())
    }

    /// The public key as SubjectPublicKeyInfo.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        let der = self.der();
        X509Certificate::from_der(&der)
            .map(|(_, parsed)| parsed.public_key().raw.to_vec())
            .unwrap_or_default()
    }

    /// How the certificate is told apart.
    pub(super) fn show(&self) -> Json {
        let [thumbprint, _] = self.thumbprints();
        json!({"thumbprint": hex(&thumbprint), "startDateTime": shown(self.starts), "endDateTime": shown(self.ends)})
    }

    fn der(&self) -> Vec<u8> {
        STANDARD.decode(&self.der).unwrap_or_default()
    }
}

/// Upper-case hexadecimal digits, as Azure shows thumbprints.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
