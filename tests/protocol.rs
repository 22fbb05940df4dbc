//! The whole protocol without server or network: what everybody can and cannot do in one case.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::Write;
use std::sync::Arc;

use amparo::clock::Day;
use amparo::protocol::bytes::{Hash, MemberId, TaskId};
use amparo::protocol::card::CardError;
use amparo::protocol::content::{DeskBody, DeskEntry, IdentityCard, State, Task, Urgency};
use amparo::protocol::desk_case::{Content, DeskCase, DeskCaseError, Entries};
use amparo::protocol::envelope::{
    Chain, EnvelopeError, Lane, Reporter, Sealed, SealedEnvelope, Timeline, TimelineError, UntrustedEnvelope,
};
use amparo::protocol::example::{self, Authority, DAY, untrusted_card};
use amparo::protocol::files::{FilePlace, Files};
use amparo::protocol::grant::{self, SealedGrant, UntrustedGrant};
use amparo::protocol::keys::CaseKey;
use amparo::protocol::own_case::{OwnCase, OwnCaseError, OwnEntry};
use amparo::protocol::report::{Draft, DraftError, Submission};
use amparo::protocol::seal::ChunkedHash;
use amparo::protocol::sealed::{Kind, SealingError, Text, open_key};
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use ring::rand::SystemRandom;

fn today() -> Day {
    DAY.parse().unwrap()
}

fn token_keys(authority: &Authority) -> TokenKeys {
    let token = Token::generate(&SystemRandom::new()).unwrap();
    TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new())
}

fn seal_file(place: &FilePlace, files: &mut Files, name: &str, content: &[u8]) -> (Hash, Vec<u8>) {
    let mut sealer = place.sealer(Vec::new(), &SystemRandom::new()).unwrap();
    sealer.write_all(content).unwrap();
    let (ciphertext, sealed) = sealer.finish().unwrap();
    let mut hash = ChunkedHash::new();
    hash.update(&ciphertext);
    let hash = Hash(hash.finish());
    files.add(sealed, hash, ciphertext.len() as u64, name.to_owned(), "text/plain".to_owned());
    (hash, ciphertext)
}

/// A server that keeps what it is given.
struct Case {
    authority: Arc<Authority>,
    keys: TokenKeys,
    submission: Submission,
}

impl Case {
    fn file(left_out: &[usize], identity: Option<&IdentityCard>) -> Result<Self, DraftError> {
        let authority = Arc::new(example::authority(&SystemRandom::new()));
        Self::file_with(&authority, left_out, identity)
    }

    fn file_with(
        authority: &Arc<Authority>,
        left_out: &[usize],
        identity: Option<&IdentityCard>,
    ) -> Result<Self, DraftError> {
        let rng = SystemRandom::new();
        let keys = token_keys(authority);
        let left_out: Vec<MemberId> = left_out.iter().map(|&member| authority.members[member].id).collect();
        let draft = Draft::begin(&authority.history, "works", &left_out, &keys, today(), &rng)?;
        let submission = draft.finish(example::story("They asked for ten percent."), identity, &rng)?;
        Ok(Self { authority: Arc::clone(authority), keys, submission })
    }

    fn at_desk(&self, member: usize) -> Result<DeskCase, DeskCaseError> {
        let Submission { card, grants, envelopes, .. } = &self.submission;
        example::desk_case(&self.authority, member, card, grants, envelopes)
    }

    fn returning(&self) -> Result<OwnCase, OwnCaseError> {
        let envelopes = self.submission.envelopes.iter().map(UntrustedEnvelope::from).collect();
        let card = untrusted_card(&self.submission.card);
        OwnCase::open(Arc::clone(&self.authority.history), &card, envelopes, &self.keys)
    }

    fn take(&mut self, entries: Entries) {
        self.submission.envelopes.extend(entries.envelopes);
        self.submission.grants.extend(entries.grants);
    }
}

