//! The functions, one file each. They ask nobody for anything.

mod address_count;
mod arguments;
mod parse_id;
mod subnet_prefixes;

use std::sync::Arc;

use tfplugin_framework::function::Function;

/// All of them.
pub fn all() -> Vec<Arc<dyn Function>> {
    vec![
        Arc::new(subnet_prefixes::SubnetPrefixes),
        Arc::new(parse_id::ParseId),
        Arc::new(address_count::AddressCount),
    ]
}

#[cfg(test)]
mod tests {
    use tfplugin_framework::engine::Engine;
    use tfplugin_framework::types::value::Value;

    use super::*;

    #[test]
    fn every_function_says_what_it_is_what_it_gives_and_what_it_takes() {
        for function in all() {
            let (name, signature) = (function.name(), function.signature());
            assert!(!signature.summary.is_empty(), "{name}");
            assert!(!signature.summary.ends_with('.'), "{name}: a title");
            assert!(signature.description.ends_with('.'), "{name}");
            for parameter in signature.parameters.iter().chain(&signature.variadic) {
                let described = parameter.description.ends_with('.');
                assert!(described, "{name}: {}", parameter.name);
            }
        }
    }

    /// Terraform marks the argument that an error is about.
    #[tokio::test]
    async fn an_error_names_the_argument_and_what_would_be_right() {
        for function in all() {
            let name = function.name();
            let arguments = [Value::from("wrong")];
            let called = Engine::default().call(&*function, &arguments).await;
            let error = called.expect_err(name);
            assert_eq!(error.argument, Some(0), "{name}");
            assert!(error.message.contains("\"wrong\""), "{}", error.message);
            assert!(error.message.ends_with('.'), "{}", error.message);
        }
    }
}
