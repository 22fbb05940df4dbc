//! The receipt: the one time the case token is shown.

use askama::Template;

use super::{Page, Person, ToldFile};
use crate::clock::Day;

/// Days in which a unit is expected to acknowledge a report: Directive (EU) 2019/1937, article 9(1)(b).
pub(super) const ACKNOWLEDGED_WITHIN: u64 = 7;

/// The answer to a report that has been sealed and stored.
#[derive(Template)]
#[template(path = "reporter/receipt.html")]
pub struct ReceiptPage<'a> {
    /// Frame; no path, for switching the language would lose the token.
    pub page: Page<'a>,
    /// The token: 24 ASCII digits.
    pub token: &'a str,
    /// The unit's name.
    pub unit: &'a str,
    /// The name of the unit that was chosen, when the oversight unit reads it instead.
    pub instead_of: Option<&'a str>,
    /// Who can read the report.
    pub readers: Vec<Person<'a>>,
    /// Who was named as involved and can open nothing of it.
    pub left_out: Vec<Person<'a>>,
    /// What was found in each file, in the order they came.
    pub files: &'a [ToldFile],
    /// When the report was filed.
    pub day: Day,
    /// By when the unit is expected to acknowledge it.
    pub expected: Day,
}

impl ReceiptPage<'_> {
    /// Groups of four digits.
    fn groups(&self) -> impl Iterator<Item = &str> {
        self.token.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap_or_default())
    }

    fn days(&self) -> u64 {
        u64::try_from(self.expected.days_since(self.day)).unwrap_or_default()
    }
}
