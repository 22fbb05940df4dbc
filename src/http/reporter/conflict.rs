//! Conflict of interest on the form: what was ticked, handed to the protocol's rule.

use super::{Draft, Field, Refusal};
use crate::protocol::manifest::Manifest;
use crate::protocol::readers::{Readers, ReadersError};

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

/// For whom the form asks to seal. What was ticked as unsaid under another unit than the chosen one says nothing.
pub(super) fn readers(manifest: &Manifest, draft: &Draft) -> Result<Readers, Refusal> {
    let unit = draft.get(Field::Unit);
    let named: Vec<_> = draft.left_out().collect();
    Ok(Readers::chosen(manifest, unit, &named, draft.is_unsaid(unit))?)
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
        assert_eq!(readers(manifest, &draft), Err(Refusal::Unit));
        draft.set(Field::Unit, "works".into());
        draft.tick("unsaid", "oversight".into());
        draft.tick("left_out", authority.members[0].id.to_string().as_str().into());
        let asked = readers(manifest, &draft).unwrap();
        assert_eq!((&*asked.unit, asked.left_out), ("works", vec![authority.members[0].id]));
        draft.tick("left_out", authority.members[1].id.to_string().as_str().into());
        assert_eq!(readers(manifest, &draft), Err(Refusal::AllNamedOversight));
        draft.tick("unsaid", "works".into());
        let asked = readers(manifest, &draft).unwrap();
        assert_eq!((&*asked.unit, asked.instead_of.as_deref()), ("oversight", Some("works")));
    }
}
