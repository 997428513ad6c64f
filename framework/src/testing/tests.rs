mod core;
mod echo;
mod known_issues;
mod random;
