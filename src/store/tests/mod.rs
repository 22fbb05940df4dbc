//! What the store promises, tried on real files.

mod changes;
mod files;
mod forget;
mod rows;
mod transactions;

use std::path::PathBuf;

use super::cases::{self, Case, State};
use super::envelopes::{self, Ciphertexts, Envelope, Lane, Part};
use super::grants::{self, NewGrant};
use super::*;

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/amparo.db");
    (folder, path)
}

fn case(n: u8) -> Case {
    Case {
        id: [n; 16],
        unit: "roads".to_owned(),
        day: "2026-05-04".parse().unwrap(),
        state: State::Received,
        state_day: "2026-05-04".parse().unwrap(),
        card: vec![n; 300],
        card_signature: vec![1; 64],
        locator_hash: Some([n; 32]),
        withdrawn: false,
    }
}

fn envelope(n: u8, case: u8, sequence: u64) -> Envelope {
    Envelope {
        hash: [n; 32],
        case_id: [case; 16],
        kind: 4,
        author: [5; 32],
        lane: Lane::Main,
        sequence,
        header: vec![n; 200],
        signature: vec![2; 64],
        case_signature: Some(vec![3; 64]),
        ciphertext_hash: [n ^ 0xff; 32],
        size: 4,
        blob: false,
    }
}

fn grant(n: u8, case: u8, member: &str) -> NewGrant {
    NewGrant {
        hash: [n; 32],
        case_id: [case; 16],
        kind: 16,
        member_id: member.to_owned(),
        body: vec![n; 90],
        ciphertext: vec![n; 900],
        signature: None,
        case_signature: None,
    }
}

const NONE: Ciphertexts<'_> = Ciphertexts { main: None, reply: None };

async fn with_case(path: &Path) -> Store {
    let store = Store::open(path).await.unwrap();
    let mut tx = store.begin("test").await.unwrap();
    cases::insert(&mut tx, &case(1)).await.unwrap();
    tx.commit().await.unwrap();
    store
}

async fn get(store: &Store, n: u8) -> Option<Case> {
    cases::by_id(&mut store.read().await.unwrap(), &[n; 16]).await.unwrap()
}
