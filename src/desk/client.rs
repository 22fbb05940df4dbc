//! The desk's requests to the server's member listener: `docs/protocol.md`, section 11. Blocking; run it where blocking
//! is allowed.
//!
//! Nothing that comes from here is trusted: whatever is opened is checked by [`protocol`](crate::protocol) first.

use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::protocol::bytes::{AuthorityId, CaseId, Hash};
use crate::protocol::manifest::UntrustedManifest;
use crate::protocol::member::MemberKey;
use crate::protocol::wire::{
    CHALLENGE_HEADER, CaseBody, CaseList, ChallengeAnswer, MANIFEST_HEADER, MEMBER_HEADER, Manifests, NewEntries,
    SEQUENCE_HEADER, SIGNATURE_HEADER, request_body,
};
use crate::remote::{Answer, Method, Remote, RemoteError};

/// The largest answers that are read, in bytes.
const SMALL: u64 = 64 << 10;
const LIST: u64 = 16 << 20;
const MANIFESTS: u64 = 64 << 20;
const CASE: u64 = 256 << 20;

/// Why the server could not be asked, or did not answer what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It cannot be spoken to, or refuses.
    #[error(transparent)]
    Remote(RemoteError),
    /// It does not know the case, or does not show it to this member.
    #[error("the server does not show this; it may have been moved to another unit")]
    NotFound,
    /// The case has moved on since it was fetched.
    #[error("somebody else wrote in this case at the same moment; look at it again and repeat what you did")]
    Moved,
    /// It wants another challenge.
    #[error("the server does not accept this desk's requests; lock the desk and unlock it again")]
    Challenge,
}

impl From<RemoteError> for ClientError {
    fn from(error: RemoteError) -> Self {
        let status = if let RemoteError::Refused(refusal) = &error { refusal.status.as_u16() } else { 0 };
        match &error {
            RemoteError::Refused(refusal) if status == 401 && refusal.is("challenge") => Self::Challenge,
            _ if status == 404 => Self::NotFound,
            _ if status == 409 => Self::Moved,
            _ => Self::Remote(error),
        }
    }
}

impl ClientError {
    /// Whether nobody answers.
    pub(super) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Remote(RemoteError::Unreachable { .. }))
    }
}

/// One challenge and how often it was used.
struct Line {
    challenge: [u8; 32],
    last: u64,
}

/// Who signs requests, for which authority.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The member.
    pub key: &'a MemberKey,
    /// The authority.
    pub authority: &'a AuthorityId,
}

/// A connection to one server.
pub struct Client {
    remote: Remote,
    line: Mutex<Option<Line>>,
    announced: Mutex<Option<(u64, Hash)>>,
}

impl Client {
    /// A client for `server`, through a `proxy` where one is given; see [`Remote::new`].
    pub fn new(server: &str, proxy: Option<&str>) -> Result<Self, ClientError> {
        Ok(Self { remote: Remote::new(server, proxy)?, line: Mutex::new(None), announced: Mutex::new(None) })
    }

    /// Serial and hash of the newest manifest, as the last answer said.
    pub fn announced(&self) -> Option<(u64, Hash)> {
        *lock(&self.announced)
    }

    /// All manifests, serial 1 first.
    pub fn manifests(&self) -> Result<Vec<UntrustedManifest>, ClientError> {
        let answer = self.heard(self.remote.get("/v1/manifests", &[])?)?;
        Ok(answer.json::<Manifests>(MANIFESTS)?.into())
    }

    /// The cases of the member's units.
    pub fn cases(&self, signer: Signer) -> Result<CaseList, ClientError> {
        Ok(self.signed(signer, &Method::GET, "/v1/cases", &[])?.json(LIST)?)
    }

    /// Everything of one case but its files.
    pub fn case(&self, signer: Signer, case: CaseId) -> Result<CaseBody, ClientError> {
        Ok(self.signed(signer, &Method::GET, &format!("/v1/cases/{case}"), &[])?.json(CASE)?)
    }

    /// The ciphertext of a file, of at most `limit` bytes, as it comes.
    pub fn blob(
        &self,
        signer: Signer,
        case: CaseId,
        hash: &Hash,
        limit: u64,
    ) -> Result<Box<dyn Read + Send>, ClientError> {
        Ok(self.signed(signer, &Method::GET, &format!("/v1/cases/{case}/blobs/{hash}"), &[])?.reader(limit))
    }

    /// Adds to a case: all or nothing.
    pub fn add(&self, signer: Signer, case: CaseId, entries: &NewEntries) -> Result<(), ClientError> {
        let body = serde_json::to_vec(entries).map_err(|_| RemoteError::Malformed)?;
        self.signed(signer, &Method::POST, &format!("/v1/cases/{case}/entries"), &body).map(drop)
    }

    /// Sends a signed request, and once more under a fresh challenge when the server wants one. Requests are signed
    /// one after another, since their numbers must rise.
    fn signed(&self, signer: Signer, method: &Method, path: &str, body: &[u8]) -> Result<Answer, ClientError> {
        let mut line = lock(&self.line);
        let first = self.signed_once(&mut line, signer, method, path, body);
        if !matches!(first, Err(ClientError::Challenge)) {
            return first;
        }
        *line = None;
        self.signed_once(&mut line, signer, method, path, body)
    }

    fn signed_once(
        &self,
        line: &mut Option<Line>,
        signer: Signer,
        method: &Method,
        path: &str,
        body: &[u8],
    ) -> Result<Answer, ClientError> {
        let line = match line {
            Some(line) => line,
            None => line.insert(Line { challenge: self.challenge()?, last: 0 }),
        };
        line.last += 1;
        let to_sign = request_body(&line.challenge, line.last, method.as_str(), path, body);
        let signature = signer.key.sign_request(signer.authority, &to_sign);
        let headers = [
            (MEMBER_HEADER, &*signer.key.id.to_string()),
            (CHALLENGE_HEADER, &*Hash(line.challenge).to_string()),
            (SEQUENCE_HEADER, &*line.last.to_string()),
            (SIGNATURE_HEADER, &*BASE64_STANDARD.encode(signature.0)),
            ("content-type", "application/json"),
        ];
        let answer = if *method == Method::POST {
            self.remote.send_body(method, path, &headers, body)?
        } else {
            self.remote.get(path, &headers[..4])?
        };
        Ok(self.heard(answer)?)
    }

    fn challenge(&self) -> Result<[u8; 32], ClientError> {
        Ok(self.heard(self.remote.get("/v1/challenge", &[])?)?.json::<ChallengeAnswer>(SMALL)?.challenge.0)
    }

    /// Remembers which manifest an answer names as the newest.
    fn heard(&self, answer: Answer) -> Result<Answer, RemoteError> {
        if let Some(announced) = answer.headers().get(MANIFEST_HEADER).and_then(|value| value.to_str().ok()) {
            let (serial, hash) = announced.split_once(' ').ok_or(RemoteError::Malformed)?;
            let serial = serial.parse().map_err(|_| RemoteError::Malformed)?;
            let hash = hash.parse().map_err(|_| RemoteError::Malformed)?;
            *lock(&self.announced) = Some((serial, hash));
        }
        Ok(answer)
    }
}

/// A poisoned lock here guards a plain value that is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
