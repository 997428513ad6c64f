//! What is wrong with a configuration, as far as its schema can tell.
//!
//! Rules say what is wrong without naming the attribute; here the place is added.

use super::Engine;
use super::panic::catch;
use crate::data_source::DataSource;
use crate::diagnostics::{Diagnostics, sentence};
use crate::provider::Provider;
use crate::resource::Resource;
use crate::schema::duration;
use crate::schema::{Attribute, Check, Kind, Mode, Schema, TIMEOUTS, for_each_nested};
use crate::types::path::Path;
use crate::types::value::{Object, Value};

impl Engine {
    /// Checks the configuration of a provider block.
    pub async fn validate_provider<P: Provider>(
        &self,
        provider: &P,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(provider.schema(), config, false);
        and_rules(found, || provider.validate(config)).await
    }

    /// Checks the configuration of a managed resource. `write_only_allowed` says whether the client keeps write-only
    /// values out of its state.
    pub async fn validate_resource<C: Send + Sync>(
        &self,
        resource: &dyn Resource<C>,
        config: &Object,
        write_only_allowed: bool,
    ) -> Diagnostics {
        let found = validate(resource.schema(), config, write_only_allowed);
        and_rules(found, || resource.validate(config)).await
    }

    /// Checks the configuration of a data source.
    pub async fn validate_data_source<C: Send + Sync>(
        &self,
        data_source: &dyn DataSource<C>,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(data_source.schema(), config, false);
        and_rules(found, || data_source.validate(config)).await
    }
}

/// What the schema found, and after it what the author's own rules find.
async fn and_rules(mut found: Diagnostics, rules: impl FnOnce() -> Diagnostics) -> Diagnostics {
    found.extend(
        catch(async { rules() })
            .await
            .unwrap_or_else(Diagnostics::from),
    );
    found
}

/// Checks a whole configuration. No finding depends on an unknown value.
///
/// `write_only_allowed` says whether the client keeps write-only values out of its state.
pub fn validate(schema: &Schema, config: &Object, write_only_allowed: bool) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut validator = Validator {
        write_only_allowed,
        diagnostics: &mut diagnostics,
    };
    validator.attributes(&schema.attributes, config, &Path::root());
    if schema.timeouts.is_some() {
        validator.timeouts(config.get(TIMEOUTS));
    }
    diagnostics
}

struct Validator<'d> {
    write_only_allowed: bool,
    diagnostics: &'d mut Diagnostics,
}

impl Validator<'_> {
    fn attributes(&mut self, attributes: &[Attribute], config: &Object, parent: &Path) {
        for attribute in attributes {
            let path = parent.with_attribute(attribute.name);
            self.attribute(attribute, config.get(attribute.name), &path);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, path: &Path) {
        if value.is_null() {
            if attribute.mode == Mode::Required {
                // Terraform sees that the argument is there, but not that its value is null.
                self.error(
                    path,
                    "Missing value",
                    format!("{path} is required, but its value is null."),
                );
            }
            return;
        }
        if !attribute.is_configurable() {
            let detail =
                format!("{path} is decided by the provider. Remove it from the configuration.");
            return self.error(path, "Read-only attribute", detail);
        }
        if attribute.write_only && !self.write_only_allowed {
            let detail = format!(
                "{path} is write-only, which needs Terraform 1.11 or later: an older version would store the value in its state."
            );
            return self.error(path, "Write-only attribute not supported", detail);
        }
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            for_each_nested(*nesting, value, path, &mut |path, object| {
                self.attributes(attributes, object, &path);
            });
        }
        self.null_elements(value, path);
        for check in &attribute.checks {
            self.check(*check, value, path);
        }
    }

    /// Terraform lets null elements through, and no remote system has a use for them.
    fn null_elements(&mut self, value: &Value, path: &Path) {
        let mut refuse = |path: Path| {
            let words = format!("the value of {path} is null: remove it, or give it one");
            self.report(&path, Err(words));
        };
        match value {
            Value::List(elements) => {
                let nulls = elements
                    .iter()
                    .enumerate()
                    .filter(|(_, element)| element.is_null());
                nulls.for_each(|(index, _)| refuse(path.with_index(index)));
            }
            Value::Map(elements) => {
                let nulls = elements.iter().filter(|(_, element)| element.is_null());
                nulls.for_each(|(key, _)| refuse(path.with_key(key)));
            }
            Value::Set(elements) if elements.iter().any(Value::is_null) => {
                self.report(
                    path,
                    Err(format!(
                        "an element of {path} is null: remove it, or give it a value"
                    )),
                );
            }
            _ => {}
        }
    }

    fn check(&mut self, check: Check, value: &Value, path: &Path) {
        match check {
            Check::Text(rule) => {
                if let Some(text) = value.as_str() {
                    self.report(path, rule(text));
                }
            }
            Check::Value(rule) => {
                if value.is_wholly_known() {
                    self.report(path, rule(value));
                }
            }
            Check::OneOf(choices) => {
                if let Some(text) = value.as_str().filter(|text| !choices.contains(text)) {
                    self.report(path, Err(one_of(choices, text)));
                }
            }
            Check::Between(low, high) => {
                let Some(number) = value.as_number() else {
                    return;
                };
                if number
                    .as_i64()
                    .is_none_or(|whole| !(low..=high).contains(&whole))
                {
                    self.report(
                        path,
                        Err(format!(
                            "{number} is not a whole number from {low} to {high}."
                        )),
                    );
                }
            }
            Check::EachText(rule) => self.each_text(rule, value, path),
        }
    }

    fn each_text(&mut self, rule: fn(&str) -> Result<(), String>, value: &Value, path: &Path) {
        match value {
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if let Some(text) = element.as_str() {
                        self.report(&path.with_index(index), rule(text));
                    }
                }
            }
            Value::Set(elements) => {
                for text in elements.iter().filter_map(Value::as_str) {
                    self.report(path, rule(text));
                }
            }
            Value::Map(elements) => {
                for (key, element) in elements {
                    if let Some(text) = element.as_str() {
                        self.report(&path.with_key(key), rule(text));
                    }
                }
            }
            _ => {}
        }
    }

    fn timeouts(&mut self, block: &Value) {
        let Some(block) = block.as_object() else {
            return;
        };
        for (name, value) in block.iter() {
            if let Some(text) = value.as_str() {
                let path = Path::attribute(TIMEOUTS).with_attribute(name);
                self.report(&path, duration::parse(text).map(|_| ()));
            }
        }
    }

    fn report(&mut self, path: &Path, result: Result<(), String>) {
        if let Err(message) = result {
            self.error(path, &format!("Invalid {path}"), sentence(&message));
        }
    }

    fn error(&mut self, path: &Path, summary: &str, detail: impl Into<String>) {
        self.diagnostics.error_at(path.clone(), summary, detail);
    }
}

