use std::sync::OnceLock;

use proptest::prelude::*;
use ring::rand::SystemRandom;

use super::*;
use crate::protocol::content::{Answers, Channel, Danger};
use crate::protocol::envelope::{Lane, Timeline, TimelineError, UntrustedEnvelope};
use crate::protocol::example::{self, Authority};
use crate::protocol::report::{Draft, Story, Submission};
use crate::protocol::token::{Token, TokenArena};

/// A case with its token, a move of it and the token it moves to.
struct Moved {
    authority: Authority,
    old: TokenKeys,
    new: TokenKeys,
    filed: Submission,
    envelope: SealedEnvelope,
}

fn token_keys(authority: &Authority) -> TokenKeys {
    let token = Token::generate(&SystemRandom::new()).unwrap();
    TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new())
}

fn file(authority: &Authority, keys: &TokenKeys) -> Submission {
    let rng = SystemRandom::new();
    let story = Story {
        channel: Channel::Web,
        assisted: true,
        language: "en".to_owned(),
        category: "bribery".to_owned(),
        fields: Answers::default(),
        danger: Danger::No,
    };
    let draft = Draft::begin(&authority.history, "works", &[], keys, example::DAY.parse().unwrap(), &rng).unwrap();
    draft.finish(story, None, &rng).unwrap()
}

fn timeline(authority: &Authority, filed: &Submission, more: &[&SealedEnvelope]) -> Result<Timeline, TimelineError> {
    let envelopes = filed.envelopes.iter().chain(more.iter().copied()).map(UntrustedEnvelope::from).collect();
    Timeline::open(&authority.history, &filed.card, envelopes)
}

fn moves(authority: &Authority, filed: &Submission, old: &TokenKeys, new: &TokenKeys) -> SealedEnvelope {
    let timeline = timeline(authority, filed, &[]).unwrap();
    let id = authority.history.authority();
    let mut chain = Chain::resume(id, &filed.card, old.author(), None, Lane::Case, &timeline);
    seal_move(&mut chain, old, new, &SystemRandom::new()).unwrap()
}

fn moved() -> &'static Moved {
    static MOVED: OnceLock<Moved> = OnceLock::new();
    MOVED.get_or_init(|| {
        let authority = example::authority(&SystemRandom::new());
        let (old, new) = (token_keys(&authority), token_keys(&authority));
        let filed = file(&authority, &old);
        let envelope = moves(&authority, &filed, &old, &new);
        Moved { authority, old, new, filed, envelope }
    })
}

impl Moved {
    /// What somebody who knows the old token can make of the move: everything but the new key's signature.
    fn forged(&self, change: impl FnOnce(&mut Header, &mut Vec<u8>)) -> SealedEnvelope {
        let mut envelope = self.envelope.clone();
        let body = envelope.ciphertext.as_mut().unwrap();
        change(&mut envelope.header, body);
        envelope.header.ciphertext = Hash(chunked_hash(body));
        let authority = self.authority.history.authority();
        envelope.signature = self.old.author().sign(Purpose::Envelope, authority, &envelope.header.to_bytes());
        envelope
    }

    fn body(&self) -> Vec<u8> {
        self.envelope.ciphertext.clone().unwrap()
    }

    fn follow(&self, envelope: &SealedEnvelope) -> Result<Reporter, MoveError> {
        let mut reporter = Reporter::of(&self.filed.card);
        reporter.follow(&self.authority.history, &envelope.header, envelope.ciphertext.as_ref().unwrap())?;
        Ok(reporter)
    }

    /// A move that `author` signs, to the new token's recipient.
    fn signed_by(&self, author: &crate::protocol::sign::SigningKey) -> SealedEnvelope {
        self.forged(|header, bytes| {
            let mut body = UntrustedMove::parse(bytes).unwrap();
            body.author = author.verifying_key();
            body.signature = author.sign(Purpose::Move, self.authority.history.authority(), &body.signed(header));
            *bytes = body.to_bytes();
        })
    }
}

#[test]
fn a_move_hands_the_case_over_with_what_opens_older_answers() {
    let moved = moved();
    let timeline = timeline(&moved.authority, &moved.filed, &[&moved.envelope]).unwrap();
    let reporter = timeline.reporter();
    assert_eq!(reporter.author(), moved.new.author().verifying_key());
    assert_eq!(*reporter.reply_recipient(), moved.new.reply().recipient());
    assert!(reporter.was(&moved.old.author().verifying_key()));
    let older = reporter.older_identities(&moved.new);
    assert_eq!(older.iter().map(Identity::recipient).collect::<Vec<_>>(), [moved.old.reply().recipient()]);
    assert!(reporter.older_identities(&moved.old).is_empty(), "the heirloom opens for the new token only");
}

