use std::collections::HashSet;

use futures_util::TryStreamExt;

use super::*;

#[tokio::test]
async fn a_second_row_of_the_same_name_is_a_conflict_that_fails_nothing_else() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("conflicts").await.unwrap();
    let conflict = |result, name| assert!(matches!(result, Err(StoreError::Conflict { table }) if table == name));
    conflict(cases::insert(&mut tx, &Case { locator_hash: None, ..case(1) }).await, "cases");
    conflict(cases::insert(&mut tx, &Case { locator_hash: Some([1; 32]), ..case(2) }).await, "cases");
    envelopes::insert(&mut tx, &envelope(1, 1, 0), NONE).await.unwrap();
    conflict(envelopes::insert(&mut tx, &envelope(1, 1, 1), NONE).await, "envelopes");
    conflict(envelopes::insert(&mut tx, &envelope(2, 1, 0), NONE).await, "envelopes");
    envelopes::insert(&mut tx, &Envelope { lane: Lane::Desk, ..envelope(2, 1, 0) }, NONE).await.unwrap();
    envelopes::insert(&mut tx, &Envelope { author: [6; 32], ..envelope(3, 1, 0) }, NONE).await.unwrap();
    grants::insert(&mut tx, &grant(1, 1, "a")).await.unwrap();
    conflict(grants::insert(&mut tx, &grant(1, 1, "b")).await, "grants");
    let too_large = envelopes::insert(&mut tx, &envelope(4, 1, u64::MAX), NONE).await;
    assert!(matches!(too_large, Err(StoreError::TooLarge(_))));
    tx.commit().await.unwrap();
    assert_eq!(envelopes::of_case(&mut store.read().await.unwrap(), &[1; 16]).await.unwrap().len(), 3);
}

#[tokio::test]
async fn rows_without_their_case_are_refused_and_fail_the_transaction() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("orphans").await.unwrap();
    assert!(matches!(grants::insert(&mut tx, &grant(1, 8, "a")).await, Err(StoreError::Orphan)));
    assert!(matches!(cases::insert(&mut tx, &case(2)).await, Err(StoreError::Failed("orphans"))));
    assert!(matches!(tx.commit().await, Err(StoreError::Failed("orphans"))));
    let mut tx = store.begin("orphans").await.unwrap();
    assert!(matches!(envelopes::insert(&mut tx, &envelope(1, 8, 0), NONE).await, Err(StoreError::Orphan)));
    drop(tx);
    assert!(get(&store, 2).await.is_none());
}

#[tokio::test]
async fn a_member_gets_the_ciphertexts_of_their_own_grants_only() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("grants").await.unwrap();
    let signed =
        NewGrant { kind: 17, signature: Some(vec![4; 64]), case_signature: Some(vec![5; 64]), ..grant(3, 1, "a") };
    for grant in [grant(2, 1, "b"), grant(1, 1, "a"), signed.clone()] {
        grants::insert(&mut tx, &grant).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let found = grants::of_cases_for(&mut read, &[[1; 16]], "a").await.unwrap();
    let ciphertexts: Vec<_> = found.iter().map(|grant| (grant.hash[0], grant.ciphertext.clone())).collect();
    assert_eq!(ciphertexts, [(1, Some(vec![1; 900])), (2, None), (3, Some(vec![3; 900]))]);
    assert_eq!((found[2].signature.clone(), found[2].kind, &found[2].body), (signed.signature, 17, &signed.body));
    assert!(grants::of_case(&mut read, &[1; 16]).await.unwrap().iter().all(|grant| grant.ciphertext.is_none()));
}

#[tokio::test]
async fn envelopes_and_ciphertexts_come_back_as_stored() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("envelopes").await.unwrap();
    let both = Ciphertexts { main: Some(b"main"), reply: Some(b"reply") };
    envelopes::insert(&mut tx, &envelope(2, 1, 1), both).await.unwrap();
    envelopes::insert(&mut tx, &envelope(1, 1, 0), Ciphertexts { reply: None, ..both }).await.unwrap();
    let blob = Envelope { blob: true, case_signature: None, ..envelope(3, 1, 2) };
    envelopes::insert(&mut tx, &blob, NONE).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let found = envelopes::of_case(&mut read, &[1; 16]).await.unwrap();
    assert_eq!(found, [envelope(1, 1, 0), envelope(2, 1, 1), blob.clone()]);
    assert_eq!(envelopes::by_hash(&mut read, &[3; 32]).await.unwrap(), Some(blob));
    assert_eq!(envelopes::by_hash(&mut read, &[4; 32]).await.unwrap(), None);
    let reply = envelopes::ciphertext(&mut read, &[2; 32], Part::Reply).await.unwrap();
    assert_eq!(reply.as_deref(), Some(&b"reply"[..]));
    assert_eq!(envelopes::ciphertext(&mut read, &[1; 32], Part::Reply).await.unwrap(), None);
    let mains = envelopes::ciphertexts_of_case(&mut read, &[1; 16], Part::Main).await.unwrap();
    assert_eq!(HashSet::from_iter(mains), HashSet::from([([1; 32], b"main".to_vec()), ([2; 32], b"main".to_vec())]));
    let hashes: Vec<_> = envelopes::blob_hashes(&mut read).try_collect().await.unwrap();
    assert_eq!(hashes, [[3 ^ 0xff; 32]]);
}

#[tokio::test]
async fn a_state_is_set_with_its_day() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let later = "2026-05-06".parse().unwrap();
    let mut tx = store.begin("state").await.unwrap();
    assert!(cases::set_state(&mut tx, &[1; 16], State::Closed, later).await.unwrap());
    assert!(!cases::set_state(&mut tx, &[2; 16], State::Closed, later).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(get(&store, 1).await, Some(Case { state: State::Closed, state_day: later, ..case(1) }));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    let (_folder, path) = place();
    let store = with_case(&path).await;
    let mut tx = store.begin("damage").await.unwrap();
    tx.execute(sqlx::query("UPDATE cases SET state_day = '2026-02-30'")).await.unwrap();
    tx.commit().await.unwrap();
    let error = cases::by_id(&mut store.read().await.unwrap(), &[1; 16]).await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains("state_day of cases row 01010101"), "{message}");
}
