//! `move.json`: a case that moves twice, and what whoever knows an older token could make of it.

use std::sync::Arc;

use amparo::protocol::bytes::{Fields, Hash, fields, hash, to_hex};
use amparo::protocol::desk_case::DeskCase;
use amparo::protocol::envelope::{Header, SealedEnvelope, UntrustedEnvelope, UntrustedMove};
use amparo::protocol::example::{self, DAY};
use amparo::protocol::files::Files;
use amparo::protocol::manifest::History;
use amparo::protocol::member::MemberKey;
use amparo::protocol::own_case::{OwnCase, OwnCaseError};
use amparo::protocol::seal::chunked_hash;
use amparo::protocol::sealed::Kind;
use amparo::protocol::sign::{Purpose, Signature, SigningKey};
use amparo::protocol::token::{Token, TokenKeys};
use amparo::protocol::wire::{CaseBody, Manifests, WireEnvelope};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use crate::cases::{
    case_body, desk_code, desk_of, file_case, member_inside, open_member, own_code, own_of, timeline, token_keys,
};
use crate::{bytes, file, list, text};

/// A case that moves twice, with an answer and a message under each token; and forgeries by those who know an older one.
fn make_moves() -> Value {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let (history, member, day) = (&authority.history, &authority.members[0], DAY.parse().unwrap());
    let tokens = [0; 3].map(|_| Token::generate(&rng).unwrap());
    let keys = tokens.each_ref().map(|one| token_keys(one, history));
    let mut filed = file_case(&authority, &keys[0]);
    let entries = desk_of(&authority, &filed).rekey(member, day, &rng).unwrap();
    filed.envelopes.extend(entries.envelopes);
    filed.grants.extend(entries.grants);
    let mut forged = Vec::new();
    for (place, words) in ["First", "Second", "Third"].into_iter().enumerate() {
        let entries = desk_of(&authority, &filed).answer(member, words, None, day, &rng).unwrap();
        filed.envelopes.extend(entries.envelopes);
        let own = own_of(&authority, &filed, &keys[place]);
        let message = own.message(&keys[place], words, &Files::default(), day, &rng).unwrap();
        let Some(next) = keys.get(place + 1) else {
            filed.envelopes.extend(message);
            break;
        };
        let moved = own.moved_to(&keys[place], next, &rng).unwrap();
        let keep = filed.envelopes.len();
        for (why, refused, envelopes) in forgeries(&moved, &message[0], &keys[place], next, member, history) {
            forged.push(json!({"why": why, "keep": keep, "add": envelopes, "refused": refused}));
        }
        filed.envelopes.push(moved);
    }
    let moves = filed.envelopes.iter().filter(|one| one.header.kind == Kind::Move).map(|one| {
        json!({"envelope": one.header.hash(), "signed": to_hex(&signed_by_new_key(&one.header, one.ciphertext.as_ref().unwrap()))})
    });
    json!({
        "throwaway": "keys made for this file only", "tokens": tokens.each_ref().map(Token::expose),
        "manifests": Manifests::from(history.as_ref()),
        "members": authority.members.iter().map(member_inside).collect::<Vec<_>>(), "case": case_body(&filed),
        "moves": moves.collect::<Vec<_>>(), "timeline": timeline(&desk_of(&authority, &filed)),
        "answers": ["First", "Second", "Third"], "forged": forged,
    })
}

/// What the holder of the old token could show in place of `moved`, each with the word of its refusal.
fn forgeries(
    moved: &SealedEnvelope,
    message: &SealedEnvelope,
    old: &TokenKeys,
    new: &TokenKeys,
    member: &MemberKey,
    history: &History,
) -> Vec<(&'static str, &'static str, Vec<WireEnvelope>)> {
    let resigned = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut envelope = moved.clone();
        let body = envelope.ciphertext.as_mut().unwrap();
        change(body);
        envelope.header.ciphertext = Hash(chunked_hash(body));
        envelope.signature = old.author().sign(Purpose::Envelope, history.authority(), &envelope.header.to_bytes());
        vec![WireEnvelope::from(&envelope)]
    };
    // A move whose new key is `author`, and signs it.
    let to = |author: &SigningKey| {
        resigned(&|body| {
            let mut parts = parts_of(body);
            parts[1] = author.verifying_key().as_bytes().to_vec();
            let joined = |parts: &[Vec<u8>; 4]| fields(&parts.each_ref().map(Vec::as_slice));
            let signed = signed_by_new_key(&moved.header, &joined(&parts));
            parts[2] = author.sign(Purpose::Move, history.authority(), &signed).0.to_vec();
            *body = joined(&parts);
        })
    };
    let mut bare = WireEnvelope::from(moved);
    bare.ciphertext = None;
    let mut swapped = WireEnvelope::from(moved);
    swapped.ciphertext.as_mut().unwrap().0.push(0);
    let after = |more: &SealedEnvelope| vec![WireEnvelope::from(moved), WireEnvelope::from(more)];
    let mut late = message.clone();
    (late.header.sequence, late.header.previous) = (moved.header.sequence + 1, Some(moved.header.hash()));
    late.signature = old.author().sign(Purpose::Envelope, history.authority(), &late.header.to_bytes());
    vec![
        ("a message of the old token beside the move", "timeline-fork", after(message)),
        ("a message of the old token after the move", "envelope-signature", after(&late)),
        ("a move without its body", "timeline-missing", vec![bare]),
        ("a move with another body than its header names", "envelope-altered", vec![swapped]),
        ("a move with another heirloom", "move-signature", resigned(&|body| *body.last_mut().unwrap() ^= 1)),
        ("a move with a byte more", "move-malformed", resigned(&|body| body.push(0))),
        ("a move cut short", "move-malformed", resigned(&|body| body.truncate(body.len() - 1))),
        ("a move to a member's key", "move-member", to(member.signing())),
        ("a move to the key it comes from", "move-again", to(old.author())),
        (
            "a move to another reply recipient",
            "move-signature",
            resigned(&|body| {
                let mut parts = parts_of(body);
                parts[0] = old.reply().recipient().to_bytes();
                *body = fields(&parts.each_ref().map(Vec::as_slice));
            }),
        ),
        (
            "a message of the new token without the move",
            "timeline-missing",
            vec![{
                late.header.author = new.author().verifying_key();
                late.signature = new.author().sign(Purpose::Envelope, history.authority(), &late.header.to_bytes());
                WireEnvelope::from(&late)
            }],
        ),
    ]
}

