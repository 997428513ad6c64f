//! Rules that make requests fail, stall or end badly.

use serde::Deserialize;
use serde_json::{Map, from_value};

use crate::core::call::{Call, Reply};
use crate::core::clock::parse_duration;
use crate::core::error::ArmError;
use crate::core::errors;
use crate::core::glob::glob;
use crate::core::json::{Json, json};
use crate::core::operations::{Doom, Failure};
use crate::core::world::World;

/// The rules in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    /// How many there were since the start.
    added: u64,
}

/// What happens to a request that a rule picks.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// This answer is given and nothing is done.
    Answer(Answer),
    /// Somebody on the way answers in the place of ARM, and nothing is done.
    Stranger(Stranger),
    /// The request waits before it is served.
    Delay(std::time::Duration),
    /// The connection is closed before the work, and it is not done.
    CloseBefore,
    /// The work is done and the connection closed instead of an answer.
    CloseAfter,
    /// The operation that the request starts ends in failure.
    FailOperation(Doom),
    /// The work is done and its answer never comes.
    Swallow,
    /// Every token issued so far has expired.
    ExpireTokens,
    /// The work is done and its answer gets damaged on the way.
    Damage(Damage),
}

impl Action {
    /// Its name in a rule.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::Stranger(_) => "stranger",
            Self::Delay(_) => "delay_ms",
            Self::CloseBefore | Self::CloseAfter => "close",
            Self::FailOperation(_) => "fail_operation",
            Self::Swallow => "swallow",
            Self::ExpireTokens => "expire_tokens",
            Self::Damage(Damage::Truncate(_)) => "truncate",
            Self::Damage(Damage::Corrupt) => "corrupt",
        }
    }
}

/// What happens to the body of an answer; status and headers are as always.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Damage {
    /// The connection ends after so many bytes of it.
    Truncate(usize),
    /// It is as long as announced, and no JSON.
    Corrupt,
}

/// An answer in place of ARM's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    status: u16,
    code: Option<String>,
    message: Option<String>,
    #[serde(default)]
    headers: Map<String, Json>,
    body: Option<Json>,
}

/// An answer of somebody else than ARM, such as a proxy or a captive portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stranger {
    status: u16,
    #[serde(default)]
    headers: Map<String, Json>,
    body: Option<Json>,
}

/// How a reply is sent; the default is ARM's way.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Besides the reply's own, and instead of them where the names are the same.
    pub(crate) headers: Vec<(String, String)>,
    /// Whether a body that is one text is sent as it is, and not as JSON.
    pub(crate) is_text: bool,
    /// Whether a body without a content type stays without one.
    pub(crate) is_bare: bool,
}

impl Answer {
    /// The reply, and how it is sent.
    pub(crate) fn reply(&self) -> (Reply, Form) {
        let body = self.body.clone().or_else(|| {
            let code = self.code.as_ref()?;
            Some(json!({"error": {"code": code, "message": self.message.as_deref().unwrap_or("A fault was asked for.")}}))
        });
        let headers = texts(&self.headers);
        let mut kinds = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let is_text = kinds.any(|(_, kind)| !kind.to_lowercase().contains("json"));
        let form = Form {
            headers,
            is_text,
            is_bare: false,
        };
        (reply(self.status, body), form)
    }
}

impl Stranger {
    /// The reply, and how it is sent.
    pub(crate) fn reply(&self) -> (Reply, Form) {
        let form = Form {
            headers: texts(&self.headers),
            is_text: true,
            is_bare: true,
        };
        (reply(self.status, self.body.clone()), form)
    }
}

fn reply(status: u16, body: Option<Json>) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body,
    }
}

