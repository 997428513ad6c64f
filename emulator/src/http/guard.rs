//! Keeps pages of other sites from steering the emulator through its user's browser.

use url::{Host, Url};

use crate::core::call::Call;
use crate::core::error::ArmError;
use crate::core::errors;

/// Refuses what a browser sends for another site. Clients that are no browsers send neither header.
pub(crate) fn check(call: &Call) -> Result<(), ArmError> {
    if matches!(call.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        return Ok(());
    }
    let own = match (call.header("sec-fetch-site"), call.header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => is_same(origin, &call.base),
        (None, None) => return Ok(()),
    };
    if !own {
        return Err(errors::foreign_page(
            "A page of another site may not steer the emulator.",
        ));
    }
    check_host(call)
}

/// Refuses a host name that someone else may have pointed at this address: a page under it would count as our own.
pub(crate) fn check_host(call: &Call) -> Result<(), ArmError> {
    let ours = Url::parse(&call.base).is_ok_and(|base| match base.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        // Nobody can register a name without a dot.
        Some(Host::Domain(name)) => !name.contains('.') || name.ends_with(".localhost"),
        None => false,
    });
    if ours {
        return Ok(());
    }
    Err(errors::foreign_page(
        "The page is served under an IP address, 'localhost' or a name without a dot.",
    ))
}

fn is_same(origin: &str, base: &str) -> bool {
    match (Url::parse(origin), Url::parse(base)) {
        (Ok(origin), Ok(base)) => origin.origin() == base.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, base: &str, headers: &[(&str, &str)]) -> Call {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Call {
            method: method.to_owned(),
            path: "/_emulator/clock".to_owned(),
            headers: headers.iter().map(own).collect(),
            base: base.to_owned(),
            ..Call::default()
        }
    }

    #[test]
    fn only_our_own_page_and_what_is_no_browser_may_write() {
        const BASE: &str = "http://127.0.0.1:4510";
        for (headers, allowed) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            // What the browser says of itself counts more: a proxy may have changed the host.
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://proxy.example"),
                ],
                true,
            ),
            (&[("origin", BASE)], true),
            (&[("origin", "http://127.0.0.1:4511")], false),
            (&[("origin", "https://127.0.0.1:4510")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "null")], false),
        ] {
            assert_eq!(
                check(&call("POST", BASE, headers)).is_ok(),
                allowed,
                "{headers:?}"
            );
            assert!(check(&call("GET", BASE, headers)).is_ok());
        }
        // The name of another leads here, so that its page looks like ours.
        let rebound = [("origin", "http://evil.example:4510")];
        assert!(check(&call("POST", "http://evil.example:4510", &rebound)).is_err());
    }

    #[test]
    fn hosts_that_others_can_name_are_refused() {
        for (host, allowed) in [
            ("127.0.0.1:4510", true),
            ("[::1]:4510", true),
            ("192.168.1.7", true),
            ("localhost:4510", true),
            ("ise.localhost", true),
            ("emulator:4510", true),
            ("evil.example", false),
            ("localhost.evil.example:4510", false),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            let call = call("GET", &format!("http://{host}"), &[]);
            assert_eq!(check_host(&call).is_ok(), allowed, "{host}");
        }
    }
}
