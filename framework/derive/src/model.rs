//! `#[derive(Model)]`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, LitStr, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let fields = named_fields(input)?;
    if !input.generics.params.is_empty() {
        let message = "a model has no generic parameters";
        return Err(Error::new_spanned(&input.generics, message));
    }
    let is_partial = is_partial(&input.attrs)?;
    let mut names = Vec::new();
    let mut seen = BTreeSet::new();
    for field in &fields {
        let name = attribute_name(field)?;
        if !seen.insert(name.clone()) {
            let message = format!("a second field for the attribute {name:?}");
            return Err(Error::new_spanned(field, message));
        }
        names.push(name);
    }
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let model = &input.ident;
    let krate = quote!(::tfplugin_framework);
    let whole = (!is_partial).then(|| quote!(impl #krate::model::WholeModel for #model {}));
    Ok(quote! {
        impl #krate::model::Model for #model {
            const IS_PARTIAL: bool = #is_partial;

            fn fields() -> ::std::vec::Vec<#krate::model::Field> {
                ::std::vec![#(#krate::model::Field::of::<#types>(#names)),*]
            }

            fn from_attributes(
                object: &#krate::types::value::Object,
                path: &#krate::types::path::Path,
            ) -> ::std::result::Result<Self, #krate::types::decode::DecodeError> {
                ::std::result::Result::Ok(Self {
                    #(#idents: #krate::model::read_attribute(object, #names, path)?),*
                })
            }

            fn into_attributes(
                self,
            ) -> ::std::vec::Vec<(&'static str, #krate::types::value::Value)> {
                ::std::vec![#((#names, #krate::model::IntoValue::into_value(self.#idents))),*]
            }
        }

        #whole
    })
}

fn named_fields(input: &DeriveInput) -> Result<Vec<&Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter().collect()),
            Fields::Unit => Ok(Vec::new()),
            Fields::Unnamed(fields) => {
                let message = "the fields of a model have the names of attributes";
                Err(Error::new_spanned(fields, message))
            }
        },
        _ => Err(Error::new_spanned(&input.ident, "a model is a struct")),
    }
}

fn is_partial(attributes: &[Attribute]) -> Result<bool> {
    let mut is_partial = false;
    for attribute in attributes.iter().filter(|it| it.path().is_ident("model")) {
        attribute.parse_nested_meta(|meta| match meta.path.is_ident("partial") {
            true => {
                is_partial = true;
                Ok(())
            }
            false => Err(meta.error("expected `partial`")),
        })?;
    }
    Ok(is_partial)
}

fn attribute_name(field: &Field) -> Result<String> {
    let mut name = field.ident.as_ref().map(|ident| ident.unraw().to_string());
    for attribute in field.attrs.iter().filter(|it| it.path().is_ident("model")) {
        attribute.parse_nested_meta(|meta| match meta.path.is_ident("name") {
            true => {
                name = Some(meta.value()?.parse::<LitStr>()?.value());
                Ok(())
            }
            false => Err(meta.error("expected `name = \"…\"`")),
        })?;
    }
    name.ok_or_else(|| Error::new_spanned(field, "a field without a name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(source: &str) -> std::result::Result<String, String> {
        let input = syn::parse_str(source).expect("a struct");
        let derived = derive(&input).map_err(|error| error.to_string())?;
        Ok(derived.to_string())
    }

    #[test]
    fn fields_are_attributes_of_their_names() {
        let source = "struct A { r#type: String, #[model(name = \"crate\")] krate: bool }";
        let code = derived(source).expect("a model");
        for name in ["\"type\"", "\"crate\"", "WholeModel"] {
            assert!(code.contains(name), "{name}: {code}");
        }
        assert!(!code.contains("\"krate\""), "{code}");
        let partial = derived("#[model(partial)] struct A {}").expect("a model");
        assert!(!partial.contains("WholeModel"), "{partial}");
    }

    #[test]
    fn what_is_no_model_does_not_compile() {
        for (source, expect) in [
            ("enum A {}", "a model is a struct"),
            (
                "struct A(String);",
                "the fields of a model have the names of attributes",
            ),
            ("struct A<T> { a: T }", "a model has no generic parameters"),
            ("#[model(whole)] struct A {}", "expected `partial`"),
            (
                "struct A { #[model(key)] a: bool }",
                "expected `name = \"…\"`",
            ),
            (
                "struct A { a: bool, #[model(name = \"a\")] b: bool }",
                "a second field for the attribute \"a\"",
            ),
        ] {
            assert_eq!(derived(source), Err(expect.to_owned()), "{source}");
        }
    }
}
