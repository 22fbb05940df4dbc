//! What people say, as it stands inside envelopes: JSON, in which unknown fields and doubled names are refused.
//!
//! Everything here is wiped when dropped and cannot be printed.

mod desk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::bytes::{Hash, Malformed, MemberId};
use super::json::{is_plain, unique_map};
use super::recipient::Recipient;
use crate::clock::Day;
use crate::secret::SecretBytes;

pub use desk::{
    Access, AccessKind, DeskBody, DeskEntry, LABELS_MAX, LINE_MAX, Link, MEMBERS_MAX, Relation, TASK_MAX, Task,
    UnsoundEntry, Urgency,
};

/// Answers to the form's questions, by question id.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, String>);

impl Answers {
    /// Keeps what is not blank, with LF line ends.
    pub fn insert(&mut self, question: &str, mut answer: String) {
        if !answer.trim().is_empty() {
            self.0.insert(question.to_owned(), with_lf(&answer));
        }
        answer.zeroize();
    }

    /// What was answered to `question`; empty when nothing was.
    #[must_use]
    pub fn get(&self, question: &str) -> &str {
        self.0.get(question).map_or("", String::as_str)
    }

    /// All questions that were answered.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(question, answer)| (question.as_str(), answer.as_str()))
    }

    /// Whether nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Browsers send CRLF; the protocol has LF only.
#[must_use]
pub fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        unique_map(deserializer).map(Self)
    }
}

/// Whether somebody is in danger, as the reporter says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Danger {
    /// Nobody.
    #[default]
    No,
    /// Somebody.
    Yes,
    /// The reporter is not sure.
    Unsure,
}

/// Which way a report came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The web form.
    Web,
    /// Text messages.
    Sms,
    /// A telephone call or a visit, written down by a member.
    Hotline,
    /// E-mail.
    Mail,
    /// Amparo's command line.
    Cli,
}

/// What the caller or visitor said of the written record of their talk, which they may check, correct and agree
/// (Directive (EU) 2019/1937, article 18(2) to (4)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Record {
    /// It was read back to them, and they agreed.
    Agreed,
    /// They did not want to check it, or could not.
    Unchecked,
}

/// A file that belongs to a report or message. The envelope that carries it is found by `hash`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Chunked hash of its ciphertext.
    #[zeroize(skip)]
    pub hash: Hash,
    /// The file's name as the reporter's device gave it: untrusted text, never a path.
    pub name: String,
    /// The type the reporter's device gave: untrusted.
    pub media_type: String,
    /// Bytes of content.
    pub size: u64,
}

/// The reporter's first words.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Day it was sealed.
    pub day: Day,
    /// Which way it came.
    pub channel: Channel,
    /// Whether a server sealed it, so that it was readable there once.
    pub assisted: bool,
    /// Language tag of the form.
    pub language: String,
    /// Kind of corruption, as the form names it.
    pub category: String,
    /// What was answered.
    pub fields: Answers,
    /// Is somebody in danger?
    pub danger: Danger,
    /// Whether the reporter gave a name, sealed apart.
    pub confidential: bool,
    /// Files, in the order they were given.
    pub attachments: Vec<Attachment>,
    /// Chunked hash of the identity's ciphertext.
    pub identity: Hash,
    /// Hashes of all first grants and shares, sorted.
    pub grants: Vec<Hash>,
    /// Members who must never get a grant of this case.
    pub left_out: Vec<MemberId>,
    /// What became of the record of a talk; absent when the reporter wrote themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Record>,
}

/// What the reporter adds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Day it was sealed.
    pub day: Day,
    /// The words; may be empty when there are files.
    pub text: String,
    /// Files, in the order they were given.
    pub attachments: Vec<Attachment>,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is on the authority's disk.
    Received,
    /// A member has read it and says so.
    Acknowledged,
    /// It is being looked into.
    Open,
    /// It is finished.
    Closed,
}

impl State {
    /// As it is stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Acknowledged => "acknowledged",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// Whether a member may move a case from this state to `next`.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        next != Self::Received && next != self && (next != Self::Acknowledged || self == Self::Received)
    }
}

