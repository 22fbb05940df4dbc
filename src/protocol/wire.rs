//! How cases travel: JSON with bytes in base64. Here between server and desk (`docs/protocol.md`, section 11) and what
//! both sides share; in [`sync`] how a desk keeps up, in [`reporter`] between server and reporter.

pub mod file;
pub mod reporter;
pub mod sync;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bytes::{CaseId, Hash, fields, hash};
use super::card::{SignedCard, UntrustedCard};
use super::content::State;
use super::desk_case::Entries;
use super::envelope::{SealedEnvelope, UntrustedEnvelope};
use super::grant::{SealedGrant, UntrustedGrant};
use super::manifest::{History, UntrustedManifest};
use crate::clock::Day;

/// Header with the member's id, in hex.
pub const MEMBER_HEADER: &str = "amparo-member";
/// Header with the challenge, in hex.
pub const CHALLENGE_HEADER: &str = "amparo-challenge";
/// Header with the request's number under the challenge, in decimal.
pub const SEQUENCE_HEADER: &str = "amparo-sequence";
/// Header with the signature, in base64.
pub const SIGNATURE_HEADER: &str = "amparo-signature";
/// Header of every answer: serial and hash of the newest manifest.
pub const MANIFEST_HEADER: &str = "amparo-manifest";

/// Bytes that stand in JSON as base64 (RFC 4648, section 4, padded).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(|_| serde::de::Error::custom("expected base64"))
    }
}

/// What a member signs for one request: `path` with its query, `body` as sent.
#[must_use]
pub fn request_body(challenge: &[u8; 32], sequence: u64, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    fields(&[challenge, &sequence.to_be_bytes(), method.as_bytes(), path.as_bytes(), hash(body).as_bytes()])
}

/// `GET /v1/challenge`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChallengeAnswer {
    /// 32 random bytes, in hex.
    pub challenge: Hash,
}

/// `GET /v1/manifests`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifests {
    /// Serial 1 first.
    pub manifests: Vec<ManifestFile>,
}

/// One manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManifestFile {
    /// The exact bytes.
    pub manifest: Base64,
    /// The text of the signature file.
    pub signatures: String,
}

impl From<&History> for Manifests {
    fn from(history: &History) -> Self {
        let file = |source: &UntrustedManifest| ManifestFile {
            manifest: Base64(source.bytes.clone()),
            signatures: source.signatures.clone(),
        };
        Self { manifests: history.sources().iter().map(file).collect() }
    }
}

impl From<ManifestFile> for UntrustedManifest {
    fn from(file: ManifestFile) -> Self {
        Self { bytes: file.manifest.0, signatures: file.signatures }
    }
}

impl From<Manifests> for Vec<UntrustedManifest> {
    fn from(manifests: Manifests) -> Self {
        manifests.manifests.into_iter().map(Into::into).collect()
    }
}

/// What the server knows of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSummary {
    /// The case.
    pub id: CaseId,
    /// Its unit.
    pub unit: String,
    /// The day it was filed.
    pub day: Day,
    /// The state the server shows.
    pub state: State,
    /// Since when.
    pub state_day: Day,
    /// Envelopes and grants together; tells whether anything is new.
    pub entries: u64,
}

/// `GET /v1/cases/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseBody {
    /// The card's bytes.
    pub card: Base64,
    /// The author's signature.
    pub card_signature: Base64,
    /// All grants; ciphertext only of the member's own.
    pub grants: Vec<WireGrant>,
    /// All envelopes.
    pub envelopes: Vec<WireEnvelope>,
}

impl CaseBody {
    /// Splits it into what [`DeskCase::open`](super::desk_case::DeskCase::open) checks.
    #[must_use]
    pub fn into_untrusted(self) -> (UntrustedCard, Vec<UntrustedGrant>, Vec<UntrustedEnvelope>) {
        (
            UntrustedCard { bytes: self.card.0, signature: self.card_signature.0 },
            self.grants.into_iter().map(Into::into).collect(),
            self.envelopes.into_iter().map(Into::into).collect(),
        )
    }
}

/// `POST /v1/cases/{id}/entries`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntries {
    /// New envelopes, in their chain's order.
    pub envelopes: Vec<WireEnvelope>,
    /// New grants.
    pub grants: Vec<WireGrant>,
    /// The state to show from now on.
    pub state: Option<State>,
}

impl From<&Entries> for NewEntries {
    fn from(entries: &Entries) -> Self {
        Self {
            envelopes: entries.envelopes.iter().map(Into::into).collect(),
            grants: entries.grants.iter().map(Into::into).collect(),
            state: entries.state,
        }
    }
}

/// An envelope.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireEnvelope {
    /// Its outside.
    pub header: Base64,
    /// The author's signature.
    pub signature: Base64,
    /// The case's signature.
    pub case_signature: Option<Base64>,
    /// Absent for attachments, which are fetched apart.
    pub ciphertext: Option<Base64>,
    /// The reporter's copy; not sent to desks.
    pub reply: Option<Base64>,
    /// Bytes of the ciphertext.
    pub size: u64,
}

impl From<&SealedEnvelope> for WireEnvelope {
    fn from(sealed: &SealedEnvelope) -> Self {
        UntrustedEnvelope::from(sealed).into()
    }
}

impl From<UntrustedEnvelope> for WireEnvelope {
    fn from(envelope: UntrustedEnvelope) -> Self {
        Self {
            header: Base64(envelope.header),
            signature: Base64(envelope.signature),
            case_signature: envelope.case_signature.map(Base64),
            ciphertext: envelope.ciphertext.map(Base64),
            reply: envelope.reply.map(Base64),
            size: envelope.size,
        }
    }
}

impl From<WireEnvelope> for UntrustedEnvelope {
    fn from(wire: WireEnvelope) -> Self {
        Self {
            header: wire.header.0,
            signature: wire.signature.0,
            case_signature: wire.case_signature.map(|bytes| bytes.0),
            ciphertext: wire.ciphertext.map(|bytes| bytes.0),
            reply: wire.reply.map(|bytes| bytes.0),
            size: wire.size,
        }
    }
}

/// A grant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireGrant {
    /// Its outside.
    pub body: Base64,
    /// Its inside.
    pub ciphertext: Option<Base64>,
    /// The member's signature.
    pub signature: Option<Base64>,
    /// The case's signature.
    pub case_signature: Option<Base64>,
}

impl From<&SealedGrant> for WireGrant {
    fn from(sealed: &SealedGrant) -> Self {
        UntrustedGrant::from(sealed).into()
    }
}

impl From<UntrustedGrant> for WireGrant {
    fn from(grant: UntrustedGrant) -> Self {
        Self {
            body: Base64(grant.body),
            ciphertext: grant.ciphertext.map(Base64),
            signature: grant.signature.map(Base64),
            case_signature: grant.case_signature.map(Base64),
        }
    }
}

impl From<WireGrant> for UntrustedGrant {
    fn from(wire: WireGrant) -> Self {
        Self {
            body: wire.body.0,
            ciphertext: wire.ciphertext.map(|bytes| bytes.0),
            signature: wire.signature.map(|bytes| bytes.0),
            case_signature: wire.case_signature.map(|bytes| bytes.0),
        }
    }
}

/// The parts of a card as they are stored and sent.
#[must_use]
pub fn card_parts(card: &SignedCard) -> (Base64, Base64) {
    (Base64(card.card().to_bytes()), Base64(card.signature().0.to_vec()))
}
