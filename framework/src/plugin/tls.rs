//! Mutual TLS between two processes that have only just met: each accepts one certificate, the other's.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

/// What can go wrong before the first connection.
pub(super) type Error = Box<dyn std::error::Error>;

/// Our end of the encryption.
pub(super) struct Tls {
    /// Accepts connections of this client only.
    pub(super) acceptor: TlsAcceptor,
    /// The certificate that the handshake line announces.
    pub(super) certificate: CertificateDer<'static>,
}

impl Tls {
    /// `client_certificate` is one certificate as PEM.
    pub(super) fn new(client_certificate: &str) -> Result<Self, Error> {
        // Named explicitly: ring, should another crate make it the default, cannot check the client's P-521 key.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = PinnedClient {
            certificate: single_certificate(client_certificate)?,
            algorithms: provider.signature_verification_algorithms,
        };
        let (certificate, key) = own_certificate()?;
        let config = server_config(provider, verifier, certificate.clone(), key)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }
}

fn server_config(
    provider: Arc<CryptoProvider>,
    verifier: PinnedClient,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate], key)?;
    // Newer gRPC clients hang up when the server does not choose it.
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn single_certificate(pem: &str) -> Result<CertificateDer<'static>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("PLUGIN_CLIENT_CERT is not PEM: {error}"))?;
    match <[_; 1]>::try_from(certificates) {
        Ok([certificate]) => Ok(certificate),
        Err(other) => Err(format!(
            "PLUGIN_CLIENT_CERT holds {} certificates, not one",
            other.len()
        )
        .into()),
    }
}

fn own_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(["localhost".to_owned()])?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    // The clocks of two containers may differ a little; a process may live for days.
    params.not_before = now - Duration::hours(1);
    params.not_after = now + Duration::days(365);
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    Ok((certificate.der().clone(), key))
}

/// Accepts exactly one certificate.
///
/// It is a self-signed CA used as a leaf, which path validation refuses; equality of all bytes says more anyway.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for PinnedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        match *end_entity == self.certificate {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_client_certificate_is_taken() {
        let pem = || {
            let key = KeyPair::generate().expect("a key");
            let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
            params.self_signed(&key).expect("a certificate").pem()
        };
        let (one, other) = (pem(), pem());
        let error = |text: &str| match single_certificate(text) {
            Ok(_) => panic!("accepted {text:?}"),
            Err(error) => error.to_string(),
        };
        assert!(single_certificate(&one).is_ok());
        assert!(error("").contains("0 certificates"));
        assert!(error("hello").contains("0 certificates"));
        assert!(error(&format!("{one}{other}")).contains("2 certificates"));
        let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        assert!(error(broken).contains("not PEM"));
    }

    #[test]
    fn the_clients_kind_of_key_can_be_verified() {
        let schemes = aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes();
        assert!(schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
    }
}
