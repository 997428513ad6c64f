//! Requests as values, built without any IO.

use std::fmt;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use serde::Serialize;
use url::Url;

use super::error::Error;
use super::resource_id::ResourceId;
use bytes::Bytes;

/// All of a request but what belongs to one attempt at sending it: token and request id.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// Whether it changes nothing, whatever its method.
    asks: bool,
}

/// The conditions of a PUT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutOptions {
    /// Write only over this version of the object.
    pub if_match: Option<String>,
    /// `*`: create only.
    pub if_none_match: Option<String>,
}

impl Request {
    /// A request to a resource.
    pub(crate) fn to(
        endpoint: &Url,
        method: Method,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Self, Error> {
        Self::below(endpoint, method, id, "", api_version)
    }

    /// A request to what a resource has below it: an action, a collection, a view.
    pub(crate) fn below(
        endpoint: &Url,
        method: Method,
        id: &ResourceId,
        path: &str,
        api_version: &str,
    ) -> Result<Self, Error> {
        let mut url = endpoint.clone();
        let Ok(mut segments) = url.path_segments_mut() else {
            return Err(Error::invalid(format!("\"{endpoint}\" cannot have a path")));
        };
        segments.pop_if_empty().extend(id.segments());
        segments.extend(path.split('/').filter(|segment| !segment.is_empty()));
        drop(segments);
        url.query_pairs_mut()
            .append_pair("api-version", api_version);
        Ok(Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            asks: false,
        })
    }

    /// A GET of a URL that ARM gave: a poll URL, the next page.
    ///
    /// Only its path and query are used, on our own endpoint: the bearer token goes to no other host, and an operation
    /// that is resumed through another endpoint is found again. An endpoint with a path of its own, as a gateway in
    /// front of ARM has, keeps it; the gateway may have put it into the URL already.
    pub(crate) fn follow(endpoint: &Url, given: &str) -> Result<Self, Error> {
        let given = endpoint
            .join(given)
            .map_err(|error| Error::invalid(format!("ARM gave an unusable URL: {error}")))?;
        let base = endpoint.path().trim_end_matches('/');
        let below = given.path().strip_prefix(base);
        let below = below.filter(|path| path.starts_with('/'));
        let mut url = endpoint.clone();
        url.set_path(&format!("{base}{}", below.unwrap_or(given.path())));
        url.set_query(given.query());
        Ok(Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: None,
            asks: false,
        })
    }

    /// It asks for something, and changes nothing.
    pub(crate) fn asking(self) -> Self {
        Self { asks: true, ..self }
    }

    /// Adds a JSON body.
    pub(crate) fn with_json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::invalid("the body cannot be written as JSON").caused_by(error)
        })?;
        self.body = Some(Bytes::from(body));
        let json = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, json);
        Ok(self)
    }

    /// Adds the conditions of a PUT.
    pub(crate) fn with_options(mut self, options: &PutOptions) -> Result<Self, Error> {
        self.condition(IF_MATCH, options.if_match.as_deref())?;
        self.condition(IF_NONE_MATCH, options.if_none_match.as_deref())?;
        Ok(self)
    }

    /// Whether it can change anything.
    pub(crate) fn is_write(&self) -> bool {
        !self.asks && !self.method.is_safe()
    }

    /// Whether sending it twice does what sending it once does. A PATCH of ARM names the values it sets.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.asks || self.method != Method::POST
    }

    /// Method and path, for messages and logs; the query may hold what is nobody's business.
    pub(crate) fn subject(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }

    fn condition(&mut self, name: HeaderName, value: Option<&str>) -> Result<(), Error> {
        let Some(value) = value else {
            return Ok(());
        };
        let value = HeaderValue::from_str(value)
            .map_err(|error| Error::invalid(format!("unusable {name} value")).caused_by(error))?;
        self.headers.insert(name, value);
        Ok(())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.subject())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    const WORKFLOW: &str =
        "/subscriptions/s/resourceGroups/my group/providers/Microsoft.Logic/workflows/flow(1)";

    #[test]
    fn urls() -> Result<()> {
        let id = ResourceId::parse(WORKFLOW)?;
        let path =
            "subscriptions/s/resourceGroups/my%20group/providers/Microsoft.Logic/workflows/flow(1)";
        for (endpoint, base) in [
            (
                "https://management.azure.com",
                "https://management.azure.com",
            ),
            ("http://127.0.0.1:8/", "http://127.0.0.1:8"),
            ("https://proxy.example/arm/", "https://proxy.example/arm"),
            ("https://proxy.example/arm", "https://proxy.example/arm"),
        ] {
            let endpoint = Url::parse(endpoint)?;
            let get = Request::to(&endpoint, Method::GET, &id, "2019-05-01")?;
            assert_eq!(
                get.url.as_str(),
                format!("{base}/{path}?api-version=2019-05-01")
            );
            let action = "triggers/a b/listCallbackUrl";
            let post = Request::below(&endpoint, Method::POST, &id, action, "2019-05-01")?;
            assert_eq!(
                post.url.as_str(),
                format!("{base}/{path}/triggers/a%20b/listCallbackUrl?api-version=2019-05-01")
            );
        }
        Ok(())
    }

    #[test]
    fn given_urls_keep_path_and_query_only() -> Result<()> {
        let endpoint = Url::parse("http://127.0.0.1:8")?;
        for (given, expected) in [
            (
                "https://evil.example/a/B?api-version=1&t=x%2Fy",
                "http://127.0.0.1:8/a/B?api-version=1&t=x%2Fy",
            ),
            ("http://127.0.0.1:9/op", "http://127.0.0.1:8/op"),
            ("//evil.example/op", "http://127.0.0.1:8/op"),
            ("/op?x=1", "http://127.0.0.1:8/op?x=1"),
            ("https://me:pw@127.0.0.1:8/op#x", "http://127.0.0.1:8/op"),
        ] {
            assert_eq!(Request::follow(&endpoint, given)?.url.as_str(), expected);
        }
        assert!(Request::follow(&endpoint, "http://[bad").is_err());
        let gateway = Url::parse("https://gateway.example/arm/")?;
        for given in [
            "https://management.azure.com/op?x=1",
            "https://gateway.example/arm/op?x=1",
        ] {
            let followed = Request::follow(&gateway, given)?;
            assert_eq!(followed.url.as_str(), "https://gateway.example/arm/op?x=1");
        }
        let alike = Request::follow(&gateway, "https://h/armada/op")?;
        assert_eq!(alike.url.path(), "/arm/armada/op");
        Ok(())
    }

    #[test]
    fn bodies_and_conditions() -> Result<()> {
        let endpoint = Url::parse("https://management.azure.com")?;
        let id = ResourceId::parse(WORKFLOW)?;
        let options = PutOptions {
            if_match: Some("W/\"1\"".to_owned()),
            if_none_match: None,
        };
        let put = Request::to(&endpoint, Method::PUT, &id, "1")?
            .with_json(&json!({"secret": "hush"}))?
            .with_options(&options)?;
        assert_eq!(put.body.as_deref(), Some(&br#"{"secret":"hush"}"#[..]));
        assert_eq!(put.headers[CONTENT_TYPE], "application/json");
        assert_eq!(put.headers[IF_MATCH], "W/\"1\"");
        assert!(!put.headers.contains_key(IF_NONE_MATCH));
        assert!(!format!("{put:?}").contains("hush"));
        let bad = PutOptions {
            if_none_match: Some("\n".to_owned()),
            ..PutOptions::default()
        };
        assert!(put.with_options(&bad).is_err());
        Ok(())
    }
}