fn answer(case: &mut Case, member: usize, text: &str, state: Option<State>) {
    let key = &case.authority.members[member];
    let entries = case.at_desk(member).unwrap().answer(key, text, state, today(), &SystemRandom::new()).unwrap();
    case.take(entries);
}

fn rekey(case: &mut Case, member: usize) {
    let key = &case.authority.members[member];
    let entries = case.at_desk(member).unwrap().rekey(key, today(), &SystemRandom::new()).unwrap();
    case.take(entries);
}

#[test]
fn a_case_from_report_to_closing() {
    let rng = SystemRandom::new();
    let mut case = Case::file(&[], None).unwrap();
    assert!(!case.at_desk(0).unwrap().has_desk_key());
    rekey(&mut case, 0);
    answer(&mut case, 0, "We have read it.\r\nWho asked?", Some(State::Acknowledged));

    let own = case.returning().unwrap();
    assert_eq!(own.answers()[0].answer.text, "We have read it.\nWho asked?");
    assert_eq!(own.answers()[0].member, case.authority.members[0].id);
    assert_eq!(own.state(), (State::Acknowledged, today()));
    let mut files = Files::default();
    let content = vec![7; 200_000];
    let (hash, ciphertext) = seal_file(&own.place(), &mut files, "photo.jpg", &content);
    let message = own.message(&case.keys, "The deputy.", &files, today(), &rng).unwrap();
    case.submission.envelopes.extend(message);
    let own = case.returning().unwrap();
    assert!(matches!(own.entries()[..], [OwnEntry::Filed(0), OwnEntry::Answer(_), OwnEntry::Sent(1)]));

    let desk = case.at_desk(1).unwrap();
    assert!(desk.entries().iter().any(|e| matches!(&e.content, Content::Message(m) if m.text == "The deputy.")));
    let listed: Vec<_> = desk.attachments().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(listed, [("photo.jpg", 200_000)]);
    let mut out = Vec::new();
    let length = desk.open_attachment(&hash, || Ok(Box::new(std::io::Cursor::new(ciphertext.clone()))), &mut out);
    out.truncate(usize::try_from(length.unwrap()).unwrap());
    assert!(out == content);

    let key = &case.authority.members[1];
    let note = desk.note(key, "Ask the registry.", today(), &rng).unwrap();
    case.take(note);
    answer(&mut case, 1, "", Some(State::Closed));
    assert_eq!(case.returning().unwrap().state().0, State::Closed);
    let desk = case.at_desk(0).unwrap();
    let is_note = |entry: &DeskEntry| matches!(&entry.body, DeskBody::Note { text } if text == "Ask the registry.");
    let note = desk.entries().iter().position(|e| matches!(&e.content, Content::Desk(entry) if is_note(entry)));
    let closing =
        desk.entries().iter().position(|e| matches!(&e.content, Content::Answer(a) if a.state == Some(State::Closed)));
    assert!(note.unwrap() < closing.unwrap(), "what was written first stands first");
    let own = case.returning().unwrap();
    case.submission.envelopes.push(own.forget(&case.keys, today(), &rng).unwrap());
    assert!(matches!(case.at_desk(0).unwrap().entries().last().unwrap().content, Content::Forget));
}

