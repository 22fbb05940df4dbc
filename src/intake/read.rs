//! What a member reads: the list of cases, a case, an attachment.
//!
//! A member sees the cases of the units in which the newest manifest names them as investigator or lead; every other
//! case is, to them, not there.

use std::collections::HashMap;
use std::fs::File;

use super::{Intake, IntakeError, blocking};
use crate::protocol::bytes::{CaseId, Hash, MemberId};
use crate::protocol::manifest::{History, Manifest};
use crate::protocol::wire::{Base64, CaseBody, CaseList, CaseSummary, WireEnvelope, WireGrant};
use crate::store::cases::{self, Case};
use crate::store::envelopes::{self, Envelope, Part};
use crate::store::grants::{self, Grant};
use crate::store::{self, Read};

/// An attachment's ciphertext, ready to be read.
#[derive(Debug)]
pub struct OpenBlob {
    /// From its first byte.
    pub file: File,
    /// Its length in bytes.
    pub size: u64,
}

impl Intake {
    /// The cases of the member's units.
    pub async fn list_cases(&self, member: MemberId) -> Result<CaseList, IntakeError> {
        let history = self.history();
        let manifest = history.current();
        let units = manifest.units.iter().filter(|unit| receives(manifest, member, &unit.id));
        let units: Vec<_> = units.map(|unit| unit.id.clone()).collect();
        let found = cases::list_of_units(&mut self.store.read().await?, &units).await?;
        Ok(CaseList { cases: found.into_iter().map(summary).collect() })
    }

    /// A case: all grants, with the ciphertext of the member's own only; all envelopes, with their ciphertexts except
    /// those of attachments, and never with reply copies.
    pub async fn read_case(&self, member: MemberId, case: CaseId) -> Result<CaseBody, IntakeError> {
        let mut read = self.store.read().await?;
        let stored = visible(&mut read, &self.history(), member, case).await?;
        let grants = grants::of_case_for(&mut read, &case.0, Some(&member.to_string())).await?;
        let envelopes = envelopes::of_case(&mut read, &case.0).await?;
        let ciphertexts = envelopes::ciphertexts_of_case(&mut read, &case.0, Part::Main).await?;
        drop(read);
        let mut ciphertexts: HashMap<_, _> = ciphertexts.into_iter().collect();
        let envelopes: Option<Vec<_>> = envelopes
            .into_iter()
            .map(|envelope| {
                let ciphertext = ciphertexts.remove(&envelope.hash);
                (envelope.blob || ciphertext.is_some()).then(|| wire_envelope(envelope, ciphertext))
            })
            .collect();
        Ok(CaseBody {
            card: Base64(stored.card),
            card_signature: Base64(stored.card_signature),
            grants: grants.into_iter().map(wire_grant).collect(),
            envelopes: envelopes.ok_or(IntakeError::Damaged("part of this case"))?,
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

fn summary(found: store::cases::CaseSummary) -> CaseSummary {
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
