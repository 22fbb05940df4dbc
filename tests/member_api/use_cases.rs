//! Whatever happens to a case, desks of its unit hear of it, and of nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use amparo::intake::{FORGOTTEN_AFTER, Returned};
use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::State;
use amparo::protocol::envelope::UntrustedEnvelope;
use amparo::protocol::example;
use amparo::protocol::files::Files;
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::readers::Readers;
use amparo::protocol::report::Draft;
use amparo::protocol::submission::UntrustedFollowUp;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::NewEntries;
use amparo::protocol::wire::reporter::{Locator, NewReport};
use amparo::protocol::wire::sync::Changes;
use ring::rand::SystemRandom;

use super::world::{Desk, World, today};

/// Follows the changes of one unit.
struct Follower<'a> {
    desk: Desk<'a>,
    last: Changes,
}

impl<'a> Follower<'a> {
    async fn new(world: &'a World, member: usize) -> Self {
        let mut desk = world.desk(member).await;
        let last = desk.get("/v1/changes").await.json();
        Self { desk, last }
    }

    /// The cases that have changed since it was asked the last time.
    async fn hears(&mut self) -> Vec<CaseId> {
        self.last = self.desk.get(&format!("/v1/changes?since={}", self.last.now)).await.json();
        assert!(!self.last.restart && self.last.gone.is_empty());
        self.last.cases.iter().map(|case| case.id).collect()
    }
}

fn keys_of(world: &World, token: &Token) -> TokenKeys {
    TokenKeys::derive(token, world.authority.history.authority(), &mut TokenArena::new())
}

async fn back(world: &World, token: &Token) -> Returned {
    world.intake.return_with_token(token).await.unwrap()
}

/// The case as its reporter's own device opens it.
async fn own(world: &World, keys: &TokenKeys) -> OwnCase {
    let locator = Locator(keys.locator().clone());
    let (card, shown) = world.intake.own_case_body(&locator).await.unwrap().into_untrusted();
    OwnCase::open(Arc::clone(&world.authority.history), &card, shown, keys).unwrap()
}

async fn file_assisted(world: &World) -> Token {
    let readers = Readers::chosen(world.intake.history().current(), "works", &[], false).unwrap();
    let filing = world.intake.begin(&readers).await.unwrap();
    world.intake.submit(filing, example::story("They asked for ten percent."), None).await.unwrap().token
}

#[tokio::test(flavor = "multi_thread")]
async fn desks_hear_of_what_the_server_seals_for_reporters() {
    let world = World::start().await;
    let (mut works, mut oversight) = (Follower::new(&world, 1).await, Follower::new(&world, 2).await);
    let token = file_assisted(&world).await;
    let heard = works.hears().await;
    let [id] = heard[..] else { panic!("a report by a page: {heard:?}") };
    assert_eq!(works.hears().await, [], "heard once");

    let returned = back(&world, &token).await;
    assert_eq!(works.hears().await, [], "reading changes nothing");
    world.intake.follow_up(returned, &"One more thing.".into()).await.unwrap();
    assert_eq!(works.hears().await, [id], "a message");

    let returned = back(&world, &token).await;
    world.intake.forget_later(returned).await.unwrap();
    assert!(back(&world, &token).await.called_off);
    assert_eq!(works.hears().await, [], "members are not shown what is only asked for, nor that it was called off");
    let returned = back(&world, &token).await;
    world.intake.forget_later(returned).await.unwrap();
    world.later.store(FORGOTTEN_AFTER, Ordering::SeqCst);
    assert_eq!(world.intake.forget_due().await.unwrap(), 1);
    assert_eq!(works.hears().await, [id], "a forget that waited");
    world.later.store(0, Ordering::SeqCst);

    let token = file_assisted(&world).await;
    let second = works.hears().await;
    world.intake.forget(back(&world, &token).await).await.unwrap();
    assert_eq!(works.hears().await, second, "a forget");
    assert_ne!(second, [id]);
    let before = oversight.last.now.clone();
    assert_eq!(oversight.hears().await, []);
    assert_eq!(oversight.last.now, before, "nothing tells how much happens in other units");
}