#[test]
fn what_members_make_of_a_case_is_what_was_said_last_at_every_desk() {
    let rng = SystemRandom::new();
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    let labels = |names: &[&str]| DeskBody::Labels { labels: names.iter().map(|&name| name.to_owned()).collect() };
    let keep = |case: &Case, member: usize, body: DeskBody| {
        case.at_desk(member).unwrap().keep(&case.authority.members[member], body, today(), &rng).unwrap()
    };
    // However much one has written, what the other writes after reading it stands after all of it.
    for number in 0..4 {
        let task = Task { id: TaskId([number; 8]), text: format!("Task {number}"), due: None, done: false };
        let entries = keep(&case, 0, DeskBody::Task(task));
        case.take(entries);
    }
    let entries = keep(&case, 0, labels(&["bridge"]));
    case.take(entries);
    let entries = keep(&case, 1, labels(&["bridge", "tender"]));
    case.take(entries);
    answer(&mut case, 0, "Thank you.", None);
    for member in [0, 1] {
        let desk = case.at_desk(member).unwrap();
        let work = desk.casework();
        assert_eq!((work.labels, work.tasks.len()), (&["bridge".to_owned(), "tender".to_owned()][..], 4));
        assert!(matches!(desk.entries().last().unwrap().content, Content::Answer(_)), "as they were written");
    }
    // What two write at once is decided alike.
    let both = [(0, Urgency::High), (1, Urgency::Low)].map(|(member, to)| keep(&case, member, DeskBody::Urgency(to)));
    for entries in both {
        case.take(entries);
    }
    let seen = [0, 1].map(|member| case.at_desk(member).unwrap().casework().urgency);
    assert!(seen[0] == seen[1] && seen[0] != Urgency::Normal);
    // The reporter is shown none of it, and nothing that they are shown points at it.
    case.submission.envelopes.retain(|envelope| envelope.header.kind != Kind::Desk);
    assert_eq!(case.returning().unwrap().answers().len(), 1);
}

#[test]
fn only_the_units_investigators_open_a_case() {
    let case = Case::file(&[], None).unwrap();
    assert!(case.at_desk(0).is_ok() && case.at_desk(1).is_ok());
    for stranger in [2, 3, 4] {
        assert!(matches!(case.at_desk(stranger), Err(DeskCaseError::NotGranted)));
    }
}

#[test]
fn who_is_left_out_never_gets_in_and_nothing_outside_shows_it() {
    let mut case = Case::file(&[0], None).unwrap();
    let plain = Case::file(&[], None).unwrap();
    let outside = |case: &Case| -> Vec<_> {
        case.submission.grants.iter().map(|g| (g.grant.kind, g.ciphertext.len(), g.signatures.is_some())).collect()
    };
    assert_eq!(outside(&case), outside(&plain));
    assert!(matches!(case.at_desk(0), Err(DeskCaseError::NotGranted)));
    rekey(&mut case, 1);
    let desk_grants = case.submission.grants.iter().filter(|g| g.grant.key_id.is_some());
    assert_eq!(desk_grants.map(|g| g.grant.member).collect::<Vec<_>>(), [0, 1].map(|m| case.authority.members[m].id));
    assert!(matches!(case.at_desk(0), Err(DeskCaseError::NotGranted)));
    assert_eq!(case.at_desk(1).unwrap().left_out(), [case.authority.members[0].id]);
    assert!(matches!(Case::file(&[0, 1], None), Err(DraftError::NobodyLeft)));
}

#[test]
fn the_maker_of_the_case_key_reads_nothing_that_comes_after_the_rekey() {
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    answer(&mut case, 0, "After.", None);
    // A member who only ever had the case key stands for whoever made it.
    case.submission
        .grants
        .retain(|grant| grant.grant.key_id.is_none() || grant.grant.member != case.authority.members[1].id);
    let desk = case.at_desk(1).unwrap();
    assert_eq!(desk.report().fields.get("what"), "They asked for ten percent.");
    let unreadable = desk.entries().iter().filter(|entry| matches!(entry.content, Content::Unreadable));
    assert_eq!(unreadable.count(), 2);
    let key = &case.authority.members[1];
    let refused = desk.answer(key, "To whom?", None, today(), &SystemRandom::new());
    assert!(matches!(refused, Err(SealingError::NoDeskKey)));
    assert!(!desk.has_desk_key());
    rekey(&mut case, 1);
    assert!(case.at_desk(0).unwrap().has_desk_key() && case.at_desk(1).unwrap().has_desk_key());
}

