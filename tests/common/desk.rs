//! A member who speaks to the server over plain HTTP, as a desk does.

use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use amparo::protocol::bytes::{CaseId, Hash};
use amparo::protocol::content::{Attachment, State};
use amparo::protocol::desk_case::{DeskCase, DeskCaseError, Entries};
use amparo::protocol::example::Authority;
use amparo::protocol::manifest::History;
use amparo::protocol::member::MemberKey;
use amparo::protocol::sign::Purpose;
use amparo::protocol::wire::sync::CasePage;
use amparo::protocol::wire::{CaseBody, ChallengeAnswer, NewEntries, request_body};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use serde::de::DeserializeOwned;

use super::client::{self, Answer};
use super::server::today;

pub struct Desk<'a> {
    address: SocketAddr,
    history: Arc<History>,
    key: &'a MemberKey,
    challenge: Hash,
    sequence: u64,
}

impl<'a> Desk<'a> {
    /// The authority's member of that place in the list.
    pub fn new(address: SocketAddr, authority: &'a Authority, member: usize) -> Self {
        let challenge: ChallengeAnswer = json(&client::get(address, "/v1/challenge"));
        let (history, key) = (Arc::clone(&authority.history), &authority.members[member]);
        Self { address, history, key, challenge: challenge.challenge, sequence: 0 }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, b"")
    }

    fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        let head = self.signed_head(method, path, body);
        client::talk(self.address, &[head.as_bytes(), body].concat()).unwrap()
    }

    /// The body of an answer that is too large for memory, as it comes.
    pub fn stream(&mut self, path: &str) -> impl Read + use<> {
        let head = self.signed_head("GET", path, b"");
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = BufReader::with_capacity(1 << 16, stream);
        let mut status = String::new();
        answer.read_line(&mut status).unwrap();
        assert!(status.contains(" 200 "), "{status}");
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert_ne!(answer.read_line(&mut line).unwrap(), 0, "the head was cut");
        }
        answer
    }

    fn signed_head(&mut self, method: &str, path: &str, body: &[u8]) -> String {
        self.sequence += 1;
        let signed = request_body(&self.challenge.0, self.sequence, method, path, body);
        let signature = self.key.signing().sign(Purpose::Request, self.history.authority(), &signed);
        let headers = format!(
            "amparo-member: {}\r\namparo-challenge: {}\r\namparo-sequence: {}\r\namparo-signature: {}\r\n",
            self.key.id,
            self.challenge,
            self.sequence,
            STANDARD.encode(signature.0)
        );
        client::request(method, path, &headers, body)
    }

    pub fn cases(&mut self) -> CasePage {
        json(&self.get("/v1/cases"))
    }

    pub fn open(&mut self, case: &CaseId) -> DeskCase {
        self.try_open(case).unwrap()
    }

    pub fn try_open(&mut self, case: &CaseId) -> Result<DeskCase, DeskCaseError> {
        let body: CaseBody = json(&self.get(&format!("/v1/cases/{case}")));
        let (card, grants, envelopes) = body.into_untrusted();
        DeskCase::open(Arc::clone(&self.history), self.key, &card, &grants, envelopes)
    }

    /// Every attachment of a case as it is stored, each with the size its report or message says.
    pub fn attachments(&mut self, case: &CaseId) -> Vec<(Vec<u8>, u64)> {
        let listed: Vec<_> = self.open(case).attachments().map(|file| (file.hash, file.size)).collect();
        let fetched = listed.into_iter().map(|(hash, size)| {
            let answer = self.get(&format!("/v1/cases/{case}/blobs/{hash}"));
            assert_eq!(answer.status, 200, "an attachment is missing");
            (answer.body, size)
        });
        fetched.collect()
    }

    /// The name and content of every attachment of a case, as a desk saves them.
    pub fn saved(&mut self, case: &CaseId) -> Vec<(String, Vec<u8>)> {
        let opened = self.open(case);
        let listed: Vec<_> = opened.attachments().cloned().collect();
        let save = |file: Attachment| {
            let answer = self.get(&format!("/v1/cases/{case}/blobs/{}", file.hash));
            assert_eq!(answer.status, 200, "an attachment is missing");
            let mut content = Vec::new();
            let ciphertext = || Ok(Box::new(Cursor::new(answer.body.clone())) as Box<dyn Read>);
            let length = opened.open_attachment(&file.hash, ciphertext, &mut content).unwrap();
            assert_eq!(length, file.size, "{}", file.name);
            content.truncate(usize::try_from(length).unwrap());
            (file.name.clone(), content)
        };
        listed.into_iter().map(save).collect()
    }

    /// Answers a case, with its first desk key before when it has none.
    pub fn answer(&mut self, case: &CaseId, text: &str, state: Option<State>) {
        let rng = SystemRandom::new();
        if !self.open(case).has_desk_key() {
            let rekey = self.open(case).rekey(self.key, today(), &rng).unwrap();
            self.add(case, &rekey);
        }
        let answer = self.open(case).answer(self.key, text, state, today(), &rng).unwrap();
        self.add(case, &answer);
    }

    pub fn note(&mut self, case: &CaseId, text: &str) {
        let note = self.open(case).note(self.key, text, today(), &SystemRandom::new()).unwrap();
        self.add(case, &note);
    }

    fn add(&mut self, case: &CaseId, entries: &Entries) {
        let body = serde_json::to_vec(&NewEntries::from(entries)).unwrap();
        let answer = self.send("POST", &format!("/v1/cases/{case}/entries"), &body);
        assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
    }
}

fn json<T: DeserializeOwned>(answer: &Answer) -> T {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}
