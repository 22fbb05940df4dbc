//! The answer to a message that has been sealed and stored.

use std::borrow::Cow;

use askama::Template;

use super::Page;
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
    /// How many files came with it.
    pub files: u64,
}

impl SentPage<'_> {
    fn lead(&self) -> Cow<'static, str> {
        let locale = self.page.locale;
        let files = locale.text_with("files", &[("count", self.files.into())]);
        locale.text_with("sent-lead", &[("day", self.day.into()), ("files", (&*files).into())])
    }
}