#[test]
fn the_last_word_stands_last_however_much_others_have_written() {
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    for _ in 0..5 {
        answer(&mut case, 0, "More.", Some(State::Open));
    }
    answer(&mut case, 1, "Done.", Some(State::Closed));
    assert_eq!(case.returning().unwrap().state().0, State::Closed);
    rekey(&mut case, 1);
    let newest = case.submission.grants.last().unwrap().grant.key_id.unwrap();
    let place = case.at_desk(0).unwrap();
    let Some(Content::Rekey(last)) = place.entries().last().map(|entry| &entry.content) else {
        panic!("no rekey last")
    };
    assert_eq!(grant::key_id(&last.recipient), newest);
}

/// What a member with the case key can do who keeps to none of the rules.
fn hostile(case: &mut Case, member: usize, kind: Kind, main: &[u8], reply: Option<&[u8]>) {
    let rng = SystemRandom::new();
    let authority = Arc::clone(&case.authority);
    let key = &authority.members[member];
    let card = case.submission.card.clone();
    let grant = case.submission.grants.iter().find(|grant| grant.grant.member == key.id).unwrap();
    let case_key = CaseKey(open_key(key.identity(), &grant.grant.binding(), &grant.ciphertext).unwrap());
    let envelopes = case.submission.envelopes.iter().map(UntrustedEnvelope::from).collect();
    let timeline = Timeline::open(&authority.history, &card, envelopes).unwrap();
    let lane = if kind == Kind::Desk { Lane::Desk } else { Lane::Case };
    let signing = case_key.signing();
    let mut chain = Chain::resume(authority.history.authority(), &card, key.signing(), Some(&signing), lane, &timeline);
    let text = Text::new(&chain.binding(kind), b"{}", &rng).unwrap();
    let sealed = Sealed::text(text.commitment, main.to_vec(), reply.map(<[u8]>::to_vec));
    case.submission.envelopes.push(chain.push(kind, sealed));
}

#[test]
fn one_member_cannot_hide_a_case_from_colleagues_or_from_its_reporter() {
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    answer(&mut case, 0, "We have it.", None);
    hostile(&mut case, 1, Kind::Answer, b"no file", Some(b"no file either"));
    hostile(&mut case, 1, Kind::Desk, b"", None);
    let desk = case.at_desk(0).unwrap();
    assert!(desk.has_desk_key());
    assert_eq!(desk.entries().iter().filter(|entry| matches!(entry.content, Content::Unreadable)).count(), 2);
    let own = case.returning().unwrap();
    assert_eq!((own.answers().len(), own.unreadable()), (1, 1));

    // A desk key that nobody has: colleagues see it, write nothing under it, and make another.
    hostile(&mut case, 1, Kind::Rekey, b"", Some(b""));
    assert!(!case.at_desk(0).unwrap().has_desk_key());
    rekey(&mut case, 0);
    assert!(case.at_desk(0).unwrap().has_desk_key());
    answer(&mut case, 0, "Go on.", None);
    assert_eq!(case.returning().unwrap().answers().last().unwrap().answer.text, "Go on.");
}

#[test]
fn a_reporters_copy_that_is_not_shown_is_noticed() {
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    answer(&mut case, 0, "One.", None);
    for envelope in case.submission.envelopes.iter_mut().filter(|envelope| envelope.header.kind.has_reply()) {
        envelope.reply = None;
    }
    assert!(matches!(case.returning().err(), Some(OwnCaseError::Timeline(TimelineError::Missing))));
    case.submission.envelopes.iter_mut().for_each(|envelope| envelope.ciphertext = None);
    assert!(matches!(case.at_desk(0), Err(DeskCaseError::Timeline(TimelineError::Missing))));
}

#[test]
fn a_member_cannot_pass_for_a_reporter() {
    let case = Case::file(&[], None).unwrap();
    let key = case.authority.members[1].signing();
    let mut card = case.submission.card.card().clone();
    card.author = key.verifying_key();
    let card = card.sign(case.authority.history.authority(), key);
    assert_eq!(untrusted_card(&card).verify(&case.authority.history), Err(CardError::Member));
}

