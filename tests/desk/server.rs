//! A server that speaks section 11 of the protocol and keeps everything in memory.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amparo::protocol::bytes::{CaseId, Hash, MemberId};
use amparo::protocol::card::SignedCard;
use amparo::protocol::content::State as CaseState;
use amparo::protocol::envelope::{Reporter, UntrustedEnvelope};
use amparo::protocol::example::Authority;
use amparo::protocol::grant::{Grant, UntrustedGrant};
use amparo::protocol::report::Submission;
use amparo::protocol::sealed::Kind;
use amparo::protocol::sign::{Purpose, Signature};
use amparo::protocol::wire::sync::{CaseBodies, CaseIds, CasePage, Changes, Mark, WAIT_MAX};
use amparo::protocol::wire::{
    CHALLENGE_HEADER, CaseBody, CaseSummary, ChallengeAnswer, MANIFEST_HEADER, MEMBER_HEADER, Manifests, NewEntries,
    SEQUENCE_HEADER, SIGNATURE_HEADER, WireEnvelope, card_parts, request_body,
};
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine as _;

/// One case as a server stores it.
pub struct Stored {
    pub card: SignedCard,
    pub grants: Vec<UntrustedGrant>,
    pub envelopes: Vec<UntrustedEnvelope>,
    pub blobs: HashMap<Hash, Vec<u8>>,
    pub state: CaseState,
}

/// What the server keeps.
#[derive(Default)]
pub struct Kept {
    pub cases: Vec<Stored>,
    challenges: HashMap<Hash, u64>,
    /// Requests that carried a signature.
    pub requests: usize,
}

impl Kept {
    /// Forgets all challenges, as a restart does.
    pub fn restart(&mut self) {
        self.challenges.clear();
    }
}

pub struct Server {
    pub authority: Arc<Authority>,
    pub kept: Mutex<Kept>,
}

impl Server {
    pub fn take(&self, submission: Submission, blobs: HashMap<Hash, Vec<u8>>) -> CaseId {
        let case = submission.card.card().case;
        self.kept.lock().unwrap().cases.push(Stored {
            grants: submission.grants.iter().map(Into::into).collect(),
            envelopes: submission.envelopes.iter().map(Into::into).collect(),
            card: submission.card,
            blobs,
            state: CaseState::Received,
        });
        case
    }

    pub fn with<T>(&self, case: CaseId, change: impl FnOnce(&mut Stored) -> T) -> T {
        let mut kept = self.kept.lock().unwrap();
        change(kept.cases.iter_mut().find(|stored| stored.card.card().case == case).unwrap())
    }

    /// Serves on the current runtime.
    pub async fn serve(self: &Arc<Self>) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(self));
        tokio::spawn(async move {
            use hyper_util::{rt::TokioIo, service::TowerToHyperService};
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service = TowerToHyperService::new(router.clone());
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        address
    }

    /// The member who signed the request.
    fn member(&self, kept: &mut Kept, parts: &axum::http::request::Parts, body: &[u8]) -> Option<MemberId> {
        let header = |name: &str| parts.headers.get(name)?.to_str().ok();
        let history = &self.authority.history;
        let member = history.current().member(header(MEMBER_HEADER)?.parse().ok()?)?;
        let challenge: Hash = header(CHALLENGE_HEADER)?.parse().ok()?;
        let sequence = header(SEQUENCE_HEADER)?.parse().ok()?;
        let signature = base64::prelude::BASE64_STANDARD.decode(header(SIGNATURE_HEADER)?).ok()?;
        let path = parts.uri.path_and_query()?.as_str();
        let signed = request_body(&challenge.0, sequence, parts.method.as_str(), path, body);
        let signature = Signature::from_slice(&signature).ok()?;
        member.verifying_key.verify(Purpose::Request, history.authority(), &signed, &signature).ok()?;
        let last = kept.challenges.get_mut(&challenge).filter(|last| **last < sequence)?;
        *last = sequence;
        kept.requests += 1;
        Some(member.id)
    }

    fn summary(stored: &Stored) -> CaseSummary {
        let card = stored.card.card();
        CaseSummary {
            id: card.case,
            unit: card.unit.clone(),
            day: card.day,
            state: stored.state,
            state_day: card.day,
            entries: (stored.grants.len() + stored.envelopes.len()) as u64,
        }
    }

    fn body(stored: &Stored, member: MemberId) -> CaseBody {
        let (card, card_signature) = card_parts(&stored.card);
        let grants = stored.grants.iter().cloned().map(|mut grant| {
            grant.ciphertext = grant.ciphertext.filter(|_| Grant::parse(&grant.body).unwrap().member == member);
            grant.into()
        });
        let envelopes = stored.envelopes.iter().cloned().map(|envelope| {
            let mut wire = WireEnvelope::from(envelope);
            wire.reply = None;
            wire
        });
        CaseBody { card, card_signature, grants: grants.collect(), envelopes: envelopes.collect() }
    }

    fn add(&self, stored: &mut Stored, new: NewEntries) -> StatusCode {
        let history = &self.authority.history;
        let place = |envelope: &UntrustedEnvelope| {
            let header = envelope.place(history, &stored.card)?;
            Some(header)
        };
        let taken: Vec<_> = stored.envelopes.iter().filter_map(place).collect();
        let new_envelopes: Vec<UntrustedEnvelope> = new.envelopes.into_iter().map(Into::into).collect();
        for envelope in &new_envelopes {
            match place(envelope) {
                None => return StatusCode::UNPROCESSABLE_ENTITY,
                Some(new) if taken.contains(&new) => return StatusCode::CONFLICT,
                Some(_) => {}
            }
        }
        stored.envelopes.extend(new_envelopes);
        stored.grants.extend(new.grants.into_iter().map(UntrustedGrant::from));
        stored.state = new.state.unwrap_or(stored.state);
        StatusCode::NO_CONTENT
    }
}

