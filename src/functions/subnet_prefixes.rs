//! `subnet_prefixes`: the address ranges of an environment's four subnets.

use tfplugin_framework::function::{CallRequest, Function, FunctionError, Signature};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use super::arguments::{cidr, cidr_parameter, wrong};

/// The function.
#[derive(Debug)]
pub(super) struct SubnetPrefixes;

impl Function for SubnetPrefixes {
    fn name(&self) -> &str {
        "subnet_prefixes"
    }

    fn signature(&self) -> Signature {
        let block = "Block of addresses in CIDR form, its host bits zero, such as `172.16.0.0/24`. A /25 or larger.";
        Signature::new(Type::list(Type::String))
            .parameter(cidr_parameter(block))
            .summary("The address ranges of an environment's four subnets")
            .doc(
                "Gives the four /27 that fit first in a block of addresses: those of the four subnets that an environment needs, each as \
                 small as Azure takes it. A block that has no room for four is an error.\n\n\
                 Functions of providers need Terraform 1.8 or OpenTofu 1.7.",
            )
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let subnets = cidr(&request)?.four_subnets().map_err(wrong)?;
        Ok(Value::strings(subnets.map(|it| it.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use tfplugin_framework::engine::Engine;

    use super::*;

    async fn call(cidr: &str) -> Result<Value, FunctionError> {
        let engine = Engine::default();
        engine.call(&SubnetPrefixes, &[cidr.into()]).await
    }

    #[tokio::test]
    async fn the_four_that_fit_first() {
        let four = [
            "172.16.0.128/27",
            "172.16.0.160/27",
            "172.16.0.192/27",
            "172.16.0.224/27",
        ];
        assert_eq!(call("172.16.0.128/25").await, Ok(Value::strings(four)));
        let first = call("10.0.0.0/8").await.expect("it has room");
        let first = first.as_elements().and_then(|it| it.first()).cloned();
        assert_eq!(first, Some("10.0.0.0/27".into()));
    }

    #[tokio::test]
    async fn a_block_without_room_says_what_would_do() {
        for (cidr, words) in [
            ("172.16.0.0/26", "give a block of /25 or larger."),
            ("172.16.0.5/24", "prefix length is 172.16.0.0/24."),
            ("172.16.0.0", "the prefix length is missing."),
            ("fd00::/64", "it is IPv6."),
        ] {
            let error = call(cidr).await.expect_err(cidr);
            assert_eq!(error.argument, Some(0));
            assert!(error.message.ends_with(words), "{}", error.message);
        }
    }
}
