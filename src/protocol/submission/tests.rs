//! Every rule that a sealed report must keep, broken one at a time.

use ring::rand::SystemRandom;

use super::*;
use crate::protocol::content::{Answers, Channel, Danger};
use crate::protocol::example::{self, Authority, DAY, untrusted_card};
use crate::protocol::report::{Draft, Story};
use crate::protocol::token::{Token, TokenArena, TokenKeys};

struct World {
    authority: Authority,
    keys: TokenKeys,
    today: Day,
}

impl World {
    fn new() -> Self {
        let rng = SystemRandom::new();
        let authority = example::authority(&rng);
        let token = Token::generate(&rng).unwrap();
        let keys = TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new());
        Self { authority, keys, today: DAY.parse().unwrap() }
    }

    fn filed(&self) -> UntrustedSubmission {
        let rng = SystemRandom::new();
        let mut draft = Draft::begin(&self.authority.history, "works", &[], &self.keys, self.today, &rng).unwrap();
        for content in [&b"one"[..], b"two"] {
            let mut sealer = draft.place().sealer(Vec::new(), &rng).unwrap();
            std::io::Write::write_all(&mut sealer, content).unwrap();
            let (bytes, sealed) = sealer.finish().unwrap();
            let hash = Hash(crate::protocol::seal::chunked_hash(&bytes));
            draft.files.add(sealed, hash, bytes.len() as u64, "a.txt".to_owned(), "text/plain".to_owned());
        }
        let story = Story {
            channel: Channel::Web,
            assisted: false,
            language: "en".to_owned(),
            category: "bribery".to_owned(),
            fields: Answers::default(),
            danger: Danger::No,
        };
        let filed = draft.finish(story, None, &rng).unwrap();
        UntrustedSubmission {
            card: untrusted_card(&filed.card),
            locator_hash: filed.locator_hash,
            grants: filed.grants.iter().map(Into::into).collect(),
            envelopes: filed.envelopes.iter().map(Into::into).collect(),
        }
    }

    fn verify(&self, submission: UntrustedSubmission, today: Day) -> Result<Submission, SubmissionError> {
        submission.verify(&self.authority.history, today)
    }

    #[track_caller]
    fn refuses(&self, change: impl FnOnce(&mut UntrustedSubmission), expected: &SubmissionError) {
        let mut submission = self.filed();
        assert!(self.verify(submission.clone(), self.today).is_ok());
        change(&mut submission);
        assert_eq!(self.verify(submission, self.today).map(|_| ()).unwrap_err(), *expected);
    }
}

#[test]
fn a_report_is_taken_within_its_days_and_while_its_manifest_is_in_force() {
    let world = World::new();
    let on = |days: i64| world.verify(world.filed(), world.today.plus(days).unwrap()).map(|_| ());
    assert!([-1, 0, 31].into_iter().all(|days| on(days) == Ok(())));
    assert!([-2, 32].into_iter().all(|days| on(days) == Err(SubmissionError::Day)));
    assert_eq!(on(crate::protocol::manifest::VALID_DAYS + 1), Err(SubmissionError::Expired));
}

#[test]
fn nobodys_grant_is_missing_doubled_or_one_too_many() {
    let world = World::new();
    world.refuses(|submission| drop(submission.grants.pop()), &SubmissionError::Grants);
    world.refuses(|submission| drop(submission.grants.remove(0)), &SubmissionError::Grants);
    world.refuses(|submission| submission.grants.push(submission.grants[0].clone()), &SubmissionError::Grants);
    world.refuses(|submission| submission.grants[0].ciphertext = None, &SubmissionError::Ciphertext);
    let altered = SubmissionError::Grant(GrantError::Altered);
    world.refuses(|submission| submission.grants[0].ciphertext.as_mut().unwrap()[99] ^= 1, &altered);
    let other = world.filed().grants[0].clone();
    let misplaced = SubmissionError::Grant(GrantError::Misplaced);
    world.refuses(|submission| submission.grants[0] = other, &misplaced);
    let signature = SubmissionError::Grant(GrantError::Signature);
    world.refuses(|submission| submission.grants[0].signature = Some(vec![1; 64]), &signature);
}

#[test]
fn the_envelopes_are_a_report_its_attachments_and_one_identity() {
    let world = World::new();
    let wrong = SubmissionError::Envelopes;
    world.refuses(|submission| submission.envelopes.clear(), &wrong);
    world.refuses(|submission| submission.envelopes.truncate(1), &wrong);
    world.refuses(|submission| drop(submission.envelopes.pop()), &wrong);
    world.refuses(|submission| drop(submission.envelopes.remove(1)), &wrong);
    world.refuses(|submission| submission.envelopes.swap(1, 2), &wrong);
    world.refuses(|submission| submission.envelopes.swap(0, 3), &wrong);
    world.refuses(|submission| submission.envelopes.push(submission.envelopes[3].clone()), &wrong);
}

#[test]
fn every_ciphertext_is_whole_and_every_signature_holds() {
    let world = World::new();
    let missing = SubmissionError::Ciphertext;
    world.refuses(|submission| submission.envelopes[0].ciphertext = None, &missing);
    world.refuses(|submission| submission.envelopes[3].ciphertext = None, &missing);
    world.refuses(|submission| submission.envelopes[0].size += 1, &missing);
    world.refuses(|submission| submission.envelopes[1].size = 0, &missing);
    let altered = SubmissionError::Envelope(EnvelopeError::Altered);
    world.refuses(|submission| submission.envelopes[0].ciphertext.as_mut().unwrap()[500] ^= 1, &altered);
    world.refuses(|submission| submission.envelopes[1].ciphertext = Some(vec![1]), &altered);
    world.refuses(|submission| submission.envelopes[0].reply = Some(vec![1]), &altered);
    let signature = SubmissionError::Envelope(EnvelopeError::Signature);
    world.refuses(|submission| submission.envelopes[2].signature[9] ^= 1, &signature);
    world.refuses(|submission| submission.envelopes[2].case_signature = Some(vec![1; 64]), &signature);
    world.refuses(|submission| submission.card.signature[9] ^= 1, &SubmissionError::Card(CardError::Signature));
}

#[test]
fn names_tell_the_same_submission_from_any_other() {
    let world = World::new();
    let filed = world.filed();
    assert_eq!(filed.names(), filed.clone().names());
    let mut other = filed.clone();
    other.envelopes[1].header[0] ^= 1;
    assert_ne!(filed.names(), other.names());
    assert!(UntrustedCard { bytes: vec![1, 2, 3], signature: Vec::new() }.case_and_day().is_err());
}
