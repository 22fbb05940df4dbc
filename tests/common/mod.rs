//! What whole-system tests share. Each test file uses a part of it.
#![allow(dead_code, reason = "every test file compiles this folder and uses a part")]

pub mod altering;
pub mod browser;
pub mod centre;
pub mod client;
pub mod demo;
pub mod desk;
pub mod empty_service;
pub mod kannel;
pub mod line;
pub mod memory;
pub mod postfix;
pub mod recorder;
pub mod rust_paths;
pub mod sealed;
pub mod seat;
pub mod server;
pub mod sink;
pub mod socks;
pub mod telephones;
pub mod texts;
pub mod traces;
