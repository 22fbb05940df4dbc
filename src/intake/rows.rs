//! What the protocol seals, as the store keeps it, and back.

use std::collections::HashMap;

use crate::protocol::bytes::Hash;
use crate::protocol::envelope::{Lane, SealedEnvelope, UntrustedEnvelope};
use crate::protocol::grant::SealedGrant;
use crate::protocol::sealed::Kind;
use crate::store::envelopes::Part;
use crate::store::{Read, StoreError, Tx, envelopes, grants};

/// A chain's lane, as the store names it.
pub(super) fn lane(lane: Lane) -> envelopes::Lane {
    match lane {
        Lane::Case => envelopes::Lane::Main,
        Lane::Desk => envelopes::Lane::Desk,
    }
}

/// Stores a sealed envelope with its ciphertexts.
pub(crate) async fn insert_envelope(tx: &mut Tx, sealed: &SealedEnvelope) -> Result<(), StoreError> {
    let header = &sealed.header;
    let row = envelopes::Envelope {
        hash: header.hash().0,
        case_id: header.case.0,
        kind: header.kind as u8,
        author: *header.author.as_bytes(),
        lane: lane(header.lane()),
        sequence: header.sequence,
        header: header.to_bytes(),
        signature: sealed.signature.0.to_vec(),
        case_signature: sealed.case_signature.map(|signature| signature.0.to_vec()),
        ciphertext_hash: header.ciphertext.0,
        size: sealed.size,
        blob: sealed.ciphertext.is_none(),
    };
    let ciphertexts = envelopes::Ciphertexts { main: sealed.ciphertext.as_deref(), reply: sealed.reply.as_deref() };
    envelopes::insert(tx, &row, ciphertexts).await
}

/// Stores a sealed grant.
pub(crate) async fn insert_grant(tx: &mut Tx, sealed: &SealedGrant) -> Result<(), StoreError> {
    let row = grants::NewGrant {
        hash: sealed.hash().0,
        case_id: sealed.grant.case.0,
        kind: sealed.grant.kind as u8,
        member_id: sealed.grant.member.to_string(),
        body: sealed.grant.to_bytes(),
        ciphertext: sealed.ciphertext.clone(),
        signature: sealed.signatures.map(|(member, _)| member.0.to_vec()),
        case_signature: sealed.signatures.map(|(_, case)| case.0.to_vec()),
    };
    grants::insert(tx, &row).await
}

/// A stored envelope, to be verified anew; the database is not trusted either.
pub(super) fn untrusted_envelope(
    row: envelopes::Envelope,
    ciphertext: Option<Vec<u8>>,
    reply: Option<Vec<u8>>,
) -> (Hash, UntrustedEnvelope) {
    let hash = Hash(row.hash);
    let envelopes::Envelope { header, signature, case_signature, size, .. } = row;
    (hash, UntrustedEnvelope { header, signature, case_signature, ciphertext, reply, size })
}

/// All envelopes of a case that its reporter is shown: without those of desks, with the reply copies, and without any
/// other ciphertext but those of moves.
pub(super) async fn reporters_view(read: &mut Read, case: &[u8; 16]) -> Result<Vec<UntrustedEnvelope>, StoreError> {
    let rows = envelopes::of_case(read, case).await?;
    let mut replies: HashMap<_, _> =
        envelopes::ciphertexts_of_case(read, case, Part::Reply).await?.into_iter().collect();
    let mut view = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(|row| row.lane == envelopes::Lane::Main) {
        let body = match row.kind {
            kind if kind == Kind::Move as u8 => envelopes::ciphertext(read, &row.hash, Part::Main).await?,
            _ => None,
        };
        let reply = replies.remove(&row.hash);
        view.push(untrusted_envelope(row, body, reply).1);
    }
    Ok(view)
}
