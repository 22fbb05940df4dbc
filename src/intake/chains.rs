//! The chains of a case as they stand, and whether an envelope may come next.

use std::collections::HashMap;

use super::{IntakeError, rows};
use crate::protocol::bytes::Hash;
use crate::protocol::envelope::Header;
use crate::store::envelopes::{Envelope, Lane};

/// The chains of a case as they stand.
pub(super) struct Chains {
    /// Each envelope and its chain.
    envelopes: HashMap<Hash, ChainId>,
    /// Sequence and hash of each chain's newest envelope.
    ends: HashMap<ChainId, (u64, Hash)>,
}

/// Whose chain, and which: a member's key, or none for the reporter, whose chain goes on across every move.
type ChainId = (Option<[u8; 32]>, Lane);

impl Chains {
    pub fn new(stored: &[Envelope]) -> Self {
        let mut chains = Self { envelopes: HashMap::new(), ends: HashMap::new() };
        for envelope in stored {
            // Members' envelopes carry the case's signature, and no others do.
            let member = envelope.case_signature.is_some().then_some(envelope.author);
            chains.put(Hash(envelope.hash), (member, envelope.lane), envelope.sequence);
        }
        chains
    }

    fn put(&mut self, hash: Hash, chain: ChainId, sequence: u64) {
        let end = self.ends.entry(chain).or_insert((sequence, hash));
        if sequence > end.0 {
            *end = (sequence, hash);
        }
        self.envelopes.insert(hash, chain);
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
        let member = header.kind.is_by_member().then_some(*header.author.as_bytes());
        let chain = (member, rows::lane(header.lane()));
        let (sequence, previous) = match self.ends.get(&chain) {
            None => (0, None),
            Some((sequence, hash)) => (sequence + 1, Some(*hash)),
        };
        if header.sequence != sequence || header.previous != previous {
            return Err(IntakeError::Conflict);
        }
        let seen = header.seen.map(|seen| self.envelopes.get(&seen).filter(|(_, lane)| *lane == Lane::Main));
        // Nobody points at notes, which the reporter is not shown: one who did would break the case for them.
        let holds = match seen {
            // A member has always seen something of others: the report. In a note they point at their own words too.
            Some(Some((by, _))) if member.is_some() => *by != member || chain.1 == Lane::Desk,
            Some(Some((by, _))) => by.is_some(),
            Some(None) => false,
            None => member.is_none(),
        };
        if !holds {
            let why = "an entry names nothing of others as seen; read the case and seal it anew";
            return Err(IntakeError::Refused(why.to_owned()));
        }
        self.put(header.hash(), chain, sequence);
        Ok(())
    }
}
