//! Cases as a desk fetches them, from a server that holds many: what the server alone gives, unread.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amparo::protocol::bytes::CaseId;
use amparo::protocol::example::Authority;
use amparo::protocol::report::Submission;
use amparo::protocol::sign::Purpose;
use amparo::protocol::wire::sync::{CASES_AT_ONCE, CaseIds, CasePage};
use amparo::protocol::wire::{ChallengeAnswer, request_body};
use amparo::secret::random_bytes;
use amparo::store::envelopes::{Ciphertexts, Envelope, Lane};
use amparo::store::grants::NewGrant;
use amparo::store::{Store, Tx, cases, envelopes, grants};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;

use crate::client::{Answer, Connection};

/// How many cases are stored in one transaction.
const TOGETHER: usize = 500;

/// Stores so many cases that each have the rows of `sealed`, under names of their own: what they hold is not looked at
/// by a server that gives them out.
pub fn fill(folder: &Path, sealed: &Submission, count: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&folder.join("data/amparo.db")).await.unwrap();
        for from in (0..count).step_by(TOGETHER) {
            let mut tx = store.begin("fill").await.unwrap();
            for _ in from..count.min(from + TOGETHER) {
                copy(&mut tx, sealed).await;
            }
            tx.commit().await.unwrap();
        }
        // In the order of the keys, as after a night.
        store.tidy().await.unwrap();
        store.close().await.unwrap();
    });
}

async fn copy(tx: &mut Tx, sealed: &Submission) {
    let rng = SystemRandom::new();
    let (card, id) = (sealed.card.card(), random_bytes(&rng).unwrap());
    let case = cases::Case {
        id,
        unit: card.unit.clone(),
        day: card.day,
        state: cases::State::Received,
        state_day: card.day,
        card: card.to_bytes(),
        card_signature: sealed.card.signature().0.to_vec(),
        locator_hash: Some(random_bytes(&rng).unwrap()),
        withdrawn: false,
    };
    cases::insert(tx, &case).await.unwrap();
    for grant in &sealed.grants {
        let row = NewGrant {
            hash: random_bytes(&rng).unwrap(),
            case_id: id,
            kind: grant.grant.kind as u8,
            member_id: grant.grant.member.to_string(),
            body: grant.grant.to_bytes(),
            ciphertext: grant.ciphertext.clone(),
            signature: None,
            case_signature: None,
        };
        grants::insert(tx, &row).await.unwrap();
    }
    for envelope in &sealed.envelopes {
        let header = &envelope.header;
        let row = Envelope {
            hash: random_bytes(&rng).unwrap(),
            case_id: id,
            kind: header.kind as u8,
            author: *header.author.as_bytes(),
            lane: Lane::Main,
            sequence: header.sequence,
            header: header.to_bytes(),
            signature: envelope.signature.0.to_vec(),
            case_signature: None,
            ciphertext_hash: header.ciphertext.0,
            size: envelope.size,
            blob: false,
        };
        let texts = Ciphertexts { main: envelope.ciphertext.as_deref(), reply: None };
        envelopes::insert(tx, &row, texts).await.unwrap();
    }
}

/// A connection on which the authority's first member signs.
struct Desk<'a> {
    connection: Connection,
    authority: &'a Authority,
    challenge: [u8; 32],
    sequence: u64,
}

impl<'a> Desk<'a> {
    fn open(address: SocketAddr, authority: &'a Authority) -> Self {
        let mut connection = Connection::open(address);
        let challenge: ChallengeAnswer = serde_json::from_slice(&connection.get("/v1/challenge").body).unwrap();
        Self { connection, authority, challenge: challenge.challenge.0, sequence: 0 }
    }

    fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.sequence += 1;
        let key = &self.authority.members[0];
        let signed = request_body(&self.challenge, self.sequence, method, path, body);
        let signature = key.signing().sign(Purpose::Request, self.authority.history.authority(), &signed);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\namparo-member: {}\r\n\
             amparo-challenge: {}\r\namparo-sequence: {}\r\namparo-signature: {}\r\n\r\n",
            body.len(),
            key.id,
            amparo::protocol::bytes::to_hex(&self.challenge),
            self.sequence,
            STANDARD.encode(signature.0)
        );
        let answer = self.connection.ask(&[head.as_bytes(), body].concat());
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer
    }
}

/// The ids of all cases, and how long the pages took.
pub fn list(address: SocketAddr, authority: &Authority) -> (Vec<CaseId>, Duration) {
    let mut desk = Desk::open(address, authority);
    let (mut ids, mut after, started) = (Vec::new(), String::new(), Instant::now());
    loop {
        let page: CasePage =
            serde_json::from_slice(&desk.ask("GET", &format!("/v1/cases?limit=10000{after}"), b"").body).unwrap();
        ids.extend(page.cases.iter().map(|case| case.id));
        let Some(next) = page.next else { return (ids, started.elapsed()) };
        after = format!("&after={next}");
    }
}

/// Fetches all of `ids` in full batches on so many connections; tells how long it took, and the bytes that came.
pub fn fetch(address: SocketAddr, authority: &Authority, ids: &[CaseId], connections: usize) -> (Duration, usize) {
    let batches: Vec<Vec<u8>> =
        ids.chunks(CASES_AT_ONCE).map(|ids| serde_json::to_vec(&CaseIds { ids: ids.to_vec() }).unwrap()).collect();
    let mut desks: Vec<_> = (0..connections).map(|_| Desk::open(address, authority)).collect();
    let (next, bytes, started) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        for desk in &mut desks {
            let (next, bytes, batches) = (&next, &bytes, &batches);
            scope.spawn(move || {
                while let Some(body) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = desk.ask("POST", "/v1/cases/bodies", body);
                    bytes.fetch_add(answer.body.len(), Ordering::Relaxed);
                }
            });
        }
    });
    (started.elapsed(), bytes.into_inner())
}
