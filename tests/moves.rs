//! A case that the server made the token of moves to a token of the reporter's own, and the old one is worth nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::net::SocketAddr;
use std::sync::Arc;

use amparo::blobs::Blobs;
use amparo::clock::Clock;
use amparo::config::Config;
use amparo::http::body::BodyLimits;
use amparo::http::member;
use amparo::http::reporter::{self, Reporter};
use amparo::intake::{Intake, IntakeError, Settings};
use amparo::listener::{Limits, serve};
use amparo::protocol::bytes::{CaseId, Hash};
use amparo::protocol::card::UntrustedCard;
use amparo::protocol::content::State;
use amparo::protocol::desk_case::{Content, DeskCase, DeskCaseError};
use amparo::protocol::envelope::{
    Chain, EnvelopeError, Lane, Sealed, SealedEnvelope, Timeline, TimelineError, UntrustedEnvelope,
};
use amparo::protocol::example::{self, Authority};
use amparo::protocol::files::Files;
use amparo::protocol::own_case::{OwnCase, OwnCaseError};
use amparo::protocol::sealed::{Kind, SealingError, Text, open_text};
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::reporter::{CaseRequest, ForgetRequest, Locator, MoveRequest, NewMessage, OwnCaseBody};
use amparo::store::envelopes::{self, Part};
use amparo::store::{Store, cases};
use common::client::{Answer, Form, filed, open_case, post, request, talk};
use common::desk::Desk;
use common::server::today;
use ring::rand::SystemRandom;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Both sides of a server on loopback, with its intake and its database at hand.
struct World {
    authority: Authority,
    intake: Arc<Intake>,
    store: Store,
    reporter: SocketAddr,
    member: SocketAddr,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl World {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let authority = example::authority_on(today(), &SystemRandom::new());
        let (intake, store, reporter, member) = runtime.block_on(async {
            let store = Store::open(&data.join("amparo.db")).await.unwrap();
            let blobs = Blobs::open(&data.join("blobs")).unwrap();
            let (history, rng) = (Arc::clone(&authority.history), Arc::new(SystemRandom::new()));
            let intake = Intake::new(store.clone(), blobs, history, Clock::system(), rng, Settings::new(data));
            let intake = Arc::new(intake);
            let config = Config::default();
            let pages = reporter::router(Reporter::new(Arc::clone(&intake), &config).unwrap());
            let reporter = listen(pages).await;
            let second = std::time::Duration::from_secs(20);
            let limits = BodyLimits { size: 1 << 20, stall: second, whole: second };
            let member = listen(member::router(Arc::clone(&intake), limits)).await;
            (intake, store, reporter, member)
        });
        Self { authority, intake, store, reporter, member, runtime, _folder: folder }
    }

    fn keys(&self, token: &str) -> TokenKeys {
        let token = Token::parse(token).unwrap();
        TokenKeys::derive(&token, self.authority.history.authority(), &mut TokenArena::new())
    }

