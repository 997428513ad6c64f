//! The wire: Terraform's plugin protocol 6.10, with the fields of 6.11 (Terraform 1.16), and the go-plugin services around it.
//!
//! Everything here is generated from the `.proto` files of this package; nothing here knows what a provider does.
//! Every `bytes` field is a [`bytes::Bytes`], and the generated server traits answer `UNIMPLEMENTED` by default.
//!
//! ```
//! use tfplugin_proto::v6::{DynamicValue, get_provider_schema, provider_server::Provider};
//!
//! struct Nothing;
//!
//! #[tonic::async_trait]
//! impl Provider for Nothing {
//!     async fn get_provider_schema(
//!         &self,
//!         _: tonic::Request<get_provider_schema::Request>,
//!     ) -> Result<tonic::Response<get_provider_schema::Response>, tonic::Status> {
//!         Ok(tonic::Response::new(Default::default()))
//!     }
//! }
//!
//! // Values may be secret, so `Debug` tells their size.
//! let value = DynamicValue { msgpack: b"\xa7hunter2".as_slice().into(), ..Default::default() };
//! assert_eq!(format!("{value:?}"), "DynamicValue(8 bytes of msgpack)");
//! ```

#![forbid(unsafe_code)]

mod redact;

/// Terraform's plugin protocol, package `tfplugin6`.
#[allow(missing_docs, clippy::all, reason = "generated")]
#[allow(
    rustdoc::all,
    reason = "comments of the protocol are no links of rustdoc's"
)]
pub mod v6 {
    include!("generated/tfplugin6.rs");
}

/// go-plugin's broker, controller and stdio services, package `plugin`.
#[allow(missing_docs, clippy::all, reason = "generated")]
pub mod plugin {
    include!("generated/plugin.rs");
}

/// The compiled descriptors of all files and their imports, as an encoded `FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptors.bin");
