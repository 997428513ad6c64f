//! What tells one remote object of a type from another, as data.

use std::collections::BTreeSet;

use super::row::{Attribute, Text};
use crate::schema::Schema;
use crate::types::ty::Type;
use crate::types::value::Object;

/// The attributes that tell one remote object of a type from another. Users import by them, and lists show them.
///
/// ```
/// use tfplugin_framework::schema::identity::{IdentityAttribute, IdentitySchema};
///
/// let schema = IdentitySchema::new(vec![
///     IdentityAttribute::string("name").doc("The name in its folder."),
///     IdentityAttribute::string("folder").optional_for_import(),
/// ]);
/// assert_eq!(schema.version, 0);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct IdentitySchema {
    /// Version of the identity's shape; raise it together with an upgrade. A state without identity counts as version 0.
    pub version: i64,
    /// One for each attribute.
    pub attributes: Vec<IdentityAttribute>,
}

/// One attribute of an identity: a string, a number, a bool, or a list of one of these.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IdentityAttribute {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: Type,
    /// Whether an import may leave it out, since the provider finds it out.
    pub is_optional_for_import: bool,
    /// What it means.
    pub description: Text,
}

impl IdentitySchema {
    /// An identity of these attributes.
    pub fn new(attributes: Vec<IdentityAttribute>) -> Self {
        Self {
            version: 0,
            attributes,
        }
    }

    /// The version of its shape, once that has changed.
    ///
    /// ```
    /// use tfplugin_framework::schema::identity::{IdentityAttribute, IdentitySchema};
    ///
    /// let schema = IdentitySchema::new(vec![IdentityAttribute::string("path")]).version(1);
    /// assert_eq!(schema.version, 1);
    /// ```
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// The type of a whole identity.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter();
        Type::object(attributes.map(|it| (it.name.to_string(), it.ty.clone())))
    }

    /// An identity in which nothing is set.
    pub fn null_object(&self) -> Object {
        self.as_schema().null_object()
    }

    /// The same attributes as those of a configuration, all of them optional.
    pub(crate) fn as_schema(&self) -> Schema {
        let attributes = self.attributes.iter();
        Schema {
            attributes: attributes
                .map(|it| Attribute::value(it.name.clone(), it.ty.clone()))
                .collect(),
            ..Schema::default()
        }
    }

    /// What Terraform refuses.
    pub fn validate_implementation(&self) -> Vec<String> {
        let mut findings = self.as_schema().validate_implementation();
        let mut names = BTreeSet::new();
        for attribute in &self.attributes {
            let element = match &attribute.ty {
                Type::List(element) => element,
                ty => ty,
            };
            if !matches!(element, Type::String | Type::Number | Type::Bool) {
                let words = "an identity is of strings, numbers, bools and lists of these";
                findings.push(format!("{}: {words}", attribute.name));
            }
            names.insert(&attribute.name);
        }
        if names.is_empty() {
            findings.push("an identity has at least one attribute".into());
        }
        findings
    }
}

impl IdentityAttribute {
    /// A string.
    pub fn string(name: impl Into<Text>) -> Self {
        Self::value(name, Type::String)
    }

    /// A number.
    pub fn number(name: impl Into<Text>) -> Self {
        Self::value(name, Type::Number)
    }

    /// A bool.
    pub fn bool(name: impl Into<Text>) -> Self {
        Self::value(name, Type::Bool)
    }

    /// A list of strings, numbers or bools.
    pub fn list(name: impl Into<Text>, element: Type) -> Self {
        Self::value(name, Type::list(element))
    }

    fn value(name: impl Into<Text>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            is_optional_for_import: false,
            description: Text::default(),
        }
    }

    /// An import may leave it out: the provider finds it out.
    #[must_use]
    pub fn optional_for_import(mut self) -> Self {
        self.is_optional_for_import = true;
        self
    }

    /// What it means.
    #[must_use]
    pub fn doc(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_terraform_knows_of_identities_is_in_one() {
        let schema = IdentitySchema::new(vec![
            IdentityAttribute::string("name"),
            IdentityAttribute::list("parts", Type::Number).optional_for_import(),
        ]);
        assert_eq!(schema.validate_implementation(), [""; 0]);
        let wrong = IdentitySchema::new(vec![
            IdentityAttribute::string("Name"),
            IdentityAttribute::list("parts", Type::list(Type::Number)),
        ]);
        let findings = wrong.validate_implementation().join("\n");
        assert!(
            findings.contains("Name: a name is of small letters"),
            "{findings}"
        );
        assert!(findings.contains("parts: an identity is of"), "{findings}");
        let nothing = IdentitySchema::default().validate_implementation();
        assert_eq!(nothing, ["an identity has at least one attribute"]);
    }
}
