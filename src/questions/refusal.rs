//! Why a form came back, and what a form may carry.

use std::borrow::Cow;

use super::Field;
use super::draft::LEFT_OUT;
use crate::locale::Locale;

/// How many files a report or message may carry, and how large each may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Number of files.
    pub count: u64,
    /// Bytes of each file.
    pub bytes: u64,
}

impl FileLimits {
    /// The hint that tells the limits before anybody chooses a file.
    #[must_use]
    pub fn text(&self, locale: Locale) -> Cow<'static, str> {
        locale.text_with("report-files-hint", &[("count", self.count.into()), ("size", self.megabytes().into())])
    }

    /// Rounded down, so that a file of the size named is always taken.
    fn megabytes(self) -> u64 {
        self.bytes / 1_000_000
    }
}

/// One reason why a form came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No unit, or one that is not in the manifest.
    Unit,
    /// Somebody was named who is neither a reader nor a custodian here.
    NamedUnknown,
    /// Who is involved was said only after the first file, when the report was being sealed for others.
    NamedLate,
    /// Everybody who could read it was named; no other unit takes such reports.
    AllNamed,
    /// Everybody who could read it was named, and the oversight unit can take it instead.
    AllNamedOversight,
    /// Too few custodians are left to open a name.
    TooFewCustodians,
    /// A category that is not in the list.
    Category,
    /// Nothing was written under *what happened*.
    What,
    /// An unknown answer on danger; no answer at all counts as `unsure`.
    Danger,
    /// An unknown choice between anonymous and confidential.
    Identity,
    /// Confidential, but neither name nor contact.
    Name,
    /// The answer in this field is too long.
    TooLong(Field),
    /// More files than the limits allow.
    FilesMany(FileLimits),
    /// A file larger than the limits allow.
    FileLarge(FileLimits),
    /// A message with neither text nor file.
    MessageEmpty,
    /// A message that is too long.
    MessageTooLong,
    /// The file is no sealed report, or not a whole one.
    NotSealed,
    /// No token was entered.
    TokenMissing,
    /// The token has another number of digits, or its check digits do not fit.
    TokenTypo,
    /// The token is well formed and opens nothing here.
    TokenUnknown,
}

impl Refusal {
    /// The id of the element the refusal is about, which is also its name in the form.
    #[must_use]
    pub fn anchor(&self) -> &'static str {
        match self {
            Self::Unit | Self::NamedUnknown | Self::NamedLate => Field::Unit.name(),
            Self::AllNamed | Self::AllNamedOversight => LEFT_OUT,
            Self::Category => Field::Category.name(),
            Self::What => Field::What.name(),
            Self::Danger => Field::Danger.name(),
            Self::Identity | Self::TooFewCustodians => Field::Identity.name(),
            Self::Name => Field::Name.name(),
            Self::TooLong(field) => field.name(),
            Self::FilesMany(_) | Self::FileLarge(_) => "files",
            Self::MessageEmpty | Self::MessageTooLong => "text",
            Self::NotSealed => "report",
            Self::TokenMissing | Self::TokenTypo | Self::TokenUnknown => "token",
        }
    }

    /// What is wrong and what to do, in one sentence or two.
    #[must_use]
    pub fn text(&self, locale: Locale) -> Cow<'static, str> {
        let id = match self {
            Self::Unit => "refusal-unit",
            Self::NamedUnknown => "refusal-named-unknown",
            Self::NamedLate => "refusal-named-late",
            Self::AllNamed => "refusal-all-named",
            Self::AllNamedOversight => "refusal-all-named-oversight",
            Self::TooFewCustodians => "refusal-custodians",
            Self::Category => "refusal-category",
            Self::What => "refusal-what",
            Self::Danger => "refusal-danger",
            Self::Identity => "refusal-identity",
            Self::Name => "refusal-name",
            Self::TooLong(_) | Self::MessageTooLong => "refusal-too-long",
            Self::FilesMany(limits) => {
                return locale.text_with("refusal-files-many", &[("count", limits.count.into())]);
            }
            Self::FileLarge(limits) => {
                return locale.text_with("refusal-file-large", &[("size", limits.megabytes().into())]);
            }
            Self::MessageEmpty => "refusal-message",
            Self::NotSealed => "refusal-not-sealed",
            Self::TokenMissing => "token-missing",
            Self::TokenTypo => "token-typo",
            Self::TokenUnknown => "token-unknown",
        };
        locale.text(id)
    }
}

/// All the reasons why a form came back, in the order of the form; none for a form that is shown first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(pub Vec<Refusal>);

impl Refusals {
    /// Whether there is no reason.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reasons.
    pub fn iter(&self) -> std::slice::Iter<'_, Refusal> {
        self.0.iter()
    }

    /// Whether the element `anchor` is refused.
    #[must_use]
    pub fn refuses(&self, anchor: &str) -> bool {
        self.iter().any(|refusal| refusal.anchor() == anchor)
    }
}

impl<'a> IntoIterator for &'a Refusals {
    type Item = &'a Refusal;
    type IntoIter = std::slice::Iter<'a, Refusal>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
