//! What only newer clients know, and what only some providers ask for.

mod computed_blocks;
mod dynamic;
mod meta;
mod provider;
mod refinements;
mod second_plan;