/// New reply recipient, new author, signature and heirloom.
fn parts_of(body: &[u8]) -> [Vec<u8>; 4] {
    let mut reader = Fields::new(body, "move");
    [(); 4].map(|()| reader.bytes().unwrap().to_vec())
}

/// What docs/protocol.md says that a move's new key signs, from header and body as they are sent.
fn signed_by_new_key(header: &Header, body: &[u8]) -> Vec<u8> {
    let [recipient, author, _signature, heirloom] = parts_of(body);
    let optional = |hash: Option<Hash>| hash.map_or(Vec::new(), |hash| hash.0.to_vec());
    fields(&[
        &header.case.0,
        &header.card.0,
        header.author.as_bytes(),
        &header.sequence.to_be_bytes(),
        &optional(header.previous),
        &optional(header.seen),
        &header.commitment.0,
        &recipient,
        &author,
        &chunked_hash(&heirloom),
    ])
}

#[test]
fn moves() {
    let file = file("move", make_moves);
    let manifests: Manifests = serde_json::from_value(file["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let body: CaseBody = serde_json::from_value(file["case"].clone()).unwrap();
    let (card, grants, envelopes) = body.into_untrusted();
    let desk = |envelopes: Vec<UntrustedEnvelope>| {
        let member = open_member(&list(&file, "members")[0]);
        DeskCase::open(Arc::clone(&history), &member, &card, &grants, envelopes)
    };
    assert_eq!(timeline(&desk(envelopes.clone()).unwrap()), file["timeline"]);
    let keys = list(&file, "tokens").iter().map(|token| {
        let token = Token::parse(token.as_str().unwrap()).unwrap();
        token_keys(&token, &history)
    });
    let keys: Vec<_> = keys.collect();
    let own = |keys, envelopes| OwnCase::open(Arc::clone(&history), &card, envelopes, keys);
    for older in &keys[..2] {
        assert!(matches!(own(older, envelopes.clone()), Err(OwnCaseError::Moved)));
    }
    let newest = own(&keys[2], envelopes.clone()).unwrap();
    let answers: Vec<_> = newest.answers().iter().map(|read| read.answer.text.clone()).collect();
    assert_eq!((json!(answers), newest.unreadable()), (file["answers"].clone(), 0));

    for (one, after) in list(&file, "moves").iter().zip(&keys[1..]) {
        let name: Hash = text(one, "envelope").parse().unwrap();
        let envelope = envelopes.iter().find(|envelope| hash(&envelope.header) == name).unwrap();
        let (header, body) = (Header::parse(&envelope.header).unwrap(), envelope.ciphertext.as_ref().unwrap());
        assert_eq!(to_hex(&signed_by_new_key(&header, body)), text(one, "signed"));
        let signature = Signature::from_slice(&parts_of(body)[2]).unwrap();
        let author = after.author().verifying_key();
        author.verify(Purpose::Move, history.authority(), &bytes(text(one, "signed")), &signature).unwrap();
        assert_eq!(&UntrustedMove::parse(body).unwrap().to_bytes(), body);
        let cut = [&body[..body.len() - 1], &[body.as_slice(), &[0]].concat()].map(UntrustedMove::parse);
        assert!(cut.iter().all(Result::is_err));
    }
    for forged in list(&file, "forged") {
        let keep = usize::try_from(forged["keep"].as_u64().unwrap()).unwrap();
        let add = list(forged, "add").iter();
        let add = add.map(|one| serde_json::from_value::<WireEnvelope>(one.clone()).unwrap().into());
        let shown: Vec<UntrustedEnvelope> = envelopes[..keep].iter().cloned().chain(add).collect();
        let why = (text(forged, "why"), text(forged, "refused"));
        assert_eq!(desk(shown.clone()).err().as_ref().map(desk_code), Some(why.1), "{}", why.0);
        for keys in &keys {
            assert_eq!(own(keys, shown.clone()).err().as_ref().map(own_code), Some(why.1), "{}", why.0);
        }
    }
}
