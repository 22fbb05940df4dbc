//! Who asks: a member, by a signature under a challenge of this server.
//!
//! Whatever is wrong, the answer is the same 401, and an unknown member's signature is checked with as much work as a
//! known one's.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::time::Instant;

use super::MemberApi;
use super::challenges::Challenge;
use crate::http::body::{self, BodyLimits};
use crate::http::problem::Problem;
use crate::protocol::bytes::{MemberId, from_hex};
use crate::protocol::manifest::History;
use crate::protocol::sign::{Purpose, Signature, VerifyingKey};
use crate::protocol::wire::{CHALLENGE_HEADER, MEMBER_HEADER, SEQUENCE_HEADER, SIGNATURE_HEADER, request_body};

/// A request that a member of the current manifest has signed; as the last argument of a handler, it is checked before
/// the handler runs.
pub struct SignedRequest {
    /// Who signed it.
    pub member: MemberId,
    /// Its body; empty except for `POST`.
    pub body: Bytes,
}

impl FromRequest<MemberApi> for SignedRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &MemberApi) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let claim = Claim::read(&parts.headers).ok_or_else(Problem::challenge)?;
        if !api.challenges.may_use(&claim.challenge, claim.member, Instant::now()) {
            return Err(Problem::challenge());
        }
        let size = if parts.method == Method::POST { api.body.size } else { 0 };
        let body = body::read(body, &BodyLimits { size, ..api.body }).await?;
        let holds = claim.holds(&api.intake.history(), &parts, &body);
        if holds && api.challenges.redeem(&claim.challenge, claim.member, claim.sequence, Instant::now()) {
            Ok(Self { member: claim.member, body })
        } else {
            Err(Problem::challenge())
        }
    }
}

/// What the four headers say.
struct Claim {
    member: MemberId,
    challenge: Challenge,
    sequence: u64,
    signature: Signature,
}

impl Claim {
    fn read(headers: &HeaderMap) -> Option<Self> {
        let sequence = only(headers, SEQUENCE_HEADER)?;
        let signature = STANDARD.decode(only(headers, SIGNATURE_HEADER)?).ok()?;
        Some(Self {
            member: only(headers, MEMBER_HEADER)?.parse().ok()?,
            challenge: from_hex(only(headers, CHALLENGE_HEADER)?).ok()?,
            sequence: sequence.parse().ok().filter(|_| sequence.bytes().all(|digit| digit.is_ascii_digit()))?,
            signature: Signature::from_slice(&signature).ok()?,
        })
    }

    fn holds(&self, history: &History, parts: &Parts, body: &[u8]) -> bool {
        let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
        let signed = request_body(&self.challenge, self.sequence, parts.method.as_str(), path, body);
        let member = history.current().member(self.member);
        let key = member.map_or_else(nobodys_key, |member| member.verifying_key);
        let holds = key.verify(Purpose::Request, history.authority(), &signed, &self.signature).is_ok();
        holds & member.is_some()
    }
}

/// The value of a header that stands exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// The base point of Ed25519, whose private key is known to nobody (and is refused even if it were).
fn nobodys_key() -> VerifyingKey {
    let mut bytes = [0x66; 32];
    bytes[0] = 0x58;
    VerifyingKey::from_bytes(bytes).expect("the base point is canonical and of large order")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers() -> HeaderMap {
        let signature = STANDARD.encode([7; 64]);
        let values = [
            (MEMBER_HEADER, "0102030405060708"),
            (CHALLENGE_HEADER, "ab".repeat(32).leak()),
            (SEQUENCE_HEADER, "18446744073709551615"),
            (SIGNATURE_HEADER, signature.leak()),
        ];
        values.into_iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_four_headers_stand_once_and_say_what_they_must() {
        let claim = Claim::read(&headers()).unwrap();
        assert_eq!((claim.member, claim.challenge), (MemberId([1, 2, 3, 4, 5, 6, 7, 8]), [0xab; 32]));
        assert_eq!((claim.sequence, claim.signature), (u64::MAX, Signature([7; 64])));
        let names = [MEMBER_HEADER, CHALLENGE_HEADER, SEQUENCE_HEADER, SIGNATURE_HEADER];
        for name in names {
            let mut missing = headers();
            missing.remove(name);
            assert!(Claim::read(&missing).is_none(), "without {name}");
            let mut twice = headers();
            let again = twice[name].clone();
            twice.append(name, again);
            assert!(Claim::read(&twice).is_none(), "{name} twice");
        }
        for (name, value) in [
            (SEQUENCE_HEADER, "+1"),
            (SEQUENCE_HEADER, "18446744073709551616"),
            (SEQUENCE_HEADER, ""),
            (MEMBER_HEADER, "01"),
            (CHALLENGE_HEADER, "AB"),
            (SIGNATURE_HEADER, "AAAA"),
        ] {
            let mut wrong = headers();
            wrong.insert(name, HeaderValue::from_static(value));
            assert!(Claim::read(&wrong).is_none(), "{name}: {value}");
        }
    }
}
