//! What was typed and ticked in a form.

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

    /// The ids of the units in which somebody is involved whom the reporter would rather not name, as they came.
    pub fn unsaid(&self) -> impl Iterator<Item = &str> {
        self.unsaid.iter().map(SecretText::expose)
    }

    /// Whether somebody in the unit `id` is involved whom the reporter would rather not name.
    #[must_use]
    pub fn is_unsaid(&self, id: &str) -> bool {
        self.unsaid().any(|unit| unit == id)
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
