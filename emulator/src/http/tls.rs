//! Certificates of an emulator that speaks https: an authority of its own, and a leaf for the names it is reached by.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// A certificate authority made for one emulator, and the server's certificate from it. No key of them is stored.
#[derive(Clone)]
pub struct Certificates {
    authority: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    /// New certificates for localhost, the loopback addresses and the address that is listened on.
    ///
    /// # Errors
    /// When the keys cannot be made.
    pub fn new(address: IpAddr) -> io::Result<Self> {
        Self::for_names(address, &[])
    }

    /// The same, and for further names.
    ///
    /// # Errors
    /// When the keys cannot be made, or a name is none.
    pub fn for_names(address: IpAddr, further: &[String]) -> io::Result<Self> {
        let (authority, config) = generate(address, further).map_err(io::Error::other)?;
        Ok(Self {
            authority,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// The authority that clients have to trust, as PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

fn generate(
    address: IpAddr,
    further: &[String],
) -> Result<(String, ServerConfig), Box<dyn std::error::Error + Send + Sync>> {
    let mut authority = params(Vec::new(), "arm-emulator authority")?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let authority = CertifiedIssuer::self_signed(authority, key)?;

    let mut names = ["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .to_vec();
    let address = address.to_string();
    if !names.contains(&address) {
        names.push(address);
    }
    names.extend(further.iter().cloned());
    let mut leaf = params(names, "arm-emulator")?;
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let leaf = leaf.signed_by(&key, &authority)?;

    // Named explicitly: another crate may bring a second provider, and then none is the default.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((authority.pem(), config))
}

fn params(names: Vec<String>, common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    const HOUR: Duration = Duration::from_hours(1);
    let now = SystemTime::now();
    // The clocks of two containers may differ a little.
    params.not_before = (now - HOUR).into();
    // Clients of Apple's refuse leaves that are good for longer than 825 days.
    params.not_after = (now + 365 * 24 * HOUR).into();
    Ok(params)
}
