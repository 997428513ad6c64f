//! The rules of the domain that need no network: pure functions over texts and numbers.
//!
//! A rule says what is wrong and what would be right, and never names the attribute: whoever applies it knows where the
//! value came from. The doc comment of each names its source; "Microsoft's ISE guide" is the article "Connect to Azure
//! virtual networks from Azure Logic Apps by using an integration service environment (ISE)".

pub mod callers;
pub mod cidr;
pub mod clock_time;
pub mod contacts;
pub mod iso_duration;
pub mod json;
pub mod names;
pub mod network;
pub mod sku;
pub mod subnet_set;
pub mod tags;
pub mod time_zone;
pub mod workflow;
