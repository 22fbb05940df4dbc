//! What a reporter's client and the server say to each other: `docs/protocol.md`, section 12.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use super::{Base64, ManifestFile, WireEnvelope, WireGrant, card_parts};
use crate::clock::Day;
use crate::protocol::bytes::{Hash, from_hex, hash, to_hex};
use crate::protocol::card::UntrustedCard;
use crate::protocol::content::State;
use crate::protocol::envelope::UntrustedEnvelope;
use crate::protocol::report::Submission;
use crate::protocol::submission::{UntrustedFollowUp, UntrustedSubmission};
use crate::secret::Secret;

/// Header of a report whose upload has paid for it, in hex.
pub const UPLOAD_HEADER: &str = "amparo-upload";

/// What finds a case; whoever knows it sees that the case exists and may add what its author has signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Locator(pub Secret<32>);

impl Locator {
    /// What the server stores of it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash(self.0.expose())
    }
}

impl Serialize for Locator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(to_hex(self.0.expose())))
    }
}

impl<'de> Deserialize<'de> for Locator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut bytes = from_hex(&text).map_err(|_| serde::de::Error::custom("expected 32 bytes in hex"))?;
        let locator = Self(Secret::take(&mut bytes));
        bytes.zeroize();
        Ok(locator)
    }
}

/// Names an upload: 16 random bytes, known to whoever made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UploadId(pub [u8; 16]);

impl std::fmt::Display for UploadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl std::str::FromStr for UploadId {
    type Err = crate::protocol::bytes::NotHex;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_hex(text).map(Self)
    }
}

impl Serialize for UploadId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UploadId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|_| serde::de::Error::custom("expected 16 bytes in hex"))
    }
}

/// `GET /v1/manifests`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManifestsToday {
    /// Today, as the server sees it.
    pub today: Day,
    /// How much is taken.
    pub limits: WireLimits,
    /// The newest manifest, or all from the serial that was asked for.
    pub manifests: Vec<ManifestFile>,
}

/// How much a report or message may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLimits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// How many files.
    pub files: u64,
    /// Bytes of all together.
    pub submission_bytes: u64,
    /// Bytes of text.
    pub text_bytes: u64,
}

/// `POST /v1/uploads`.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewUpload {
    /// Where files go.
    pub upload: UploadId,
}

/// `GET /v1/uploads/{upload}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadProgress {
    /// Chunks that are there, file by file.
    pub files: Vec<u64>,
}

/// `POST /v1/reports`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// The card's bytes.
    pub card: Base64,
    /// The author's signature.
    pub card_signature: Base64,
    /// What the server will find the case by.
    pub locator_hash: Hash,
    /// First grants and shares.
    pub grants: Vec<WireGrant>,
    /// Report, attachments, identity.
    pub envelopes: Vec<WireEnvelope>,
    /// Where the attachments lie.
    pub upload: Option<UploadId>,
}

impl NewReport {
    /// What is sent of a sealed report.
    #[must_use]
    pub fn new(submission: &Submission, upload: Option<UploadId>) -> Self {
        let (card, card_signature) = card_parts(&submission.card);
        Self {
            card,
            card_signature,
            locator_hash: submission.locator_hash,
            grants: submission.grants.iter().map(Into::into).collect(),
            envelopes: submission.envelopes.iter().map(Into::into).collect(),
            upload,
        }
    }

    /// What has to be verified, and where its attachments lie.
    #[must_use]
    pub fn into_untrusted(self) -> (UntrustedSubmission, Option<UploadId>) {
        let submission = UntrustedSubmission {
            card: UntrustedCard { bytes: self.card.0, signature: self.card_signature.0 },
            locator_hash: self.locator_hash,
            grants: self.grants.into_iter().map(Into::into).collect(),
            envelopes: self.envelopes.into_iter().map(Into::into).collect(),
        };
        (submission, self.upload)
    }
}

/// What a report is answered with once it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTaken {
    /// The day on its card.
    pub day: Day,
}

/// `POST /v1/case`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// Finds the case.
    pub locator: Locator,
}

/// A case as its reporter is shown it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OwnCaseBody {
    /// The card's bytes.
    pub card: Base64,
    /// The author's signature.
    pub card_signature: Base64,
    /// All envelopes but those among members, with the reply copies.
    pub envelopes: Vec<WireEnvelope>,
    /// The server's word on where the case stands.
    pub state: State,
    /// Since when.
    pub state_day: Day,
    /// The server's word that asking has called off a *forget* that waited for its day.
    pub called_off: bool,
}

impl OwnCaseBody {
    /// What [`OwnCase::open`](crate::protocol::own_case::OwnCase::open) checks.
    #[must_use]
    pub fn into_untrusted(self) -> (UntrustedCard, Vec<UntrustedEnvelope>) {
        let card = UntrustedCard { bytes: self.card.0, signature: self.card_signature.0 };
        (card, self.envelopes.into_iter().map(Into::into).collect())
    }
}

/// `POST /v1/case/messages`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Finds the case.
    pub locator: Locator,
    /// The message, then its attachments.
    pub envelopes: Vec<WireEnvelope>,
    /// Where the attachments lie.
    pub upload: Option<UploadId>,
}

impl NewMessage {
    /// What has to be verified.
    #[must_use]
    pub fn into_untrusted(self) -> (Locator, UntrustedFollowUp, Option<UploadId>) {
        let envelopes = self.envelopes.into_iter().map(Into::into).collect();
        (self.locator, UntrustedFollowUp::Message(envelopes), self.upload)
    }
}

/// `POST /v1/case/move`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// Finds the case until now.
    pub locator: Locator,
    /// What the server will find it by from now on.
    pub locator_hash: Hash,
    /// The move, with its ciphertext.
    pub envelope: WireEnvelope,
}

/// `POST /v1/case/forget`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetRequest {
    /// Finds the case.
    pub locator: Locator,
    /// The reporter's word that they withdraw.
    pub envelope: WireEnvelope,
}

impl ForgetRequest {
    /// What has to be verified.
    #[must_use]
    pub fn into_untrusted(self) -> (Locator, UntrustedFollowUp) {
        (self.locator, UntrustedFollowUp::Forget(Box::new(self.envelope.into())))
    }
}