    fn desk(&self, member: usize) -> Desk<'_> {
        Desk::new(self.member, &self.authority, member)
    }

    /// Card and envelopes as a server shows them to whoever holds a token of the case.
    fn shown(&self, case: CaseId) -> (UntrustedCard, Vec<UntrustedEnvelope>) {
        self.runtime.block_on(async {
            let mut read = self.store.read().await.unwrap();
            let row = cases::by_id(&mut read, &case.0).await.unwrap().unwrap();
            let card = UntrustedCard { bytes: row.card, signature: row.card_signature };
            let mut shown = Vec::new();
            for row in envelopes::of_case(&mut read, &case.0).await.unwrap() {
                if row.lane == envelopes::Lane::Desk {
                    continue;
                }
                let body = envelopes::ciphertext(&mut read, &row.hash, Part::Main).await.unwrap();
                let ciphertext = body.filter(|_| row.kind == Kind::Move as u8);
                let reply = envelopes::ciphertext(&mut read, &row.hash, Part::Reply).await.unwrap();
                let envelopes::Envelope { header, signature, case_signature, size, .. } = row;
                shown.push(UntrustedEnvelope { header, signature, case_signature, ciphertext, reply, size });
            }
            (card, shown)
        })
    }

    fn own(&self, case: CaseId, keys: &TokenKeys) -> Result<OwnCase, OwnCaseError> {
        let (card, envelopes) = self.shown(case);
        OwnCase::open(Arc::clone(&self.authority.history), &card, envelopes, keys)
    }

    /// Asks for a move; status, and the problem's name when there is one.
    fn moves(&self, old: &TokenKeys, new: &TokenKeys, envelope: &SealedEnvelope) -> (u16, String) {
        let (locator, locator_hash) = (Locator(old.locator().clone()), new.locator_hash());
        let asked = MoveRequest { locator, locator_hash, envelope: envelope.into() };
        self.ask("/v1/case/move", &asked)
    }

    fn ask(&self, path: &str, body: &impl serde::Serialize) -> (u16, String) {
        let answer = self.post(path, body);
        let problem = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_default();
        let name = problem["type"].as_str().unwrap_or_default().trim_start_matches("urn:amparo:problem:");
        (answer.status, name.to_owned())
    }

    fn post(&self, path: &str, body: &impl serde::Serialize) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        let head = request("POST", path, "content-type: application/json\r\n", &body);
        talk(self.reporter, &[head.as_bytes(), &body].concat()).unwrap()
    }

    /// Makes a token and moves the case to it, as the reporter's device does.
    fn moved(&self, case: CaseId, old: &TokenKeys) -> (String, TokenKeys) {
        let token = Token::generate(&SystemRandom::new()).unwrap().expose().to_owned();
        let new = self.keys(&token);
        let envelope = self.own(case, old).unwrap().moved_to(old, &new, &SystemRandom::new()).unwrap();
        assert_eq!(self.moves(old, &new, &envelope), done());
        (token, new)
    }

    /// What somebody who knows an older token can seal at the end of the chain, keeping to all rules but one.
    fn old_voice(&self, case: CaseId, keys: &TokenKeys, kind: Kind) -> SealedEnvelope {
        let (card, envelopes) = self.shown(case);
        let history = &self.authority.history;
        let card = card.verify(history).unwrap();
        let timeline = Timeline::open(history, &card, envelopes).unwrap();
        let mut chain = Chain::resume(history.authority(), &card, keys.author(), None, Lane::Case, &timeline);
        let content = format!(r#"{{"day":"{}","text":"I made it all up.","attachments":[]}}"#, today());
        let text = Text::new(&chain.binding(kind), content.as_bytes(), &SystemRandom::new()).unwrap();
        let ciphertext = text.seal_to(&card.card().case_recipient).unwrap();
        chain.push(kind, Sealed::text(text.commitment, ciphertext, None))
    }

    /// The case as a desk sees it that a server shows `more` besides.
    fn desk_with(&self, case: CaseId, more: &[&SealedEnvelope]) -> Result<DeskCase, DeskCaseError> {
        let member = &self.authority.members[0];
        let body = self.runtime.block_on(self.intake.read_case(member.id, case)).unwrap();
        let (card, grants, mut envelopes) = body.into_untrusted();
        envelopes.extend(more.iter().copied().map(UntrustedEnvelope::from));
        DeskCase::open(Arc::clone(&self.authority.history), member, &card, &grants, envelopes)
    }
}

fn done() -> (u16, String) {
    (204, String::new())
}

fn problem(status: u16, name: &str) -> (u16, String) {
    (status, name.to_owned())
}

async fn listen(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, router, Limits::default(), std::future::pending()));
    address
}

fn message(address: SocketAddr, token: &str, text: &str) -> Answer {
    Form::default().text("form", "").text("token", token).text("text", text).send(address, "/en/case/message")
}

fn says_moved(address: SocketAddr, token: &str) {
    let page = open_case(address, token);
    page.says(410, "This case has moved");
    for told in ["Public works", "Received", "Acknowledged", "First answer", token] {
        assert!(!page.text().contains(told), "{told}: {}", page.text());
    }
    message(address, token, "Late.").says(410, "This case has moved");
    for confirm in ["", "yes"] {
        let forget = post(address, "/en/case/forget", &[("token", token), ("confirm", confirm)]);
        forget.says(410, "This case has moved");
    }
}

fn answers(case: &OwnCase) -> Vec<&str> {
    case.answers().iter().map(|read| read.answer.text.as_str()).collect()
}

