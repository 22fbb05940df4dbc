//! Reading: all envelopes of a case in order, with every chain whole.

use std::collections::{BTreeMap, HashMap};

use super::{EnvelopeError, Header, Lane, Reporter, SealedEnvelope, UntrustedEnvelope};
use crate::protocol::bytes::Hash;
use crate::protocol::card::SignedCard;
use crate::protocol::manifest::History;
use crate::protocol::sealed::Kind;
use crate::protocol::sign::VerifyingKey;

/// An envelope in its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The envelope, with signatures that hold.
    pub envelope: SealedEnvelope,
    /// Its hash.
    pub hash: Hash,
    /// Where it stands.
    pub place: Place,
}

/// How deep an envelope stands: first among all but `desk` envelopes, then among the `desk` ones that follow the same of
/// those. Whatever points at another is deeper than that one; but the reporter, who is not shown what members say among
/// themselves, never has a place that depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Among all but `desk` envelopes.
    pub depth: u64,
    /// Among the `desk` envelopes after those; 0 for any other.
    pub desk: u64,
}

impl Place {
    /// The place in `lane` after `deepest`, the deepest of what is pointed at.
    fn after(deepest: Option<Self>, lane: Lane) -> Self {
        let Some(Self { depth, desk }) = deepest else { return Self { depth: 0, desk: u64::from(lane == Lane::Desk) } };
        if lane == Lane::Desk { Self { depth, desk: desk + 1 } } else { Self { depth: depth + 1, desk: 0 } }
    }
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
    /// There is no report, or more than one, or the reporter's chain begins with something else.
    #[error("this case has no report of its own")]
    NoReport,
    /// One of them is wrong by itself.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// All envelopes of a case, what was said first standing first.
#[derive(Clone)]
pub struct Timeline {
    entries: Vec<Entry>,
    reporter: Reporter,
}

/// A chain: the reporter's, or one of a member's two.
type ChainId = (Option<VerifyingKey>, Lane);

fn chain_of(header: &Header) -> ChainId {
    (header.kind.is_by_member().then_some(header.author), header.lane())
}

impl Timeline {
    /// Verifies all envelopes of a case, each under whoever was its reporter when it was written, and puts them in
    /// order.
    pub fn open(
        history: &History,
        card: &SignedCard,
        envelopes: Vec<UntrustedEnvelope>,
    ) -> Result<Self, TimelineError> {
        let mut parsed = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            parsed.push((Header::parse(&envelope.header).map_err(EnvelopeError::from)?, envelope));
        }
        // Gaps and forks first: who may write at a place of the reporter's chain follows from all before it.
        check_chains(parsed.iter().map(|(header, _)| header))?;
        parsed.sort_by_key(|(header, _)| header.sequence);
        let mut reporter = Reporter::of(card);
        let mut verified = Vec::with_capacity(parsed.len());
        for (_, envelope) in parsed {
            let envelope = envelope.verify(history, card, &reporter)?;
            if envelope.header.kind == Kind::Move {
                let body = envelope.ciphertext.as_ref().ok_or(TimelineError::Missing)?;
                reporter.follow(history, &envelope.header, body).map_err(EnvelopeError::from)?;
            }
            verified.push((envelope.header.hash(), envelope));
        }
        Ok(Self { entries: ordered(verified.into_iter().collect())?, reporter })
    }

    /// Takes in the next envelope of a chain, which was verified or has just been sealed here, without looking at all
    /// others again.
    pub fn append(&mut self, history: &History, envelope: SealedEnvelope) -> Result<(), TimelineError> {
        let header = &envelope.header;
        let last = self.of_chain(chain_of(header)).next_back();
        let (sequence, previous) = last.map_or((0, None), |last| (last.envelope.header.sequence + 1, Some(last.hash)));
        if header.sequence > sequence {
            return Err(TimelineError::Missing);
        }
        if header.sequence < sequence || header.previous != previous || header.kind == Kind::Report {
            return Err(TimelineError::Fork);
        }
        let mut deepest = None;
        for pointed in [header.previous, header.seen].into_iter().flatten() {
            let earlier = self.entries.iter().rfind(|entry| entry.hash == pointed).ok_or(TimelineError::Missing)?;
            deepest = deepest.max(Some(earlier.place));
        }
        if header.kind == Kind::Move {
            let body = envelope.ciphertext.as_ref().ok_or(TimelineError::Missing)?;
            self.reporter.follow(history, header, body).map_err(EnvelopeError::from)?;
        }
        let place = Place::after(deepest, header.lane());
        let entry = Entry { hash: header.hash(), place, envelope };
        let place = self.entries.partition_point(|before| (before.place, before.hash) < (entry.place, entry.hash));
        self.entries.insert(place, entry);
        Ok(())
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

    /// Who speaks as the reporter now.
    #[must_use]
    pub fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// The reporter's chain, in order: what stands later in it is deeper.
    #[must_use]
    pub fn of_reporter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.of_chain((None, Lane::Case))
    }

