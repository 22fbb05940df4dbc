//! The desk: the program on an investigator's own machine, where reports are opened, read and answered.
//!
//! It serves its pages on the loopback interface only, to the one browser that was let in by a one-time link, and knows
//! the server only over HTTP. Keys and opened cases live in memory while it is unlocked, and nothing of them is written
//! to disk but what the member saves.
//!
//! | file | what |
//! | --- | --- |
//! | [`run`](self) | [`Desk::start`], [`RunningDesk`]: listening, unlocking from the terminal, ending |
//! | `gate` | who may speak to the desk: link, cookie, `Host`, `Origin`, form token |
//! | `session`, `presence` | locked or unlocked: passphrase; locking when nobody is there |
//! | [`client`] | signed requests to the server |
//! | `pins` | what was seen once and must not change: manifest, cards |
//! | `cases` | fetching, opening, writing; cases that are linked |
//! | `save`, `quote`, `similar`, `due` | attachments to disk; answers that quote the report; reports in the same words; dates |
//! | `hotline` | reports and messages of callers, sealed here and sent as a reporter's program does |
//! | `pages` | one file per page |
//!
//! To add a page: a file in `pages` with its route, a template in `web/templates/desk/`. To add something a member can
//! do in a case: a variant of `cases::Act`, and its form in `case.html`.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use amparo::{clock::Clock, desk::{Desk, Settings}};
//! let settings = Settings {
//!     server: "https://members.authority.example".into(),
//!     reporters: None,
//!     proxy: None,
//!     key_file: "/media/ana/member.key".into(),
//!     folder: "/home/ana/.local/share/amparo".into(),
//!     root_fingerprint: None,
//!     idle_minutes: 10,
//!     save_folder: "/home/ana/cases".into(),
//!     port: 0,
//! };
//! let desk = Desk::start(settings, Clock::system(), Arc::new(ring::rand::SystemRandom::new())).await?;
//! println!("Open {}", desk.link);
//! # desk.shutdown().await;
//! # Ok(()) }
//! ```

mod book;
mod cache;
mod cases;
pub mod client;
mod due;
mod gate;
mod hotline;
mod pages;
mod pins;
mod presence;
mod quote;
mod run;
mod save;
mod search;
mod session;
mod similar;
mod whole;

pub use cache::{CacheError, wipe as wipe_cache};
pub use cases::CasesError;
pub use client::ClientError;
pub use pins::PinError;
pub use run::{Desk, DeskError, RunningDesk, Settings};
pub use session::UnlockError;
