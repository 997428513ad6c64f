//! The wire: Terraform's plugin protocol 6.10, with the fields of 6.11 (Terraform 1.16), and the go-plugin services around it.
//!
//! Everything here is generated from the `.proto` files of this package; nothing here knows what a provider does.
//! Every `bytes` field is a [`bytes::Bytes`], and the generated server traits answer `UNIMPLEMENTED` by default.

mod redact;

/// Terraform's plugin protocol, package `tfplugin6`.
#[allow(missing_docs, clippy::all, reason = "generated")]
pub mod v6 {
    tonic::include_proto!("tfplugin6");
}

/// go-plugin's broker, controller and stdio services, package `plugin`.
#[allow(missing_docs, clippy::all, reason = "generated")]
pub mod plugin {
    tonic::include_proto!("plugin");
}

/// The compiled descriptors of all files and their imports, as an encoded `FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