#[test]
fn confidential_and_anonymous_reports_look_alike() {
    let identity =
        IdentityCard { name: "Ana".to_owned(), contact: "+100".to_owned(), safe_contact: "evenings".to_owned() };
    let confidential = Case::file(&[], Some(&identity)).unwrap();
    let anonymous = Case::file(&[], None).unwrap();
    let shape = |case: &Case| -> Vec<_> { case.submission.envelopes.iter().map(|e| (e.header.kind, e.size)).collect() };
    assert_eq!(shape(&confidential), shape(&anonymous));
    assert_eq!(confidential.submission.grants.len(), anonymous.submission.grants.len());
    assert!(matches!(Case::file(&[3], Some(&identity)), Err(DraftError::TooFewCustodians)));
    let mut long = IdentityCard::default();
    long.name = "x".repeat(5000);
    assert!(matches!(Case::file(&[], Some(&long)), Err(DraftError::IdentityTooLong)));
}

#[test]
fn nothing_is_sealed_to_an_expired_manifest_but_a_case_goes_on() {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let keys = token_keys(&authority);
    let begin = |day: Day| Draft::begin(&authority.history, "works", &[], &keys, day, &rng);
    let last = authority.history.current().expires;
    assert!(begin(last).is_ok());
    assert!(matches!(begin(last.plus(1).unwrap()), Err(DraftError::Expired)));
    assert!(matches!(begin(today().plus(-1).unwrap()), Err(DraftError::Expired)));
    assert!(matches!(Draft::begin(&authority.history, "none", &[], &keys, last, &rng), Err(DraftError::NoUnit)));
}

fn refused(case: &Case) -> bool {
    case.at_desk(0).is_err()
}

#[test]
fn every_flipped_byte_of_what_is_stored_is_refused() {
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    answer(&mut case, 0, "Answer.", None);
    let Submission { card, grants, envelopes, .. } = &case.submission;
    let grants: Vec<_> = grants.iter().map(UntrustedGrant::from).collect();
    let envelopes: Vec<_> = envelopes.iter().map(UntrustedEnvelope::from).collect();
    let open = |grants: &[UntrustedGrant], envelopes: &[UntrustedEnvelope]| {
        let history = Arc::clone(&case.authority.history);
        DeskCase::open(history, &case.authority.members[0], &untrusted_card(card), grants, envelopes.to_vec()).is_ok()
    };
    assert!(open(&grants, &envelopes));
    let flips = |bytes: &[u8]| (0..bytes.len()).step_by(bytes.len() / 16 + 1);
    for (place, envelope) in envelopes.iter().enumerate() {
        let check = |part: fn(&mut UntrustedEnvelope) -> Option<&mut Vec<u8>>| {
            let mut all = envelopes.clone();
            let Some(bytes) = part(&mut all[place]).map(|bytes| bytes.clone()) else { return };
            for byte in flips(&bytes) {
                part(&mut all[place]).unwrap()[byte] ^= 0x10;
                assert!(!open(&grants, &all), "envelope {place} byte {byte} of {}", envelope.size);
                part(&mut all[place]).unwrap()[byte] ^= 0x10;
            }
        };
        check(|e| Some(&mut e.header));
        check(|e| Some(&mut e.signature));
        check(|e| e.case_signature.as_mut());
        check(|e| e.ciphertext.as_mut());
        check(|e| e.reply.as_mut());
    }
    for place in 0..grants.len() {
        let check = |part: fn(&mut UntrustedGrant) -> Option<&mut Vec<u8>>| {
            let mut all = grants.clone();
            let Some(bytes) = part(&mut all[place]).map(|bytes| bytes.clone()) else { return };
            for byte in flips(&bytes) {
                part(&mut all[place]).unwrap()[byte] ^= 0x10;
                assert!(!open(&all, &envelopes), "grant {place} byte {byte}");
                part(&mut all[place]).unwrap()[byte] ^= 0x10;
            }
        };
        check(|g| Some(&mut g.body));
        check(|g| g.ciphertext.as_mut());
        check(|g| g.signature.as_mut());
        check(|g| g.case_signature.as_mut());
    }
}

