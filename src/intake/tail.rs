//! Where a reporter's chain ends, and who speaks as the reporter now: what the next envelope is held against. Nothing else
//! of the case is read, so that a long one takes no longer than a short one.

use super::moving::located;
use super::{Intake, IntakeError, blocking, rows};
use crate::protocol::bytes::Hash;
use crate::protocol::card::{SignedCard, UntrustedCard};
use crate::protocol::envelope::{Header, Reporter, UntrustedEnvelope};
use crate::protocol::manifest::History;
use crate::protocol::sealed::Kind;
use crate::store::envelopes::{self, Lane};
use crate::store::{Read, cases};

/// The end of a case, as its reporter's next envelope finds it.
pub(super) struct Tail {
    /// The case.
    pub case: [u8; 16],
    /// Its card.
    pub card: SignedCard,
    /// Who speaks now.
    pub reporter: Reporter,
    /// Sequence and hash of the newest envelope in the reporter's chain.
    end: (u64, Hash),
}

impl Intake {
    /// The tail of the case that a locator finds.
    pub(super) async fn tail(&self, locator_hash: &Hash) -> Result<Tail, IntakeError> {
        let mut read = self.store.read().await?;
        let case = located(&mut read, locator_hash).await?;
        let moves = envelopes::moves_of_case(&mut read, &case.id).await?;
        drop(read);
        let last_move = moves.last().map(|(row, _)| (row.sequence, Hash(row.hash)));
        let (id, history) = (case.id, self.history());
        let (card, reporter) = blocking(move || voice(&history, case, moves)).await?;
        // Whoever moves the case or adds to it meanwhile takes the place in the chain first, or the locator.
        let author = reporter.author();
        let newest =
            envelopes::newest_of_chain(&mut self.store.read().await?, &id, author.as_bytes(), Lane::Main).await?;
        let end = newest.map(|row| (row.sequence, Hash(row.hash))).or(last_move);
        Ok(Tail { case: id, card, reporter, end: end.ok_or_else(damaged)? })
    }
}

impl Tail {
    /// Whether an envelope goes on where the reporter's chain ends, and has seen nothing but what members wrote.
    pub async fn is_next(&self, read: &mut Read, header: &Header) -> Result<bool, IntakeError> {
        let (sequence, hash) = self.end;
        if header.sequence != sequence + 1 || header.previous != Some(hash) {
            return Ok(false);
        }
        let Some(seen) = header.seen else { return Ok(true) };
        let seen = envelopes::by_hash(read, &seen.0).await?;
        Ok(seen.is_some_and(|row| {
            let by_member = Kind::from_u8(row.kind).is_some_and(Kind::is_by_member);
            row.case_id == self.case && row.lane == Lane::Main && by_member
        }))
    }
}

/// Follows the moves of a case from its card on.
fn voice(
    history: &History,
    case: cases::Case,
    moves: Vec<(envelopes::Envelope, Vec<u8>)>,
) -> Result<(SignedCard, Reporter), IntakeError> {
    let card = UntrustedCard { bytes: case.card, signature: case.card_signature };
    let card = card.verify(history).map_err(|_| damaged())?;
    let mut reporter = Reporter::of(&card);
    for (row, body) in moves {
        let (_, envelope): (_, UntrustedEnvelope) = rows::untrusted_envelope(row, Some(body), None);
        let envelope = envelope.verify(history, &card, &reporter).map_err(|_| damaged())?;
        let body = envelope.ciphertext.as_deref().unwrap_or_default();
        reporter.follow(history, &envelope.header, body).map_err(|_| damaged())?;
    }
    Ok((card, reporter))
}

fn damaged() -> IntakeError {
    IntakeError::Damaged("part of this case")
}
