//! The published OpenAPI documents as one set of JSON schemas and a list of operations.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use boon::{Compiler, Draft, ErrorKind, SchemaIndex, Schemas, ValidationError};
use serde_json::{Map, Value, json};

/// Where the one schema document with all definitions is for the validator.
const BASE: &str = "http://arm/schemas";

/// The documents, read and compiled.
pub struct Documents {
    /// Every operation of every document.
    pub operations: Vec<Operation>,
    schemas: Schemas,
}

/// An operation of a document.
#[derive(Debug)]
pub struct Operation {
    /// Its `operationId`.
    pub name: String,
    /// `PUT` and so on.
    pub method: String,
    /// The api-version of its document.
    pub version: String,
    /// The segments of its path, literal or `{parameter}`.
    pub template: Vec<String>,
    /// The member of an example's parameters that is the request's body.
    pub body: Option<String>,
    /// The files of its published examples.
    pub examples: Vec<PathBuf>,
    /// The status codes, each with the schema of its body; `default` is the error.
    answers: BTreeMap<String, Option<SchemaIndex>>,
}

/// The documents in the folder that `ARM_SPECS` names, if it names one.
pub fn documents() -> Option<&'static Documents> {
    static DOCUMENTS: OnceLock<Option<Documents>> = OnceLock::new();
    DOCUMENTS
        .get_or_init(|| {
            let Some(folder) = std::env::var_os("ARM_SPECS") else {
                // Written past the test runner, which hides what tests that pass print.
                let message =
                    "ARM_SPECS is not set: no answer is held against ARM's published documents.";
                writeln!(io::stderr(), "{message}").ok();
                return None;
            };
            let documents = Reader::read(Path::new(&folder)).compile();
            crate::tested_with("arm-specs");
            Some(documents)
        })
        .as_ref()
}

impl Documents {
    /// The operation that a request is, in the version that it asks for or the newest one.
    pub fn find(&self, method: &str, path: &str, version: &str) -> Option<&Operation> {
        let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
        let matching = self.operations.iter().filter(|operation| {
            operation.method.eq_ignore_ascii_case(method) && operation.matches(&segments)
        });
        matching.max_by_key(|operation| {
            (
                operation.literals(),
                operation.version == version,
                &operation.version,
            )
        })
    }

    /// What is wrong with an answer, according to the document.
    pub fn complaints(&self, operation: &Operation, status: u16, body: &Value) -> Vec<String> {
        let documented = operation.answers.get(&status.to_string());
        let Some(schema) = documented.or_else(|| {
            let error = operation.answers.get("default");
            error.filter(|_| status >= 400)
        }) else {
            // A document without `default` says nothing about errors at all.
            if status >= 400 && !operation.answers.contains_key("default") {
                return Vec::new();
            }
            return vec![format!("status {status} is not documented")];
        };
        match (schema, body) {
            (None, Value::Null) => Vec::new(),
            (None, _) => vec![format!("status {status} has no body")],
            (Some(_), Value::Null) => vec![format!("status {status} has a body")],
            (Some(schema), body) => self
                .schemas
                .validate(body, *schema)
                .err()
                .map_or_else(Vec::new, |error| causes(&error)),
        }
    }
}

/// What an error comes down to. A member that is wrong makes everything around it unevaluated as well, which says nothing.
fn causes(error: &ValidationError<'_, '_>) -> Vec<String> {
    fn collect(error: &ValidationError<'_, '_>, leaves: &mut Vec<(bool, String)>) {
        if error.causes.is_empty() {
            let unknown = matches!(error.kind, ErrorKind::FalseSchema);
            leaves.push((
                unknown,
                format!("{}: {}", error.instance_location, error.kind),
            ));
        }
        for cause in &error.causes {
            collect(cause, leaves);
        }
    }
    let mut leaves = Vec::new();
    collect(error, &mut leaves);
    if leaves.iter().any(|(unknown, _)| !unknown) {
        leaves.retain(|(unknown, _)| !unknown);
    } else {
        let depth = |text: &str| text.matches('/').count();
        let most = leaves.iter().map(|(_, text)| depth(text)).max();
        leaves.retain(|(_, text)| Some(depth(text)) == most);
    }
    let mut causes: Vec<String> = leaves
        .into_iter()
        .map(|(_, text)| text.replace("false schema", "not documented"))
        .collect();
    causes.sort();
    causes.dedup();
    causes
}

