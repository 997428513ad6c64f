//! The shipped tables, read here once more: what makes the wrong bodies must not share a mistake with what refuses them.

use serde_json::{Value, json};

/// The tables.
pub(super) struct Tables(Value);

/// A step on the way to a member.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Member(String),
    Entry,
    Element,
}

/// A place in a body and what may stand there.
pub(super) struct Spot<'a> {
    pub(super) steps: Vec<Step>,
    pub(super) schema: &'a Value,
    pub(super) is_own: bool,
}

impl Tables {
    pub(super) fn read() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/documents.json");
        let text = std::fs::read_to_string(file).expect("tables");
        Self(serde_json::from_str(&text).expect("JSON"))
    }

    /// What a path's creation takes in a version.
    pub(super) fn creation(&self, path: &str, version: &str) -> &Value {
        let creations = self.creations(path);
        let mut matching = creations.iter().filter(|(known, _)| *known == version);
        matching
            .next()
            .unwrap_or_else(|| panic!("no creation of {path}"))
            .1
    }

    /// What a path's creation takes in each version, the newest first.
    pub(super) fn creations(&self, path: &str) -> Vec<(&str, &Value)> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let fits = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            let tail = |from: usize| {
                let pairs = template[template.len() - from..].iter();
                pairs
                    .zip(&segments[segments.len() - from..])
                    .all(|(wanted, found)| *wanted == "{}" || wanted.eq_ignore_ascii_case(found))
            };
            match template.first() {
                Some(&"{scope}") => tail(template.len() - 1),
                _ => template.len() == segments.len() && tail(template.len()),
            }
        };
        let operations = self.0["operations"].as_array().expect("operations");
        let matching = operations
            .iter()
            .filter(|one| one["method"] == "PUT" && fits(one["path"].as_str().unwrap_or_default()));
        let found = matching.map(|one| (one["version"].as_str().unwrap_or_default(), &one["body"]));
        let mut found: Vec<(&str, &Value)> = found.collect();
        found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        found.dedup_by_key(|(version, _)| *version);
        found
    }

    /// Every action with a body: its path, its version and what it takes.
    pub(super) fn actions(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let operations = self.0["operations"].as_array().into_iter().flatten();
        let actions = operations.filter(|one| one["method"] == "POST");
        actions.map(|one| {
            let text = |name: &str| one[name].as_str().unwrap_or_default();
            (text("path"), text("version"), &one["body"])
        })
    }

    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["model"].as_str() {
            Some(model) => self.resolve(&self.0["models"][model]),
            None => schema,
        }
    }

    /// Every place in a body; a model within itself is not entered again.
    pub(super) fn spots(&self, schema: &Value) -> Vec<Spot<'_>> {
        let mut spots = Vec::new();
        let schema = self.find(schema);
        self.walk(schema, &mut Vec::new(), &mut Vec::new(), &mut spots);
        spots
    }

    fn find(&self, schema: &Value) -> &Value {
        let model = schema["model"].as_str().expect("a model");
        &self.0["models"][model]
    }

    fn walk<'a>(
        &'a self,
        schema: &'a Value,
        steps: &mut Vec<Step>,
        models: &mut Vec<&'a str>,
        spots: &mut Vec<Spot<'a>>,
    ) {
        let model = schema["model"].as_str();
        if model.is_some_and(|model| models.contains(&model)) {
            return;
        }
        models.extend(model);
        let is_own = schema["readOnly"] == true || self.resolve(schema)["readOnly"] == true;
        let schema = self.resolve(schema);
        spots.push(Spot {
            steps: steps.clone(),
            schema,
            is_own,
        });
        if !is_own {
            for member in schema["members"].as_array().into_iter().flatten() {
                let name = member[0].as_str().expect("a name").to_owned();
                steps.push(Step::Member(name));
                self.walk(&member[1], steps, models, spots);
                steps.pop();
            }
            for (step, inner) in [(Step::Entry, "values"), (Step::Element, "items")] {
                if schema[inner].is_object() {
                    steps.push(step);
                    self.walk(&schema[inner], steps, models, spots);
                    steps.pop();
                }
            }
        }
        if model.is_some() {
            models.pop();
        }
    }

    /// A value that fits, with no more than what is required.
    pub(super) fn sample(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        match kind(schema) {
            "string" => match (&schema["enum"][0], schema["format"].as_str()) {
                (first @ Value::String(_), _) => first.clone(),
                (_, Some("date-time")) => json!("2024-01-01T00:00:00Z"),
                _ => json!("x"),
            },
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            "array" => json!([]),
            _ => {
                let mut object = json!({});
                for name in schema["required"].as_array().into_iter().flatten() {
                    let name = name.as_str().expect("a name");
                    object[name] = self.sample(member(schema, name));
                }
                object
            }
        }
    }

    /// A body that fits, with a value at a place.
    pub(super) fn body(&self, schema: &Value, steps: &[Step], value: Value) -> Value {
        let [step, rest @ ..] = steps else {
            return value;
        };
        let schema = self.resolve(schema);
        let mut body = self.sample(schema);
        match step {
            Step::Member(name) => body[name] = self.body(member(schema, name), rest, value),
            Step::Entry => body["entry"] = self.body(&schema["values"], rest, value),
            Step::Element => body = json!([self.body(&schema["items"], rest, value)]),
        }
        body
    }
}

fn member<'a>(schema: &'a Value, name: &str) -> &'a Value {
    let mut members = schema["members"].as_array().expect("members").iter();
    &members.find(|member| member[0] == name).expect("a member")[1]
}

pub(super) fn kind(schema: &Value) -> &str {
    match schema["type"].as_str() {
        Some(kind) => kind,
        None if schema["members"].is_array() || schema["values"].is_object() => "object",
        None if schema["items"].is_object() => "array",
        None if schema["enum"].is_array() => "string",
        None => "any",
    }
}
