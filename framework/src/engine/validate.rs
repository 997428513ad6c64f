//! What is wrong with a configuration, as far as its schema can tell.
//!
//! Rules say what is wrong without naming the attribute; here the place is added.

use std::sync::Arc;

use super::Engine;
use super::panic::catch;
use crate::action::Action;
use crate::data_source::DataSource;
use crate::deferral::ClientCapabilities;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::ephemeral::EphemeralResource;
use crate::list::ListResource;
use crate::provider::Provider;
use crate::resource::Resource;
use crate::schema::custom_type::CustomType;
use crate::schema::validator::{ValidateRequest, Validator};
use crate::schema::walk::for_each_nested;
use crate::schema::{Members, Mode, Nesting, Row, Schema};
#[cfg(feature = "state-store")]
use crate::state_store::StateStore;
use crate::types::path::Path;
use crate::types::value::{Object, Value};
use crate::validate_config::{ValidateConfig, ValidateConfigRequest};

impl Engine {
    /// Checks the configuration of a provider block.
    pub async fn validate_provider<P: Provider>(
        &self,
        provider: &P,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(provider.schema(), config, NOTHING_NEW);
        and_rules(found, || provider.validate_config(), config).await
    }

    /// Checks the configuration of a managed resource, as far as the client can make something of it.
    pub async fn validate_resource<D: Send + Sync>(
        &self,
        resource: &dyn Resource<D>,
        config: &Object,
        client: ClientCapabilities,
    ) -> Diagnostics {
        let found = validate(resource.schema(), config, client);
        and_rules(found, || resource.validate_config(), config).await
    }

    /// Checks the configuration of an ephemeral resource.
    pub async fn validate_ephemeral<D: Send + Sync>(
        &self,
        ephemeral: &dyn EphemeralResource<D>,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(ephemeral.schema(), config, NOTHING_NEW);
        and_rules(found, || ephemeral.validate_config(), config).await
    }

    /// Checks the arguments of a listing.
    pub async fn validate_list<D: Send + Sync>(
        &self,
        list: &dyn ListResource<D>,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(list.schema(), config, NOTHING_NEW);
        and_rules(found, || list.validate_config(), config).await
    }

    /// Checks the configuration of an action.
    pub async fn validate_action<D: Send + Sync>(
        &self,
        action: &dyn Action<D>,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(action.schema(), config, NOTHING_NEW);
        and_rules(found, || action.validate_config(), config).await
    }

    /// Checks the configuration of a state store.
    #[cfg(feature = "state-store")]
    pub async fn validate_state_store<D: Send + Sync>(
        &self,
        store: &dyn StateStore<D>,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(store.schema(), config, NOTHING_NEW);
        and_rules(found, || store.validate_config(), config).await
    }

    /// Checks the configuration of a data source.
    pub async fn validate_data_source<D: Send + Sync>(
        &self,
        data_source: &dyn DataSource<D>,
        config: &Object,
    ) -> Diagnostics {
        let found = validate(data_source.schema(), config, NOTHING_NEW);
        and_rules(found, || data_source.validate_config(), config).await
    }
}

/// What is not asked for a managed resource says nothing of the client.
const NOTHING_NEW: ClientCapabilities = ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: false,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

/// What the schema found, and after it what the author's own rules find.
async fn and_rules<'a>(
    mut found: Diagnostics,
    rules: impl FnOnce() -> Option<&'a dyn ValidateConfig>,
    config: &Object,
) -> Diagnostics {
    let validate = async {
        if let Some(rules) = rules() {
            rules.validate(ValidateConfigRequest { config }, &mut found);
        }
    };
    let panic = catch(validate).await.err();
    found.extend(panic);
    found
}

/// Checks a whole configuration. No finding depends on an unknown value.
pub fn validate(schema: &Schema, config: &Object, client: ClientCapabilities) -> Diagnostics {
    let mut check = Check {
        config,
        client,
        below_set: false,
        diagnostics: Diagnostics::new(),
    };
    check.object(schema.members(), config, &Path::root());
    let whole = Value::Object(config.clone());
    check.rules(&schema.validators, &whole, &Path::root());
    if let Some(message) = &schema.deprecation_message {
        check.diagnostics.add_warning("Deprecated", &**message);
    }
    check.diagnostics
}

