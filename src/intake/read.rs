//! What a member reads: the list of cases, one case or many, an attachment.
//!
//! A member sees the cases of the units in which the newest manifest names them as investigator or lead; every other
//! case is, to them, not there.

use std::collections::{HashMap, HashSet};
use std::fs::File;

use super::{Intake, IntakeError, blocking};
use crate::protocol::bytes::{CaseId, Hash, MemberId};
use crate::protocol::manifest::{History, Manifest};
use crate::protocol::wire::sync::{CASES_AT_ONCE, CaseBodies, CasePage, PAGE_MAX};
use crate::protocol::wire::{Base64, CaseBody, CaseSummary, WireEnvelope, WireGrant};
use crate::store::cases::{self, Case};
use crate::store::envelopes::{self, Envelope};
use crate::store::grants::{self, Grant};
use crate::store::{self, Read, StoreError};

/// About how many bytes are read for several cases at once, before they are written as JSON.
pub const BATCH_BYTES: u64 = 8 << 20;

/// An attachment's ciphertext, ready to be read.
#[derive(Debug)]
pub struct OpenBlob {
    /// From its first byte.
    pub file: File,
    /// Its length in bytes.
    pub size: u64,
}

impl Intake {
    /// The first `limit` cases of the member's units whose ids stand after `after`, by id; at most [`PAGE_MAX`].
    pub async fn list_cases(
        &self,
        member: MemberId,
        after: Option<CaseId>,
        limit: usize,
    ) -> Result<CasePage, IntakeError> {
        let units = units_of(self.history().current(), member);
        let (limit, after) = (limit.clamp(1, PAGE_MAX), after.as_ref().map(CaseId::as_bytes));
        let page = cases::page(&mut self.store.read().await?, &units, after, limit).await?;
        let next = page.cases.last().map(|last| CaseId(last.id)).filter(|_| page.has_more);
        Ok(CasePage { cases: page.cases.into_iter().map(summary).collect(), next })
    }

    /// A case: all grants, with the ciphertext of the member's own only; all envelopes, with their ciphertexts except
    /// those of attachments, and never with reply copies.
    pub async fn read_case(&self, member: MemberId, case: CaseId) -> Result<CaseBody, IntakeError> {
        let mut read = self.store.read().await?;
        let stored = visible(&mut read, &self.history(), member, case).await?;
        let contents = Contents::read(&mut read, member, &[case.0]).await?;
        drop(read);
        if !contents.is_whole() {
            return Err(IntakeError::Damaged("part of this case"));
        }
        contents.into_bodies(vec![stored]).remove(&case.0).ok_or(IntakeError::NotFound)
    }

    /// The same of several cases, in the order asked for; nothing in place of those that are not there for the member.
    /// Those with which the answer would grow beyond [`BATCH_BYTES`] are left for later, but never all.
    ///
    /// What is missing of a damaged case is missing here too: the desk, which checks every case, says so of that one.
    pub async fn read_cases(&self, member: MemberId, ids: &[CaseId]) -> Result<CaseBodies, IntakeError> {
        if ids.len() > CASES_AT_ONCE {
            return Err(IntakeError::TooLarge);
        }
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return Err(IntakeError::Refused("a case is asked for twice; ask for each once".to_owned()));
        }
        let units = units_of(self.history().current(), member);
        let keys: Vec<_> = ids.iter().map(|id| id.0).collect();
        let mut read = self.store.read().await?;
        let mut stored = cases::by_ids(&mut read, &keys).await?;
        stored.retain(|case| units.contains(&case.unit));
        let weights = cases::weights(&mut read, &keys).await?;
        let there: HashSet<_> = stored.iter().map(|case| case.id).collect();
        let (now, later) = fitting(keys.iter().copied().filter(|id| there.contains(id)), &weights);
        let contents = Contents::read(&mut read, member, &now).await?;
        drop(read);
        stored.retain(|case| !later.contains(&case.id));
        let mut bodies = contents.into_bodies(stored);
        Ok(CaseBodies {
            cases: keys.iter().map(|id| bodies.remove(id)).collect(),
            later: later.into_iter().map(CaseId).collect(),
        })
    }

    /// The ciphertext of an attachment of that case.
    pub async fn open_blob(&self, member: MemberId, case: CaseId, hash: Hash) -> Result<OpenBlob, IntakeError> {
        let mut read = self.store.read().await?;
        visible(&mut read, &self.history(), member, case).await?;
        let envelopes = envelopes::of_case(&mut read, &case.0).await?;
        drop(read);
        if !envelopes.iter().any(|envelope| envelope.blob && envelope.ciphertext_hash == hash.0) {
            return Err(IntakeError::NotFound);
        }
        let blobs = self.blobs.clone();
        let (file, size) =
            blocking(move || blobs.open_blob(&hash.0)).await?.ok_or(IntakeError::Damaged("this attachment"))?;
        Ok(OpenBlob { file, size })
    }
}

