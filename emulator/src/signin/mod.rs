//! Sign-in: the token endpoint of Microsoft Entra ID and the check of tokens that ARM makes.

mod metadata;
mod token;

pub(crate) use metadata::endpoints;
pub(crate) use token::{Tokens, issue};
