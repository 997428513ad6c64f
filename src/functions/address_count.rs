//! `address_count`: how many addresses a block has.

use tfplugin_framework::function::{CallRequest, Function, FunctionError, Signature};
use tfplugin_framework::types::ty::Type;
use tfplugin_framework::types::value::Value;

use super::arguments::{cidr, cidr_parameter};

/// The function.
#[derive(Debug)]
pub(super) struct AddressCount;

impl Function for AddressCount {
    fn name(&self) -> &str {
        "address_count"
    }

    fn signature(&self) -> Signature {
        let block = "IPv4 block in CIDR form, its host bits zero, such as `172.16.0.0/27`.";
        Signature::new(Type::Number)
            .parameter(cidr_parameter(block))
            .summary("How many addresses a block has")
            .doc(
                "Gives the number of addresses in a block, as `address_count` of an `ise_subnet` does. Azure keeps five addresses of each \
                 subnet for itself; a subnet of an environment needs 32 at least.\n\n\
                 Functions of providers need Terraform 1.8 or OpenTofu 1.7.",
            )
    }

    fn call(&self, request: CallRequest<'_>) -> Result<Value, FunctionError> {
        let count = cidr(&request)?.address_count();
        Ok(i64::try_from(count).ok().into())
    }
}

#[cfg(test)]
mod tests {
    use tfplugin_framework::engine::Engine;

    use super::*;

    #[tokio::test]
    async fn blocks_of_every_size() {
        for (cidr, count) in [
            ("172.16.0.0/27", 32),
            ("10.0.0.1/32", 1),
            ("0.0.0.0/0", 1_i64 << 32),
        ] {
            let called = Engine::default().call(&AddressCount, &[cidr.into()]).await;
            assert_eq!(called, Ok(Value::from(count)), "{cidr}");
        }
    }
}