#[test]
fn the_old_token_tells_only_that_the_case_has_moved_and_the_new_one_does_everything() {
    let world = World::start();
    let first = filed(world.reporter, &Form::report());
    let mut desk = world.desk(0);
    let case = desk.cases().cases[0].id;
    desk.answer(&case, "First answer.", Some(State::Acknowledged));
    message(world.reporter, &first, "One more thing.").says(200, "");

    let first_keys = world.keys(&first);
    let (second, second_keys) = world.moved(case, &first_keys);
    says_moved(world.reporter, &first);
    assert!(matches!(world.own(case, &first_keys), Err(OwnCaseError::Moved)));
    for language in ["fr", "ar"] {
        assert_eq!(post(world.reporter, &format!("/{language}/case"), &[("token", &first)]).status, 410);
    }

    let page = open_case(world.reporter, &second);
    page.says(200, "First answer.");
    page.says(200, "You moved the case to another token");
    let member = desk.open(&case);
    assert!(matches!(member.entries().last().unwrap().content, Content::Moved));
    assert_eq!(member.entries().last().unwrap().member, None);
    desk.answer(&case, "Second answer.", None);
    message(world.reporter, &second, "From my own token.").says(200, "");
    let page = open_case(world.reporter, &second);
    page.says(200, "First answer.");
    page.says(200, "Second answer.");
    let seen = desk.open(&case);
    assert!(seen.entries().iter().any(|entry| {
        entry.member.is_none() && matches!(&entry.content, Content::Message(said) if said.text == "From my own token.")
    }));

    // What came after the move is sealed to the new token alone.
    let (_, shown) = world.shown(case);
    let last = shown.iter().filter(|envelope| envelope.reply.is_some()).find_map(|envelope| {
        let header = amparo::protocol::envelope::Header::parse(&envelope.header).unwrap();
        let opens = |keys: &TokenKeys| {
            let opened =
                open_text(keys.reply(), &header.binding(), &header.commitment, envelope.reply.as_ref().unwrap());
            opened.is_ok_and(|text| String::from_utf8_lossy(text.expose()).contains("Second answer."))
        };
        (opens(&first_keys) || opens(&second_keys)).then(|| (opens(&first_keys), opens(&second_keys)))
    });
    assert_eq!(last, Some((false, true)));

    // Once more: each heirloom opens the one before.
    let (third, third_keys) = world.moved(case, &second_keys);
    desk.answer(&case, "Third answer.", Some(State::Closed));
    let own = world.own(case, &third_keys).unwrap();
    assert_eq!(answers(&own), ["First answer.", "Second answer.", "Third answer."]);
    assert_eq!((own.unreadable(), own.state().0), (0, State::Closed));
    for older in [&first, &second] {
        says_moved(world.reporter, older);
    }
    assert!(matches!(world.own(case, &second_keys), Err(OwnCaseError::Moved)));
    let back = own.moved_to(&third_keys, &first_keys, &SystemRandom::new());
    assert!(matches!(back, Err(SealingError::TokenUsed)));
    let stranger = world.keys(Token::generate(&SystemRandom::new()).unwrap().expose());
    assert!(matches!(world.own(case, &stranger), Err(OwnCaseError::OtherAuthor)));

    let forget = post(world.reporter, "/en/case/forget", &[("token", &third), ("confirm", "yes")]);
    forget.says(200, "This case has been forgotten");
    for token in [&first, &second, &third] {
        open_case(world.reporter, token).says(404, "There is no case with this token here");
    }
    assert!(desk.open(&case).entries().iter().any(|entry| matches!(entry.content, Content::Forget)));
}

