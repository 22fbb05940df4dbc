//! The report form at `/{lang}/report`, empty or come back with every field as typed.
//!
//! The order of its fields matters: the one-time number and all text stand before the files, so that the server knows
//! what to seal for before the first file arrives. What must be answered is marked `required`, so that a browser asks
//! for it before anything is sent: a form that comes back has lost its files.

use askama::Template;

use super::receipt::ACKNOWLEDGED_WITHIN;
use super::site::people;
use super::{FileLimits, Page, Person, Queued, Refusals, Site, Unit};
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

/// Name of the boxes by which the reporter names who is involved; each carries a member's id.
pub const LEFT_OUT: &str = "left_out";

/// Name of the boxes by which the reporter says that somebody in a unit is involved, not who; each carries a unit's id.
pub const UNSAID: &str = "unsaid";

/// Name of the box by which the reporter asks that originals are sealed beside their clean copies.
pub const ORIGINALS: &str = "originals";

/// What was typed and ticked in the form.
#[derive(Clone, Default)]
pub struct Draft {
    fields: [SecretText; Field::ALL.len()],
    left_out: Vec<SecretText>,
    unsaid: Vec<SecretText>,
    originals: bool,
}

impl Draft {
    /// What stands in `field`; empty when nothing does.
    #[must_use]
    pub fn get(&self, field: Field) -> &str {
        self.fields[field as usize].expose()
    }

    /// Puts `text` in `field`.
    pub fn set(&mut self, field: Field, text: SecretText) {
        self.fields[field as usize] = text;
    }

    /// Whether exactly `value` stands in `field`.
    #[must_use]
    pub fn is(&self, field: Field, value: &str) -> bool {
        self.get(field) == value
    }

    /// Ticks the box of that name, or one of those that share it; tells whether there are such boxes.
    pub fn tick(&mut self, name: &str, value: SecretText) -> bool {
        let ticked = match name {
            LEFT_OUT => &mut self.left_out,
            UNSAID => &mut self.unsaid,
            ORIGINALS => {
                self.originals = true;
                return true;
            }
            _ => return false,
        };
        if ticked.iter().all(|known| known.expose() != value.expose()) {
            ticked.push(value);
        }
        true
    }

    /// Whether originals are to be sealed beside their clean copies.
    #[must_use]
    pub fn wants_originals(&self) -> bool {
        self.originals
    }

    /// The ids of the members who were named as involved, as they came.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.left_out.iter().map(SecretText::expose)
    }

    /// Whether the member `id` was named as involved.
    #[must_use]
    pub fn leaves_out(&self, id: &str) -> bool {
        self.left_out().any(|named| named == id)
    }

    /// Whether somebody in the unit `id` is involved whom the reporter would rather not name.
    #[must_use]
    pub fn is_unsaid(&self, id: &str) -> bool {
        self.unsaid.iter().any(|unit| unit.expose() == id)
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
    /// The unit that takes reports about the others.
    pub oversight: Option<Unit<'a>>,
    /// Those who open names together, each of whom can be left out.
    pub keepers: Vec<Person<'a>>,
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
            oversight: site.oversight.as_deref().and_then(|id| site.unit(id)).map(|unit| unit.spoken(language)),
            keepers: people(&site.custodians, language),
            draft,
            refusals,
            limits: site.limits,
            queued: None,
            custodians: site.identity_threshold,
        }
    }

    /// The unit to which a report goes when the reporter would rather not say who in `unit` is involved.
    fn instead_of(&self, unit: &Unit<'_>) -> Option<&Unit<'a>> {
        self.oversight.as_ref().filter(|oversight| oversight.id != unit.id)
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

    #[test]
    fn a_draft_keeps_each_tick_once_and_by_its_name() {
        let mut draft = Draft::default();
        for (name, value) in [(LEFT_OUT, "a"), (LEFT_OUT, "b"), (LEFT_OUT, "a"), (UNSAID, "works")] {
            assert!(draft.tick(name, value.into()));
        }
        assert!(!draft.tick("files", "c".into()));
        assert_eq!(draft.left_out().collect::<Vec<_>>(), ["a", "b"]);
        assert!(draft.is_unsaid("works") && !draft.is_unsaid("a") && !draft.leaves_out("works"));
    }
}
