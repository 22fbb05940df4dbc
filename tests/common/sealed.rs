//! A reporter whose own device seals: what the page's script does, in Rust, over plain HTTP.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use amparo::clock::Day;
use amparo::protocol::bytes::Hash;
use amparo::protocol::content::{Answers, Channel, Danger};
use amparo::protocol::example::Authority;
use amparo::protocol::files::{FilePlace, Files};
use amparo::protocol::manifest::History;
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::report::{Draft, Story, Submission};
use amparo::protocol::seal::chunked_hash;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::reporter::{
    CaseRequest, ForgetRequest, Locator, NewMessage, NewReport, NewUpload, OwnCaseBody, UploadId, UploadProgress,
};
use ring::rand::SystemRandom;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::{self, Answer};
use super::server::today;

/// Bytes of a chunk.
pub const CHUNK: usize = 1 << 20;

/// A token and what it makes possible.
pub struct Reporter {
    pub token: Token,
    pub keys: TokenKeys,
    history: Arc<History>,
}

/// A file to be attached.
pub struct Plain<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub content: &'a [u8],
}

/// Files with no name that matters.
pub fn plain(content: &[u8]) -> Plain<'_> {
    Plain { name: "a.bin", media_type: "application/octet-stream", content }
}

impl Reporter {
    pub fn new(authority: &Authority) -> Self {
        Self::with_token(authority, Token::generate(&SystemRandom::new()).unwrap())
    }

    /// Who was given that token.
    pub fn with_token(authority: &Authority, token: Token) -> Self {
        let keys = TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new());
        Self { token, keys, history: Arc::clone(&authority.history) }
    }

    pub fn locator(&self) -> Locator {
        Locator(self.keys.locator().clone())
    }

    /// Seals a report to *Public works*: what is sent of it, and its files' ciphertexts.
    pub fn report(&self, what: &str, files: &[Plain<'_>]) -> (Submission, Vec<Vec<u8>>) {
        self.report_on(what, today(), files)
    }

    /// The same on some day.
    pub fn report_on(&self, what: &str, day: Day, files: &[Plain<'_>]) -> (Submission, Vec<Vec<u8>>) {
        let rng = SystemRandom::new();
        let mut draft = Draft::begin(&self.history, "works", &[], &self.keys, day, &rng).unwrap();
        let place = draft.place();
        let ciphertexts = files.iter().map(|file| seal_file(&place, file, &mut draft.files)).collect();
        let mut fields = Answers::default();
        fields.insert("what", what.to_owned());
        let story = Story {
            channel: Channel::Web,
            assisted: false,
            language: "en".to_owned(),
            category: "bribery".to_owned(),
            fields,
            danger: Danger::No,
        };
        (draft.finish(story, None, &rng).unwrap(), ciphertexts)
    }

    /// Seals and files a report with its files.
    pub fn file(&self, address: SocketAddr, what: &str, files: &[Plain<'_>]) -> Submission {
        let (submission, ciphertexts) = self.report(what, files);
        let upload = (!files.is_empty()).then(|| upload_all(address, &ciphertexts));
        let answer = post(address, "/v1/reports", &NewReport::new(&submission, upload));
        assert_eq!(answer.status, 200, "{}", text(&answer));
        submission
    }

    /// What the server shows of the case, checked and opened.
    pub fn open(&self, address: SocketAddr) -> OwnCase {
        let body: OwnCaseBody = json(&self.ask(address));
        let (card, envelopes) = body.into_untrusted();
        OwnCase::open(Arc::clone(&self.history), &card, envelopes, &self.keys).unwrap()
    }

    pub fn ask(&self, address: SocketAddr) -> Answer {
        post(address, "/v1/case", &CaseRequest { locator: self.locator() })
    }

    /// Seals a message: what is sent of it but for the upload, and its files' ciphertexts.
    pub fn message(&self, case: &OwnCase, words: &str, files: &[Plain<'_>]) -> (NewMessage, Vec<Vec<u8>>) {
        let mut listed = Files::default();
        let ciphertexts = files.iter().map(|file| seal_file(&case.place(), file, &mut listed)).collect();
        let envelopes = case.message(&self.keys, words, &listed, today(), &SystemRandom::new()).unwrap();
        let envelopes = envelopes.iter().map(Into::into).collect();
        (NewMessage { locator: self.locator(), envelopes, upload: None }, ciphertexts)
    }

    pub fn forget(&self, case: &OwnCase) -> ForgetRequest {
        let envelope = case.forget(&self.keys, today(), &SystemRandom::new()).unwrap();
        ForgetRequest { locator: self.locator(), envelope: (&envelope).into() }
    }
}

fn seal_file(place: &FilePlace, file: &Plain<'_>, files: &mut Files) -> Vec<u8> {
    let mut sealer = place.sealer(Vec::new(), &SystemRandom::new()).unwrap();
    sealer.write_all(file.content).unwrap();
    let (bytes, sealed) = sealer.finish().unwrap();
    let (name, media_type) = (file.name.to_owned(), file.media_type.to_owned());
    files.add(sealed, Hash(chunked_hash(&bytes)), bytes.len() as u64, name, media_type);
    bytes
}

/// A request with these bytes as its body; `headers` are whole lines.
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
    let head = client::request(method, path, headers, body);
    client::talk(address, &[head.as_bytes(), body].concat()).unwrap()
}

pub fn post(address: SocketAddr, path: &str, body: &impl Serialize) -> Answer {
    send(address, "POST", path, "content-type: application/json\r\n", &serde_json::to_vec(body).unwrap())
}

pub fn new_upload(address: SocketAddr) -> UploadId {
    json::<NewUpload>(&send(address, "POST", "/v1/uploads", "", b"")).upload
}

pub fn put(address: SocketAddr, upload: UploadId, file: usize, chunk: usize, bytes: &[u8]) -> Answer {
    send(address, "PUT", &format!("/v1/uploads/{upload}/{file}/{chunk}"), "", bytes)
}

pub fn progress(address: SocketAddr, upload: UploadId) -> Vec<u64> {
    json::<UploadProgress>(&client::get(address, &format!("/v1/uploads/{upload}"))).files
}

/// Sends the chunks of a file from `from` on.
pub fn put_file(address: SocketAddr, upload: UploadId, file: usize, bytes: &[u8], from: usize) {
    for (chunk, bytes) in bytes.chunks(CHUNK).enumerate().skip(from) {
        let answer = put(address, upload, file, chunk, bytes);
        assert_eq!(answer.status, 204, "file {file}, chunk {chunk}: {}", text(&answer));
    }
}

/// A new upload with these files.
pub fn upload_all(address: SocketAddr, ciphertexts: &[Vec<u8>]) -> UploadId {
    let upload = new_upload(address);
    for (file, bytes) in ciphertexts.iter().enumerate() {
        put_file(address, upload, file, bytes, 0);
    }
    upload
}

pub fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

pub fn json<T: DeserializeOwned>(answer: &Answer) -> T {
    assert_eq!(answer.status, 200, "{}", text(answer));
    serde_json::from_slice(&answer.body).unwrap()
}

/// Status and name of a problem document.
#[track_caller]
pub fn problem(answer: &Answer) -> (u16, String) {
    assert!(answer.head.contains("content-type: application/problem+json"), "{} {}", answer.status, answer.head);
    assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
    let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(document["status"], answer.status);
    (answer.status, document["type"].as_str().unwrap().strip_prefix("urn:amparo:problem:").unwrap().to_owned())
}