/// The values of headers, numbers and the like as JSON writes them.
fn texts(headers: &Map<String, Json>) -> Vec<(String, String)> {
    let text = |value: &Json| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    headers
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

#[derive(Debug)]
struct Rule {
    /// By which it is taken out again.
    number: u64,
    /// As it was sent.
    source: Json,
    method: Option<String>,
    path: Option<String>,
    nth: u64,
    times: u64,
    /// Whether only the creation of an environment matches.
    only_new_environments: bool,
    action: Action,
    matched: u64,
    fired: u64,
}

impl Faults {
    /// Adds a rule or a preset.
    pub(crate) fn add(&mut self, source: &Json) -> Result<Json, ArmError> {
        let mut rule = read(source)?;
        self.added += 1;
        rule.number = self.added;
        self.rules.push(rule);
        Ok(self.rules.last().map(show).unwrap_or_default())
    }

    /// The rules with how often each matched and fired.
    pub(crate) fn list(&self) -> Json {
        json!({"value": self.rules.iter().map(show).collect::<Vec<_>>()})
    }

    /// Forgets one rule; false when there is none of that number.
    pub(crate) fn remove(&mut self, number: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.number != number);
        self.rules.len() < before
    }

    /// Forgets every rule.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What the first rule that picks this request does to it.
    pub(crate) fn pick(&mut self, world: &World, call: &Call, query: &str) -> Option<Action> {
        if self.rules.is_empty() {
            return None;
        }
        let path = call.target.path();
        let address = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        self.rules
            .iter_mut()
            .find_map(|rule| rule.pick(world, call, &address))
    }
}

impl Rule {
    fn pick(&mut self, world: &World, call: &Call, address: &str) -> Option<Action> {
        let matches = self
            .method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(&call.method))
            && self
                .path
                .as_ref()
                .is_none_or(|pattern| glob(&pattern.to_lowercase(), &address.to_lowercase()))
            && (!self.only_new_environments || is_new_environment(world, call));
        if !matches {
            return None;
        }
        self.matched += 1;
        if self.matched < self.nth || (self.times > 0 && self.fired >= self.times) {
            return None;
        }
        self.fired += 1;
        Some(self.action.clone())
    }
}

fn is_new_environment(world: &World, call: &Call) -> bool {
    call.target.resource().is_some_and(|id| {
        id.type_name()
            .eq_ignore_ascii_case("Microsoft.Logic/integrationServiceEnvironments")
            && !world.resources.has(&id)
    })
}

fn show(rule: &Rule) -> Json {
    let mut shown = rule.source.clone();
    shown["matched"] = rule.matched.into();
    shown["fired"] = rule.fired.into();
    shown["number"] = rule.number.into();
    shown
}

fn read(source: &Json) -> Result<Rule, ArmError> {
    let members = source
        .as_object()
        .ok_or_else(|| errors::invalid_control_request("a rule is an object"))?;
    if let Some(preset) = members.get("preset") {
        return if members.len() == 1 && preset == "ise-retired" {
            Ok(retired(source))
        } else {
            Err(errors::invalid_control_request(
                "the only preset is 'ise-retired', and it stands alone",
            ))
        };
    }
    let mut rule = Rule {
        number: 0,
        source: source.clone(),
        method: None,
        path: None,
        nth: 1,
        times: 1,
        only_new_environments: false,
        action: Action::Swallow,
        matched: 0,
        fired: 0,
    };
    let mut action = None;
    for (name, value) in members {
        match name.as_str() {
            "method" => rule.method = Some(text(name, value)?),
            "path" => rule.path = Some(text(name, value)?),
            "nth" => rule.nth = number(name, value)?.max(1),
            "times" => rule.times = number(name, value)?,
            _ if action.is_some() => {
                return Err(errors::invalid_control_request("a rule has one action"));
            }
            _ => action = Some(read_action(name, value)?),
        }
    }
    rule.action =
        action.ok_or_else(|| errors::invalid_control_request("a rule needs an action"))?;
    Ok(rule)
}

