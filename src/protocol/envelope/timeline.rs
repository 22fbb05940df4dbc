//! Reading: all envelopes of a case in order, with every chain whole.

use std::collections::{BTreeMap, HashMap};

use super::{Lane, SealedEnvelope};
use crate::protocol::bytes::Hash;
use crate::protocol::sealed::Kind;
use crate::protocol::sign::VerifyingKey;

/// An envelope in its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The envelope, with signatures that hold.
    pub envelope: SealedEnvelope,
    /// Its hash.
    pub hash: Hash,
    /// One more than the deepest of what it points at; later words are deeper than those they answer.
    pub depth: u64,
}

/// What is wrong with the envelopes of a case taken together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimelineError {
    /// Two stand in one place of a chain, or one points at another than stands before it.
    #[error("two envelopes contradict each other; somebody has altered this case")]
    Fork,
    /// Something that is pointed at is not there.
    #[error("an envelope is missing; the server is withholding part of this case")]
    Missing,
    /// There is no report, or more than one.
    #[error("this case has no report of its own")]
    NoReport,
}

/// All envelopes of a case, what was said first standing first.
#[derive(Clone, Debug)]
pub struct Timeline {
    entries: Vec<Entry>,
}

impl Timeline {
    /// Puts verified envelopes in order and checks that every chain is whole.
    pub fn new(envelopes: Vec<SealedEnvelope>) -> Result<Self, TimelineError> {
        let mut chains: BTreeMap<(VerifyingKey, Lane), Vec<(u64, Hash)>> = BTreeMap::new();
        let mut unplaced: HashMap<Hash, SealedEnvelope> = HashMap::with_capacity(envelopes.len());
        for envelope in envelopes {
            let header = &envelope.header;
            let hash = header.hash();
            chains.entry((header.author, header.lane())).or_default().push((header.sequence, hash));
            if unplaced.insert(hash, envelope).is_some() {
                return Err(TimelineError::Fork);
            }
        }
        if unplaced.values().filter(|envelope| envelope.header.kind == Kind::Report).count() != 1 {
            return Err(TimelineError::NoReport);
        }
        for chain in chains.values_mut() {
            chain.sort_unstable();
            let mut previous = None;
            for (place, (sequence, hash)) in (0..).zip(chain.iter()) {
                match sequence.cmp(&place) {
                    std::cmp::Ordering::Less => return Err(TimelineError::Fork),
                    std::cmp::Ordering::Greater => return Err(TimelineError::Missing),
                    std::cmp::Ordering::Equal => {}
                }
                if unplaced[hash].header.previous != previous {
                    return Err(TimelineError::Fork);
                }
                previous = Some(*hash);
            }
        }
        Self::ordered(unplaced)
    }

    /// Orders by depth, then hash. What points only at what is placed comes next; hashes cannot form a circle.
    fn ordered(mut unplaced: HashMap<Hash, SealedEnvelope>) -> Result<Self, TimelineError> {
        let mut pointed_by: HashMap<Hash, Vec<Hash>> = HashMap::with_capacity(unplaced.len());
        let mut waiting: HashMap<Hash, usize> = HashMap::with_capacity(unplaced.len());
        let mut ready: Vec<(u64, Hash)> = Vec::new();
        for (hash, envelope) in &unplaced {
            let pointed = [envelope.header.previous, envelope.header.seen].into_iter().flatten();
            let count = pointed.map(|earlier| pointed_by.entry(earlier).or_default().push(*hash)).count();
            if count == 0 {
                ready.push((0, *hash));
            } else {
                waiting.insert(*hash, count);
            }
        }
        let mut depths: HashMap<Hash, u64> = HashMap::with_capacity(unplaced.len());
        let mut entries = Vec::with_capacity(unplaced.len());
        while let Some((depth, hash)) = ready.pop() {
            let envelope = unplaced.remove(&hash).ok_or(TimelineError::Fork)?;
            entries.push(Entry { envelope, hash, depth });
            for later in pointed_by.remove(&hash).unwrap_or_default() {
                let deepest = depths.entry(later).or_default();
                *deepest = (*deepest).max(depth + 1);
                if let Some(count) = waiting.get_mut(&later) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push((*deepest, later));
                    }
                }
            }
        }
        if !unplaced.is_empty() {
            return Err(TimelineError::Missing);
        }
        // Nothing points at a desk envelope, so of two of one depth it is the one that was there first.
        entries.sort_by_key(|entry| (entry.depth, entry.envelope.header.lane() == Lane::Case, entry.hash));
        Ok(Self { entries })
    }

    /// All entries in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The report.
    ///
    /// # Panics
    /// Never: a timeline has one.
    #[must_use]
    pub fn report(&self) -> &Entry {
        self.of_kind(Kind::Report).next().expect("a timeline is only made with a report")
    }

    /// All entries of `kind`, in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.envelope.header.kind == kind)
    }

    /// The attachment whose ciphertext has that hash.
    #[must_use]
    pub fn attachment(&self, ciphertext: &Hash) -> Option<&Entry> {
        self.of_kind(Kind::Attachment).find(|entry| entry.envelope.header.ciphertext == *ciphertext)
    }

    /// The newest envelope in one author's chain.
    #[must_use]
    pub fn last_of(&self, author: &VerifyingKey, lane: Lane) -> Option<&Entry> {
        let of_chain = |entry: &&Entry| entry.envelope.header.author == *author && entry.envelope.header.lane() == lane;
        self.entries.iter().filter(of_chain).max_by_key(|entry| entry.envelope.header.sequence)
    }

    /// The newest envelope that a writer in `lane` points at as seen: a reporter at the authority's, a member at anybody
    /// else's, but never at desk envelopes; one that goes to colleagues only points at its author's own answers too.
    /// Members point at each other, so that whatever one writes stands after all they had read, and the newest state and
    /// desk key are the last that were set.
    #[must_use]
    pub fn newest_seen_by(&self, writer: &VerifyingKey, writer_is_member: bool, lane: Lane) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| {
            let header = &entry.envelope.header;
            let is_other_chain = header.author != *writer || lane == Lane::Desk;
            header.kind != Kind::Desk && is_other_chain && (writer_is_member || header.kind.is_by_member())
        })
    }
}