#[test]
fn a_key_that_is_a_member_s_or_was_the_reporter_s_is_refused() {
    let moved = moved();
    let refused = |author| moved.follow(&moved.signed_by(author)).err();
    assert_eq!(refused(moved.new.author()), None);
    assert_eq!(refused(moved.old.author()), Some(MoveError::Again));
    assert_eq!(refused(moved.authority.members[0].signing()), Some(MoveError::Member));
}

#[test]
fn the_signature_is_good_at_one_place_of_one_case_only() {
    let moved = moved();
    let refused = |change: &dyn Fn(&mut Header)| moved.follow(&moved.forged(|header, _| change(header))).err();
    assert_eq!(refused(&|_| ()), None);
    let other = Some(Hash([1; 32]));
    for change in [
        &|header: &mut Header| header.sequence += 1,
        &|header: &mut Header| header.previous = other,
        &|header: &mut Header| header.seen = other,
        &|header: &mut Header| header.commitment = Hash([1; 32]),
        &|header: &mut Header| header.card = Hash([1; 32]),
        &|header: &mut Header| header.author = moved.new.author().verifying_key(),
    ] as [&dyn Fn(&mut Header); 6]
    {
        assert_eq!(refused(change), Some(MoveError::Signature));
    }
    assert_eq!(refused(&|header| (header.sequence, header.previous) = (0, None)), Some(MoveError::First));
    // The same tokens in another case.
    let other = file(&moved.authority, &moved.old);
    let replayed = moved.forged(|header, _| (header.case, header.card) = (other.card.card().case, other.card.hash()));
    assert_eq!(moved.follow(&replayed).err(), Some(MoveError::Signature));
}

#[test]
fn an_heirloom_that_its_own_writer_sealed_wrong_opens_nothing_and_breaks_nothing() {
    let moved = moved();
    let (filed, new) = (&moved.filed, &moved.new);
    let with = |heirloom: Vec<u8>| {
        moved.forged(|header, bytes| {
            let mut body = UntrustedMove { heirloom, ..UntrustedMove::parse(bytes).unwrap() };
            body.signature =
                new.author().sign(Purpose::Move, moved.authority.history.authority(), &body.signed(header));
            *bytes = body.to_bytes();
        })
    };
    let to = new.reply().recipient();
    let binding = moved.envelope.header.binding();
    for heirloom in [Vec::new(), b"no age file".to_vec(), seal_key(&binding, &[7; 64], &to).unwrap()] {
        let timeline = timeline(&moved.authority, filed, &[&with(heirloom)]).unwrap();
        assert!(timeline.reporter().older_identities(new).is_empty());
    }
    // The seed is another one than the recipient before was made of.
    let content = [7; 64];
    let mut envelope = with(seal_key(&binding, &content, &to).unwrap());
    envelope.header.commitment = hash(&content);
    let heirloom = UntrustedMove::parse(envelope.ciphertext.as_ref().unwrap()).unwrap().heirloom;
    let heirloom = Heirloom { binding, commitment: hash(&content), ciphertext: heirloom };
    assert!(heirloom.open(new.reply(), &moved.old.reply().recipient()).is_none());
    assert!(
        heirloom
            .open(new.reply(), &Identity::hybrid_from_seed(&Secret::from_slice(&[7; 32]).unwrap()).recipient())
            .is_some()
    );
}

#[test]
fn a_case_whose_move_is_withheld_or_doubled_is_refused() {
    let moved = moved();
    let opened = |more: &[&SealedEnvelope]| timeline(&moved.authority, &moved.filed, more).err();
    let mut bare = moved.envelope.clone();
    bare.ciphertext = None;
    assert!(matches!(opened(&[&bare]), Some(TimelineError::Missing)));
    let other = moves(&moved.authority, &moved.filed, &moved.old, &token_keys(&moved.authority));
    assert!(matches!(opened(&[&moved.envelope, &other]), Some(TimelineError::Fork)));
}

proptest! {
    #[test]
    fn any_bytes_are_read_as_they_are_written_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(body) = UntrustedMove::parse(&bytes) {
            prop_assert_eq!(body.to_bytes(), bytes);
        }
    }

    #[test]
    fn whoever_knows_the_old_token_changes_nothing_in_a_move(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let moved = moved();
        let forged = moved.forged(|_, body| {
            let place = place.index(body.len());
            body[place] ^= 1 << bit;
        });
        prop_assert!(moved.follow(&forged).is_err());
        let cut = moved.forged(|_, body| body.truncate(place.index(body.len())));
        prop_assert!(moved.follow(&cut).is_err());
        prop_assert!(UntrustedMove::parse(&[moved.body(), vec![0]].concat()).is_err());
    }
}
