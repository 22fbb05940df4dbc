//! Hundreds of text messages at once through Kannel: each is answered with a token of its own, each token opens a case
//! with just those words, and what a kill in the middle may leave behind is counted to the last case.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use amparo::protocol::bytes::CaseId;
use amparo::protocol::desk_case::Content;
use amparo::protocol::token::Token;

use common::desk::Desk;
use common::empty_service::EmptyService;
use common::kannel::{Kannel, token};
use common::line::Line;
use common::sealed::Reporter;
use common::server::{Place, Server};
use common::telephones::Telephones;
use common::texts::{Text, crowd, gateways_of, kannel_at, take_texts};
use common::traces::{Search, forms, octets_of_digits};

/// What each case says, as the desk reads it. Nobody's text has joined another one's case.
fn cases(place: &Place, server: &Server) -> BTreeMap<CaseId, String> {
    let mut desk = Desk::new(server.member, &place.authority, 0);
    let listed: Vec<_> = desk.cases().cases.iter().map(|case| case.id).collect();
    let read = |case: CaseId| {
        let opened = desk.open(&case);
        let joined = opened.entries().iter().any(|entry| matches!(entry.content, Content::Message(_)));
        assert!(!joined, "a text joined another one's case");
        (case, opened.report().fields.get("what").to_owned())
    };
    listed.into_iter().map(read).collect()
}

/// The case that a token opens.
fn case_of(place: &Place, server: &Server, token: &str) -> CaseId {
    let reporter = Reporter::with_token(&place.authority, Token::parse(token).unwrap());
    reporter.open(server.reporter).card().card().case
}

/// The one token that was sent to whoever wrote `text`.
fn token_for(telephones: &Telephones, text: &Text) -> Option<String> {
    let answers = telephones.answers(&text.from);
    assert!(answers.len() <= 1, "{text:?} was answered more than once: {answers:?}");
    answers.first().map(|answer| token(answer).unwrap_or_else(|| panic!("{text:?} was answered with {answer:?}")))
}

/// Sends `texts` at once, and tells how long it takes until the last is answered.
fn answered_in(telephones: &Telephones, texts: &[Text]) -> Duration {
    let started = Instant::now();
    telephones.send(texts);
    telephones.wait_for(texts.len()) - started
}

#[test]
fn five_hundred_at_once_are_answered_and_filed_word_for_word() {
    const TEXTS: usize = 500;
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    take_texts(&place, "");
    let texts = crowd(TEXTS);

    let empty = EmptyService::start(&place.authority);
    let alone = Kannel::start(&place.path("kannel-alone"), &kannel_at(empty.address));
    let limit = answered_in(&alone.telephones(), &texts);
    drop(alone);

    let server = place.start();
    let kannel = Kannel::start(&place.path("kannel"), &kannel_at(gateways_of(&place)));
    let telephones = kannel.telephones();
    let took = answered_in(&telephones, &texts);
    println!("{TEXTS} texts at once through Kannel: {took:.2?}; with an empty service behind it: {limit:.2?}");

    let told = cases(&place, &server);
    assert_eq!(told.len(), TEXTS, "one case for each text");
    let mut opened = BTreeSet::new();
    for text in &texts {
        let case = case_of(&place, &server, &token_for(&telephones, text).expect("an answer"));
        assert_eq!(told[&case], text.words);
        opened.insert(case);
    }
    assert_eq!(opened.len(), TEXTS, "a token for each");
    server.stop();
}

/// What became of the cases that are there.
#[derive(Debug, Default)]
struct Count {
    /// A token of theirs was delivered.
    delivered: usize,
    /// The same text has another case, whose token was delivered.
    doubled: usize,
    /// No token of that text was delivered.
    orphaned: usize,
}

#[test]
fn kills_in_the_middle_break_no_token_that_was_delivered_and_every_case_is_accounted_for() {
    const TEXTS: usize = 240;
    const KILLS: usize = 4;
    let place = Place::new("spare_disk_bytes = \"1 B\"");
    take_texts(&place, "");
    let texts = crowd(TEXTS);
    let mut server = place.start();
    let line = Line::to(gateways_of(&place));
    let kannel = Kannel::start(&place.path("kannel"), &kannel_at(line.address));
    let telephones = kannel.telephones();
    telephones.send(&texts);
    for kill in 1..KILLS {
        telephones.wait_for(TEXTS * kill / (KILLS + 1));
        server.kill();
        line.cut();
        server = place.start();
        let tokens: Vec<_> = texts.iter().filter_map(|text| Some((text, token_for(&telephones, text)?))).collect();
        assert!(tokens.len() < TEXTS, "it was in the middle");
        let told = cases(&place, &server);
        for (text, token) in &tokens {
            assert_eq!(told[&case_of(&place, &server, token)], text.words);
        }
        // Now Kannel asks again for those that it got no answer for.
        line.mend(gateways_of(&place));
    }

    // At last both end, as when the power fails.
    telephones.wait_for(TEXTS * KILLS / (KILLS + 1));
    server.kill();
    drop(kannel);
    let server = place.start();
    let told = cases(&place, &server);
    let mut by_words: HashMap<&str, Vec<CaseId>> = HashMap::new();
    for (case, words) in &told {
        assert!(texts.iter().any(|text| text.words == *words), "nobody sent {words:?}");
        by_words.entry(words).or_default().push(*case);
    }
    let (mut count, mut never_came) = (Count::default(), 0);
    for text in &texts {
        let its_cases = by_words.get(text.words.as_str()).map_or(0, Vec::len);
        match token_for(&telephones, text) {
            Some(token) => {
                assert!(by_words[text.words.as_str()].contains(&case_of(&place, &server, &token)));
                count.delivered += 1;
                count.doubled += its_cases - 1;
            }
            None => count.orphaned += its_cases,
        }
        never_came += usize::from(its_cases == 0);
    }
    println!("{TEXTS} texts, {KILLS} kills, {} cases: {count:?}; {never_came} texts never came", told.len());
    assert_eq!(told.len(), count.delivered + count.doubled + count.orphaned);
    assert!((TEXTS * KILLS / (KILLS + 1)..TEXTS).contains(&count.delivered), "the last one was in the middle too");
    server.stop();

    // With `+` or without: what holds the one holds the other.
    let numbers = texts.iter().map(|text| text.from.trim_start_matches('+'));
    let found = numbers.clone().flat_map(forms).chain(numbers.flat_map(octets_of_digits)).collect();
    assert_eq!(Search::of(found).on_the_server(&place), Vec::<String>::new());
}