/// The text is not a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a state of a case; use received, acknowledged, open or closed")]
pub struct NotAState;

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for State {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, NotAState> {
        let all = [Self::Received, Self::Acknowledged, Self::Open, Self::Closed];
        all.into_iter().find(|state| state.as_str() == text).ok_or(NotAState)
    }
}

/// What the authority says to the reporter, or the state it sets, or both.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Day it was sealed.
    pub day: Day,
    /// The words; may be empty when a state is set.
    pub text: String,
    /// The state the case is in from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// Who a confidential reporter is.
#[derive(Clone, Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct IdentityCard {
    /// Name.
    pub name: String,
    /// How to reach them.
    pub contact: String,
    /// When and how it is safe to.
    pub safe_contact: String,
}

/// A new desk key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rekey {
    /// Day it was made.
    pub day: Day,
    /// What later envelopes are sealed to.
    pub recipient: Recipient,
    /// Hashes of the desk grants that come with it, sorted.
    pub grants: Vec<Hash>,
}

/// The reporter withdraws.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forget {
    /// Day it was sealed.
    pub day: Day,
}

/// Wipes text in whatever holds it when dropped.
macro_rules! wiped {
    ($($name:ident: $($field:ident),+;)+) => {$(
        impl Drop for $name {
            fn drop(&mut self) {
                $(self.$field.zeroize();)+
            }
        }
    )+};
}

wiped! {
    Report: language, category;
    Message: text;
    Answer: text;
}

/// Writes the JSON that is sealed.
#[must_use]
pub fn to_json(content: &impl Serialize) -> SecretBytes {
    SecretBytes::new(serde_json::to_vec(content).expect("content has string keys only"))
}

/// Reads opened JSON.
pub fn from_json<'a, T: Deserialize<'a>>(json: &'a SecretBytes) -> Result<T, Malformed> {
    let plain = Some(json.expose()).filter(|json| is_plain(json)).ok_or(Malformed("content"))?;
    serde_json::from_slice(plain).map_err(|_| Malformed("content"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_names_and_unknown_fields_are_refused() {
        let read = |json: &str| from_json::<Message>(&SecretBytes::new(json.as_bytes().to_vec())).is_ok();
        assert!(read(r#"{"day":"2026-01-01","text":"a","attachments":[]}"#));
        assert!(!read(r#"{"day":"2026-01-01","text":"a","text":"b","attachments":[]}"#));
        assert!(!read(r#"{"day":"2026-01-01","text":"a","attachments":[],"more":1}"#));
        assert!(!read(r#"["2026-01-01","a",[]]"#));
        assert!(!read(r#"{"day":"2026-01-01","text":"a","attachments":[["00","a","b",1]]}"#));
        assert!(read(r#"{"day":"2026-01-01","text":"[[null \" [[null","attachments":[]}"#));
        let answer = |json: &str| from_json::<Answer>(&SecretBytes::new(json.as_bytes().to_vec())).is_ok();
        assert!(answer(r#"{"day":"2026-01-01","text":"a","state":"open"}"#));
        assert!(!answer(r#"{"day":"2026-01-01","text":"a","state":null}"#));
        assert!(!answer(r#"{"day":"2026-01-01","text":"a","state":{"open":null}}"#));
        let answers = |json: &str| serde_json::from_str::<Answers>(json).is_ok();
        assert!(answers(r#"{"what":"a","who":"b"}"#));
        assert!(!answers(r#"{"what":"a","what":"b"}"#));
    }

    #[test]
    fn answers_keep_what_was_written_with_lf_line_ends() {
        let mut answers = Answers::default();
        answers.insert("what", " one\r\ntwo\rthree\n".to_owned());
        answers.insert("who", " \r\n".to_owned());
        assert_eq!(answers.get("what"), " one\ntwo\nthree\n");
        assert_eq!(answers.iter().count(), 1);
    }

    #[test]
    fn states_go_forward_and_a_closed_case_opens_again() {
        use State::{Acknowledged, Closed, Open, Received};
        for (from, to) in [(Received, Acknowledged), (Received, Closed), (Acknowledged, Open), (Closed, Open)] {
            assert!(from.may_become(to));
        }
        for (from, to) in [(Acknowledged, Received), (Open, Acknowledged), (Closed, Closed), (Open, Received)] {
            assert!(!from.may_become(to));
        }
    }
}
