//! What is asked.

use super::Field;

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
