//! The examples are providers that a real Terraform, or OpenTofu, can use, and so is what the template makes.

#[allow(dead_code, reason = "main is for the executable")]
#[path = "../../examples/abilities/main.rs"]
mod provider;

mod cli;

mod abilities;
mod file;
mod template;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;
