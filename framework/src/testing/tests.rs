mod core;
mod echo;
mod random;
