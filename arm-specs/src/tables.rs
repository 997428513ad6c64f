//! The bodies of requests as tables that the emulator ships with: what the documents say of them, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::documents::{Reader, text};

/// The verbs whose requests have bodies.
const VERBS: [&str; 3] = ["put", "patch", "post"];

/// What is taken over from a schema as it is.
const KEYWORDS: [&str; 10] = [
    "type",
    "format",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
];

/// What says nothing about whether a request fits. A keyword in neither list ends the compilation, so that none is lost
/// without a word.
const SILENT: [&str; 14] = [
    "description",
    "title",
    "default",
    "example",
    "externalDocs",
    "xml",
    "readOnly",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "allOf",
    "$ref",
    "uniqueItems",
];

/// The tables of the documents in a folder, one operation or model a line, so that changes can be read.
///
/// # Panics
/// When a document cannot be read or says something that the tables cannot hold.
#[must_use]
pub fn tables(folder: &Path) -> String {
    let reader = Reader::read(folder);
    let mut models = Models {
        reader: &reader,
        done: BTreeMap::new(),
    };
    let mut operations = Vec::new();
    for (name, document) in &reader.documents {
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for verb in VERBS {
                let Some(operation) = item.get(verb) else {
                    continue;
                };
                let Some(body) = reader.body(name, operation) else {
                    continue;
                };
                operations.push(json!({
                    "method": verb.to_uppercase(),
                    "path": plain(path),
                    "version": document["info"]["version"],
                    "body": models.schema(name, &body["schema"]),
                }));
            }
        }
    }
    let line = |value: &Value| value.to_string();
    let operations: Vec<String> = operations.iter().map(line).collect();
    let models: Vec<String> = models
        .done
        .iter()
        .map(|(name, model)| format!("{}:{model}", json!(name)))
        .collect();
    format!(
        "{{\"operations\":[\n{}\n],\"models\":{{\n{}\n}}}}\n",
        operations.join(",\n"),
        models.join(",\n")
    )
}

/// A path without the names of its parameters, apart from a scope, which stands for any number of segments.
fn plain(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let segments = segments.map(|segment| match segment {
        "{scope}" => segment,
        segment if segment.starts_with('{') => "{}",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The models that bodies are made of.
struct Models<'a> {
    reader: &'a Reader,
    done: BTreeMap<String, Value>,
}

impl Models<'_> {
    /// A schema where a value is.
    fn schema(&mut self, document: &str, schema: &Value) -> Value {
        let mut made = Map::new();
        if let Some(reference) = schema["$ref"].as_str() {
            // What a document says that is not in the folder is not known: anything fits.
            if let Some(name) = self.model(document, reference) {
                made.insert("model".to_owned(), name.into());
            }
        } else {
            self.content(document, schema, &mut made);
        }
        // What may only be read is the service's own, however the document says it.
        if schema["readOnly"] == true || schema["x-ms-mutability"] == json!(["read"]) {
            made.insert("readOnly".to_owned(), true.into());
        }
        if schema["x-ms-secret"] == true || schema["format"] == "password" {
            made.insert("secret".to_owned(), true.into());
        }
        made.into()
    }

    /// The name of a model, which is read with all that it is made of when it is met first.
    fn model(&mut self, document: &str, reference: &str) -> Option<String> {
        let (file, pointer) = self.reader.target(document, reference)?;
        let model = pointer.rsplit('/').next().unwrap_or_default();
        let name = format!("{}#{model}", file.trim_end_matches(".json"));
        if !self.done.contains_key(&name) {
            // Models may hold themselves.
            self.done.insert(name.clone(), Value::Null);
            let target = self.reader.documents[&file].pointer(&pointer)?.clone();
            let schema = self.schema(&file, &target);
            self.done.insert(name.clone(), schema);
        }
        Some(name)
    }

    fn content(&mut self, document: &str, schema: &Value, made: &mut Map<String, Value>) {
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let is_known = KEYWORDS.contains(&keyword.as_str());
            let is_silent = SILENT.contains(&keyword.as_str()) || keyword.starts_with("x-");
            assert!(
                is_known || is_silent,
                "{document}: tables know nothing of '{keyword}'"
            );
            if is_known {
                made.insert(keyword.clone(), value.clone());
            }
        }
        if schema.get("enum").is_some()
            && let Some(name) = schema["x-ms-enum"]["name"].as_str()
        {
            made.insert("name".to_owned(), name.into());
        }
        if let Some(items) = schema.get("items") {
            made.insert("items".to_owned(), self.schema(document, items));
        }
        let mut object = Object::default();
        self.collect(document, schema, &mut object);
        if !object.members.is_empty() {
            made.insert("members".to_owned(), json!(object.members));
        }
        if !object.required.is_empty() {
            made.insert("required".to_owned(), object.required.into());
        }
        if let Some(values) = object.values {
            made.insert("values".to_owned(), values);
        }
        if self.reader.is_closed(document, schema) {
            made.insert("closed".to_owned(), true.into());
        }
    }

    /// What a schema says of an object, with what it takes over from its bases, which come first.
    fn collect(&mut self, document: &str, schema: &Value, object: &mut Object) {
        for base in schema["allOf"].as_array().into_iter().flatten() {
            match base["$ref"].as_str() {
                Some(reference) => {
                    let Some((file, pointer)) = self.reader.target(document, reference) else {
                        continue;
                    };
                    if let Some(target) = self.reader.documents[&file].pointer(&pointer).cloned() {
                        self.collect(&file, &target, object);
                    }
                }
                None => self.collect(document, base, object),
            }
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let member = self.schema(document, member);
            object
                .members
                .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            object.members.push((name.clone(), member));
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = text(name);
            if !object.required.contains(&name) {
                object.required.push(name);
            }
        }
        match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => {
                object.values = Some(self.schema(document, values));
            }
            Some(Value::Bool(true)) => object.values = Some(json!({})),
            _ => {}
        }
    }
}

/// The members of an object as they are collected.
#[derive(Default)]
struct Object {
    members: Vec<(String, Value)>,
    required: Vec<String>,
    values: Option<Value>,
}
