//! The use cases on a real database and disk, without HTTP.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use amparo::blobs::Blobs;
use amparo::clock::{Clock, Day};
use amparo::intake::uploads::CHUNK;
use amparo::intake::{FORGOTTEN_AFTER, Intake, IntakeError, Settings, TakesFiles};
use amparo::protocol::content::State;
use amparo::protocol::envelope::UntrustedEnvelope;
use amparo::protocol::example::{self, Authority, DAY};
use amparo::protocol::files::Files;
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::readers::Readers;
use amparo::protocol::report::{Draft, Story};
use amparo::protocol::submission::UntrustedFollowUp;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::reporter::{Locator, NewReport};
use amparo::store::envelopes::{Ciphertexts, Envelope, Lane};
use amparo::store::{Store, cases, envelopes};
use ring::rand::{SecureRandom, SystemRandom};

async fn intake_in(folder: &Path, authority: &Authority) -> Intake {
    let data = folder.join("data");
    let store = Store::open(&data.join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&data.join("blobs")).unwrap();
    let clock = Clock::fixed(DAY.parse().unwrap());
    Intake::new(store, blobs, Arc::clone(&authority.history), clock, Arc::new(SystemRandom::new()), Settings::new(data))
}

async fn file(intake: &Intake, contents: &[&[u8]]) -> Token {
    let mut filing =
        intake.begin(&Readers::chosen(intake.history().current(), "works", &[], false).unwrap()).await.unwrap();
    for content in contents {
        let mut upload = intake.upload(filing.place());
        for piece in content.chunks(10_000) {
            upload.write(piece.to_vec().into()).await.unwrap();
        }
        filing.add(upload.finish().await.unwrap(), "bill.pdf".to_owned(), "application/pdf".to_owned());
    }
    intake.submit(filing, example::story("They asked for ten percent."), None).await.unwrap().token
}

