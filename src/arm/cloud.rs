//! The clouds: where ARM and its sign-in are.

use std::net::IpAddr;

use url::{Host, Url};

/// The endpoints of one Azure cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// Base URL of ARM.
    pub resource_manager_endpoint: Url,
    /// What an access token for ARM is asked for.
    pub resource_manager_audience: String,
    /// Base URL of the sign-in service.
    pub authority_host: Url,
}

/// Name, ARM endpoint (which is the audience too), authority host.
const CLOUDS: [(&str, &str, &str); 3] = [
    (
        "public",
        "https://management.azure.com",
        "https://login.microsoftonline.com",
    ),
    (
        "usgovernment",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
    ),
    (
        "china",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
    ),
];

impl Cloud {
    /// The names that [`Cloud::named`] knows; the first is the default.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CLOUDS.iter().map(|(name, _, _)| *name)
    }

    /// One of Microsoft's clouds.
    pub fn named(name: &str) -> Result<Self, String> {
        let Some((_, resource_manager, authority)) = CLOUDS
            .iter()
            .find(|(known, _, _)| known.eq_ignore_ascii_case(name))
        else {
            let known = Self::names().collect::<Vec<_>>().join(", ");
            return Err(format!(
                "\"{name}\" is not a known Azure cloud; known are {known}"
            ));
        };
        Ok(Self {
            resource_manager_endpoint: endpoint(resource_manager)?,
            resource_manager_audience: (*resource_manager).to_owned(),
            authority_host: endpoint(authority)?,
        })
    }

    /// The scope that a token for ARM is requested with.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.resource_manager_audience)
    }

    /// Whether everything is on this machine, so that neither proxies nor certificate authorities matter.
    pub(crate) fn is_local(&self) -> bool {
        let local = |url: &Url| url.scheme() == "http";
        local(&self.resource_manager_endpoint) && local(&self.authority_host)
    }
}

/// Reads a custom endpoint. Tokens travel to it, so plain `http` is for this machine only.
pub fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            format!("\"{text}\" is not a whole URL: write https:// in front of it")
        }
        error => format!("\"{text}\" is not a URL such as https://management.azure.com: {error}"),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user name or password is not accepted".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "\"{text}\" must end with its host or path, without ? and #"
        ));
    }
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(format!(
            "\"{text}\" would send access tokens unencrypted: http:// is accepted for loopback hosts only \
             (localhost, 127.0.0.1, [::1]); use https://"
        )),
        _ => Err(format!("\"{text}\" is not an https:// URL")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_clouds() -> Result<(), String> {
        for name in Cloud::names() {
            let cloud = Cloud::named(&name.to_uppercase())?;
            assert_eq!(cloud.resource_manager_endpoint.scheme(), "https");
            assert!(!cloud.is_local());
        }
        assert_eq!(
            Cloud::named("public")?.scope(),
            "https://management.azure.com/.default"
        );
        let error = Cloud::named("german").expect_err("the German cloud is gone");
        assert!(error.contains("public, usgovernment, china"), "{error}");
        Ok(())
    }

    #[test]
    fn endpoints() {
        for accepted in [
            "https://management.azure.com",
            "https://arm.example.org/base/",
            "http://127.0.0.1:4711",
            "http://127.8.9.1",
            "http://localhost:80",
            "http://arm.localhost:8080",
            "http://[::1]:9",
        ] {
            assert!(endpoint(accepted).is_ok(), "{accepted}");
        }
        for (refused, why) in [
            ("http://management.azure.com", "loopback"),
            ("http://127.0.0.1.example.org", "loopback"),
            ("http://10.0.0.1", "loopback"),
            ("management.azure.com", "not a whole URL"),
            ("localhost:8080", "not an https"),
            ("ftp://localhost", "not an https"),
            ("https://me:secret@example.org", "user name"),
            ("https://example.org/?a=b", "without ?"),
        ] {
            let error = endpoint(refused).expect_err(refused);
            assert!(error.contains(why), "{refused}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
