//! The made-up cases of `amparo demo --cases`: sealed so that every desk reads what is for it and nothing else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use amparo::blobs::Blobs;
use amparo::clean::{Cleaning, clean};
use amparo::cli::demo::cases::{self, CasesError, Event, LANGUAGES, Life, Place, Recipe, SPAN};
use amparo::clock::{Clock, Day};
use amparo::intake::{Intake, Settings};
use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::{Channel, DeskBody, State};
use amparo::protocol::desk_case::{Content, DeskCase, DeskCaseError};
use amparo::protocol::example::{self, Authority};
use amparo::protocol::member::MemberKey;
use amparo::protocol::own_case::OwnEntry;
use amparo::protocol::token::Token;
use amparo::protocol::wire::sync::PAGE_MAX;
use amparo::questions::Category;
use amparo::secret::Rng;
use amparo::store::Store;
use ring::rand::SystemRandom;

use common::client::{Answer, between, open_case, request, talk};
use common::demo::Demo;

const SEED: u64 = 7;
const COUNT: u64 = 200;

fn today() -> Day {
    "2026-05-04".parse().unwrap()
}

fn authority() -> Authority {
    example::large_authority_since(today().plus(-SPAN).unwrap(), today(), &SystemRandom::new())
}

fn recipe(authority: &Authority) -> Recipe {
    Recipe::new(SEED, today(), authority.history.current())
}

/// Another copy of the authority's members' keys.
fn keys(authority: &Authority) -> Vec<MemberKey> {
    let copy = |key: &MemberKey| MemberKey::open(&"x".into(), &key.seal(&"x".into(), Some(1)).unwrap()).unwrap();
    authority.members.iter().map(copy).collect()
}

/// Fills a folder and gives the use cases on it, with the tokens.
async fn filled(folder: &Path, authority: &Authority, count: u64) -> (Intake, Vec<Token>) {
    let data = folder.join("data");
    let store = Store::open(&data.join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&data.join("blobs")).unwrap();
    let rng: Rng = Arc::new(SystemRandom::new());
    let history = Arc::clone(&authority.history);
    let place = Place::new(store.clone(), blobs.clone(), Arc::clone(&history), keys(authority)).unwrap();
    let mut made = 0;
    let tokens = cases::fill(place, recipe(authority), 0..count, rng.clone(), |batch| {
        made = batch.made;
        Ok(())
    });
    let tokens = tokens.await.unwrap();
    assert_eq!(made, count);
    (Intake::new(store, blobs, history, Clock::fixed(today()), rng, Settings::new(data)), tokens)
}

/// What `member` opens of a unit's cases, and how many do not open.
async fn opened(intake: &Intake, authority: &Authority, member: &MemberKey) -> (Vec<(CaseId, DeskCase)>, usize) {
    let (mut open, mut hidden) = (Vec::new(), 0);
    for listed in intake.list_cases(member.id, None, PAGE_MAX).await.unwrap().cases {
        let (card, grants, envelopes) = intake.read_case(member.id, listed.id).await.unwrap().into_untrusted();
        match DeskCase::open(Arc::clone(&authority.history), member, &card, &grants, envelopes) {
            Ok(case) => open.push((listed.id, case)),
            Err(DeskCaseError::NotGranted) => hidden += 1,
            Err(error) => panic!("{}: {error}", listed.id),
        }
    }
    (open, hidden)
}

/// What tells one life from another in a case.
fn report_of(case: &DeskCase) -> (Day, String) {
    (case.card().card().day, case.report().fields.get("what").to_owned())
}

/// Everything a desk shows of a case, in words that do not depend on keys, without an order.
fn said(case: &DeskCase) -> Vec<String> {
    let entries = case.entries().iter().filter_map(|entry| match &entry.content {
        Content::Report(_) | Content::Attachment | Content::Identity | Content::Rekey(_) => None,
        Content::Message(message) => Some(format!("message {} {}", message.day, message.text)),
        Content::Answer(answer) => Some(format!("answer {} {} {:?}", answer.day, answer.text, answer.state)),
        Content::Desk(entry) => match &entry.body {
            DeskBody::Note { text } => Some(format!("note {} {text}", entry.day)),
            _ => None,
        },
        Content::Forget => Some("forget".to_owned()),
        Content::Moved => Some("moved".to_owned()),
        Content::Unreadable => Some("unreadable".to_owned()),
    });
    sorted(entries.collect())
}

