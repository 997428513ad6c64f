//! The emulator as its clients see it, one file per area.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

mod accounts;
mod authorization;
mod autoscale;
mod bounds;
mod client;
mod clients;
mod container;
mod control;
mod coverage;
mod documents;
mod environments;
mod examples;
mod fuzz;
mod groups;
mod kill;
mod load;
mod locks;
mod moving;
mod networks;
mod page;
mod paths;
mod peerings;
mod process;
mod rules;
mod run;
mod runs;
mod signin;
mod snapshots;
mod state;
mod tags;
mod tls;
mod workflows;
