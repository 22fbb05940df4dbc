//! The answer to a message that has been sealed and stored.

use std::borrow::Cow;

use askama::Template;

use super::{Page, ToldFile};
use crate::clock::Day;

/// Confirms a message.
#[derive(Template)]
#[template(path = "reporter/sent.html")]
pub struct SentPage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
    /// The token, which the way back to the case carries in its body.
    pub token: &'a str,
    /// When it was sent.
    pub day: Day,
    /// How many files were sealed with it, originals included.
    pub count: u64,
    /// Whether sending it has called off a *forget*.
    pub is_called_off: bool,
    /// What was found in each file, in the order they came.
    pub files: &'a [ToldFile],
}

impl SentPage<'_> {
    fn lead(&self) -> Cow<'static, str> {
        let locale = self.page.locale;
        let files = locale.text_with("files", &[("count", self.count.into())]);
        locale.text_with("sent-lead", &[("day", self.day.into()), ("files", (&*files).into())])
    }
}
