//! The desk's requests to the server's member listener: `docs/protocol.md`, section 11. Blocking; run it where blocking
//! is allowed.
//!
//! Nothing that comes from here is trusted: whatever is opened is checked by [`protocol`](crate::protocol) first.

mod lines;

use std::collections::HashSet;
use std::io::Read;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::whole::whole;
use crate::protocol::bytes::{AuthorityId, CaseId, Hash};
use crate::protocol::manifest::UntrustedManifest;
use crate::protocol::member::MemberKey;
use crate::protocol::wire::sync::{CaseBodies, CaseIds, CasePage, Changes, Mark, WAIT_MAX};
use crate::protocol::wire::{
    CHALLENGE_HEADER, CaseBody, ChallengeAnswer, MANIFEST_HEADER, MEMBER_HEADER, Manifests, NewEntries,
    SEQUENCE_HEADER, SIGNATURE_HEADER, request_body,
};
use crate::remote::{Answer, Method, Remote, RemoteError};
use lines::{Held, Line, Lines};

/// The largest answers that are read, in bytes.
const SMALL: u64 = 64 << 10;
const LIST: u64 = 16 << 20;
const CHANGES: u64 = 64 << 20;
const MANIFESTS: u64 = 64 << 20;
const CASE: u64 = 256 << 20;

/// How many requests are under way at once, besides one that waits for a change: together fewer than half of the
/// challenges that the server keeps for a member.
const LINES: usize = 6;

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
    /// Whether the answer cannot be read.
    pub(super) fn is_malformed(&self) -> bool {
        matches!(self, Self::Remote(RemoteError::Malformed))
    }
}

/// Who signs requests, for which authority.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The member.
    pub key: &'a MemberKey,
    /// The authority.
    pub authority: &'a AuthorityId,
}

/// What speaks to one server. It may be used from several threads at once.
pub struct Client {
    remote: Remote,
    lines: Lines,
    /// Of its own, so that a long wait keeps nobody else waiting.
    waiting: Lines,
    announced: Mutex<Option<(u64, Hash)>>,
}

impl Client {
    /// A client for `server`, through a `proxy` where one is given; see [`Remote::new`].
    pub fn new(server: &str, proxy: Option<&str>) -> Result<Self, ClientError> {
        let (remote, announced) = (Remote::new(server, proxy)?, Mutex::new(None));
        Ok(Self { remote, lines: Lines::new(LINES), waiting: Lines::new(1), announced })
    }

    /// Serial and hash of the newest manifest, as the last answer said.
    #[must_use]
    pub fn announced(&self) -> Option<(u64, Hash)> {
        *whole(&self.announced)
    }

    /// All manifests, serial 1 first.
    pub fn manifests(&self) -> Result<Vec<UntrustedManifest>, ClientError> {
        let answer = self.heard(self.remote.get("/v1/manifests", &[])?)?;
        Ok(answer.json::<Manifests>(MANIFESTS)?.into())
    }

    /// At most `limit` cases of the member's units, from 1 to [`PAGE_MAX`], whose ids stand after `after`, by id. The
    /// next page is the one after [`CasePage::next`], as long as there is one.
    pub fn cases_page(&self, signer: Signer, after: Option<CaseId>, limit: usize) -> Result<CasePage, ClientError> {
        let after_id = after.map_or(String::new(), |after| format!("&after={after}"));
        let path = format!("/v1/cases?limit={limit}{after_id}");
        let page: CasePage = self.signed(signer, &Method::GET, &path, &[])?.json(LIST)?;
        // One that leads back, or nowhere, would never end.
        let leads_on = |next: &CaseId| Some(*next) > after && page.cases.last().is_some_and(|last| last.id == *next);
        if page.next.as_ref().is_none_or(leads_on) { Ok(page) } else { Err(RemoteError::Malformed.into()) }
    }

    /// What has changed since `since`, at once or as soon as something does, within `wait` seconds (at most
    /// [`WAIT_MAX`]). Without a mark it tells only what to go on from. One request that waits is under way at a time; all
    /// others go on meanwhile.
    ///
    /// Take a mark first, then list the cases, then follow from the mark: so nothing is missed.
    pub fn changes(&self, signer: Signer, since: Option<&Mark>, wait: u64) -> Result<Changes, ClientError> {
        let lines = if wait == 0 { &self.lines } else { &self.waiting };
        Ok(self.signed_on(lines, signer, &Method::GET, &changes_path(since, wait), &[])?.json(CHANGES)?)
    }

