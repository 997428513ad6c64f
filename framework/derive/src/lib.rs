//! The derive macro of `tfplugin-framework`, which re-exports it: depend on that crate alone.

#![forbid(unsafe_code)]

mod model;

use proc_macro::TokenStream;

/// Makes a struct a model of an object: its fields are the attributes of the same names.
///
/// - `#[model(name = "type")]` on a field gives it the attribute of another name; a raw identifier such as `r#type` needs no such
///   help.
/// - `#[model(partial)]` on the struct says that the schema has attributes beside these.
#[proc_macro_derive(Model, attributes(model))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    model::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