/// The same of a life.
fn lived(life: &Life) -> Vec<String> {
    let steps = life.steps.iter().map(|step| match &step.event {
        Event::Message { text, .. } => format!("message {} {text}", step.day),
        Event::Answer { text, state, .. } => format!("answer {} {text} {state:?}", step.day),
        Event::Note { text, .. } => format!("note {} {text}", step.day),
        Event::Forget => "forget".to_owned(),
        Event::Move => "moved".to_owned(),
    });
    sorted(steps.collect())
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_opens_for_its_readers_with_what_its_life_says_and_for_nobody_left_out() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), authority());
    let (intake, tokens) = filled(folder.path(), &authority, COUNT).await;
    let lives: Vec<_> = (0..COUNT).map(|number| recipe(&authority).life(number)).collect();
    let by_report: BTreeMap<_, _> = lives.iter().map(|life| ((life.day, life.answers[0].1.clone()), life)).collect();
    assert_eq!(by_report.len(), lives.len(), "two lives begin with the same words");
    let manifest = authority.history.current();
    let mut files = 0;
    for unit in &manifest.units {
        for (place, member) in manifest.investigators(unit).enumerate() {
            let key = authority.members.iter().find(|key| key.id == member.id).unwrap();
            let (open, hidden) = opened(&intake, &authority, key).await;
            let theirs: Vec<_> = lives.iter().filter(|life| life.unit == unit.id).collect();
            let left_out = theirs.iter().filter(|life| life.left_out.contains(&place)).count();
            assert_eq!((open.len(), hidden), (theirs.len() - left_out, left_out), "{} {place}", unit.id);
            for (id, case) in open {
                let life = by_report[&report_of(&case)];
                assert!(!life.left_out.contains(&place));
                assert_eq!(said(&case), lived(life));
                let report = case.report();
                assert_eq!((report.channel, report.category.as_str()), (life.channel, life.category));
                assert_eq!(report.confidential, life.identity.is_some());
                assert_eq!(report.attachments.len(), life.files.len());
                if place == 0 {
                    files += attachments_open(&intake, key, id, &case, life).await;
                }
            }
        }
    }
    assert!(files > 60, "{files}");
    // The states that the server shows are those that were signed.
    let lead = intake.list_cases(authority.members[0].id, None, PAGE_MAX).await.unwrap();
    let states = |states: &mut dyn Iterator<Item = (State, Day)>| {
        sorted(states.map(|(state, day)| format!("{state} {day}")).collect())
    };
    let works = lives.iter().filter(|life| life.unit == "works").map(Life::state);
    let shown = lead.cases.iter().map(|case| (case.state, case.state_day));
    assert_eq!(states(&mut { shown }), states(&mut { works }));
    // Those with a token can be come back to, and nothing that was stored is damaged.
    for (token, life) in tokens.iter().zip(&lives) {
        let returned = intake.return_with_token(token).await.unwrap();
        let answers = life.steps.iter().filter(|step| matches!(step.event, Event::Answer { .. })).count();
        assert_eq!(returned.case.state(), life.state());
        assert_eq!(returned.case.answers().len(), answers);
        assert!(matches!(returned.case.entries()[0], OwnEntry::Filed(count) if count == life.files.len()));
    }
    assert_eq!(tokens.len(), 5);
    assert_eq!(intake.collect().await.unwrap(), 0);
}

/// Opens what is attached to the report as a desk does, and tells how many files that were.
async fn attachments_open(intake: &Intake, key: &MemberKey, id: CaseId, case: &DeskCase, life: &Life) -> usize {
    for (listed, file) in case.report().attachments.iter().zip(&life.files) {
        let mut sealed = Vec::new();
        intake.open_blob(key.id, id, listed.hash).await.unwrap().file.read_to_end(&mut sealed).unwrap();
        let mut content = Vec::new();
        let source = || Ok(Box::new(std::io::Cursor::new(sealed.clone())) as Box<dyn Read>);
        let length = case.open_attachment(&listed.hash, source, &mut content).unwrap();
        content.truncate(usize::try_from(length).unwrap());
        assert!(content == file.content && listed.name == file.name, "{}", file.name);
        if file.media_type.starts_with("image/") {
            assert_eq!(clean(&file.content), Cleaning::Nothing, "{}", file.name);
        }
    }
    life.files.len()
}

