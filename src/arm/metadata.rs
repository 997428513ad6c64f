//! Where a cloud's endpoints come from: they are known, given, or asked of the cloud itself when they are first needed.

use reqwest::{Method, Request};
use serde_json::Value as Json;
use tokio::sync::OnceCell;
use url::Url;

use super::arguments::{
    ACTIVE_DIRECTORY_AUTHORITY_HOST, ENVIRONMENT, METADATA_HOST, RESOURCE_MANAGER_AUDIENCE,
    RESOURCE_MANAGER_ENDPOINT, TENANT_ID,
};
use super::cloud::{self, CLOUDS, Cloud, endpoint};
use super::credentials::{Fetch, is_ad_fs};
use super::error::Error;
use super::given::{Given, Mistake};
use super::stranger::sanitised;

/// The version whose answer is one cloud, and the one whose answer is a list.
const API_VERSIONS: [&str; 2] = ["2022-09-01", "2019-05-01"];

/// How many characters of what a host says are shown.
const LONGEST_WORDS: usize = 200;

/// What a configuration says about the cloud.
#[derive(Clone, Debug)]
pub struct CloudSource {
    known: Option<Cloud>,
    /// Where to ask for what is neither known nor given.
    host: Option<Url>,
    /// The name, if one was given.
    name: Option<String>,
    /// The directory, if one was given.
    tenant_id: Option<String>,
    overrides: Overrides,
}

#[derive(Clone, Debug, Default)]
struct Overrides {
    resource_manager_endpoint: Option<Url>,
    resource_manager_audience: Option<String>,
    authority_host: Option<Url>,
}

impl From<Cloud> for CloudSource {
    fn from(cloud: Cloud) -> Self {
        Self {
            known: Some(cloud),
            host: None,
            name: None,
            tenant_id: None,
            overrides: Overrides::default(),
        }
    }
}

impl CloudSource {
    /// Reads it, without asking anybody.
    pub fn new(given: &Given) -> Result<Self, Mistake> {
        let url = |argument, read: fn(&str) -> Result<Url, String>| {
            let url = given.text(argument).map(read).transpose();
            url.map_err(|words| Mistake { argument, words })
        };
        let overrides = Overrides {
            resource_manager_endpoint: url(&RESOURCE_MANAGER_ENDPOINT, endpoint)?,
            resource_manager_audience: given.text(&RESOURCE_MANAGER_AUDIENCE).map(str::to_owned),
            authority_host: url(&ACTIVE_DIRECTORY_AUTHORITY_HOST, endpoint)?,
        };
        let host = url(&METADATA_HOST, cloud::metadata_host)?;
        let name = given.text(&ENVIRONMENT).map(str::to_owned);
        let named = match (&host, &name) {
            (Some(_), _) => None,
            (None, name) => {
                let name = name.as_deref().unwrap_or(CLOUDS[0].name);
                let argument = &ENVIRONMENT;
                Some(Cloud::named(name).map_err(|words| Mistake { argument, words })?)
            }
        };
        let known = named.map(|cloud| overrides.over(cloud));
        Ok(Self {
            known: known.or_else(|| overrides.whole()),
            host,
            name,
            tenant_id: given.text(&TENANT_ID).map(str::to_owned),
            overrides,
        })
    }

    /// What is known without asking.
    pub(crate) fn known(&self) -> Option<&Cloud> {
        self.known.as_ref()
    }

    /// The cloud, for which its host is asked where that is needed.
    async fn find(&self, fetch: &Fetch) -> Result<Cloud, Error> {
        match (&self.known, &self.host) {
            (Some(known), _) => Ok(known.clone()),
            (None, Some(host)) => {
                let found = ask(host, self, fetch).await;
                let found = found.map_err(|why| {
                    Error::credential(format!(
                        "the endpoints of the cloud cannot be read from {METADATA_HOST} {host}: {why}"
                    ))
                });
                Ok(self.overrides.over(found?))
            }
            (None, None) => Err(Error::invalid("no cloud is configured")),
        }
    }
}