/// What belongs to some cases, as it is stored.
struct Contents {
    grants: Vec<Grant>,
    envelopes: Vec<(Envelope, Option<Vec<u8>>)>,
}

impl Contents {
    async fn read(read: &mut Read, member: MemberId, cases: &[[u8; 16]]) -> Result<Self, StoreError> {
        let grants = grants::of_cases_for(read, cases, &member.to_string()).await?;
        Ok(Self { grants, envelopes: envelopes::of_cases(read, cases).await? })
    }

    /// Whether every envelope has its ciphertext.
    fn is_whole(&self) -> bool {
        self.envelopes.iter().all(|(envelope, ciphertext)| envelope.blob || ciphertext.is_some())
    }

    fn into_bodies(self, cases: Vec<Case>) -> HashMap<[u8; 16], CaseBody> {
        let empty = |case: Case| {
            let (card, card_signature) = (Base64(case.card), Base64(case.card_signature));
            (case.id, CaseBody { card, card_signature, grants: Vec::new(), envelopes: Vec::new() })
        };
        let mut bodies: HashMap<_, _> = cases.into_iter().map(empty).collect();
        for grant in self.grants {
            if let Some(body) = bodies.get_mut(&grant.case_id) {
                body.grants.push(wire_grant(grant));
            }
        }
        for (envelope, ciphertext) in self.envelopes {
            if let Some(body) = bodies.get_mut(&envelope.case_id) {
                body.envelopes.push(wire_envelope(envelope, ciphertext));
            }
        }
        bodies
    }
}

/// Splits ids into those that come within [`BATCH_BYTES`], at least one, and the others, both in their order.
fn fitting(ids: impl Iterator<Item = [u8; 16]>, weights: &HashMap<[u8; 16], u64>) -> (Vec<[u8; 16]>, Vec<[u8; 16]>) {
    let (mut now, mut later, mut left) = (Vec::new(), Vec::new(), BATCH_BYTES);
    for id in ids {
        let weight = weights.get(&id).copied().unwrap_or_default();
        if now.is_empty() || weight <= left {
            left = left.saturating_sub(weight);
            now.push(id);
        } else {
            later.push(id);
        }
    }
    (now, later)
}

/// The ids of the units whose cases are for `member` today, sorted.
pub(super) fn units_of(manifest: &Manifest, member: MemberId) -> Vec<String> {
    let units = manifest.units.iter().filter(|unit| receives(manifest, member, &unit.id));
    let mut units: Vec<_> = units.map(|unit| unit.id.clone()).collect();
    units.sort_unstable();
    units
}

/// Whether the cases of `unit` are for `member` today.
pub(super) fn receives(manifest: &Manifest, member: MemberId, unit: &str) -> bool {
    manifest.unit(unit).is_some_and(|unit| manifest.investigators(unit).any(|found| found.id == member))
}

/// The case, when `member` may see it.
pub(super) async fn visible(
    read: &mut Read,
    history: &History,
    member: MemberId,
    case: CaseId,
) -> Result<Case, IntakeError> {
    let found = cases::by_id(read, &case.0).await?;
    found.filter(|case| receives(history.current(), member, &case.unit)).ok_or(IntakeError::NotFound)
}

pub(super) fn summary(found: store::cases::CaseSummary) -> CaseSummary {
    CaseSummary {
        id: CaseId(found.id),
        unit: found.unit,
        day: found.day,
        state: found.state,
        state_day: found.state_day,
        entries: found.entries,
    }
}

fn wire_grant(grant: Grant) -> WireGrant {
    WireGrant {
        body: Base64(grant.body),
        ciphertext: grant.ciphertext.map(Base64),
        signature: grant.signature.map(Base64),
        case_signature: grant.case_signature.map(Base64),
    }
}

fn wire_envelope(envelope: Envelope, ciphertext: Option<Vec<u8>>) -> WireEnvelope {
    WireEnvelope {
        header: Base64(envelope.header),
        signature: Base64(envelope.signature),
        case_signature: envelope.case_signature.map(Base64),
        ciphertext: ciphertext.map(Base64),
        reply: None,
        size: envelope.size,
    }
}