    /// The newest envelope in the reporter's chain.
    ///
    /// # Panics
    /// Never: a timeline has a report.
    #[must_use]
    pub fn last_of_reporter(&self) -> &Entry {
        self.of_reporter().next_back().expect("a timeline is only made with a report")
    }

    /// The newest envelope in one of a member's chains.
    #[must_use]
    pub fn last_of_member(&self, author: &VerifyingKey, lane: Lane) -> Option<&Entry> {
        self.of_chain((Some(*author), lane)).next_back()
    }

    fn of_chain(&self, chain: ChainId) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| chain_of(&entry.envelope.header) == chain)
    }

    /// The newest envelope that a writer in `lane` points at as seen, beside the end of their own chain there: a reporter
    /// at the authority's, a member at anybody's; but only a desk envelope points at desk envelopes, which the reporter is
    /// not shown. Members point at each other, so that whatever one writes stands after all they had read, and the newest
    /// state and desk key, and what desk entries come to, are the last that were set.
    #[must_use]
    pub fn newest_seen_by(&self, writer: &VerifyingKey, writer_is_member: bool, lane: Lane) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| {
            let header = &entry.envelope.header;
            let is_own_chain = header.author == *writer && header.lane() == lane;
            let is_shown = lane == Lane::Desk || header.lane() == Lane::Case;
            is_shown && !is_own_chain && (writer_is_member || header.kind.is_by_member())
        })
    }
}

/// Checks that every chain is whole, that there is one report, and that it stands first in the reporter's chain.
fn check_chains<'a>(headers: impl Iterator<Item = &'a Header>) -> Result<(), TimelineError> {
    let mut chains: BTreeMap<ChainId, Vec<&Header>> = BTreeMap::new();
    for header in headers {
        chains.entry(chain_of(header)).or_default().push(header);
    }
    let reports: Vec<_> = chains.values().flatten().filter(|header| header.kind == Kind::Report).collect();
    if !matches!(reports[..], [report] if report.sequence == 0) {
        return Err(TimelineError::NoReport);
    }
    for chain in chains.values_mut() {
        chain.sort_unstable_by_key(|header| header.sequence);
        let mut previous = None;
        for (place, header) in (0..).zip(chain.iter()) {
            match header.sequence.cmp(&place) {
                std::cmp::Ordering::Less => return Err(TimelineError::Fork),
                std::cmp::Ordering::Greater => return Err(TimelineError::Missing),
                std::cmp::Ordering::Equal => {}
            }
            if header.previous != previous {
                return Err(TimelineError::Fork);
            }
            previous = Some(header.hash());
        }
    }
    Ok(())
}

/// Orders by place, then hash. What points only at what is placed comes next; hashes cannot form a circle.
fn ordered(mut unplaced: HashMap<Hash, SealedEnvelope>) -> Result<Vec<Entry>, TimelineError> {
    let mut pointed_by: HashMap<Hash, Vec<Hash>> = HashMap::with_capacity(unplaced.len());
    let mut waiting: HashMap<Hash, usize> = HashMap::with_capacity(unplaced.len());
    let mut ready: Vec<Hash> = Vec::new();
    for (hash, envelope) in &unplaced {
        let pointed = [envelope.header.previous, envelope.header.seen].into_iter().flatten();
        let count = pointed.map(|earlier| pointed_by.entry(earlier).or_default().push(*hash)).count();
        if count == 0 {
            ready.push(*hash);
        } else {
            waiting.insert(*hash, count);
        }
    }
    let mut deepest: HashMap<Hash, Place> = HashMap::with_capacity(unplaced.len());
    let mut entries = Vec::with_capacity(unplaced.len());
    while let Some(hash) = ready.pop() {
        let envelope = unplaced.remove(&hash).ok_or(TimelineError::Fork)?;
        let place = Place::after(deepest.get(&hash).copied(), envelope.header.lane());
        entries.push(Entry { envelope, hash, place });
        for later in pointed_by.remove(&hash).unwrap_or_default() {
            let before = deepest.entry(later).or_default();
            *before = (*before).max(place);
            if let Some(count) = waiting.get_mut(&later) {
                *count -= 1;
                if *count == 0 {
                    ready.push(later);
                }
            }
        }
    }
    if !unplaced.is_empty() {
        return Err(TimelineError::Missing);
    }
    entries.sort_by_key(|entry| (entry.place, entry.hash));
    Ok(entries)
}

#[cfg(test)]
mod tests;