impl Overrides {
    fn over(&self, mut cloud: Cloud) -> Cloud {
        if let Some(url) = &self.resource_manager_endpoint {
            cloud.resource_manager_audience = bare(url);
            cloud.resource_manager_endpoint = url.clone();
        }
        if let Some(audience) = &self.resource_manager_audience {
            cloud.resource_manager_audience.clone_from(audience);
        }
        if let Some(url) = &self.authority_host {
            cloud.authority_host = url.clone();
        }
        cloud
    }

    /// The cloud, if nothing is left to ask.
    fn whole(&self) -> Option<Cloud> {
        let endpoint = self.resource_manager_endpoint.clone()?;
        Some(self.over(Cloud {
            resource_manager_audience: bare(&endpoint),
            resource_manager_endpoint: endpoint,
            authority_host: self.authority_host.clone()?,
        }))
    }
}

fn bare(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The cloud of a client, found once.
#[derive(Debug)]
pub(crate) struct FoundCloud {
    source: CloudSource,
    fetch: Fetch,
    found: OnceCell<Cloud>,
}

impl FoundCloud {
    pub(crate) fn new(source: CloudSource, fetch: Fetch) -> Self {
        Self {
            found: OnceCell::new_with(source.known().cloned()),
            source,
            fetch,
        }
    }

    pub(crate) async fn get(&self) -> Result<&Cloud, Error> {
        let find = || self.source.find(&self.fetch);
        self.found.get_or_try_init(find).await
    }
}

/// Asks a host for its cloud, in the newer form first.
async fn ask(host: &Url, source: &CloudSource, fetch: &Fetch) -> Result<Cloud, String> {
    let name = source.name.as_deref();
    let mut refusals = Vec::new();
    for version in API_VERSIONS {
        let mut url = host.clone();
        url.set_path("/metadata/endpoints");
        url.query_pairs_mut().append_pair("api-version", version);
        let request = || Ok(Request::new(Method::GET, url.clone()));
        let answer = fetch.response(request, "it").await?;
        if matches!(answer.status.as_u16(), 400 | 404) {
            // The older ones do not know the version.
            refusals.push(format!("HTTP {} for version {version}", answer.status));
            continue;
        }
        let clouds = fetch.content(&answer, "it", "clouds")?;
        return read(clouds, name, source.tenant_id.as_deref());
    }
    Err(format!("it answered {}", refusals.join(", ")))
}

/// Reads one cloud, or the one of that name in a list of clouds.
fn read(answer: &Json, name: Option<&str>, tenant_id: Option<&str>) -> Result<Cloud, String> {
    let clouds: Vec<&Json> = match answer {
        Json::Array(clouds) => clouds.iter().collect(),
        cloud => vec![cloud],
    };
    let own_name = |name: &str| {
        let known = CLOUDS
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(name));
        known.map(|known| known.own_name)
    };
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let is_named = |cloud: &Json, name: &str| {
        let found = text(&cloud["name"]);
        found.eq_ignore_ascii_case(name)
            || own_name(name).is_some_and(|own| found.eq_ignore_ascii_case(own))
    };
    let chosen = match (name, clouds.as_slice()) {
        (None, [one]) => Some(*one),
        (None, _) => clouds
            .iter()
            .find(|cloud| is_named(cloud, CLOUDS[0].name))
            .copied(),
        (Some(name), _) => clouds.iter().find(|cloud| is_named(cloud, name)).copied(),
    };
    let chosen = chosen.ok_or_else(|| {
        let names: Vec<_> = clouds.iter().map(|cloud| text(&cloud["name"])).collect();
        format!(
            "it knows {}, but {ENVIRONMENT} is {:?}",
            sanitised(&names.join(", "), LONGEST_WORDS),
            name.unwrap_or(CLOUDS[0].name)
        )
    })?;
    let authentication = &chosen["authentication"];
    let provider = authentication["identityProvider"].as_str().unwrap_or("AAD");
    match provider.to_ascii_uppercase().as_str() {
        "AAD" => {}
        "ADFS" if tenant_id.is_some_and(is_ad_fs) => {}
        "ADFS" => {
            return Err(format!(
                "it signs in with AD FS: set {TENANT_ID} to \"adfs\""
            ));
        }
        _ => {
            return Err(format!(
                "it signs in with {}, and this provider with Microsoft Entra ID and AD FS only",
                sanitised(provider, LONGEST_WORDS)
            ));
        }
    }
    let url = |json: &Json, what: &str| {
        let text = json
            .as_str()
            .ok_or_else(|| format!("its answer has no {what}"))?;
        endpoint(text).map_err(|why| format!("{what}: {}", sanitised(&why, LONGEST_WORDS)))
    };
    let resource_manager_endpoint = url(&chosen["resourceManager"], "resourceManager")?;
    let audiences = authentication["audiences"].as_array();
    let audiences = audiences.into_iter().flatten().filter_map(Json::as_str);
    let audiences: Vec<_> = audiences.map(|it| it.trim_end_matches('/')).collect();
    let own = bare(&resource_manager_endpoint);
    let is_own = audiences.is_empty() || audiences.contains(&&*own);
    let resource_manager_audience = match is_own {
        true => own,
        false => audiences[0].to_owned(),
    };
    Ok(Cloud {
        resource_manager_audience,
        resource_manager_endpoint,
        authority_host: url(&authentication["loginEndpoint"], "loginEndpoint")?,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::arm::test_server::{Reply, TIMING, TestServer};
    use crate::arm::transport::Transport;

    fn document(name: &str, host: &str) -> Json {
        json!({
            "name": name,
            "resourceManager": format!("https://management.{host}/"),
            "authentication": {
                "loginEndpoint": format!("https://login.{host}/"),
                "audiences": [format!("https://core.{host}/"), format!("https://management.{host}/")],
                "identityProvider": "AAD"
            }
        })
    }

    #[test]
    fn one_cloud_and_lists_of_clouds() {
        let one = document("AzureStackCloud", "stack.example");
        let list = json!([
            document("AzureCloud", "a.example"),
            document("AzureUSGovernment", "b.example"),
            one
        ]);
        for (answer, name, expected) in [
            (&one, None, Some("stack.example")),
            (&one, Some("azurestackcloud"), Some("stack.example")),
            (&one, Some("public"), None),
            (&list, None, Some("a.example")),
            (&list, Some("usgovernment"), Some("b.example")),
            (&list, Some("AzureStackCloud"), Some("stack.example")),
            (&list, Some("elsewhere"), None),
        ] {
            let cloud = read(answer, name, None);
            let host = cloud
                .as_ref()
                .ok()
                .map(|it| it.resource_manager_audience.as_str());
            let expected = expected.map(|host| format!("https://management.{host}"));
            assert_eq!(host, expected.as_deref(), "{name:?}: {cloud:?}");
        }
        let mut other = one.clone();
        other["authentication"]["audiences"] = json!(["https://management.tenant.example/guid"]);
        let audience = read(&other, None, None).map(|it| it.resource_manager_audience);
        assert_eq!(
            audience.as_deref(),
            Ok("https://management.tenant.example/guid")
        );
        other["authentication"]["identityProvider"] = json!("ADFS");
        assert!(read(&other, None, Some("adfs")).is_ok());
        let refused = read(&other, None, Some("tenant"));
        assert!(refused.is_err_and(|why| why.contains("set tenant_id to \"adfs\"")));
        other["authentication"]["identityProvider"] = json!("Other");
        assert!(read(&other, None, Some("adfs")).is_err_and(|why| why.contains("Other")));
        let mut plain = one.clone();
        plain["resourceManager"] = json!("http://management.example");
        assert!(read(&plain, None, None).is_err_and(|why| why.contains("unencrypted")));
        assert!(read(&json!({}), None, None).is_err());
    }

    fn find(given: &Given) -> FoundCloud {
        let source = CloudSource::new(given).expect("no mistake");
        let transport = Arc::new(Transport::for_tests());
        FoundCloud::new(source, Fetch::with(&transport, &TIMING.sign_in))
    }

    /// As the services that give tokens, and with as little trust in their words.
    #[tokio::test]
    async fn it_is_asked_again_and_told_in_harmless_words() {
        let new = "GET /metadata/endpoints?api-version=2022-09-01";
        let cloud = Reply::json(200, &document("AzureCloud", "a.example"));
        let later = Reply::error(429, "TooManyRequests").header("retry-after-ms", "1");
        let broken = Reply::Truncated(Box::new(cloud.clone()));
        let replies = vec![Reply::text(503, "busy"), later, Reply::Close, broken, cloud];
        let server = TestServer::start(&[(new, replies)]).await;
        let host = |server: &TestServer| {
            let host = server.url.as_str().trim_end_matches('/').to_owned();
            Given::default().with(&METADATA_HOST, host)
        };
        let found = find(&host(&server)).get().await.map(Cloud::scope);
        let expected = "https://management.a.example/.default";
        assert_eq!(found.expect("it comes back"), expected);
        assert_eq!(server.lines(), [new; 5]);
        let mut odd = document("Odd\u{1b}[31m", "a.example");
        let provider = odd.clone();
        odd["resourceManager"] = json!("nowhere\u{1b}[31m");
        let mut other = provider.clone();
        other["authentication"]["identityProvider"] = json!("Other\u{1b}[31m");
        for (reply, name, expected) in [
            (
                Reply::text(502, "<html>Bad gateway</html>"),
                None,
                "it answered HTTP 502 Bad Gateway: Bad gateway",
            ),
            (
                Reply::text(200, "<html>Log in</html>"),
                None,
                "it answered something else than clouds: the answer is not JSON: Log in",
            ),
            (
                Reply::json(200, &provider),
                Some("public"),
                "it knows Odd[31m, but environment is",
            ),
            (Reply::json(200, &odd), None, "nowhere[31m"),
            (Reply::json(200, &other), None, "it signs in with Other[31m"),
        ] {
            let server = TestServer::start(&[(new, vec![reply])]).await;
            let given = host(&server);
            let given = name.map_or(given.clone(), |name| given.with(&ENVIRONMENT, name));
            let error = find(&given).get().await.expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains('\u{1b}'), "{error:?}");
        }
    }

    #[tokio::test]
    async fn it_is_asked_once_and_only_for_what_is_not_given() {
        let old = "GET /metadata/endpoints?api-version=2019-05-01";
        let new = "GET /metadata/endpoints?api-version=2022-09-01";
        let list = Reply::json(200, &json!([document("AzureCloud", "a.example")]));
        let refusal = Reply::error(400, "InvalidApiVersionParameter");
        let server = TestServer::start(&[(new, vec![refusal]), (old, vec![list])]).await;
        let given = Given::default()
            .with(&METADATA_HOST, server.url.as_str().trim_end_matches('/'))
            .with(&ACTIVE_DIRECTORY_AUTHORITY_HOST, "https://login.example");
        let found = find(&given);
        for _ in 0..2 {
            let cloud = found.get().await.expect("both forms are read");
            assert_eq!(cloud.authority_host.as_str(), "https://login.example/");
            assert_eq!(
                cloud.resource_manager_endpoint.as_str(),
                "https://management.a.example/"
            );
        }
        assert_eq!(server.lines(), [new, old]);
        let given = given.with(&RESOURCE_MANAGER_ENDPOINT, "https://arm.example");
        assert!(find(&given).get().await.is_ok());
        assert_eq!(server.lines().len(), 2, "nothing was left to ask");
    }
}