/// The place of an envelope in its chain.
trait Place {
    fn place(
        &self,
        history: &amparo::protocol::manifest::History,
        card: &SignedCard,
    ) -> Option<(amparo::protocol::sign::VerifyingKey, bool, u64)>;
}

impl Place for UntrustedEnvelope {
    fn place(
        &self,
        history: &amparo::protocol::manifest::History,
        card: &SignedCard,
    ) -> Option<(amparo::protocol::sign::VerifyingKey, bool, u64)> {
        let header = self.clone().verify(history, card, &Reporter::of(card)).ok()?.header;
        Some((header.author, header.kind == Kind::Desk, header.sequence))
    }
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 26).await.unwrap();
    if parts.uri.path() == "/v1/changes" && !parts.uri.query().unwrap_or_default().contains("wait=0") {
        // Nothing ever comes of itself: each page asks.
        tokio::time::sleep(Duration::from_secs(WAIT_MAX)).await;
    }
    let mut response = route(&server, &parts, &body);
    let history = &server.authority.history;
    let announced = format!("{} {}", history.current().serial, history.current_hash());
    response.headers_mut().insert(MANIFEST_HEADER, announced.parse().unwrap());
    response
}

fn route(server: &Server, parts: &axum::http::request::Parts, body: &Bytes) -> Response {
    let mut kept = server.kept.lock().unwrap();
    let path = parts.uri.path();
    if path == "/v1/manifests" {
        return Json(Manifests::from(&*server.authority.history)).into_response();
    }
    if path == "/v1/challenge" {
        let challenge = Hash(amparo::secret::random_bytes(&ring::rand::SystemRandom::new()).unwrap());
        kept.challenges.insert(challenge, 0);
        return Json(ChallengeAnswer { challenge }).into_response();
    }
    let Some(member) = server.member(&mut kept, parts, body) else {
        let problem = r#"{"type":"/problems/challenge","title":"take a new challenge"}"#;
        let headers = [(header::CONTENT_TYPE, "application/problem+json")];
        return (StatusCode::UNAUTHORIZED, headers, problem).into_response();
    };
    let manifest = server.authority.history.current();
    let shown = |stored: &&mut Stored| {
        manifest.unit(&stored.card.card().unit).is_some_and(|unit| unit.members.contains(&member))
    };
    let mut cases: Vec<_> = kept.cases.iter_mut().filter(shown).collect();
    if path == "/v1/changes" {
        let now = Mark { epoch: [0; 16], seen: Vec::new() };
        return Json(Changes { now, restart: true, cases: Vec::new(), gone: Vec::new() }).into_response();
    }
    let pieces: Vec<&str> = path.trim_start_matches("/v1/cases").split('/').filter(|piece| !piece.is_empty()).collect();
    let Some(id) = pieces.first() else {
        let mut cases: Vec<_> = cases.iter().map(|stored| Server::summary(stored)).collect();
        cases.sort_by_key(|summary| summary.id);
        return Json(CasePage { cases, next: None }).into_response();
    };
    if *id == "bodies" {
        let asked: CaseIds = serde_json::from_slice(body).unwrap();
        let find = |id: &CaseId| cases.iter().find(|stored| stored.card.card().case == *id);
        let cases = asked.ids.iter().map(|id| Some(Server::body(find(id)?, member))).collect();
        return Json(CaseBodies { cases, later: Vec::new() }).into_response();
    }
    let found = cases.iter_mut().find(|stored| stored.card.card().case.to_string() == *id);
    let Some(stored) = found else { return StatusCode::NOT_FOUND.into_response() };
    match (&parts.method, &pieces[1..]) {
        (&Method::GET, []) => Json(Server::body(stored, member)).into_response(),
        (&Method::GET, ["blobs", hash]) => match hash.parse().ok().and_then(|hash: Hash| stored.blobs.get(&hash)) {
            Some(blob) => blob.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        (&Method::POST, ["entries"]) => match serde_json::from_slice(body) {
            Ok(new) => server.add(stored, new).into_response(),
            Err(_) => StatusCode::BAD_REQUEST.into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
