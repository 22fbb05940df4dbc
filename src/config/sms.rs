//! `[sms]`: reports by text message.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Problem;
use super::limits::count;

/// The languages that text messages are answered in: the six of the United Nations.
pub const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// Which numbers take reports, and how much of a conversation is kept, in memory only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    /// How long after a sender's last text a further one joins the same case, in seconds, 1 to 86400.
    pub window_seconds: u32,
    /// How long after a conversation has ended something of it may still be in memory, in seconds, 1 to 60.
    pub wipe_seconds: u32,
    /// How long the missing parts of a long text are waited for, in seconds, 1 to 3600.
    pub join_seconds: u32,
    /// Conversations kept at once, 1 to 1000000; each takes a few kilobytes.
    pub conversations: usize,
    /// Texts taken of one sender in an hour, 1 to 3600.
    pub sender_texts_per_hour: u32,
    /// Texts taken of all senders in a minute, 1 to 60000.
    pub texts_per_minute: u32,
    /// The numbers that people send to; while there are none, no text is taken.
    pub numbers: Vec<Line>,
}

/// A number that people send texts to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The number or short code, as the gateway names it.
    pub number: String,
    /// Id of the unit that reads what comes.
    pub unit: String,
    /// One of [`LANGUAGES`]: the one to answer in until a sender uses a word of another.
    pub language: String,
    /// Whether the unit's answers are sent by text message when somebody asks for them.
    #[serde(default = "yes")]
    pub read: bool,
}

fn yes() -> bool {
    true
}

impl Default for Sms {
    fn default() -> Self {
        Self {
            window_seconds: 1800,
            wipe_seconds: 60,
            join_seconds: 60,
            conversations: 10_000,
            sender_texts_per_hour: 120,
            texts_per_minute: 3000,
            numbers: Vec::new(),
        }
    }
}

impl Sms {
    /// `window_seconds`.
    #[must_use]
    pub fn window(&self) -> Duration {
        Duration::from_secs(self.window_seconds.into())
    }

    /// `wipe_seconds`.
    #[must_use]
    pub fn wipe_time(&self) -> Duration {
        Duration::from_secs(self.wipe_seconds.into())
    }

    /// `join_seconds`.
    #[must_use]
    pub fn join_time(&self) -> Duration {
        Duration::from_secs(self.join_seconds.into())
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        count("sms.window_seconds", self.window_seconds, 1, 86_400)?;
        count("sms.wipe_seconds", self.wipe_seconds, 1, 60)?;
        count("sms.join_seconds", self.join_seconds, 1, 3600)?;
        count("sms.conversations", self.conversations, 1, 1_000_000)?;
        count("sms.sender_texts_per_hour", self.sender_texts_per_hour, 1, 3600)?;
        count("sms.texts_per_minute", self.texts_per_minute, 1, 60_000)?;
        self.numbers.iter().try_for_each(Line::check)
    }
}

impl Line {
    fn check(&self) -> Result<(), Problem> {
        let digits = self.number.strip_prefix('+').unwrap_or(&self.number);
        if !(1..=20).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Problem::new(
                "sms.numbers",
                format!("{:?} is not a telephone number", self.number),
                "write up to 20 digits, after + for an international number",
            ));
        }
        let id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&self.unit.len()) || !self.unit.bytes().all(id) {
            return Err(Problem::new(
                "sms.numbers",
                format!("{:?} is not the id of a unit", self.unit),
                "copy one from amparo manifest show",
            ));
        }
        if !LANGUAGES.contains(&self.language.as_str()) {
            return Err(Problem::new(
                "sms.numbers",
                format!("there are no text messages in {:?}", self.language),
                format!("write one of {}", LANGUAGES.join(", ")),
            ));
        }
        Ok(())
    }
}
