//! A draft judged against the authority's manifest, and made what is sealed.

use super::{Draft, Field, Question, Refusal};
use crate::locale::Language;
use crate::protocol::content::{Answers, Channel, Danger, IdentityCard};
use crate::protocol::manifest::Manifest;
use crate::protocol::readers::{Readers, ReadersError};
use crate::protocol::report::Story;

/// Name and contact details stay under this many bytes together, so that every sealed identity has one size.
const IDENTITY_MAX: usize = 3500;

impl From<ReadersError> for Refusal {
    fn from(error: ReadersError) -> Self {
        match error {
            ReadersError::NoUnit(_) => Self::Unit,
            ReadersError::Unknown(_) => Self::NamedUnknown,
            ReadersError::AllNamed { oversight: true } => Self::AllNamedOversight,
            ReadersError::AllNamed { oversight: false } => Self::AllNamed,
        }
    }
}

impl Draft {
    /// For whom the form asks to seal. What was ticked as unsaid under another unit than the chosen one says nothing.
    pub fn readers(&self, manifest: &Manifest) -> Result<Readers, Refusal> {
        let unit = self.get(Field::Unit);
        let named: Vec<_> = self.left_out().collect();
        Ok(Readers::chosen(manifest, unit, &named, self.is_unsaid(unit))?)
    }

    /// Everything the form has to be changed for, in the form's order, files apart; `too_long` are the fields of which
    /// more was sent than is taken.
    #[must_use]
    pub fn refusals(&self, manifest: &Manifest, too_long: &[Field]) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut refuse = |unless: bool, refusal| {
            if !unless {
                refusals.push(refusal);
            }
        };
        let readers = self.readers(manifest);
        if let Err(refusal) = readers {
            refuse(false, refusal);
        }
        refuse(super::Category::from_id(self.get(Field::Category)).is_some(), Refusal::Category);
        let what_too_long = too_long.contains(&Field::What);
        refuse(what_too_long || !self.get(Field::What).trim().is_empty(), Refusal::What);
        refuse(self.danger().is_some(), Refusal::Danger);
        let confidential = self.is_confidential();
        let offered = manifest.identity_threshold > 0;
        refuse(confidential && offered || self.is(Field::Identity, "anonymous"), Refusal::Identity);
        let enough = readers.is_err() || readers.is_ok_and(|readers| readers.opens_names);
        refuse(!(confidential && offered) || enough, Refusal::TooFewCustodians);
        let named = [Field::Name, Field::Contact].into_iter().any(|field| !self.get(field).trim().is_empty());
        refuse(!confidential || named, Refusal::Name);
        let details = [Field::Name, Field::Contact, Field::SafeContact].into_iter();
        let length: usize = details.map(|field| self.get(field).len()).sum();
        refuse(!confidential || length <= IDENTITY_MAX, Refusal::TooLong(Field::Contact));
        refusals.extend(too_long.iter().map(|field| Refusal::TooLong(*field)));
        refusals
    }

    /// What is sealed of it, apart from files and identity.
    #[must_use]
    pub fn story(&self, channel: Channel, assisted: bool, language: Language) -> Story {
        let mut fields = Answers::default();
        for question in Question::ALL {
            fields.insert(question.field.name(), self.get(question.field).to_owned());
        }
        Story {
            channel,
            assisted,
            language: language.tag().to_owned(),
            category: self.get(Field::Category).to_owned(),
            fields,
            danger: self.danger().unwrap_or_default(),
        }
    }

    /// The identity that is sealed apart, if one is given.
    #[must_use]
    pub fn identity(&self) -> Option<IdentityCard> {
        let text = |field| self.get(field).to_owned();
        self.is_confidential().then(|| {
            let mut card = IdentityCard::default();
            card.name = text(Field::Name);
            card.contact = text(Field::Contact);
            card.safe_contact = text(Field::SafeContact);
            card
        })
    }

    fn is_confidential(&self) -> bool {
        self.is(Field::Identity, "confidential")
    }

    /// What the form says on danger; an untouched question counts as unsure.
    fn danger(&self) -> Option<Danger> {
        match self.get(Field::Danger) {
            "no" => Some(Danger::No),
            "yes" => Some(Danger::Yes),
            "" | "unsure" => Some(Danger::Unsure),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;
    use crate::protocol::example;

    #[test]
    fn unsaid_counts_for_the_unit_chosen_only() {
        let authority = example::authority(&SystemRandom::new());
        let manifest = authority.history.current();
        let mut draft = Draft::default();
        assert_eq!(draft.readers(manifest), Err(Refusal::Unit));
        draft.set(Field::Unit, "works".into());
        draft.tick("unsaid", "oversight".into());
        draft.tick("left_out", authority.members[0].id.to_string().as_str().into());
        let asked = draft.readers(manifest).unwrap();
        assert_eq!((&*asked.unit, asked.left_out), ("works", vec![authority.members[0].id]));
        draft.tick("left_out", authority.members[1].id.to_string().as_str().into());
        assert_eq!(draft.readers(manifest), Err(Refusal::AllNamedOversight));
        draft.tick("unsaid", "works".into());
        let asked = draft.readers(manifest).unwrap();
        assert_eq!((&*asked.unit, asked.instead_of.as_deref()), ("oversight", Some("works")));
    }
}
