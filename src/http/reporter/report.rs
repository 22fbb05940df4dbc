//! The report form at `/{lang}/report`, empty or come back with every field as typed.
//!
//! The order of its fields matters: the one-time number and all text stand before the files, so that the server knows
//! what to seal for before the first file arrives. What must be answered is marked `required`, so that a browser asks
//! for it before anything is sent: a form that comes back has lost its files.

use askama::Template;

use super::{FileLimits, Page, Queued, Refusals, Site, Unit};
use crate::locale::Language;
use crate::secret::SecretText;

/// A text field of the report form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Id of the unit.
    Unit,
    /// Id of the category.
    Category,
    /// What happened; the one question that must be answered.
    What,
    /// When.
    When,
    /// Where.
    Where,
    /// Who is involved.
    Who,
    /// What is at stake.
    HowMuch,
    /// How the reporter knows.
    HowKnown,
    /// Who has been told.
    Told,
    /// `no`, `yes` or `unsure`.
    Danger,
    /// `anonymous` or `confidential`.
    Identity,
    /// The reporter's name.
    Name,
    /// How to reach the reporter.
    Contact,
    /// When and how that is safe.
    SafeContact,
}

impl Field {
    /// All fields, in the form's order.
    pub const ALL: [Self; 14] = [
        Self::Unit,
        Self::Category,
        Self::What,
        Self::When,
        Self::Where,
        Self::Who,
        Self::HowMuch,
        Self::HowKnown,
        Self::Told,
        Self::Danger,
        Self::Identity,
        Self::Name,
        Self::Contact,
        Self::SafeContact,
    ];

    /// Its name in the form, its id in the page, and for a question its id in the sealed report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Category => "category",
            Self::What => "what",
            Self::When => "when",
            Self::Where => "where",
            Self::Who => "who",
            Self::HowMuch => "how_much",
            Self::HowKnown => "how_known",
            Self::Told => "told",
            Self::Danger => "danger",
            Self::Identity => "identity",
            Self::Name => "name",
            Self::Contact => "contact",
            Self::SafeContact => "safe_contact",
        }
    }

    /// The field with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// What was typed in the form, field by field.
#[derive(Clone, Default)]
pub struct Draft([SecretText; Field::ALL.len()]);

impl Draft {
    /// What stands in `field`; empty when nothing does.
    #[must_use]
    pub fn get(&self, field: Field) -> &str {
        self.0[field as usize].expose()
    }

    /// Puts `text` in `field`.
    pub fn set(&mut self, field: Field, text: SecretText) {
        self.0[field as usize] = text;
    }

    /// Whether exactly `value` stands in `field`.
    #[must_use]
    pub fn is(&self, field: Field, value: &str) -> bool {
        self.get(field) == value
    }
}

/// What a report is about; the kinds follow the offences of UNCAC, chapter III.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category(usize);

/// Ids with their texts. `other` stands first and is what an untouched list sends.
const CATEGORIES: [(&str, &str); 11] = [
    ("other", "category-other"),
    ("bribery", "category-bribery"),
    ("embezzlement", "category-embezzlement"),
    ("trading_in_influence", "category-trading-in-influence"),
    ("abuse_of_functions", "category-abuse-of-functions"),
    ("illicit_enrichment", "category-illicit-enrichment"),
    ("procurement", "category-procurement"),
    ("conflict_of_interest", "category-conflict-of-interest"),
    ("laundering", "category-laundering"),
    ("obstruction_of_justice", "category-obstruction-of-justice"),
    ("retaliation", "category-retaliation"),
];

impl Category {
    /// All categories, in the form's order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CATEGORIES.len()).map(Self)
    }

    /// The category with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::all().find(|category| category.id() == id)
    }

    /// Its id in the form and in the sealed report.
    #[must_use]
    pub fn id(self) -> &'static str {
        CATEGORIES[self.0].0
    }

    /// The id of its text.
    #[must_use]
    pub fn text_id(self) -> &'static str {
        CATEGORIES[self.0].1
    }
}

/// A question that is answered in free text.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The field.
    pub field: Field,
    /// Id of its label.
    pub label: &'static str,
    /// Id of its hint.
    pub hint: Option<&'static str>,
    /// Lines shown.
    pub rows: u8,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether the heading for all that need no answer stands before it.
    pub opens_details: bool,
}

impl Question {
    /// The questions, in the form's order.
    pub const ALL: [Self; 7] = [
        Self { rows: 9, required: true, ..Self::new(Field::What, "report-what", Some("report-what-hint")) },
        Self { opens_details: true, ..Self::new(Field::When, "report-when", Some("report-when-hint")) },
        Self::new(Field::Where, "report-where", None),
        Self { rows: 3, ..Self::new(Field::Who, "report-who", Some("report-who-hint")) },
        Self::new(Field::HowMuch, "report-how-much", None),
        Self { rows: 3, ..Self::new(Field::HowKnown, "report-how-known", Some("report-how-known-hint")) },
        Self { rows: 3, ..Self::new(Field::Told, "report-told", Some("report-told-hint")) },
    ];

    const fn new(field: Field, label: &'static str, hint: Option<&'static str>) -> Self {
        Self { field, label, hint, rows: 2, required: false, opens_details: false }
    }
}

/// The report form.
#[derive(Template)]
#[template(path = "reporter/report.html")]
pub struct ReportPage<'a> {
    /// Frame; path `report` for an empty form, none for one that came back.
    pub page: Page<'a>,
    /// The one-time number of this form.
    pub form: &'a str,
    /// The units to choose from; one alone is shown and needs no choice.
    pub units: Vec<Unit<'a>>,
    /// What was typed.
    pub draft: &'a Draft,
    /// Why the form came back; empty at first.
    pub refusals: Refusals,
    /// What it may carry.
    pub limits: FileLimits,
    /// The queue before it, when there is one.
    pub queued: Option<Queued>,
    /// How many custodians open an identity together; 0 when confidential reports are not offered.
    pub custodians: u64,
}

impl<'a> ReportPage<'a> {
    /// The form of `site`: with no refusal as it is shown first, else as it comes back.
    #[must_use]
    pub fn new(site: &'a Site, language: Language, form: &'a str, draft: &'a Draft, refusals: Refusals) -> Self {
        Self {
            page: site.page(language, refusals.is_empty().then_some("report")),
            form,
            units: site.units(language),
            draft,
            refusals,
            limits: site.limits,
            queued: None,
            custodians: site.identity_threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_keeps_every_field_apart() {
        let mut draft = Draft::default();
        for field in Field::ALL {
            draft.set(field, field.name().into());
        }
        for field in Field::ALL {
            assert_eq!(draft.get(field), field.name());
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(Field::from_name("files"), None);
    }
}
