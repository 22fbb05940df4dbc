//! What the files about cases share: cases with throwaway keys, and the word for each refusal.

use std::sync::Arc;

use amparo::protocol::bytes::to_hex;
use amparo::protocol::card::CardError;
use amparo::protocol::content::{DeskBody, DeskEntry};
use amparo::protocol::desk_case::{Content, DeskCase, DeskCaseError, OpenEntry};
use amparo::protocol::envelope::{EnvelopeError, MoveError, TimelineError, UntrustedEnvelope};
use amparo::protocol::example::{self, DAY};
use amparo::protocol::grant::GrantError;
use amparo::protocol::manifest::History;
use amparo::protocol::member::MemberKey;
use amparo::protocol::own_case::{OwnCase, OwnCaseError};
use amparo::protocol::report::{Draft, Submission};
use amparo::protocol::seal::seal_with_passphrase;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::{CaseBody, WireEnvelope, card_parts};
use amparo::secret::SecretText;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

/// The member of a key file that is written here, since nothing else gives a key of one's choice.
pub fn member_of(identity: &str, seed: u8) -> MemberKey {
    let inside = json!({
        "amparo": "member-key", "version": 1, "id": "0011223344556677", "alias": "throwaway", "identity": identity,
        "signing_seed": to_hex(&[seed; 32]),
    });
    open_member(&inside)
}

pub fn open_member(inside: &Value) -> MemberKey {
    let passphrase = SecretText::from("throwaway");
    let sealed = seal_with_passphrase(&passphrase, inside.to_string().as_bytes(), Some(1)).unwrap();
    MemberKey::open(&passphrase, &sealed).unwrap()
}

/// A small report that the holder of `keys` files with an example's authority.
pub fn file_case(authority: &example::Authority, keys: &TokenKeys) -> Submission {
    let rng = SystemRandom::new();
    let draft = Draft::begin(&authority.history, "works", &[], keys, DAY.parse().unwrap(), &rng).unwrap();
    draft.finish(example::story("They asked for ten percent."), None, &rng).unwrap()
}

pub fn token_keys(token: &Token, history: &History) -> TokenKeys {
    TokenKeys::derive(token, history.authority(), &mut TokenArena::new())
}

pub fn desk_of(authority: &example::Authority, filed: &Submission) -> DeskCase {
    example::desk_case(authority, 0, &filed.card, &filed.grants, &filed.envelopes).unwrap()
}

pub fn own_of(authority: &example::Authority, filed: &Submission, keys: &TokenKeys) -> OwnCase {
    let envelopes = filed.envelopes.iter().map(UntrustedEnvelope::from).collect();
    let card = example::untrusted_card(&filed.card);
    OwnCase::open(Arc::clone(&authority.history), &card, envelopes, keys).unwrap()
}

pub fn case_body(filed: &Submission) -> CaseBody {
    let (card, card_signature) = card_parts(&filed.card);
    CaseBody {
        card,
        card_signature,
        grants: filed.grants.iter().map(Into::into).collect(),
        envelopes: filed.envelopes.iter().map(WireEnvelope::from).collect(),
    }
}

/// What stands inside a member's key file.
pub fn member_inside(key: &MemberKey) -> Value {
    json!({
        "amparo": "member-key", "version": 1, "id": key.id, "alias": key.alias,
        "identity": key.identity().to_secret_text().expose(), "signing_seed": to_hex(key.signing().seed().expose()),
    })
}

pub fn timeline(desk: &DeskCase) -> Value {
    let entry = |entry: &OpenEntry| {
        let (kind, words) = match &entry.content {
            Content::Report(report) => ("report", report.fields.get("what").to_owned()),
            Content::Message(message) => ("message", message.text.clone()),
            Content::Answer(answer) => ("answer", answer.text.clone()),
            Content::Desk(DeskEntry { body: DeskBody::Note { text }, .. }) => ("desk", text.clone()),
            Content::Desk(_) => ("desk", String::new()),
            Content::Forget => ("forget", String::new()),
            Content::Moved => ("move", String::new()),
            Content::Attachment => ("attachment", String::new()),
            Content::Identity => ("identity", String::new()),
            Content::Rekey(rekey) => ("rekey", rekey.recipient.to_string()),
            Content::Unreadable => ("unreadable", String::new()),
        };
        json!({"hash": entry.hash, "kind": kind, "member": entry.member, "words": words})
    };
    Value::Array(desk.entries().iter().map(entry).collect())
}

fn card_code(error: &CardError) -> &'static str {
    match error {
        CardError::Malformed(_) => "card-malformed",
        CardError::Signature => "card-signature",
        CardError::Member => "card-member",
        CardError::Manifest => "card-manifest",
    }
}

fn timeline_code(error: &TimelineError) -> &'static str {
    match error {
        TimelineError::Fork => "timeline-fork",
        TimelineError::Missing => "timeline-missing",
        TimelineError::NoReport => "timeline-no-report",
        TimelineError::Envelope(EnvelopeError::Malformed(_)) => "envelope-malformed",
        TimelineError::Envelope(EnvelopeError::Misplaced) => "envelope-misplaced",
        TimelineError::Envelope(EnvelopeError::Altered) => "envelope-altered",
        TimelineError::Envelope(EnvelopeError::Signature) => "envelope-signature",
        TimelineError::Envelope(EnvelopeError::Move(error)) => match error {
            MoveError::Malformed(_) => "move-malformed",
            MoveError::First => "move-first",
            MoveError::Signature => "move-signature",
            MoveError::Member => "move-member",
            MoveError::Again => "move-again",
        },
    }
}

/// The word of a refusal by the reporter's side, which is TypeScript's `ErrorCode`.
pub fn own_code(error: &OwnCaseError) -> &'static str {
    match error {
        OwnCaseError::Card(error) => card_code(error),
        OwnCaseError::OtherAuthor => "other-author",
        OwnCaseError::Moved => "moved",
        OwnCaseError::Timeline(error) => timeline_code(error),
    }
}

/// The word of a refusal by the desk's side.
pub fn desk_code(error: &DeskCaseError) -> &'static str {
    match error {
        DeskCaseError::NotGranted => "not-granted",
        DeskCaseError::Card(error) => card_code(error),
        DeskCaseError::Grant(GrantError::Malformed(_)) => "grant-malformed",
        DeskCaseError::Grant(GrantError::Misplaced) => "grant-misplaced",
        DeskCaseError::Grant(GrantError::Altered) => "grant-altered",
        DeskCaseError::Grant(GrantError::Signature) => "grant-signature",
        DeskCaseError::OtherGrants => "other-grants",
        DeskCaseError::Timeline(error) => timeline_code(error),
        DeskCaseError::Open(_) => "report-unreadable",
    }
}