#[tokio::test(flavor = "multi_thread")]
async fn desks_hear_of_what_reporters_seal_themselves() {
    let world = World::start().await;
    let rng = SystemRandom::new();
    let mut works = Follower::new(&world, 1).await;
    let keys = keys_of(&world, &Token::generate(&rng).unwrap());
    let draft = Draft::begin(&world.authority.history, "works", &[], &keys, today(), &rng).unwrap();
    let filed = draft.finish(example::story("They asked for ten percent."), None, &rng).unwrap();
    let id = filed.card.card().case;
    for first in [true, false] {
        let (untrusted, _) = NewReport::new(&filed, None).into_untrusted();
        world.intake.submit_sealed(untrusted, None).await.unwrap();
        assert_eq!(works.hears().await, if first { vec![id] } else { vec![] }, "a report, and the same again");
    }

    let locator = Locator(keys.locator().clone());
    let message = own(&world, &keys).await.message(&keys, "More.", &Files::default(), today(), &rng).unwrap();
    let message: Vec<UntrustedEnvelope> = message.iter().map(Into::into).collect();
    for first in [true, false] {
        let added = UntrustedFollowUp::Message(message.clone());
        world.intake.follow_up_sealed(&locator, added, None).await.unwrap();
        assert_eq!(works.hears().await, if first { vec![id] } else { vec![] }, "a message, and the same again");
    }

    let new = keys_of(&world, &Token::generate(&rng).unwrap());
    let moved = own(&world, &keys).await.moved_to(&keys, &new, &rng).unwrap();
    world.intake.move_case(keys.locator(), new.locator_hash(), (&moved).into()).await.unwrap();
    assert_eq!(works.hears().await, [id], "a move");

    let forget = own(&world, &new).await.forget(&new, today(), &rng).unwrap();
    let forget = UntrustedFollowUp::Forget(Box::new((&forget).into()));
    world.intake.follow_up_sealed(&Locator(new.locator().clone()), forget, None).await.unwrap();
    assert_eq!(works.hears().await, [id], "a forget");
}

#[tokio::test(flavor = "multi_thread")]
async fn desks_hear_of_what_other_members_write() {
    let world = World::start().await;
    let rng = SystemRandom::new();
    let ana = &world.authority.members[0];
    let id = world.file("works").await.id;
    let (mut works, mut desk) = (Follower::new(&world, 1).await, world.desk(0).await);
    let rekey = desk.open(&id).await.rekey(ana, today(), &rng).unwrap();
    assert_eq!(desk.add(&id, &rekey).await.status, 204);
    assert_eq!(works.hears().await, [id], "a desk key with its grants");
    let note = desk.open(&id).await.note(ana, "Ask the bank.", today(), &rng).unwrap();
    for first in [true, false] {
        assert_eq!(desk.add(&id, &note).await.status, 204);
        assert_eq!(works.hears().await, if first { vec![id] } else { vec![] }, "a note, and the same again");
    }
    let answer = desk.open(&id).await.answer(ana, "Yes.", Some(State::Acknowledged), today(), &rng).unwrap();
    let mut refused = NewEntries::from(&answer);
    refused.state = Some(State::Received);
    assert_eq!(desk.add_wire(&id, &refused).await.status, 409);
    assert_eq!(works.hears().await, [], "what was refused has changed nothing");
    assert_eq!(desk.add(&id, &answer).await.status, 204);
    assert_eq!(works.hears().await, [id], "an answer with a state");
    let summary = &works.last.cases[0];
    assert_eq!((summary.state, summary.state_day, summary.unit.as_str()), (State::Acknowledged, today(), "works"));
    assert_eq!(summary.entries, 3 + 4 + 1 + 2 + 1 + 1);
    world.intake.tidy(today()).await.unwrap();
    assert_eq!(works.hears().await, [], "whoever has heard all goes on after the night");
}