fn blobs_in(folder: &Path) -> usize {
    let count = |path: &Path| std::fs::read_dir(path).unwrap().count();
    std::fs::read_dir(folder.join("data/blobs")).unwrap().map(|entry| count(&entry.unwrap().path())).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_outlives_a_restart_and_its_reporter_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let authority = example::authority(&SystemRandom::new());
    let intake = intake_in(folder.path(), &authority).await;
    let token = file(&intake, &[&vec![1; 100_000], b""]).await;
    drop(intake);

    let intake = intake_in(folder.path(), &authority).await;
    assert_eq!(intake.collect().await.unwrap(), 0);
    let mut returned = intake.return_with_token(&token).await.unwrap();
    assert_eq!(returned.case.state().0, State::Received);
    let mut upload = intake.upload(returned.place());
    upload.write(vec![2; 5000].into()).await.unwrap();
    returned.add(upload.finish().await.unwrap(), "photo.jpg".to_owned(), "image/jpeg".to_owned());
    intake.follow_up(returned, &"One more thing.".into()).await.unwrap();
    assert_eq!(intake.return_with_token(&token).await.unwrap().case.entries().len(), 2);
    intake.tidy(DAY.parse().unwrap()).await.unwrap();
    assert_eq!(blobs_in(folder.path()), 3);
    assert_eq!(intake.return_with_token(&token).await.unwrap().case.entries().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_from_two_pages_both_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let authority = example::authority(&SystemRandom::new());
    let intake = intake_in(folder.path(), &authority).await;
    let token = file(&intake, &[]).await;
    let first = intake.return_with_token(&token).await.unwrap();
    let second = intake.return_with_token(&token).await.unwrap();
    intake.follow_up(first, &"First.".into()).await.unwrap();
    intake.follow_up(second, &"Second.".into()).await.unwrap();
    assert_eq!(intake.return_with_token(&token).await.unwrap().case.entries().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_case_is_not_found_and_takes_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let authority = example::authority(&SystemRandom::new());
    let intake = intake_in(folder.path(), &authority).await;
    let token = file(&intake, &[]).await;
    let open_page = intake.return_with_token(&token).await.unwrap();
    let returned = intake.return_with_token(&token).await.unwrap();
    intake.forget(returned).await.unwrap();
    assert!(matches!(intake.return_with_token(&token).await, Err(IntakeError::NotFound)));
    assert!(matches!(intake.follow_up(open_page, &"Late.".into()).await, Err(IntakeError::NotFound)));
    let other = Token::generate(&SystemRandom::new()).unwrap();
    assert!(matches!(intake.return_with_token(&other).await, Err(IntakeError::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let authority = example::authority(&SystemRandom::new());
    let intake = intake_in(folder.path(), &authority).await;
    let mut filing =
        intake.begin(&Readers::chosen(intake.history().current(), "works", &[], false).unwrap()).await.unwrap();
    let mut upload = intake.upload(filing.place());
    upload.write(vec![1; 5000].into()).await.unwrap();
    filing.add(upload.finish().await.unwrap(), "a".to_owned(), "text/plain".to_owned());
    let mut broken = intake.upload(filing.place());
    broken.write(vec![1; 5000].into()).await.unwrap();
    drop(broken);
    assert_eq!(intake.collect().await.unwrap(), 0, "a file of a report under way is spared");
    drop(filing);
    assert_eq!(intake.collect().await.unwrap(), 1);
    assert_eq!(blobs_in(folder.path()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_taken_when_the_disk_is_nearly_full() {
    let folder = tempfile::tempdir().unwrap();
    let authority = example::authority(&SystemRandom::new());
    let data = folder.path().join("data");
    let store = Store::open(&data.join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&data.join("blobs")).unwrap();
    let settings = Settings { spare_disk_bytes: u64::MAX, ..Settings::new(data) };
    let clock = Clock::fixed(DAY.parse().unwrap());
    let rng = Arc::new(SystemRandom::new());
    let intake = Intake::new(store, blobs, Arc::clone(&authority.history), clock, rng, settings);
    assert!(matches!(
        intake.begin(&Readers::chosen(intake.history().current(), "works", &[], false).unwrap()).await,
        Err(IntakeError::Full)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_touches_is_dropped_and_gives_its_room_back() {
    let folder = tempfile::tempdir().unwrap();
    let authority = example::authority(&SystemRandom::new());
    let data = folder.path().join("data");
    let open = |idle| {
        let data = data.clone();
        let history = Arc::clone(&authority.history);
        async move {
            let store = Store::open(&data.join("amparo.db")).await.unwrap();
            let blobs = Blobs::open(&data.join("blobs")).unwrap();
            let clock = Clock::fixed(DAY.parse().unwrap());
            let mut settings = Settings::new(data);
            settings.uploads.idle = idle;
            (settings.uploads.count, settings.uploads.total) = (1, CHUNK);
            Intake::new(store, blobs, history, clock, Arc::new(SystemRandom::new()), settings)
        }
    };
    let lying = || std::fs::read_dir(data.join("blobs/uploads")).unwrap().count();
    let intake = open(Duration::from_hours(1)).await;
    let upload = intake.new_upload().await.unwrap();
    let put = async |intake: &Intake, upload, file| {
        let mut chunk = intake.begin_chunk(upload, file, 0).await?;
        chunk.write(vec![7; 1000].into()).await?;
        chunk.finish().await
    };
    put(&intake, upload, 0).await.unwrap();
    // A chunk asks for as much room as it may need, which is no longer there.
    assert!(matches!(put(&intake, upload, 1).await, Err(IntakeError::Busy)));
    assert_eq!(intake.drop_idle_uploads().await.unwrap(), 0);
    drop(intake);

    // Known again after a restart, until its time is over.
    let intake = open(Duration::from_millis(300)).await;
    assert_eq!(intake.resume_uploads().await.unwrap(), 1);
    assert_eq!(intake.uploaded(upload).await.unwrap(), [1]);
    assert!(matches!(put(&intake, upload, 1).await, Err(IntakeError::Busy)));
    assert_eq!((intake.drop_idle_uploads().await.unwrap(), lying()), (0, 1));
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!((intake.drop_idle_uploads().await.unwrap(), lying()), (1, 0));
    assert!(matches!(intake.uploaded(upload).await, Err(IntakeError::NotFound)));
    let second = intake.new_upload().await.unwrap();
    put(&intake, second, 0).await.unwrap();
    // Where there is no room, the newcomer has it.
    let third = intake.new_upload().await.unwrap();
    assert!(matches!(intake.uploaded(second).await, Err(IntakeError::NotFound)));
    put(&intake, third, 0).await.unwrap();
    assert_eq!(lying(), 1);
    assert_eq!(intake.collect().await.unwrap(), 0, "an upload is no stray");
}

/// So many envelopes in a case that nobody could read: whoever reads the whole of it fails.
async fn lengthen(store: &Store, case: [u8; 16], count: u64) {
    let mut tx = store.begin("lengthen").await.unwrap();
    for sequence in 0..count {
        let mut hash = [0; 32];
        SystemRandom::new().fill(&mut hash).unwrap();
        let row = Envelope {
            hash,
            case_id: case,
            kind: 4,
            author: [9; 32],
            lane: Lane::Main,
            sequence,
            header: vec![7; 400],
            signature: vec![7; 64],
            case_signature: Some(vec![7; 64]),
            ciphertext_hash: hash,
            size: 6000,
            blob: false,
        };
        let text = [7; 6000];
        envelopes::insert(&mut tx, &row, Ciphertexts { main: Some(&text), reply: Some(&text) }).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_to_a_long_case_is_held_against_its_end_alone() {
    let (folder, rng) = (tempfile::tempdir().unwrap(), SystemRandom::new());
    let authority = example::authority(&rng);
    let intake = intake_in(folder.path(), &authority).await;
    let store = Store::open(&folder.path().join("data/amparo.db")).await.unwrap();
    let day = DAY.parse().unwrap();
    for entries in [0, 5000] {
        let token = Token::generate(&rng).unwrap();
        let keys = TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new());
        let locator = Locator(keys.locator().clone());
        let draft = Draft::begin(&authority.history, "works", &[], &keys, day, &rng).unwrap();
        let submission = draft
            .finish(Story { assisted: false, ..example::story("They asked for ten percent.") }, None, &rng)
            .unwrap();
        let (untrusted, _) = NewReport::new(&submission, None).into_untrusted();
        intake.submit_sealed(untrusted, None).await.unwrap();
        let (card, shown) = intake.own_case_body(&locator).await.unwrap().into_untrusted();
        let own = OwnCase::open(Arc::clone(&authority.history), &card, shown, &keys).unwrap();
        let message = own.message(&keys, "One more thing.", &Files::default(), day, &rng).unwrap();
        let message: Vec<UntrustedEnvelope> = message.iter().map(Into::into).collect();
        lengthen(&store, submission.card.card().case.0, entries).await;
        for again in [false, true] {
            let started = std::time::Instant::now();
            let added = UntrustedFollowUp::Message(message.clone());
            intake.follow_up_sealed(&locator, added, None).await.unwrap();
            println!("a message into a case of {entries} more entries, again: {again}: {:?}", started.elapsed());
        }
    }
}

/// An intake whose day is set by the test.
async fn intake_on(folder: &Path, authority: &Authority, day: &Arc<AtomicI64>) -> Intake {
    let data = folder.join("data");
    let store = Store::open(&data.join("amparo.db")).await.unwrap();
    let blobs = Blobs::open(&data.join("blobs")).unwrap();
    let day = Arc::clone(day);
    let first: Day = DAY.parse().unwrap();
    let clock = Clock::from_fn(move || first.plus(day.load(Ordering::SeqCst)).unwrap());
    Intake::new(store, blobs, Arc::clone(&authority.history), clock, Arc::new(SystemRandom::new()), Settings::new(data))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forget_that_waits_outlives_a_restart_and_is_done_on_its_day() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, day) = (example::authority(&SystemRandom::new()), Arc::new(AtomicI64::new(0)));
    let intake = intake_on(folder.path(), &authority, &day).await;
    let token = file(&intake, &[]).await;
    let returned = intake.return_with_token(&token).await.unwrap();
    let case = returned.case.card().card().case;
    let due = intake.forget_later(returned).await.unwrap();
    assert_eq!(due.to_string(), "2026-03-09");
    day.store(FORGOTTEN_AFTER - 1, Ordering::SeqCst);
    assert_eq!(intake.forget_due().await.unwrap(), 0);
    // As after a kill: nothing is closed.
    drop(intake);
    day.store(FORGOTTEN_AFTER, Ordering::SeqCst);
    let intake = intake_on(folder.path(), &authority, &day).await;
    assert_eq!((intake.forget_due().await.unwrap(), intake.forget_due().await.unwrap()), (1, 0));
    assert!(matches!(intake.return_with_token(&token).await, Err(IntakeError::NotFound)));
    let store = Store::open(&folder.path().join("data/amparo.db")).await.unwrap();
    let stored = cases::by_id(&mut store.read().await.unwrap(), &case.0).await.unwrap().unwrap();
    assert!(stored.withdrawn && stored.locator_hash.is_none());
    let last = envelopes::of_case(&mut store.read().await.unwrap(), &case.0).await.unwrap();
    assert!(last.iter().any(|envelope| envelope.kind == 8), "the desk reads that the reporter has withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_use_of_the_token_calls_a_forget_off() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, day) = (example::authority(&SystemRandom::new()), Arc::new(AtomicI64::new(0)));
    let intake = intake_on(folder.path(), &authority, &day).await;
    let rng = SystemRandom::new();
    for used_by in 0..3 {
        day.store(0, Ordering::SeqCst);
        let token = file(&intake, &[]).await;
        let keys = TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new());
        let locator = Locator(keys.locator().clone());
        let (card, shown) = intake.own_case_body(&locator).await.unwrap().into_untrusted();
        let own = OwnCase::open(Arc::clone(&authority.history), &card, shown, &keys).unwrap();
        let open_page = intake.return_with_token(&token).await.unwrap();
        assert!(!open_page.called_off);
        intake.forget_later(intake.return_with_token(&token).await.unwrap()).await.unwrap();
        match used_by {
            0 => assert!(intake.return_with_token(&token).await.unwrap().called_off),
            // A page that was opened before, and a script's message.
            1 => intake.follow_up(open_page, &"One more thing.".into()).await.unwrap(),
            _ => {
                let message = own.message(&keys, "More.", &Files::default(), DAY.parse().unwrap(), &rng).unwrap();
                let message = UntrustedFollowUp::Message(message.iter().map(Into::into).collect());
                intake.follow_up_sealed(&locator, message, None).await.unwrap();
            }
        }
        day.store(FORGOTTEN_AFTER + 30, Ordering::SeqCst);
        assert_eq!(intake.forget_due().await.unwrap(), 0, "used by {used_by}");
        assert!(!intake.return_with_token(&token).await.unwrap().called_off);
    }
}