impl Operation {
    fn matches(&self, segments: &[&str]) -> bool {
        // A scope at the start of a template stands for any number of segments.
        if let [scope, rest @ ..] = self.template.as_slice()
            && scope == "{scope}"
        {
            return segments
                .len()
                .checked_sub(rest.len())
                .is_some_and(|skip| fits(rest, &segments[skip..]));
        }
        fits(&self.template, segments)
    }

    fn literals(&self) -> usize {
        self.template
            .iter()
            .filter(|segment| !segment.starts_with('{'))
            .count()
    }
}

fn fits(template: &[String], segments: &[&str]) -> bool {
    template.len() == segments.len()
        && template
            .iter()
            .zip(segments)
            .all(|(wanted, found)| wanted.starts_with('{') || wanted.eq_ignore_ascii_case(found))
}

/// The documents as they are read: each by its path below the folder.
pub(crate) struct Reader {
    folder: PathBuf,
    pub(crate) documents: BTreeMap<String, Value>,
}

impl Reader {
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        collect(folder, &mut files);
        assert!(!files.is_empty(), "no documents in {}", folder.display());
        let documents = files
            .into_iter()
            .map(|file| {
                let name = file.strip_prefix(folder).expect("a file of the folder");
                (name.to_string_lossy().into_owned(), json_file(&file))
            })
            .collect();
        Self {
            folder: folder.to_owned(),
            documents,
        }
    }

    fn compile(self) -> Documents {
        let mut definitions = Map::new();
        for (name, document) in &self.documents {
            for (model, schema) in document["definitions"].as_object().into_iter().flatten() {
                definitions.insert(key(name, model), self.convert(name, schema));
            }
        }
        let mut operations = Vec::new();
        let mut responses = Vec::new();
        for (name, document) in &self.documents {
            for (path, item) in document["paths"].as_object().into_iter().flatten() {
                for (method, operation) in item.as_object().into_iter().flatten() {
                    let found = self.operation(name, path, method, operation, &mut responses);
                    operations.push(found);
                }
            }
        }
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler
            .add_resource(BASE, json!({"$defs": definitions, "responses": responses}))
            .expect("one document of schemas");
        let mut schemas = Schemas::new();
        let compiled: Vec<SchemaIndex> = (0..responses.len())
            .map(|number| {
                compiler
                    .compile(&format!("{BASE}#/responses/{number}"), &mut schemas)
                    .expect("a schema of a response")
            })
            .collect();
        let operations = operations.into_iter().map(|(mut operation, numbers)| {
            operation.answers = numbers
                .into_iter()
                .map(|(status, number)| (status, number.map(|number: usize| compiled[number])))
                .collect();
            operation
        });
        Documents {
            operations: operations.collect(),
            schemas,
        }
    }

    /// An operation, with the numbers of the schemas of its answers.
    fn operation(
        &self,
        name: &str,
        path: &str,
        method: &str,
        operation: &Value,
        responses: &mut Vec<Value>,
    ) -> (Operation, BTreeMap<String, Option<usize>>) {
        let mut numbers = BTreeMap::new();
        for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
            let number = answer.get("schema").map(|schema| {
                responses.push(self.position(name, schema));
                responses.len() - 1
            });
            numbers.insert(status.clone(), number);
        }
        let body = self.body(name, operation);
        let beside = self.folder.join(name);
        let examples = operation["x-ms-examples"].as_object().into_iter().flatten();
        let examples = examples
            .filter_map(|(_, example)| example["$ref"].as_str())
            .filter_map(|file| Some(beside.parent()?.join(file.trim_start_matches("./"))))
            .filter(|file| file.exists());
        let operation = Operation {
            name: text(&operation["operationId"]),
            method: method.to_uppercase(),
            version: text(&self.documents[name]["info"]["version"]),
            template: path
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(str::to_owned)
                .collect(),
            body: body.map(|parameter| text(&parameter["name"])),
            examples: examples.collect(),
            answers: BTreeMap::new(),
        };
        (operation, numbers)
    }

    /// The parameter of an operation that is the request's body.
    pub(crate) fn body<'a>(&'a self, name: &str, operation: &'a Value) -> Option<&'a Value> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters
            .filter_map(|parameter| match parameter["$ref"].as_str() {
                Some(reference) => {
                    let (document, pointer) = self.target(name, reference)?;
                    self.documents[&document].pointer(&pointer)
                }
                None => Some(parameter),
            })
            .find(|parameter| parameter["in"] == "body")
    }

    /// A schema where a value is: it may have no members that nobody documents.
    fn position(&self, document: &str, schema: &Value) -> Value {
        let mut converted = self.convert(document, schema);
        if self.is_closed(document, schema) {
            converted["unevaluatedProperties"] = json!(false);
        }
        converted
    }

    /// A schema as a definition, which others may extend.
    fn convert(&self, document: &str, schema: &Value) -> Value {
        let mut converted = Map::new();
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let value = match (keyword.as_str(), value) {
                // Bases say that they take nothing more, and models extend them all the same: `position` closes.
                ("additionalProperties", Value::Bool(false)) => continue,
                ("$ref", Value::String(reference)) => match self.model(document, reference) {
                    Some(model) => json!(format!("{BASE}#/$defs/{model}")),
                    None => continue,
                },
                ("properties", Value::Object(members)) => members
                    .iter()
                    .map(|(name, member)| (name.clone(), self.position(document, member)))
                    .collect::<Map<String, Value>>()
                    .into(),
                ("items" | "additionalProperties", Value::Object(_)) => {
                    self.position(document, value)
                }
                ("allOf", Value::Array(parts)) => parts
                    .iter()
                    .map(|part| self.convert(document, part))
                    .collect(),
                // Formats that JSON Schema does not know are ignored by the validator.
                (
                    "type"
                    | "enum"
                    | "required"
                    | "format"
                    | "pattern"
                    | "minimum"
                    | "maximum"
                    | "minLength"
                    | "maxLength"
                    | "minItems"
                    | "maxItems"
                    | "uniqueItems"
                    | "additionalProperties",
                    value,
                ) => value.clone(),
                _ => continue,
            };
            converted.insert(keyword.clone(), value);
        }
        converted.into()
    }

    /// Whether the members of a schema are all known: some are given, nothing else is let in and nothing derives from it.
    pub(crate) fn is_closed(&self, document: &str, schema: &Value) -> bool {
        let mut any = false;
        let mut open = false;
        let mut left = vec![(document.to_owned(), schema)];
        while let Some((document, schema)) = left.pop() {
            any |= schema["properties"]
                .as_object()
                .is_some_and(|members| !members.is_empty());
            let more = schema.get("additionalProperties");
            open |=
                more.is_some_and(|more| *more != false) || schema.get("discriminator").is_some();
            for part in schema["allOf"].as_array().into_iter().flatten() {
                left.push((document.clone(), part));
            }
            if let Some(reference) = schema["$ref"].as_str() {
                match self
                    .target(&document, reference)
                    .and_then(|(name, pointer)| {
                        Some((name.clone(), self.documents[&name].pointer(&pointer)?))
                    }) {
                    Some(target) => left.push(target),
                    None => open = true,
                }
            }
        }
        any && !open
    }

    /// The key of the definition that a reference names; none when its document is not in the folder.
    fn model(&self, document: &str, reference: &str) -> Option<String> {
        let (document, pointer) = self.target(document, reference)?;
        Some(key(&document, pointer.strip_prefix("/definitions/")?))
    }

    /// The document and the pointer into it that a reference names. The common types lie in folders by version here,
    /// and under longer paths where the documents are published.
    pub(crate) fn target(&self, document: &str, reference: &str) -> Option<(String, String)> {
        let (file, pointer) = reference.split_once('#')?;
        let name = if file.is_empty() {
            document.to_owned()
        } else if let Some((_, rest)) = file.split_once("common-types/resource-management/") {
            format!("common-types/{rest}")
        } else {
            let mut path = PathBuf::from(document);
            path.pop();
            for part in file.split('/') {
                match part {
                    "." => {}
                    ".." => {
                        path.pop();
                    }
                    part => path.push(part),
                }
            }
            path.to_string_lossy().into_owned()
        };
        self.documents
            .contains_key(&name)
            .then(|| (name, pointer.to_owned()))
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of documents") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "examples") {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
}

/// Reads a file as JSON.
pub fn json_file(file: &Path) -> Value {
    let bytes = fs::read(file).expect("a readable file");
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A name for a definition that needs no escapes in a pointer.
fn key(document: &str, model: &str) -> String {
    format!("{document}.{model}").replace(['/', '~', '%', '[', ']'], ".")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
