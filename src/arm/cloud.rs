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

/// A cloud that Microsoft runs.
#[derive(Debug)]
pub(super) struct Known {
    /// As it is called in a configuration.
    pub(super) name: &'static str,
    /// As clouds call themselves.
    pub(super) own_name: &'static str,
    /// The endpoint of ARM, which is the audience too.
    resource_manager: &'static str,
    authority: &'static str,
}

/// The first is the default.
pub(super) const CLOUDS: [Known; 3] = [
    Known {
        name: "public",
        own_name: "AzureCloud",
        resource_manager: "https://management.azure.com",
        authority: "https://login.microsoftonline.com",
    },
    Known {
        name: "usgovernment",
        own_name: "AzureUSGovernment",
        resource_manager: "https://management.usgovcloudapi.net",
        authority: "https://login.microsoftonline.us",
    },
    Known {
        name: "china",
        own_name: "AzureChinaCloud",
        resource_manager: "https://management.chinacloudapi.cn",
        authority: "https://login.chinacloudapi.cn",
    },
];

impl Cloud {
    /// The names that [`Cloud::named`] knows; the first is the default.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CLOUDS.iter().map(|known| known.name)
    }

    /// One of Microsoft's clouds.
    pub fn named(name: &str) -> Result<Self, String> {
        let mut clouds = CLOUDS.iter();
        let Some(known) = clouds.find(|known| known.name.eq_ignore_ascii_case(name)) else {
            let known: Vec<_> = Self::names().map(|name| format!("{name:?}")).collect();
            return Err(format!(
                "{name:?} is not one of {}; another cloud needs metadata_host",
                known.join(", ")
            ));
        };
        Ok(Self {
            resource_manager_endpoint: endpoint(known.resource_manager)?,
            resource_manager_audience: known.resource_manager.to_owned(),
            authority_host: endpoint(known.authority)?,
        })
    }

    /// The scope that a token for ARM is requested with.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.resource_manager_audience)
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
    is_nobodys(&url)?;
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

/// An error if a URL has a user name or a password, which messages would show.
pub(super) fn is_nobodys(url: &Url) -> Result<(), String> {
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(()),
        false => Err("a URL with a user name or password is not accepted".to_owned()),
    }
}

/// Reads a host of cloud metadata, which may have a port, and its scheme in front.
pub fn metadata_host(text: &str) -> Result<Url, String> {
    let whole = match text.contains("://") {
        true => text.to_owned(),
        false => format!("https://{text}"),
    };
    let url = endpoint(&whole)?;
    match url.path() {
        "/" => Ok(url),
        _ => Err(format!(
            "\"{text}\" is not a host such as management.azure.com: leave out the path"
        )),
    }
}

/// Whether a URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// Whether it names this machine, or what only it or its own network reaches, as a service of Azure for its machines does.
pub(super) fn is_of_this_network(url: &Url) -> bool {
    is_loopback(url)
        || match url.host() {
            Some(Host::Ipv4(address)) => address.is_link_local() || address.is_private(),
            Some(Host::Ipv6(address)) => {
                address.is_unicast_link_local() || address.is_unique_local()
            }
            _ => false,
        }
}

/// Whether no proxy leads there.
pub(crate) fn is_local(url: &Url) -> bool {
    is_loopback(url)
        || match url.host() {
            Some(Host::Ipv4(address)) => address.is_link_local(),
            Some(Host::Ipv6(address)) => address.is_unicast_link_local(),
            _ => false,
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
            assert!(!is_local(&cloud.resource_manager_endpoint));
        }
        assert_eq!(
            Cloud::named("public")?.scope(),
            "https://management.azure.com/.default"
        );
        let error = Cloud::named("german").expect_err("the German cloud is gone");
        assert!(
            error.contains(r#""public", "usgovernment", "china""#),
            "{error}"
        );
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

    #[test]
    fn what_is_local() {
        for (url, local, of_this_network) in [
            ("https://localhost:1", true, true),
            ("http://169.254.169.254/metadata", true, true),
            ("http://[fe80::1]/", true, true),
            ("http://10.1.2.3/", false, true),
            ("http://[fd00::1]/", false, true),
            ("https://management.azure.com", false, false),
        ] {
            let parsed = Url::parse(url).expect(url);
            assert_eq!(is_local(&parsed), local, "{url}");
            assert_eq!(is_of_this_network(&parsed), of_this_network, "{url}");
        }
    }
}
