//! The chains of a case as they stand, and whether an envelope may come next.

use std::collections::HashMap;

use super::{IntakeError, rows};
use crate::protocol::bytes::Hash;
use crate::protocol::envelope::Header;
use crate::store::envelopes::{Envelope, Lane};

/// The chains of a case as they stand.
pub(super) struct Chains {
    /// Each envelope and its chain.
    envelopes: HashMap<Hash, Place>,
    /// Sequence and hash of each chain's newest envelope.
    ends: HashMap<ChainId, (u64, Hash)>,
}

type ChainId = ([u8; 32], Lane);

struct Place {
    chain: ChainId,
    by_member: bool,
}

impl Chains {
    pub fn new(stored: &[Envelope]) -> Self {
        let mut chains = Self { envelopes: HashMap::new(), ends: HashMap::new() };
        for envelope in stored {
            // Members' envelopes carry the case's signature, and no others do.
            let by_member = envelope.case_signature.is_some();
            let place = Place { chain: (envelope.author, envelope.lane), by_member };
            chains.put(Hash(envelope.hash), place, envelope.sequence);
        }
        chains
    }

    fn put(&mut self, hash: Hash, place: Place, sequence: u64) {
        let end = self.ends.entry(place.chain).or_insert((sequence, hash));
        if sequence > end.0 {
            *end = (sequence, hash);
        }
        self.envelopes.insert(hash, place);
    }

    /// How many envelopes there are.
    pub fn len(&self) -> usize {
        self.envelopes.len()
    }

    /// Whether all of `new` is there already.
    pub fn hold_all(&self, new: impl IntoIterator<Item = Hash>) -> bool {
        new.into_iter().all(|hash| self.envelopes.contains_key(&hash))
    }

    /// Adds the next envelope of its chain; [`IntakeError::Conflict`] when the chain has moved on.
    pub fn push(&mut self, header: &Header) -> Result<(), IntakeError> {
        let chain = (*header.author.as_bytes(), rows::lane(header.lane()));
        let (sequence, previous) = match self.ends.get(&chain) {
            None => (0, None),
            Some((sequence, hash)) => (sequence + 1, Some(*hash)),
        };
        if header.sequence != sequence || header.previous != previous {
            return Err(IntakeError::Conflict);
        }
        let by_member = header.kind.is_by_member();
        let seen = header.seen.map(|seen| self.envelopes.get(&seen).filter(|place| place.chain.1 == Lane::Main));
        // Nobody points at notes, which the reporter is not shown: one who did would break the case for them.
        let holds = match seen {
            // A member has always seen something of others: the report. In a note they point at their own words too.
            Some(Some(place)) if by_member => place.chain.0 != chain.0 || chain.1 == Lane::Desk,
            Some(Some(place)) => place.by_member,
            Some(None) => false,
            None => !by_member,
        };
        if !holds {
            let why = "an entry names nothing of others as seen; read the case and seal it anew";
            return Err(IntakeError::Refused(why.to_owned()));
        }
        self.put(header.hash(), Place { chain, by_member }, sequence);
        Ok(())
    }
}
