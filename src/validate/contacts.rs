//! Who is told about something: addresses of people and of services.

use url::Url;

/// An address of the form `name@domain`.
pub fn email(text: &str) -> Result<(), String> {
    let is_whole = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    let parts = text.rsplit_once('@');
    match parts.is_some_and(|(name, domain)| {
        is_whole(name) && is_whole(domain) && !name.contains('@') && !text.contains(',')
    }) {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is not an email address: one has the form name@example.com"
        )),
    }
}

/// The URL of a service that is called. It may hold a secret, so no message shows it.
pub fn webhook(text: &str) -> Result<(), String> {
    let url = Url::parse(text).ok();
    match url.is_some_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host()) {
        true => Ok(()),
        false => Err(
            "it is not the URL of a service: one begins with https:// and a host's name".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_whole() {
        for text in ["a@b", "first.last@example.com"] {
            assert_eq!(email(text), Ok(()), "{text}");
        }
        for text in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b, c@d"] {
            assert!(email(text).is_err(), "{text}");
        }
        for text in ["https://example.com/hook?sig=x", "http://localhost:1/"] {
            assert_eq!(webhook(text), Ok(()), "{text}");
        }
        for text in ["", "example.com/hook", "ftp://example.com", "mailto:hush@b"] {
            let problem = webhook(text).expect_err(text);
            assert!(!problem.contains("hush"), "{problem}");
        }
    }
}
