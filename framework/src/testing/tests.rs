mod core;
mod echo;
mod failing;
mod known_issues;
mod passthrough;
mod random;
