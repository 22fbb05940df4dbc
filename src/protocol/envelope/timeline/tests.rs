use super::*;
use crate::protocol::bytes::CaseId;
use crate::protocol::sign::{Signature, SigningKey};
use crate::secret::Secret;

fn author(seed: u8) -> VerifyingKey {
    SigningKey::from_seed(Secret::from_slice(&[seed; 32]).unwrap()).verifying_key()
}

fn header(kind: Kind, author: VerifyingKey, sequence: u64, previous: Option<Hash>, seen: Option<Hash>) -> Header {
    let reply = kind.has_reply().then_some(Hash([2; 32]));
    let (case, card, ciphertext, commitment) = (CaseId([1; 16]), Hash([1; 32]), Hash([2; 32]), Hash([3; 32]));
    Header { case, card, kind, ciphertext, reply, commitment, author, sequence, previous, seen }
}

fn placed(headers: impl IntoIterator<Item = Header>) -> Vec<Entry> {
    let seal = |header: Header| {
        let (signature, size) = (Signature([0; 64]), 0);
        let envelope = SealedEnvelope { header, signature, case_signature: None, ciphertext: None, reply: None, size };
        (envelope.header.hash(), envelope)
    };
    ordered(headers.into_iter().map(seal).collect()).unwrap()
}

#[test]
fn whoever_had_read_an_entry_of_the_desk_stands_after_it_and_answers_stand_where_they_stood() {
    let report = header(Kind::Report, author(1), 0, None, None);
    // Five entries by one member, one by another who had read them, an answer, and one more entry by the other.
    let mut desk: Vec<Header> = Vec::new();
    for sequence in 0..5 {
        let previous = desk.last().map(Header::hash);
        desk.push(header(Kind::Desk, author(2), sequence, previous, Some(report.hash())));
    }
    desk.push(header(Kind::Desk, author(3), 0, None, Some(desk[4].hash())));
    let answer = header(Kind::Answer, author(2), 0, None, Some(report.hash()));
    let last = header(Kind::Desk, author(3), 1, Some(desk[5].hash()), Some(answer.hash()));
    let written: Vec<Header> = std::iter::once(report).chain(desk).chain([answer, last]).collect();
    let order: Vec<_> = written.iter().map(Header::hash).collect();
    let read: Vec<_> = placed(written.into_iter().rev()).iter().map(|entry| entry.hash).collect();
    assert_eq!(read, order);
}

#[test]
fn a_long_case_is_put_in_order_in_no_time() {
    let report = header(Kind::Report, author(1), 0, None, None);
    let mut headers = vec![report.clone()];
    let mut previous = None;
    for sequence in 0..20_000 {
        let next = header(Kind::Answer, author(2), sequence, previous, Some(report.hash()));
        previous = Some(next.hash());
        headers.push(next);
    }
    let begun = std::time::Instant::now();
    check_chains(headers.iter()).unwrap();
    let entries = placed(headers);
    assert_eq!((entries.len(), entries.last().map(|entry| entry.hash)), (20_001, previous));
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn the_reporters_envelopes_are_one_chain_whoever_signs_them() {
    let report = header(Kind::Report, author(1), 0, None, None);
    let moved = header(Kind::Move, author(1), 1, Some(report.hash()), None);
    let after = header(Kind::Message, author(2), 2, Some(moved.hash()), None);
    let check = |headers: &[&Header]| check_chains(headers.iter().copied());
    assert_eq!(check(&[&after, &report, &moved]), Ok(()));
    assert_eq!(check(&[&report, &after]), Err(TimelineError::Missing));
    // An old key that goes on beside the new one, a new one that begins anew, and a move in front of the report.
    let beside = header(Kind::Message, author(1), 2, Some(moved.hash()), None);
    assert_eq!(check(&[&report, &moved, &after, &beside]), Err(TimelineError::Fork));
    let anew = header(Kind::Message, author(2), 0, None, None);
    assert_eq!(check(&[&report, &moved, &anew]), Err(TimelineError::Fork));
    let first = header(Kind::Move, author(1), 0, None, None);
    let second = header(Kind::Report, author(2), 1, Some(first.hash()), None);
    assert_eq!(check(&[&first, &second]), Err(TimelineError::NoReport));
}