    /// Signs the request of [`Client::changes`], so that whoever waits for its answer needs no key.
    pub fn sign_wait(&self, signer: Signer, since: Option<&Mark>, wait: u64) -> Result<Waiting<'_>, ClientError> {
        let (mut held, path) = (self.waiting.take(), changes_path(since, wait));
        let headers = self.sign(&mut held.line, signer, &Method::GET, &path, &[])?;
        Ok(Waiting { client: self, held, path, headers })
    }

    /// Everything of at most [64](crate::protocol::wire::sync::CASES_AT_ONCE) cases but their files, in the order of
    /// `ids`, each of which stands there once. Nothing stands for a case that is not shown to this member, or that is
    /// among those to ask for later.
    pub fn bodies(&self, signer: Signer, ids: &[CaseId]) -> Result<CaseBodies, ClientError> {
        let body = serde_json::to_vec(&CaseIds { ids: ids.to_vec() }).map_err(|_| RemoteError::Malformed)?;
        let bodies: CaseBodies = self.signed(signer, &Method::POST, "/v1/cases/bodies", &body)?.json(CASE)?;
        let later: HashSet<_> = bodies.later.iter().collect();
        let is_later = |(id, body): (&CaseId, &Option<CaseBody>)| body.is_none() && later.contains(id);
        // Each one that is left for later was asked for, and not all are, which would never end.
        let left = ids.iter().zip(&bodies.cases).filter(|pair| is_later(*pair)).count();
        let fits = bodies.cases.len() == ids.len() && left == bodies.later.len() && (left == 0 || left < ids.len());
        if fits { Ok(bodies) } else { Err(RemoteError::Malformed.into()) }
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

    fn signed(&self, signer: Signer, method: &Method, path: &str, body: &[u8]) -> Result<Answer, ClientError> {
        self.signed_on(&self.lines, signer, method, path, body)
    }

    /// Sends a signed request, and once more under a fresh challenge when the server wants one.
    fn signed_on(
        &self,
        lines: &Lines,
        signer: Signer,
        method: &Method,
        path: &str,
        body: &[u8],
    ) -> Result<Answer, ClientError> {
        let mut held = lines.take();
        let first = self.signed_once(&mut held.line, signer, method, path, body);
        if !matches!(first, Err(ClientError::Challenge)) {
            return first;
        }
        held.line = None;
        self.signed_once(&mut held.line, signer, method, path, body)
    }

    fn signed_once(
        &self,
        line: &mut Option<Line>,
        signer: Signer,
        method: &Method,
        path: &str,
        body: &[u8],
    ) -> Result<Answer, ClientError> {
        let headers = self.sign(line, signer, method, path, body)?;
        let headers = headers.each_ref().map(|(name, value)| (*name, &**value));
        let answer = if *method == Method::POST {
            self.remote.send_body(method, path, &headers, body)?
        } else {
            self.remote.get(path, &headers[..SIGNED])?
        };
        Ok(self.heard(answer)?)
    }

    fn sign(
        &self,
        line: &mut Option<Line>,
        signer: Signer,
        method: &Method,
        path: &str,
        body: &[u8],
    ) -> Result<Headers, ClientError> {
        let line = match line {
            Some(line) => line,
            None => line.insert(Line { challenge: self.challenge()?, last: 0 }),
        };
        line.last += 1;
        let to_sign = request_body(&line.challenge, line.last, method.as_str(), path, body);
        let signature = signer.key.sign_request(signer.authority, &to_sign);
        Ok([
            (MEMBER_HEADER, signer.key.id.to_string()),
            (CHALLENGE_HEADER, Hash(line.challenge).to_string()),
            (SEQUENCE_HEADER, line.last.to_string()),
            (SIGNATURE_HEADER, BASE64_STANDARD.encode(signature.0)),
            ("content-type", "application/json".to_owned()),
        ])
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
            *whole(&self.announced) = Some((serial, hash));
        }
        Ok(answer)
    }
}

fn changes_path(since: Option<&Mark>, wait: u64) -> String {
    let since = since.map_or(String::new(), |since| format!("&since={since}"));
    format!("/v1/changes?wait={}{since}", wait.min(WAIT_MAX))
}

/// What a request carries: its signature, and the kind of its body where it has one.
type Headers = [(&'static str, String); SIGNED + 1];

/// How many of them are the signature.
const SIGNED: usize = 4;

/// A signed request that waits for a change.
pub struct Waiting<'a> {
    client: &'a Client,
    held: Held<'a>,
    path: String,
    headers: Headers,
}

impl Waiting<'_> {
    /// Waits for the answer.
    pub fn send(mut self) -> Result<Changes, ClientError> {
        let headers = self.headers.each_ref().map(|(name, value)| (*name, &**value));
        let answer = self.client.remote.get(&self.path, &headers[..SIGNED]).map_err(ClientError::from);
        if matches!(answer, Err(ClientError::Challenge)) {
            self.held.line = None;
        }
        Ok(self.client.heard(answer?)?.json(CHANGES)?)
    }
}
