//! A certificate with its private key, as PKCS#12 files hold it.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use azure_core::credentials::Secret;
use p12_keystore::error::Error as Pkcs12Error;
use p12_keystore::{CertificateBag, Pkcs12Archive};

/// The object identifier of RSA keys.
const RSA: &str = "1.2.840.113549.1.1.1";
/// That of elliptic curve keys.
const EC: &str = "1.2.840.10045.2.1";

/// How a token is signed, and names the certificate of the key that signed it.
#[derive(Debug)]
pub(super) struct Scheme {
    /// The algorithm's name in the header.
    pub(super) algorithm: &'static str,
    /// The member of the header with the certificate's thumbprint.
    pub(super) member: &'static str,
    encoding: &'static dyn RsaEncoding,
    thumbprint: &'static Algorithm,
}

/// What Microsoft Entra ID recommends, and MSAL sends to it.
pub(super) static PS256: Scheme = Scheme {
    algorithm: "PS256",
    member: "x5t#S256",
    encoding: &RSA_PSS_SHA256,
    thumbprint: &SHA256,
};

/// All that AD FS knows, as MSAL has it as well.
pub(super) static RS256: Scheme = Scheme {
    algorithm: "RS256",
    member: "x5t",
    encoding: &RSA_PKCS1_SHA256,
    thumbprint: &SHA1_FOR_LEGACY_USE_ONLY,
};

/// A certificate that can sign.
pub(super) struct Certificate {
    pub(super) key: KeyPair,
    /// The certificate, and those above it, as DER.
    pub(super) chain: Vec<Vec<u8>>,
}

impl Certificate {
    /// The digest that names the certificate.
    pub(super) fn thumbprint(&self, scheme: &Scheme) -> Vec<u8> {
        let leaf = self.chain.first().map(Vec::as_slice);
        let digest = digest(scheme.thumbprint, leaf.unwrap_or_default());
        digest.as_ref().to_vec()
    }

    /// The signature by the certificate's key.
    pub(super) fn sign(&self, scheme: &Scheme, message: &[u8]) -> Result<Vec<u8>, String> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(scheme.encoding, &random, message, &mut signature)
            .map_err(|_| "the private key cannot sign".to_owned())?;
        Ok(signature)
    }
}

/// Opens a PKCS#12 file; the error is a clause about it.
pub(super) fn open(bytes: &[u8], password: &Secret) -> Result<Certificate, String> {
    if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
        return Err(
            "this is PEM, but a PKCS#12 file (.pfx) is needed: make one with \
             openssl pkcs12 -export -in certificate.pem -inkey key.pem -out certificate.pfx"
                .to_owned(),
        );
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, password.secret());
    let archive = archive.map_err(|error| unreadable(&error, password))?;
    let kinds: Vec<_> = archive
        .keys
        .iter()
        .map(|bag| bag.key.oid().to_string())
        .collect();
    let rsa = archive
        .keys
        .iter()
        .zip(&kinds)
        .find(|(_, kind)| *kind == RSA);
    let Some((bag, _)) = rsa else {
        return Err(match kinds.first().map(String::as_str) {
            Some(EC) => "its private key is one of an elliptic curve, which Microsoft Entra ID does not take: make a certificate with an RSA key",
            Some(_) => "its private key is no RSA key, and Microsoft Entra ID takes no other: make a certificate with an RSA key",
            None => "there is no private key in it: export the certificate together with its key",
        }
        .to_owned());
    };
    let key = KeyPair::from_pkcs8(bag.key.as_der())
        .map_err(|_| "its RSA key cannot be used: it has to have 2048 to 8192 bits".to_owned())?;
    let chain = chain(&key, archive.certs)?;
    Ok(Certificate { key, chain })
}

fn unreadable(error: &Pkcs12Error, password: &Secret) -> String {
    match error {
        Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError if password.secret().is_empty() => {
            "it is encrypted, and no password is given".to_owned()
        }
        Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError => {
            "the password is not the one it is encrypted with".to_owned()
        }
        error => format!("not a PKCS#12 file that can be read: {error}"),
    }
}

/// The key's certificate, and its issuers as far as they are there.
fn chain(key: &KeyPair, mut bags: Vec<CertificateBag>) -> Result<Vec<Vec<u8>>, String> {
    let public = key.public_key().as_der();
    let public = public.map_err(|_| "its public key cannot be read".to_owned())?;
    // The certificate of a key has it in it; names and numbers in the bags may be missing.
    let is_of_key = |bag: &CertificateBag| contains(bag.cert.as_der(), public.as_ref());
    let leaf = bags.iter().position(is_of_key);
    let leaf = leaf.ok_or("there is no certificate for its private key in it")?;
    let mut last = bags.swap_remove(leaf).cert;
    let mut chain = vec![last.as_der().to_vec()];
    while last.issuer() != last.subject() {
        let issuer = bags
            .iter()
            .position(|bag| bag.cert.subject() == last.issuer());
        let Some(issuer) = issuer else {
            break;
        };
        last = bags.swap_remove(issuer).cert;
        chain.push(last.as_der().to_vec());
    }
    Ok(chain)
}

fn contains(whole: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(name: &str, password: &str) -> Result<Certificate, String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/arm/credentials/fixtures");
        let bytes = std::fs::read(format!("{folder}/{name}")).map_err(|error| error.to_string())?;
        super::open(&bytes, &Secret::new(password.to_owned()))
    }

    #[test]
    fn files_of_all_kinds() -> Result<(), String> {
        for (name, password, certificates) in [
            ("modern-chain.pfx", "correct", 2),
            ("legacy-chain.pfx", "correct", 2),
            ("no-password.pfx", "", 1),
            ("plain.pfx", "", 1),
        ] {
            let certificate = open(name, password)?;
            assert_eq!(certificate.chain.len(), certificates, "{name}");
            assert_eq!(certificate.sign(&PS256, b"x")?.len(), 256);
        }
        let modern = open("modern-chain.pfx", "correct")?;
        let legacy = open("legacy-chain.pfx", "correct")?;
        assert_eq!(modern.chain, legacy.chain, "the certificate comes first");
        Ok(())
    }

    #[test]
    fn files_that_do_not_serve() {
        for (name, password, why) in [
            ("modern-chain.pfx", "wrong", "the password is not the one"),
            ("modern-chain.pfx", "", "no password is given"),
            ("legacy-chain.pfx", "wrong", "the password is not the one"),
            ("elliptic-curve.pfx", "", "elliptic curve"),
            ("without-key.pfx", "", "no private key"),
            ("README.md", "", "not a PKCS#12 file"),
        ] {
            let error = open(name, password).map(|_| ()).expect_err(name);
            assert!(error.contains(why), "{name}: {error}");
        }
        let pem = super::open(b"-----BEGIN CERTIFICATE-----", &Secret::new(""));
        assert!(pem.is_err_and(|why| why.contains("openssl pkcs12 -export")));
    }
}