#[test]
fn what_an_older_token_signs_is_refused_by_the_server_by_desks_and_by_the_reporter() {
    let world = World::start();
    let token = filed(world.reporter, &Form::report());
    let mut desk = world.desk(0);
    let case = desk.cases().cases[0].id;
    let old = world.keys(&token);
    let before = world.old_voice(case, &old, Kind::Message);
    let (_, new) = world.moved(case, &old);
    let after = world.old_voice(case, &old, Kind::Message);

    // A server that shows it all the same: in place of what stands there, or behind it.
    for forged in [&before, &after] {
        assert!(world.desk_with(case, &[forged]).is_err());
        let (card, mut envelopes) = world.shown(case);
        envelopes.push(forged.into());
        assert!(OwnCase::open(Arc::clone(&world.authority.history), &card, envelopes, &new).is_err());
    }
    let refused = world.desk_with(case, &[&after]).err();
    assert!(matches!(refused, Some(DeskCaseError::Timeline(TimelineError::Envelope(EnvelopeError::Signature)))));

    // The server itself takes no second move, neither by the old token nor by one that does not know the case.
    let third = world.keys(Token::generate(&SystemRandom::new()).unwrap().expose());
    assert_eq!(world.moves(&old, &third, &after), problem(410, "moved"));
    assert_eq!(world.moves(&third, &old, &after), problem(404, "not-found"));
    let by_old = world.old_voice(case, &old, Kind::Move);
    assert_eq!(world.moves(&new, &third, &by_old), problem(422, "refused"));
    desk.answer(&case, "Still here.", None);
    assert_eq!(answers(&world.own(case, &new).unwrap()), ["Still here."]);
}

#[test]
fn a_move_is_taken_once_at_the_end_of_the_chain_and_repeating_it_is_harmless() {
    let world = World::start();
    let rng = SystemRandom::new();
    let (token, other) = (filed(world.reporter, &Form::report()), filed(world.reporter, &Form::report()));
    let (old, other) = (world.keys(&token), world.keys(&other));
    let case =
        world.desk(0).cases().cases.iter().map(|listed| listed.id).find(|id| world.own(*id, &old).is_ok()).unwrap();
    let new = world.keys(Token::generate(&rng).unwrap().expose());
    let stale = world.own(case, &old).unwrap().moved_to(&old, &new, &rng).unwrap();
    message(world.reporter, &token, "Quicker.").says(200, "");
    assert_eq!(world.moves(&old, &new, &stale), problem(409, "conflict"));

    let own = world.own(case, &old).unwrap();
    let envelope = own.moved_to(&old, &new, &rng).unwrap();
    let to_other = own.moved_to(&old, &other, &rng).unwrap();
    assert_eq!(world.moves(&old, &other, &to_other), problem(422, "refused"), "it finds another case");
    assert_eq!(world.moves(&old, &old, &envelope), problem(422, "refused"), "it finds this case");
    let says = own.message(&old, "No move.", &Files::default(), today(), &rng).unwrap();
    assert_eq!(world.moves(&old, &new, &says[0]), problem(422, "refused"));
    let mut bare = envelope.clone();
    bare.ciphertext = None;
    assert_eq!(world.moves(&old, &new, &bare), problem(422, "refused"));
    let mut unseen = envelope.clone();
    unseen.header.seen = Some(Hash([7; 32]));
    assert_eq!(world.moves(&old, &new, &unseen), problem(422, "refused"));
    let mut large = envelope.clone();
    for size in [20 << 10, 1 << 20] {
        large.ciphertext = Some(vec![0; size]);
        assert_eq!(world.moves(&old, &new, &large), problem(413, "too-large"));
    }
    assert_eq!(world.own(case, &old).unwrap().entries().len(), 2, "nothing of all that was stored");

    for _ in 0..2 {
        assert_eq!(world.moves(&old, &new, &envelope), done());
    }
    assert_eq!(world.moves(&old, &other, &envelope), problem(410, "moved"));
    let third = world.keys(Token::generate(&rng).unwrap().expose());
    let again = world.own(case, &new).unwrap().moved_to(&new, &third, &rng).unwrap();
    assert_eq!(world.moves(&old, &third, &again), problem(410, "moved"));
    assert_eq!(world.own(case, &new).unwrap().entries().len(), 3);
    assert_eq!(world.own(world_other(&world, case), &other).unwrap().entries().len(), 1);
}

fn world_other(world: &World, case: CaseId) -> CaseId {
    world.desk(0).cases().cases.iter().map(|listed| listed.id).find(|id| *id != case).unwrap()
}

