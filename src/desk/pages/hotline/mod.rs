//! The hotline's pages: for a member who takes reports by telephone or from visitors.
//!
//! | file | what |
//! | --- | --- |
//! | `start` | a language for a new report; a token for one that is known |
//! | `report` | the form, what was written down to be read back, and its sending |
//! | `arriving` | a form with files as it comes |
//! | `token` | the token to be read out, and the caller's check |
//! | `case` | status and answers to be read out, and a message |
//!
//! What the caller is asked and told stands on these pages in the caller's language, the rest in the desk's. Between two
//! pages the words are in the operator's browser only.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::frame::{Frame, problem};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::cases::Unlocked;
use crate::desk::hotline::Piece;
use crate::locale::{Language, Locale, Value};
use crate::secret::SecretText;

mod arriving;
pub mod case;
pub mod report;
pub mod start;
pub mod token;

use arriving::Broken;
pub use arriving::PostedWithFiles;

/// The caller's words, as templates shared with the reporters' pages ask for them.
#[derive(Clone, Copy)]
pub struct Words {
    /// The texts.
    pub locale: Locale,
}

impl Words {
    fn of(language: Language) -> Self {
        Self { locale: language.locale() }
    }

    /// The text `id`.
    pub fn text(self, id: &str) -> Cow<'static, str> {
        self.locale.text(id)
    }

    /// The text `id` with one value.
    pub fn text_with<'v>(self, id: &str, name: &str, value: impl Into<Value<'v>>) -> Cow<'static, str> {
        self.locale.text_with(id, &[(name, value.into())])
    }

    /// A day written out.
    pub fn day(self, day: Day) -> String {
        self.locale.day(day)
    }

    /// The caller's language.
    pub fn language(self) -> Language {
        self.locale.language()
    }
}

/// The unlocked desk of a hotline operator.
pub struct Operator(pub Arc<Unlocked>);

impl FromRequestParts<Arc<Desk>> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        let Some(unlocked) = desk.session.current() else { return Err(desk.to_list().into_response()) };
        if unlocked.is_operator() {
            return Ok(Self(unlocked));
        }
        Err(no_operator(Frame::from_request_parts(parts, desk).await?))
    }
}

fn no_operator(frame: Frame) -> Response {
    let message = "These pages are for hotline operators, and the authority’s manifest does not name you as one; ask its \
                   head.";
    problem(StatusCode::FORBIDDEN, frame, message.to_owned())
}

/// Pieces of files that wait to be sealed.
const PIECES: usize = 4;

/// Hands the files of a form on to be sealed. When the desk is locked, what seals them is told so, nothing of the desk is
/// kept from being wiped, and the rest of the form is read past.
async fn feed(
    desk: &Desk,
    unlocked: Arc<Unlocked>,
    posted: PostedWithFiles,
    pieces: mpsc::Sender<Piece>,
) -> Result<(), Broken> {
    let cut = pieces.clone();
    let lock = async move {
        unlocked.stopped().await;
        drop(unlocked);
        // Whoever seals may have ended already.
        let _ = cut.send(Piece::Locked).await;
        std::future::pending::<Infallible>().await
    };
    // While files come in, somebody is there.
    let alive = || {
        if desk.session.current().is_some() {
            desk.session.touch();
        }
    };
    tokio::select! {
        came = posted.files(pieces, alive) => came,
        never = lock => match never {},
    }
}

/// What was typed for a caller while the desk locked itself. It waits in the page that asks for the passphrase.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Carried {
    /// A report, field by field.
    Report { language: String, fields: Vec<(String, String)> },
    /// A message to a case.
    Message { language: String, token: String, text: String },
}

impl Carried {
    fn to_json(&self) -> Zeroizing<String> {
        Zeroizing::new(serde_json::to_string(self).expect("it has string keys only"))
    }
}

/// Goes on with what was carried through the page that asks for the passphrase; `None` when that is not to be read.
pub async fn after_unlocking(frame: Frame, unlocked: Arc<Unlocked>, carried: &str) -> Option<Response> {
    Some(match serde_json::from_str(carried).ok()? {
        Carried::Report { language, fields } => {
            let fields = fields.into_iter().map(|(name, text)| (name, SecretText::new(text)));
            report::after_unlocking(frame, &unlocked, Language::from_tag(&language)?, fields)
        }
        Carried::Message { language, token, text } => {
            let (token, text) = (SecretText::new(token), SecretText::new(text));
            case::after_unlocking(frame, unlocked, Language::from_tag(&language)?, token, text).await
        }
    })
}
