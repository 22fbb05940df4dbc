use ring::rand::SystemRandom;

use super::*;
use crate::protocol::content::State;
use crate::protocol::example::{self, Authority};
use crate::protocol::own_case::OwnCase;
use crate::protocol::report::{Draft, Story, Submission};
use crate::protocol::token::TokenKeys;

fn filed(authority: &Authority, rng: &SystemRandom) -> (TokenKeys, Submission) {
    let keys = TokenKeys::without_token(rng).unwrap();
    let day = example::DAY.parse().unwrap();
    let draft = Draft::begin(&authority.history, "works", &[], &keys, day, rng).unwrap();
    let story = Story::of_words(crate::protocol::content::Channel::Sms, "en", "They asked for ten percent.");
    (keys, draft.finish(story, None, rng).unwrap())
}

fn hashes(case: &DeskCase) -> Vec<Hash> {
    case.entries().iter().map(|entry| entry.hash).collect()
}

#[test]
fn a_case_that_is_gone_on_with_is_the_one_that_is_opened_anew() {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let day = example::DAY.parse().unwrap();
    let (keys, submission) = filed(&authority, &rng);
    let (mut grants, mut envelopes) = (submission.grants, submission.envelopes);
    let open = |member, grants: &[SealedGrant], envelopes: &[SealedEnvelope]| {
        example::desk_case(&authority, member, &submission.card, grants, envelopes).unwrap()
    };
    let mut case = open(0, &grants, &envelopes);
    let (lead, colleague) = (&authority.members[0], &authority.members[1]);
    let mut add = |case: &mut DeskCase, entries: Entries| {
        case.append(lead, &entries.envelopes, &entries.grants).unwrap();
        grants.extend(entries.grants);
        envelopes.extend(entries.envelopes);
        assert!(case.has_desk_key());
        assert_eq!(hashes(case), hashes(&open(0, &grants, &envelopes)));
        envelopes.clone()
    };
    let rekey = case.rekey(lead, day, &rng).unwrap();
    add(&mut case, rekey);
    let answer = case.answer(lead, "Received.", Some(State::Acknowledged), day, &rng).unwrap();
    add(&mut case, answer);
    let note = case.note(colleague, "I know the company.", day, &rng).unwrap();
    let shown = add(&mut case, note);

    let shown = shown
        .iter()
        .filter(|envelope| envelope.header.kind != Kind::Desk)
        .map(|envelope| UntrustedEnvelope { ciphertext: None, ..UntrustedEnvelope::from(envelope) });
    let card = example::untrusted_card(&submission.card);
    let own = OwnCase::open(Arc::clone(&authority.history), &card, shown.collect(), &keys).unwrap();
    let words = own.message(&keys, "One more thing.", &crate::protocol::files::Files::default(), day, &rng).unwrap();
    add(&mut case, Entries { envelopes: words, ..Entries::default() });
    let message = case.entries().iter().find_map(|entry| match &entry.content {
        Content::Message(message) => Some(message.text.clone()),
        _ => None,
    });
    assert_eq!(message.as_deref(), Some("One more thing."));
}

#[test]
fn what_is_no_next_envelope_is_not_taken_and_a_key_of_a_colleague_alone_is_not_held() {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let day = example::DAY.parse().unwrap();
    let (_, submission) = filed(&authority, &rng);
    let open =
        || example::desk_case(&authority, 0, &submission.card, &submission.grants, &submission.envelopes).unwrap();
    let lead = &authority.members[0];
    let (mut case, mut behind) = (open(), open());
    let rekey = case.rekey(lead, day, &rng).unwrap();
    case.append(lead, &rekey.envelopes, &rekey.grants).unwrap();
    let again = case.append(lead, &rekey.envelopes, &[]);
    assert!(matches!(again, Err(DeskCaseError::Timeline(TimelineError::Fork))));
    let answer = case.answer(lead, "Received.", None, day, &rng).unwrap();
    let skipped = behind.append(lead, &answer.envelopes, &[]);
    assert!(matches!(skipped, Err(DeskCaseError::Timeline(TimelineError::Missing))));
    let report = behind.append(lead, &submission.envelopes[..1], &[]);
    assert!(matches!(report, Err(DeskCaseError::Timeline(TimelineError::Fork))));
    assert_eq!(hashes(&behind), hashes(&open()));

    behind.append(lead, &rekey.envelopes, &[]).unwrap();
    assert!(!behind.has_desk_key());
}