#[test]
fn the_same_seed_gives_the_same_lives_and_another_others() {
    let (one, other) = (authority(), authority());
    let lives = |recipe: &Recipe, count| (0..count).map(|number| recipe.life(number)).collect::<Vec<_>>();
    assert!(lives(&recipe(&one), 300) == lives(&recipe(&other), 300));
    assert!(lives(&recipe(&one), 300)[..100] == lives(&recipe(&one), 100));
    let manifest = one.history.current();
    assert!(lives(&Recipe::new(SEED + 1, today(), manifest), 1) != lives(&recipe(&one), 1));
}

#[test]
fn lives_are_as_mixed_as_those_of_an_authority() {
    let recipe = recipe(&authority());
    let lives: Vec<_> = (0..3_000).map(|number| recipe.life(number)).collect();
    let share = |holds: &dyn Fn(&&Life) -> bool| lives.iter().filter(holds).count();
    let first = &lives[..200];
    let languages: BTreeSet<_> = first.iter().map(|life| life.language).collect();
    assert_eq!(languages, BTreeSet::from(LANGUAGES));
    for channel in [Channel::Web, Channel::Sms, Channel::Mail, Channel::Hotline, Channel::Cli] {
        assert!(first.iter().any(|life| life.channel == channel), "{channel:?}");
    }
    for state in [State::Received, State::Acknowledged, State::Open, State::Closed] {
        assert!(first.iter().filter(|life| life.state().0 == state).count() > 10, "{state}");
    }
    let categories: BTreeSet<_> = lives.iter().map(|life| life.category).collect();
    assert_eq!(categories, Category::all().map(Category::id).collect());
    let dangers: BTreeSet<_> = lives.iter().map(|life| format!("{:?}", life.danger)).collect();
    assert_eq!(dangers.len(), 3);

    let length = |life: &Life| life.answers[0].1.chars().count();
    let mut lengths: Vec<_> = lives.iter().map(length).collect();
    lengths.sort_unstable();
    assert!(lengths[0] >= 60 && lengths[2_999] <= 4_000, "{} {}", lengths[0], lengths[2_999]);
    assert!(lengths[1_500] < 800 && lengths[2_970] > 2_500, "{} {}", lengths[1_500], lengths[2_970]);
    assert!(lives.iter().all(|life| life.day <= today() && life.day >= recipe.first_day()));
    assert!(lives.iter().all(|life| life.steps.iter().all(|step| step.day <= today() && step.day >= life.day)));
    assert!(lives.iter().all(|life| life.steps.is_sorted_by_key(|step| step.day)));

    // How late the first answer came, or would come if it came today.
    let late = |life: &&Life| {
        let answered = life.steps.iter().find(|step| matches!(step.event, Event::Answer { .. }));
        answered.map_or(today(), |step| step.day).days_since(life.day) > 7
    };
    for (name, found, range) in [
        ("with files", share(&|life| !life.files.is_empty()), 800..1_200),
        ("late", share(&late), 300..1_000),
        ("confidential", share(&|life| life.identity.is_some()), 300..900),
        ("left out", share(&|life| !life.left_out.is_empty()), 60..300),
        ("withdrawn", share(&|life| life.is_withdrawn()), 40..150),
        ("moved", share(&|life| life.steps.iter().any(|step| step.event == Event::Move)), 40..150),
        ("repeated", share(&|life| life.repeats.is_some()), 90..220),
        ("works", share(&|life| life.unit == "works"), 1_200..1_800),
    ] {
        assert!(range.contains(&found), "{name}: {found}");
    }
    // Whoever repeats another tells of the same contract.
    let contract = |life: &Life| {
        let words =
            life.answers.iter().flat_map(|(_, answer)| answer.split(|c: char| !c.is_ascii_alphanumeric() && c != '-'));
        words
            .filter(|word| word.len() == 12 && word.matches('-').count() == 2)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let told = lives
        .iter()
        .filter_map(|life| Some((contract(life), contract(&lives[usize::try_from(life.repeats?).unwrap()]))));
    let told: Vec<_> = told.filter(|(one, other)| !one.is_empty() && !other.is_empty()).collect();
    assert!(told.len() > 40 && told.iter().all(|(one, other)| one == other), "{}", told.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_without_a_past_is_refused_and_a_failed_commit_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let young = example::large_authority_on(today(), &SystemRandom::new());
    let open = async |name: &str| {
        let data = folder.path().join(name);
        let store = Store::open(&data.join("amparo.db")).await.unwrap();
        (store, Blobs::open(&data.join("blobs")).unwrap())
    };
    let rng: Rng = Arc::new(SystemRandom::new());
    let (store, blobs) = open("young").await;
    let place = Place::new(store, blobs, Arc::clone(&young.history), keys(&young)).unwrap();
    let refused = cases::fill(place, recipe(&young), 0..1, rng.clone(), |_| Ok(())).await.err().unwrap();
    assert!(matches!(refused, CasesError::Young { since } if since == today()), "{refused}");

    let authority = authority();
    let (store, blobs) = open("failed").await;
    let history = Arc::clone(&authority.history);
    let place = Place::new(store.clone(), blobs.clone(), history.clone(), keys(&authority)).unwrap();
    let stop = |_: &cases::Batch<'_>| Err(CasesError::Stopped);
    assert!(cases::fill(place, recipe(&authority), 0..3, rng.clone(), stop).await.is_err());
    let settings = Settings::new(folder.path().join("failed"));
    let intake = Intake::new(store, blobs, history, Clock::fixed(today()), rng, settings);
    for member in &authority.members {
        assert!(intake.list_cases(member.id, None, PAGE_MAX).await.unwrap().cases.is_empty());
    }
}

#[test]
fn the_demonstration_shows_its_cases_makes_what_is_missing_and_refuses_another_seed() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("demo");
    let demo = Demo::start_with(&dir, &["--cases", "30", "--seed", "7"]);
    assert_eq!((demo.ready.cases, demo.ready.tokens.len()), (30, 5));
    let tokens = demo.ready.tokens.clone();
    let reporter = demo.ready.reporter.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    open_case(reporter, &tokens[0]).says(200, "Your case");
    assert!(demo.stop());

    let demo = Demo::start_with(&dir, &["--cases", "45", "--seed", "7"]);
    assert_eq!((demo.ready.cases, &demo.ready.tokens), (45, &tokens));
    let shown = rows(&demo);
    let today = Clock::system().today();
    let authority = example::large_authority_on(today, &SystemRandom::new());
    let recipe = Recipe::new(7, today, authority.history.current());
    // The lead is the first of the unit, and sees of it all but what they were left out of.
    let lives = (0..45).map(|number| recipe.life(number));
    let theirs: Vec<_> = lives.filter(|life| life.unit == "works" && !life.left_out.contains(&0)).collect();
    assert_eq!(shown.matches("/case/").count(), theirs.len(), "{shown}");
    assert!(demo.stop());

    let other = std::process::Command::new(env!("CARGO_BIN_EXE_amparo"))
        .args(["demo", "--headless", "--cases", "60", "--seed", "8", "--dir"])
        .arg(&dir)
        .output()
        .unwrap();
    let told = String::from_utf8(other.stderr).unwrap();
    assert!(!other.status.success() && told.contains("--seed 7"), "{told}");

    // A folder of an earlier start has an authority without a past.
    let plain = place.path().join("plain");
    assert!(Demo::start(&plain).stop());
    let young = std::process::Command::new(env!("CARGO_BIN_EXE_amparo"))
        .args(["demo", "--headless", "--cases", "1", "--dir"])
        .arg(&plain)
        .output()
        .unwrap();
    let told = String::from_utf8(young.stderr).unwrap();
    assert!(!young.status.success() && told.contains("--dir"), "{told}");
}

/// The desk's list page, as its browser gets it.
fn rows(demo: &Demo) -> String {
    let (host, path) = demo.ready.desk.strip_prefix("http://").unwrap().split_once('/').unwrap();
    // The desk answers to its own name only.
    let ask = |path: &str, headers: &str| -> Answer {
        let request = request("GET", path, headers, b"").replace("host: localhost", &format!("host: {host}"));
        talk(host.parse().unwrap(), request.as_bytes()).unwrap()
    };
    let opened = ask(&format!("/{path}"), "");
    let cookie = between(&opened.head, "set-cookie: ", ";").unwrap().to_owned();
    let location = between(&opened.head, "location: ", "\r\n").unwrap().to_owned();
    ask(&format!("{location}?view=all"), &format!("cookie: {cookie}\r\n")).text().to_owned()
}