struct Check<'c> {
    config: &'c Object,
    client: ClientCapabilities,
    below_set: bool,
    diagnostics: Diagnostics,
}

impl Check<'_> {
    fn object(&mut self, members: Members<'_>, object: &Object, parent: &Path) {
        for row in members.rows() {
            // No path leads into a set.
            let path = match self.below_set {
                true => parent.clone(),
                false => parent.with_attribute(row.name()),
            };
            self.row(row, object.get(row.name()), &path);
        }
    }

    fn row(&mut self, row: Row<'_>, value: &Value, path: &Path) {
        let attribute = row.attribute();
        let name = match self.below_set {
            true => format!("{} in {path}", row.name()),
            false => path.to_string(),
        };
        if row.is_left_out(value) && attribute.is_none() && row.is_computed() {
            self.left_to_provider(path, &name);
        }
        if value.is_null() {
            if attribute.is_some_and(|it| it.mode == Mode::Required) {
                // Terraform sees that the argument is there, but not that its value is null.
                let detail = format!("{name} is required, but its value is null.");
                self.error(path, "Missing value", detail);
            }
            return;
        }
        if !row.is_configurable() {
            let detail =
                format!("{name} is decided by the provider. Remove it from the configuration.");
            return self.error(path, "Read-only attribute", detail);
        }
        if row.is_write_only() && !self.client.write_only_attributes_allowed {
            let detail = format!(
                "{name} is write-only, which needs Terraform 1.11 or later: an older version would store the value in its state."
            );
            return self.error(path, "WriteOnly Attribute Not Allowed", detail);
        }
        let outer = self.below_set;
        self.below_set |= row.nesting() == Some(Nesting::Set);
        for_each_nested(row, value, path, &mut |element, object| {
            let path = if self.below_set { path } else { &element };
            self.object(row.members(), object, path);
        });
        self.below_set = outer;
        let custom_type = attribute.and_then(|it| it.custom_type.as_ref());
        if let Some(custom_type) = custom_type.filter(|_| value.is_wholly_known()) {
            let request = ValidateRequest::new(path, value, self.config);
            request.report(custom_type.validate(value), &mut self.diagnostics);
        }
        if let Some(element_type) = attribute.and_then(|it| it.element_type.as_ref()) {
            self.elements(&**element_type, value, path);
        }
        self.rules(row.validators(), value, path);
        self.deprecation(row, value, path);
    }

    /// An old client takes a block that is not written for one that is not there.
    fn left_to_provider(&mut self, path: &Path, name: &str) {
        if !self.client.computed_blocks_allowed {
            let detail = format!(
                "{name} is not written, so the provider is to decide it, which needs Terraform 1.16 or later. Write the block, or use \
                 a newer version."
            );
            self.error(path, "Computed Block Not Allowed", detail);
        }
    }

    /// What is deprecated and known to be given. Terraform itself says nothing about that, only where it is read.
    fn deprecation(&mut self, row: Row<'_>, value: &Value, path: &Path) {
        let Some(message) = row.deprecation_message() else {
            return;
        };
        if row.is_left_out(value) || value.is_unknown() {
            return;
        }
        let summary = match row {
            Row::Attribute(_) => "Attribute Deprecated",
            Row::Block(_) => "Block Deprecated",
        };
        let warning = Diagnostic::warning(summary, message).at(path.clone());
        // All elements of a set have the same path.
        if !self.diagnostics.iter().any(|it| *it == warning) {
            self.diagnostics.add(warning);
        }
    }

    /// Checks what is in lists, sets and maps by the type of their elements.
    fn elements(&mut self, element_type: &dyn CustomType, value: &Value, path: &Path) {
        match value {
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.elements(element_type, element, &path.with_index(index));
                }
            }
            Value::Map(elements) => {
                for (key, element) in elements {
                    self.elements(element_type, element, &path.with_key(key));
                }
            }
            // No path leads into a set.
            Value::Set(elements) => {
                for element in elements {
                    self.elements(element_type, element, path);
                }
            }
            value if value.is_null() || !value.is_wholly_known() => {}
            value => {
                let request = ValidateRequest::new(path, value, self.config);
                request.report(element_type.validate(value), &mut self.diagnostics);
            }
        }
    }

    fn rules(&mut self, validators: &[Arc<dyn Validator>], value: &Value, path: &Path) {
        for validator in validators {
            let request = ValidateRequest {
                write_only_allowed: self.client.write_only_attributes_allowed,
                ..ValidateRequest::new(path, value, self.config)
            };
            validator.validate(&request, &mut self.diagnostics);
        }
    }

    fn error(&mut self, path: &Path, summary: &str, detail: impl Into<String>) {
        self.diagnostics
            .add_attribute_error(path.clone(), summary, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::validator::{each_element, int64_between, no_null_elements, one_of, text};
    use crate::schema::{Attribute, Block, Timeouts};
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
                Attribute::string("name").required().validator(text(short)),
                Attribute::string("sku").validator(one_of(["Premium", "Developer"])),
                Attribute::number("size").validator(int64_between(0, 10)),
                Attribute::list("ranges", Type::String)
                    .validator(no_null_elements())
                    .validator(each_element(text(short))),
                Attribute::string("secret").write_only(),
                Attribute::nested(
                    "identity",
                    Nesting::Single,
                    vec![Attribute::string("type").required()],
                ),
            ],
            blocks: vec![
                Timeouts {
                    create: Some(Duration::from_secs(60)),
                    ..Timeouts::default()
                }
                .block(),
                Block::new(
                    "rule",
                    Nesting::Set,
                    vec![Attribute::string("port").required()],
                ),
                Block::new(
                    "step",
                    Nesting::List,
                    vec![Attribute::string("port").required()],
                ),
            ],
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
        let found: Vec<_> = validate(&schema, &config, NOTHING_NEW)
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
        let empty = || Value::Object([("port", Value::Null)].into_iter().collect());
        check(
            &[
                ("rule", Value::set([empty()])),
                ("step", Value::List(vec![empty()])),
            ],
            &[
                "rule: port in rule is required, but its value is null.",
                "step[0].port: step[0].port is required, but its value is null.",
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

    #[test]
    fn what_is_deprecated_and_given_is_warned_of_once() {
        let old = |name: &'static str| Attribute::string(name).deprecated("Use `new`.");
        let block = |name: &'static str, nesting| {
            Block::new(name, nesting, vec![old("port")]).deprecated("Gone.")
        };
        let schema = Schema {
            deprecation_message: Some("Use `other`.".into()),
            attributes: vec![
                old("name"),
                Attribute::nested("nested", Nesting::List, vec![old("port")]),
            ],
            blocks: vec![
                block("list", Nesting::List),
                block("set", Nesting::Set),
                block("map", Nesting::Map),
                block("one", Nesting::Single),
                block("group", Nesting::Group),
            ],
            ..Schema::default()
        };
        let warnings = |changes: &[(&str, Value)]| -> Vec<String> {
            let mut config = schema.null_object();
            for (name, value) in changes {
                config.set(name, value.clone());
            }
            let found = validate(&schema, &config, NOTHING_NEW);
            assert!(!found.has_error());
            let words = |it: &Diagnostic| format!("{}: {} ({})", it.path, it.summary, it.detail);
            found.iter().map(words).collect()
        };
        let port = |port: Value| Value::Object([("port", port)].into_iter().collect());
        let whole = ": Deprecated (Use `other`.)";
        assert_eq!(warnings(&[]), [whole], "nothing is given");
        let unknown = [
            ("name", Value::unknown()),
            ("list", Value::unknown()),
            ("nested", Value::List(vec![port(Value::unknown())])),
        ];
        assert_eq!(warnings(&unknown), [whole], "it may become null");
        let two = vec![port("1".into()), port("2".into())];
        let given = [
            ("name", "x".into()),
            ("nested", Value::List(vec![port("1".into())])),
            ("list", Value::List(vec![port(Value::Null)])),
            ("set", Value::set(two)),
            ("group", port("1".into())),
            ("one", port(Value::Null)),
        ];
        let expect = [
            "name: Attribute Deprecated (Use `new`.)",
            "nested[0].port: Attribute Deprecated (Use `new`.)",
            "list: Block Deprecated (Gone.)",
            "set: Attribute Deprecated (Use `new`.)",
            "set: Block Deprecated (Gone.)",
            "one: Block Deprecated (Gone.)",
            "group.port: Attribute Deprecated (Use `new`.)",
            "group: Block Deprecated (Gone.)",
            whole,
        ];
        assert_eq!(warnings(&given), expect);
    }
}
