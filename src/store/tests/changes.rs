use std::future::Future;

use super::*;
use crate::store::changes::Since;

const ROADS: [&str; 1] = ["roads"];

fn units() -> Vec<String> {
    ROADS.map(str::to_owned).to_vec()
}

/// What a store tells after `work` was committed, and whether it told anything before.
async fn told<F>(store: &Store, work: impl FnOnce(Tx) -> F) -> Vec<[u8; 16]>
where
    F: Future<Output = Tx>,
{
    let before = store.changes().since(&units(), None).now;
    let woken = store.changes().hear();
    let tx = work(store.begin("told").await.unwrap()).await;
    assert_eq!(store.changes().since(&units(), Some(&before)).cases, Some(Vec::new()), "told before it was committed");
    tx.commit().await.unwrap();
    let cases = store.changes().since(&units(), Some(&before)).cases.unwrap();
    assert_eq!(woken.has_changed().unwrap(), !cases.is_empty());
    cases
}

#[tokio::test]
async fn every_commit_tells_the_cases_of_which_members_are_shown_something_else() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let first = [[1; 16]];
    let added = told(&store, async |mut tx| {
        cases::insert(&mut tx, &case(2)).await.unwrap();
        cases::insert(&mut tx, &Case { unit: "ports".to_owned(), ..case(3) }).await.unwrap();
        tx
    });
    assert_eq!(added.await, [[2; 16]]);
    let envelope = told(&store, async |mut tx| {
        envelopes::insert(&mut tx, &envelope(1, 1, 0), NONE).await.unwrap();
        tx
    });
    assert_eq!(envelope.await, first);
    let grant = told(&store, async |mut tx| {
        grants::insert(&mut tx, &grant(1, 1, "a")).await.unwrap();
        tx
    });
    assert_eq!(grant.await, first);
    let state = told(&store, async |mut tx| {
        cases::set_state(&mut tx, &[1; 16], State::Open, case(1).day).await.unwrap();
        tx
    });
    assert_eq!(state.await, first);
    let forgotten = told(&store, async |mut tx| {
        cases::forget(&mut tx, &[1; 16]).await.unwrap();
        tx
    });
    assert_eq!(forgotten.await, first);
    let other = told(&store, async |mut tx| {
        cases::move_locator(&mut tx, &[2; 16], &[2; 32], &[9; 32]).await.unwrap();
        pending_forgets::remove(&mut tx, &[2; 16]).await.unwrap();
        tx
    });
    assert!(other.await.is_empty(), "members are not shown by what a reporter comes back");
    store.healthy().await.unwrap();
    let ports = ["ports".to_owned()];
    assert_eq!(store.changes().since(&ports, Some(&[0])), Since { now: vec![1], cases: Some(vec![[3; 16]]) });
}

#[tokio::test]
async fn what_was_given_up_or_refused_is_not_told() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let before = store.changes().since(&units(), None).now;
    let mut tx = store.begin("given up").await.unwrap();
    cases::insert(&mut tx, &case(2)).await.unwrap();
    drop(tx);
    let mut tx = store.begin("refused").await.unwrap();
    grants::insert(&mut tx, &grant(1, 8, "a")).await.unwrap_err();
    tx.commit().await.unwrap_err();
    assert_eq!(store.changes().since(&units(), Some(&before)).cases, Some(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_durable_is_told_though_nobody_waits_for_it_any_more() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    for n in 10..110_u8 {
        let before = store.changes().since(&units(), None).now;
        let mut tx = store.begin("cancelled").await.unwrap();
        cases::insert(&mut tx, &case(n)).await.unwrap();
        let micros = u64::from(n - 10) * 20;
        let _ = tokio::time::timeout(std::time::Duration::from_micros(micros), tx.commit()).await;
        // Whoever comes next waits until the writer is free.
        drop(store.begin("next").await.unwrap());
        let is_there = get(&store, n).await.is_some();
        let mut woken = store.changes().hear();
        let told = || store.changes().since(&units(), Some(&before)).cases.unwrap() == [[n; 16]];
        while is_there && !told() {
            woken.changed().await.unwrap();
        }
        assert_eq!(told(), is_there);
    }
}

#[tokio::test]
async fn tidying_forgets_what_changed_and_whoever_has_heard_all_goes_on() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let heard = store.changes().since(&units(), None).now;
    store.tidy().await.unwrap();
    assert_eq!(store.changes().since(&units(), Some(&[0])).cases, None);
    assert_eq!(store.changes().since(&units(), Some(&heard)).cases, Some(Vec::new()));
    let mut tx = store.begin("later").await.unwrap();
    cases::insert(&mut tx, &case(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.changes().since(&units(), Some(&heard)).cases, Some(vec![[2; 16]]));
}

#[tokio::test]
async fn pages_follow_each_other_by_id_through_all_units_of_a_member() {
    let (_folder, path) = place();
    let store = Store::open(&path).await.unwrap();
    let mut tx = store.begin("many").await.unwrap();
    for n in 0..=200_u8 {
        let unit = ["roads", "ports", "schools"][usize::from(n) * 7 % 3].to_owned();
        cases::insert(&mut tx, &Case { unit, ..case(n) }).await.unwrap();
        if n % 2 == 1 {
            envelopes::insert(&mut tx, &envelope(n, n, 0), NONE).await.unwrap();
            grants::insert(&mut tx, &grant(n, n, "a")).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let units = ["schools".to_owned(), "roads".to_owned(), "roads".to_owned()];
    let of_units: Vec<u8> = (0..=200_u8).filter(|n| usize::from(*n) * 7 % 3 != 1).collect();
    for limit in [1, 7, 64, 133, 134, 135, 1000] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = cases::page(&mut read, &units, after.as_ref(), limit).await.unwrap();
            assert!(page.cases.len() == limit || !page.has_more);
            assert!(page.cases.iter().all(|case| case.entries == 2 * u64::from(case.id[0] % 2)));
            found.extend(page.cases.iter().map(|case| case.id[0]));
            after = page.cases.last().map(|case| case.id);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(found, of_units, "{limit}");
    }
    assert!(cases::page(&mut read, &[], None, 9).await.unwrap().cases.is_empty());
    let all: Vec<_> = (0..=255_u8).map(|n| [n; 16]).collect();
    assert_eq!(cases::summaries(&mut read, &all).await.unwrap().len(), 201);
    assert_eq!(cases::by_ids(&mut read, &all).await.unwrap().len(), 201);
}

#[tokio::test]
async fn weights_are_about_what_is_read() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("heavy").await.unwrap();
    let text = vec![7; 100_000];
    let both = Ciphertexts { main: Some(&text), reply: Some(&text) };
    envelopes::insert(&mut tx, &Envelope { size: 100_000, ..envelope(1, 1, 0) }, both).await.unwrap();
    let blob = Envelope { size: 1 << 40, blob: true, ..envelope(2, 1, 1) };
    envelopes::insert(&mut tx, &blob, NONE).await.unwrap();
    grants::insert(&mut tx, &grant(1, 1, "a")).await.unwrap();
    tx.commit().await.unwrap();
    let weights = cases::weights(&mut store.read().await.unwrap(), &[[1; 16], [2; 16]]).await.unwrap();
    assert_eq!(weights.len(), 1);
    assert!((100_000..105_000).contains(&weights[&[1; 16]]), "{weights:?}");
}
