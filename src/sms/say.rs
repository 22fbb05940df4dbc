//! What is said, in words: each [`Say`] as texts that fit, in the language of the conversation.

use std::collections::BTreeMap;

use super::conversation::{Question, Say};
use super::text::fit::{self, SEGMENTS, fit};
use crate::config::reporter::Reporter;
use crate::locale::{SmsLanguage, Value};
use crate::protocol::content::State;
use crate::protocol::manifest::History;
use crate::protocol::token::TokenTypo;
use crate::secret::SecretText;

/// Letters of a unit's name that are shown where there is room.
const NAME_MOST: usize = 40;

/// Texts that one answer of the unit may take; the rest is on the web pages.
const ANSWER_MOST: usize = 12;

/// What the texts tell of the authority.
pub struct About {
    /// Names of the units, by id and then by language tag.
    units: BTreeMap<String, BTreeMap<String, String>>,
    /// Where the web pages are.
    origin: Option<String>,
    /// Where they are through Tor.
    onion: Option<String>,
    /// The fingerprint of the root policy, in digits.
    fingerprint: String,
}

impl About {
    /// What the newest of `history`'s manifests and the configuration say.
    #[must_use]
    pub fn new(history: &History, reporter: &Reporter) -> Self {
        Self {
            units: history.current().units.iter().map(|unit| (unit.id.clone(), unit.name.0.clone())).collect(),
            origin: reporter.origin.clone(),
            onion: reporter.onion.clone(),
            fingerprint: history.fingerprint().to_string(),
        }
    }

    /// `say` in texts of at most [`SEGMENTS`] segments each, to somebody who writes to `unit`.
    #[must_use]
    pub fn say(&self, language: SmsLanguage, unit: &str, say: &Say) -> Vec<SecretText> {
        let one = |text: &str| vec![SecretText::from(&*fit::plain(text))];
        let plain = |id| one(&language.text(id));
        let with = |id, values: &[(&str, Value)]| one(&language.text_with(id, values));
        match say {
            Say::Receipt(token) => {
                let token = SecretText::new(token.groups().join(" "));
                with("sms-filed", &[("token", token.expose().into())])
            }
            Say::Joined => plain("sms-joined"),
            Say::Ask(question) => one(&language.text(asking(*question))),
            Say::Asked => plain("sms-asked"),
            Say::ReportFirst => plain("sms-report-first"),
            Say::Status(state, day, answers) => {
                let count = language.text_with("sms-answers", &[("count", (*answers as u64).into())]);
                let state = language.text(state_id(*state));
                with(
                    "sms-status",
                    &[("state", (&*state).into()), ("day", (*day).into()), ("answers", (&*count).into())],
                )
            }
            Say::Answer(day, text) => {
                let head = language.text_with("sms-answer", &[("day", (*day).into())]);
                let whole = SecretText::new([&head, "\n", text.expose()].concat());
                let whole = SecretText::from(&*fit::plain(whole.expose()));
                fit::texts(whole.expose()).into_iter().take(ANSWER_MOST).map(SecretText::from).collect()
            }
            Say::NoAnswer => plain("sms-no-answer"),
            Say::ReadIsOff => plain("sms-read-off"),
            Say::Added => plain("sms-added"),
            Say::NothingToAdd => plain("sms-nothing-to-add"),
            Say::Forgets(day) => with("sms-forgets", &[("day", (*day).into())]),
            Say::CalledOff => plain("sms-called-off"),
            Say::Help => self.help(language, unit),
            Say::Stopped => plain("sms-stopped"),
            Say::Typo(TokenTypo::Length(0)) => plain("sms-typo-missing"),
            Say::Typo(TokenTypo::Length(count)) => with("sms-typo-length", &[("count", (*count as u64).into())]),
            Say::Typo(TokenTypo::Letter) => plain("sms-typo-letter"),
            Say::Typo(TokenTypo::CheckDigits) => plain("sms-typo-digits"),
            Say::NotFound => plain("sms-not-found"),
            Say::Moved => plain("sms-moved"),
            Say::Closed => plain("sms-closed"),
            Say::CannotFile => plain("sms-cannot-file"),
            Say::Later => plain("sms-later"),
            Say::TooMany => plain("sms-slow-down"),
        }
    }

    /// What can be done here; then the addresses and the fingerprint, a text each, to be copied.
    fn help(&self, language: SmsLanguage, unit: &str) -> Vec<SecretText> {
        let name = self.units.get(unit).map_or(unit, |names| language.pick(names));
        let named = |most| {
            let name = fit::shorten(name, most);
            fit::plain(&language.text_with("sms-help", &[("unit", (&*name).into())])).into_owned()
        };
        let fits = |text: &String| fit(text).segments <= SEGMENTS;
        let help = (0..=NAME_MOST).rev().map(named).find(fits).unwrap_or_else(|| named(0));
        let address = |id, address: &Option<String>| {
            address.as_deref().map(|address| language.text_with(id, &[("address", address.into())]))
        };
        let key = language.text_with("sms-key", &[("fingerprint", self.fingerprint.as_str().into())]);
        let places = [address("sms-web", &self.origin), address("sms-onion", &self.onion), Some(key)];
        let places = places.iter().flatten().map(|text| SecretText::from(&*fit::plain(text)));
        std::iter::once(SecretText::new(help)).chain(places).collect()
    }
}

/// A question as it is asked.
#[must_use]
pub fn asking(question: Question) -> &'static str {
    match question {
        Question::Where => "sms-ask-where",
        Question::When => "sms-ask-when",
        Question::Who => "sms-ask-who",
        Question::HowMuch => "sms-ask-how-much",
        Question::HowKnown => "sms-ask-how-known",
    }
}

fn state_id(state: State) -> &'static str {
    match state {
        State::Received => "sms-state-received",
        State::Acknowledged => "sms-state-acknowledged",
        State::Open => "sms-state-open",
        State::Closed => "sms-state-closed",
    }
}
