mod core;
mod echo;
