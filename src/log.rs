//! The program's own few lines, on standard error: what started, what stopped, what an operator must look at.
//!
//! A line holds a day, a level and a text, `2026-05-04 warn the disk is nearly full`, and never an address, a user
//! agent, a path that was asked for, or anything that somebody sent.

use std::fmt;
use std::io::Write;

use crate::clock::{Clock, Day};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody should look, soon.
    Warn,
    /// Something does not work.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        })
    }
}

/// Writes one line. When standard error is closed the line is lost, and the program goes on.
pub fn event(clock: &Clock, level: Level, text: &str) {
    // One call, so that lines of several threads never mix.
    let _ = std::io::stderr().write_all(line(clock.today(), level, text).as_bytes());
}

fn line(day: Day, level: Level, text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("{day} {level} {one_line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_its_text_holds() {
        let day = "2026-05-04".parse().unwrap();
        let written = line(day, Level::Warn, "disk\r\n2026-05-05 info all is well\u{1b}[2J");
        assert_eq!(written, "2026-05-04 warn disk  2026-05-05 info all is well [2J\n");
    }
}