fn one_of(choices: &[&str], text: &str) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    let hint = choices
        .iter()
        .find(|choice| choice.eq_ignore_ascii_case(text))
        .map(|choice| format!(" Did you mean {choice:?}?"))
        .unwrap_or_default();
    format!("{text:?} is not one of {}.{hint}", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Nesting, Timeouts};
    use crate::types::ty::Type;
    use std::time::Duration;

    fn schema() -> Schema {
        let short = |text: &str| match text.len() {
            0..=3 => Ok(()),
            _ => Err(format!("{text:?} is longer than 3.")),
        };
        Schema {
            attributes: vec![
                Attribute::string("id").computed(),
                Attribute::string("name")
                    .required()
                    .check(Check::Text(short)),
                Attribute::string("sku").check(Check::OneOf(&["Premium", "Developer"])),
                Attribute::number("size").check(Check::Between(0, 10)),
                Attribute::plain("ranges", Type::list(Type::String)).check(Check::EachText(short)),
                Attribute::string("secret").write_only(),
                Attribute::nested(
                    "identity",
                    Nesting::Single,
                    vec![Attribute::string("type").required()],
                ),
            ],
            timeouts: Some(Timeouts {
                create: Some(Duration::from_secs(60)),
                ..Timeouts::default()
            }),
            ..Schema::default()
        }
    }

    #[track_caller]
    fn check(changes: &[(&str, Value)], expect: &[&str]) {
        let schema = schema();
        let mut config = schema.null_object();
        config.set("name", "abc");
        for (name, value) in changes {
            config.set(name, value.clone());
        }
        let found: Vec<_> = validate(&schema, &config, false)
            .iter()
            .map(|d| format!("{}: {}", d.path, d.detail))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn findings_name_the_place_and_what_would_be_right() {
        check(&[], &[]);
        check(
            &[("name", Value::Null)],
            &["name: name is required, but its value is null."],
        );
        check(
            &[("id", "x".into())],
            &["id: id is decided by the provider. Remove it from the configuration."],
        );
        check(
            &[("name", "abcd".into())],
            &["name: \"abcd\" is longer than 3."],
        );
        check(
            &[("ranges", Value::List(vec!["a".into(), Value::Null]))],
            &["ranges[1]: The value of ranges[1] is null: remove it, or give it one."],
        );
        check(
            &[("sku", "premium".into())],
            &[
                "sku: \"premium\" is not one of \"Premium\", \"Developer\". Did you mean \"Premium\"?",
            ],
        );
        check(
            &[("size", 11_i64.into())],
            &["size: 11 is not a whole number from 0 to 10."],
        );
        check(
            &[("ranges", Value::strings(["a", "long"]))],
            &["ranges[1]: \"long\" is longer than 3."],
        );
        let identity: Object = [("type", Value::Null)].into_iter().collect();
        check(
            &[("identity", identity.into())],
            &["identity.type: identity.type is required, but its value is null."],
        );
        let timeouts: Object = [("create", "5")].into_iter().collect();
        check(
            &[("timeouts", timeouts.into())],
            &[
                "timeouts.create: \"5\" is not a duration. Write numbers with a unit, such as \"90m\", \"1h30m\" or \"1.5h\".",
            ],
        );
        check(
            &[("secret", "x".into())],
            &[
                "secret: secret is write-only, which needs Terraform 1.11 or later: an older version would store the value in its state.",
            ],
        );
    }

    #[test]
    fn unknown_values_are_never_found_wrong() {
        let unknowns =
            ["name", "sku", "size", "ranges", "identity"].map(|name| (name, Value::unknown()));
        check(&unknowns, &[]);
    }
}