fn read_action(name: &str, value: &Json) -> Result<Action, ArmError> {
    match (name, value) {
        ("answer", value) => {
            let answer: Answer = from_value(value.clone())
                .map_err(|error| errors::invalid_control_request(error.to_string()))?;
            check_status(name, answer.status)?;
            Ok(Action::Answer(answer))
        }
        ("stranger", value) => {
            let stranger: Stranger = from_value(value.clone())
                .map_err(|error| errors::invalid_control_request(error.to_string()))?;
            check_status(name, stranger.status)?;
            Ok(Action::Stranger(stranger))
        }
        ("delay_ms", value) => Ok(Action::Delay(std::time::Duration::from_millis(number(
            name, value,
        )?))),
        ("close", value) if value == "before" => Ok(Action::CloseBefore),
        ("close", value) if value == "after" => Ok(Action::CloseAfter),
        ("truncate", value) => {
            let bytes = usize::try_from(number(name, value)?).unwrap_or(usize::MAX);
            Ok(Action::Damage(Damage::Truncate(bytes)))
        }
        ("corrupt", Json::Bool(true)) => Ok(Action::Damage(Damage::Corrupt)),
        ("swallow", Json::Bool(true)) => Ok(Action::Swallow),
        ("expire_tokens", Json::Bool(true)) => Ok(Action::ExpireTokens),
        ("fail_operation", Json::Object(failure)) => {
            let member = |name: &str| {
                failure.get(name).map_or_else(
                    || {
                        Err(errors::invalid_control_request(
                            "'fail_operation' has code and message",
                        ))
                    },
                    |value| text(name, value),
                )
            };
            let known = ["code", "message", "after"];
            if let Some(other) = failure.keys().find(|name| !known.contains(&name.as_str())) {
                return Err(errors::invalid_control_request(format!(
                    "'fail_operation.{other}' is unknown"
                )));
            }
            let after = failure.get("after").map(|span| {
                let span = span.as_str().and_then(parse_duration);
                span.ok_or_else(|| {
                    errors::invalid_control_request(
                        "'fail_operation.after' is a span such as '90m'",
                    )
                })
            });
            Ok(Action::FailOperation(Doom {
                failure: Failure {
                    code: member("code")?,
                    message: member("message")?,
                },
                after: after.transpose()?,
            }))
        }
        _ => Err(errors::invalid_control_request(format!(
            "'{name}' is unknown or has a wrong value"
        ))),
    }
}

fn check_status(name: &str, status: u16) -> Result<(), ArmError> {
    match status {
        200..600 => Ok(()),
        _ => Err(errors::invalid_control_request(format!(
            "'{name}.status' lies between 200 and 599"
        ))),
    }
}

fn text(name: &str, value: &Json) -> Result<String, ArmError> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| errors::invalid_control_request(format!("'{name}' is a text")))
}

fn number(name: &str, value: &Json) -> Result<u64, ArmError> {
    value
        .as_u64()
        .ok_or_else(|| errors::invalid_control_request(format!("'{name}' is a whole number")))
}

/// The service as it is since November 2022: no new environments. The code and the text are ours, since none is published.
fn retired(source: &Json) -> Rule {
    let error = errors::creation_not_allowed();
    Rule {
        number: 0,
        source: source.clone(),
        method: Some("PUT".to_owned()),
        path: None,
        nth: 1,
        times: 0,
        only_new_environments: true,
        action: Action::Answer(Answer {
            status: error.status,
            code: Some(error.code.into_owned()),
            message: Some(error.message),
            headers: Map::new(),
            body: None,
        }),
        matched: 0,
        fired: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_checked() {
        for wrong in [
            json!({}),
            json!({"path": "*"}),
            json!({"delay_ms": 1, "swallow": true}),
            json!({"close": "later"}),
            json!({"truncate": true}),
            json!({"corrupt": 1}),
            json!({"answer": {"status": 42}}),
            json!({"answer": {"status": 500, "text": "x"}}),
            json!({"stranger": {}}),
            json!({"stranger": {"status": 100}}),
            json!({"stranger": {"status": 404, "code": "NotFound"}}),
            json!({"preset": "other"}),
            json!({"fail_operation": {"code": "X"}}),
            json!({"fail_operation": {"code": "X", "message": "Y", "after": "soon"}}),
            json!({"fail_operation": {"code": "X", "message": "Y", "when": "90m"}}),
            json!({"unknown": true, "swallow": true}),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
        assert!(read(&json!({"preset": "ise-retired"})).is_ok());
        assert!(
            read(&json!({"method": "PUT", "path": "*", "nth": 2, "times": 0, "close": "after"}))
                .is_ok()
        );
    }
}
