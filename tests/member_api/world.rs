//! A server on loopback with an authority and its cases, and desks that speak to it over plain HTTP.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use amparo::blobs::Blobs;
use amparo::clock::{Clock, Day};
use amparo::http::body::BodyLimits;
use amparo::http::member;
use amparo::intake::{Intake, Settings};
use amparo::listener::{Limits, serve};
use amparo::protocol::bytes::{CaseId, Hash, MemberId, to_hex};
use amparo::protocol::desk_case::{DeskCase, Entries};
use amparo::protocol::example::{self, Authority, DAY};
use amparo::protocol::manifest::History;
use amparo::protocol::member::MemberKey;
use amparo::protocol::report::Draft;
use amparo::protocol::sign::Purpose;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::{CaseBody, ChallengeAnswer, NewEntries, request_body};
use amparo::store::Store;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const BODY: BodyLimits =
    BodyLimits { size: 256 << 10, stall: Duration::from_millis(300), whole: Duration::from_secs(20) };

/// The day on which the server runs: two days after everything was filed.
pub fn today() -> Day {
    DAY.parse::<Day>().unwrap().plus(2).unwrap()
}

pub struct World {
    pub authority: Authority,
    pub intake: Arc<Intake>,
    pub store: Store,
    pub address: SocketAddr,
    /// How many days later it has become.
    pub later: Arc<AtomicI64>,
    blobs: Blobs,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    folder: tempfile::TempDir,
}

/// A case that has been filed.
pub struct Filed {
    pub id: CaseId,
    pub attachment: Hash,
    pub ciphertext: Vec<u8>,
}

impl World {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let store = Store::open(&data.join("amparo.db")).await.unwrap();
        let blobs = Blobs::open(&data.join("blobs")).unwrap();
        let authority = example::authority(&SystemRandom::new());
        let history = Arc::clone(&authority.history);
        let (later, rng) = (Arc::new(AtomicI64::new(0)), Arc::new(SystemRandom::new()));
        let days = Arc::clone(&later);
        let clock = Clock::from_fn(move || today().plus(days.load(Ordering::SeqCst)).unwrap());
        let intake = Arc::new(Intake::new(store.clone(), blobs.clone(), history, clock, rng, Settings::new(data)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = member::router(Arc::clone(&intake), BODY);
        let (stop, mut stopped) = watch::channel(false);
        let shutdown = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
        let served = tokio::spawn(serve(listener, router, Limits::default(), shutdown));
        Self { authority, intake, store, address, later, blobs, stop, served, folder }
    }

    /// Files a report with one attachment.
    pub async fn file(&self, unit: &str) -> Filed {
        let rng = SystemRandom::new();
        let token = Token::generate(&rng).unwrap();
        let keys = TokenKeys::derive(&token, self.authority.history.authority(), &mut TokenArena::new());
        let day = DAY.parse().unwrap();
        let mut draft = Draft::begin(&self.authority.history, unit, &[], &keys, day, &rng).unwrap();
        let mut sealing = draft.place().sealer(Vec::new(), &rng).unwrap();
        sealing.write_all(&vec![42; 100_000]).unwrap();
        let (ciphertext, sealed) = sealing.finish().unwrap();
        let attachment = self.keep_blob(&ciphertext);
        draft.files.add(sealed, attachment, ciphertext.len() as u64, "a.bin".into(), "text/plain".into());
        let filed = draft.finish(example::story("They asked for ten percent."), None, &rng).unwrap();
        self.intake.store_submission(&filed).await.unwrap();
        Filed { id: filed.card.card().case, attachment, ciphertext }
    }

    /// Stops as a server does, and waits until all connections have ended.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.intake.end_waiting();
        self.served.await.unwrap();
    }

    /// A statement that no part of the program makes, as if by another hand.
    pub async fn by_another_hand(&self, statement: &'static str) {
        let file = self.folder.path().join("data/amparo.db");
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
        let mut link = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(statement).execute(&mut link).await.unwrap();
        link.close().await.unwrap();
    }

    fn keep_blob(&self, ciphertext: &[u8]) -> Hash {
        let mut writer = self.blobs.create(&SystemRandom::new()).unwrap();
        writer.write_all(ciphertext).unwrap();
        Hash(writer.finish(DAY.parse().unwrap()).unwrap().hash())
    }

    /// A desk of the authority's member of that place in the list, with a challenge of its own.
    pub async fn desk(&self, member: usize) -> Desk<'_> {
        self.desk_of(&self.authority.members[member]).await
    }

    pub async fn desk_of<'a>(&'a self, key: &'a MemberKey) -> Desk<'a> {
        let challenge: ChallengeAnswer = self.get("/v1/challenge").await.json();
        let history = Arc::clone(&self.authority.history);
        Desk { address: self.address, history, key, member: key.id, challenge: challenge.challenge, sequence: 0 }
    }

    /// An unsigned request.
    pub async fn get(&self, path: &str) -> Answer {
        talk(self.address, format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").as_bytes()).await
    }
}

pub struct Desk<'a> {
    pub address: SocketAddr,
    history: Arc<History>,
    key: &'a MemberKey,
    pub member: MemberId,
    pub challenge: Hash,
    pub sequence: u64,
}

impl Desk<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, b"").await
    }

    pub async fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.sequence += 1;
        talk(self.address, &[self.head(method, path, body).as_bytes(), body].concat()).await
    }

    /// The head of a request, signed under the sequence as it is.
    pub fn head(&self, method: &str, path: &str, body: &[u8]) -> String {
        let signed = request_body(&self.challenge.0, self.sequence, method, path, body);
        let signature = self.key.signing().sign(Purpose::Request, self.history.authority(), &signed);
        let (member, challenge, sequence) = (self.member, self.challenge, self.sequence);
        let (signature, length) = (STANDARD.encode(signature.0), body.len());
        format!(
            "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\
             amparo-member: {member}\r\namparo-challenge: {challenge}\r\namparo-sequence: {sequence}\r\n\
             amparo-signature: {signature}\r\n\r\n"
        )
    }

    pub async fn open(&mut self, case: &CaseId) -> DeskCase {
        let body: CaseBody = self.get(&format!("/v1/cases/{case}")).await.json();
        let (card, grants, envelopes) = body.into_untrusted();
        DeskCase::open(Arc::clone(&self.history), self.key, &card, &grants, envelopes).unwrap()
    }

    pub async fn add(&mut self, case: &CaseId, entries: &Entries) -> Answer {
        self.add_wire(case, &NewEntries::from(entries)).await
    }

    pub async fn add_wire(&mut self, case: &CaseId, entries: &NewEntries) -> Answer {
        let body = serde_json::to_vec(entries).unwrap();
        self.send("POST", &format!("/v1/cases/{case}/entries"), &body).await
    }
}

pub struct Answer {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", self.detail());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The same, when it is a problem.
    pub fn problem_or_none(&self) -> Option<(u16, String)> {
        (self.status >= 400).then(|| self.problem())
    }

    /// Status and name of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert!(self.head.contains("content-type: application/problem+json"), "{} {}", self.status, self.head);
        let document: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(document["status"], self.status);
        (self.status, document["type"].as_str().unwrap().strip_prefix("urn:amparo:problem:").unwrap().to_owned())
    }

    pub fn detail(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends bytes and reads the answer to its end.
pub async fn talk(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the server answers").unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

/// Hex of some bytes no case has.
pub fn unknown_hash() -> String {
    to_hex(&[0xee; 32])
}