#[test]
fn a_device_reads_writes_and_forgets_under_the_new_token_only() {
    let world = World::start();
    let rng = SystemRandom::new();
    let token = filed(world.reporter, &Form::report());
    let mut desk = world.desk(0);
    let case = desk.cases().cases[0].id;
    desk.answer(&case, "First answer.", None);
    let old = world.keys(&token);
    let before = world.own(case, &old).unwrap();
    let locator = |keys: &TokenKeys| Locator(keys.locator().clone());
    let (_, new) = world.moved(case, &old);
    desk.answer(&case, "Second answer.", None);
    assert_eq!(world.ask("/v1/case", &CaseRequest { locator: locator(&old) }), problem(410, "moved"));
    let fetch = || {
        let answer = world.post("/v1/case", &CaseRequest { locator: locator(&new) });
        let body: OwnCaseBody = serde_json::from_slice(&answer.body).unwrap();
        let (card, envelopes) = body.into_untrusted();
        OwnCase::open(Arc::clone(&world.authority.history), &card, envelopes, &new).unwrap()
    };
    let own = fetch();
    assert_eq!(answers(&own), ["First answer.", "Second answer."]);

    let say = |own: &OwnCase, by: &TokenKeys, locator: Locator, text: &str| {
        let sealed = own.message(by, text, &Files::default(), today(), &rng).unwrap();
        let envelopes = sealed.iter().map(Into::into).collect();
        world.ask("/v1/case/messages", &NewMessage { locator, envelopes, upload: None })
    };
    assert_eq!(say(&before, &old, locator(&old), "By the old token."), problem(410, "moved"));
    assert_eq!(say(&own, &old, locator(&new), "By the old key under the new locator."), problem(422, "refused"));
    assert_eq!(say(&own, &new, locator(&new), "By the new token."), done());
    let forget = |own: &OwnCase, by: &TokenKeys, locator: Locator| {
        let envelope = own.forget(by, today(), &rng).unwrap();
        world.ask("/v1/case/forget", &ForgetRequest { locator, envelope: (&envelope).into() })
    };
    assert_eq!(forget(&before, &old, locator(&old)), problem(410, "moved"));
    assert_eq!(fetch().entries().len(), 5);
    assert_eq!(forget(&fetch(), &new, locator(&new)), done());
    for keys in [&old, &new] {
        assert_eq!(world.ask("/v1/case", &CaseRequest { locator: locator(keys) }), problem(404, "not-found"));
    }
    let says = desk.open(&case);
    let words = says.entries().iter().filter_map(|entry| match &entry.content {
        Content::Message(message) => Some(message.text.as_str()),
        _ => None,
    });
    assert_eq!(words.collect::<Vec<_>>(), ["By the new token."]);
}

#[test]
fn an_answer_that_was_sealed_while_the_case_moved_is_read_all_the_same() {
    let world = World::start();
    let token = filed(world.reporter, &Form::report());
    let mut desk = world.desk(0);
    let case = desk.cases().cases[0].id;
    desk.answer(&case, "Before.", None);
    let key = &world.authority.members[0];
    let sealed = desk.open(&case).answer(key, "Meanwhile.", None, today(), &SystemRandom::new()).unwrap();
    let (_, new) = world.moved(case, &world.keys(&token));
    let late = amparo::protocol::wire::NewEntries::from(&sealed);
    world.runtime.block_on(world.intake.add_entries(key.id, case, late)).unwrap();
    desk.answer(&case, "After.", None);
    let own = world.own(case, &new).unwrap();
    assert_eq!((answers(&own), own.unreadable()), (vec!["Before.", "Meanwhile.", "After."], 0));
}

#[test]
fn a_page_that_was_open_while_the_case_moved_adds_nothing() {
    let world = World::start();
    let token = filed(world.reporter, &Form::report());
    let case = world.desk(0).cases().cases[0].id;
    let old = world.keys(&token);
    let open =
        |token: &str| world.runtime.block_on(world.intake.return_with_token(&Token::parse(token).unwrap())).unwrap();
    let (to_send, to_forget) = (open(&token), open(&token));
    let (_, new) = world.moved(case, &old);
    let sent = world.runtime.block_on(world.intake.follow_up(to_send, &"Late.".into()));
    assert!(matches!(sent, Err(IntakeError::Moved)));
    let forgotten = world.runtime.block_on(world.intake.forget(to_forget));
    assert!(matches!(forgotten, Err(IntakeError::Moved)));
    assert_eq!(world.own(case, &new).unwrap().entries().len(), 2);
}