#[test]
fn a_piece_moved_to_another_case_kind_or_author_is_refused() {
    let first = Case::file(&[], None).unwrap();
    let second = Case::file_with(&first.authority, &[], None).unwrap();
    let submission = &first.submission;
    let swapped = |change: &dyn Fn(&mut Vec<SealedEnvelope>, &mut Vec<SealedGrant>)| {
        let (mut envelopes, mut grants) = (second.submission.envelopes.clone(), second.submission.grants.clone());
        change(&mut envelopes, &mut grants);
        let moved = Submission { card: second.submission.card.clone(), envelopes, grants, locator_hash: Hash([0; 32]) };
        refused(&Case {
            authority: Arc::clone(&second.authority),
            keys: token_keys(&second.authority),
            submission: moved,
        })
    };
    assert!(!swapped(&|_, _| ()));
    assert!(swapped(&|envelopes, _| envelopes[0] = submission.envelopes[0].clone()));
    assert!(swapped(&|_, grants| grants[0] = submission.grants[0].clone()));
    assert!(swapped(&|envelopes, _| envelopes[0].ciphertext = submission.envelopes[0].ciphertext.clone()));
    assert!(swapped(&|envelopes, _| envelopes[0].header.kind = envelopes[1].header.kind));
    assert!(swapped(&|envelopes, _| envelopes[0].header.author = authority_key(&second.authority)));
    assert!(swapped(&|_, grants| grants[0].grant.member = second.authority.members[1].id));
    assert!(swapped(&|_, grants| {
        grants.pop();
    }));
    assert!(swapped(&|envelopes, _| {
        envelopes.pop();
        envelopes.remove(0);
    }));
}

fn authority_key(authority: &Authority) -> amparo::protocol::sign::VerifyingKey {
    authority.members[0].signing().verifying_key()
}

#[test]
fn what_a_server_withholds_or_doubles_is_noticed() {
    let mut case = Case::file(&[], None).unwrap();
    rekey(&mut case, 0);
    answer(&mut case, 0, "One.", None);
    answer(&mut case, 0, "Two.", None);
    let without = |place: usize| {
        let mut envelopes: Vec<_> = case.submission.envelopes.iter().map(UntrustedEnvelope::from).collect();
        envelopes.remove(place);
        let card = untrusted_card(&case.submission.card);
        OwnCase::open(Arc::clone(&case.authority.history), &card, envelopes, &case.keys).err()
    };
    let answer_one = case.submission.envelopes.len() - 2;
    assert!(matches!(without(answer_one), Some(OwnCaseError::Timeline(TimelineError::Missing))));
    assert!(matches!(without(0), Some(OwnCaseError::Timeline(TimelineError::NoReport))));
    let doubled = case.submission.envelopes[answer_one].clone();
    case.submission.envelopes.push(doubled);
    assert!(matches!(case.returning().err(), Some(OwnCaseError::Timeline(TimelineError::Fork))));
}

#[test]
fn a_colleague_who_was_left_out_cannot_speak_in_the_case() {
    let case = Case::file(&[1], None).unwrap();
    // The colleague has a key of the unit but not the case key: the best they can do is sign both places themselves.
    let mut other = Case::file_with(&case.authority, &[], None).unwrap();
    answer(&mut other, 1, "Withdraw it, we know who you are.", None);
    let forged = other.submission.envelopes.last().unwrap().clone();
    let card = &case.submission.card;
    let mut moved = forged.clone();
    moved.header.card = card.hash();
    moved.header.case = card.card().case;
    moved.header.seen = None;
    let verified = UntrustedEnvelope::from(&moved).verify(&case.authority.history, card, &Reporter::of(card));
    assert!(matches!(verified, Err(EnvelopeError::Signature)));
    let verified = UntrustedEnvelope::from(&forged).verify(&case.authority.history, card, &Reporter::of(card));
    assert!(matches!(verified, Err(EnvelopeError::Misplaced)));
}
