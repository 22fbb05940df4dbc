//! The public half of a member key: a small file that its holder hands to whoever drafts the manifest.

use serde::{Deserialize, Serialize};

use crate::protocol::bytes::MemberId;
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::member_fingerprint;
use crate::protocol::recipient::Recipient;
use crate::protocol::sign::VerifyingKey;

/// The largest such file that is read, in bytes; a real one has about 2,200.
const SIZE_MAX: usize = 16 << 10;

/// The bytes are not the public half of a member key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the public half of a member key ({0}); write it again with `amparo member show FILE --json`")]
pub struct NotAMember(String);

/// What others may know of a member key: its id, recipient and verifying key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPublic {
    amparo: Marker,
    version: u8,
    /// Which member.
    pub id: MemberId,
    /// What is sealed for them is sealed to this.
    pub recipient: Recipient,
    /// Checks what they sign.
    pub verifying_key: VerifyingKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Marker {
    #[serde(rename = "member")]
    Member,
}

impl MemberPublic {
    /// Of these three.
    #[must_use]
    pub fn new(id: MemberId, recipient: Recipient, verifying_key: VerifyingKey) -> Self {
        Self { amparo: Marker::Member, version: 1, id, recipient, verifying_key }
    }

    /// Reads the JSON of [`MemberPublic::to_json`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAMember> {
        if bytes.len() > SIZE_MAX {
            return Err(NotAMember(format!("it has {} bytes, more than {SIZE_MAX}", bytes.len())));
        }
        let public: Self = serde_json::from_slice(bytes).map_err(|error| NotAMember(error.to_string()))?;
        if public.version == 1 { Ok(public) } else { Err(NotAMember("its version is not 1".to_owned())) }
    }

    /// Indented JSON with a line end.
    ///
    /// # Panics
    /// Never: its fields always serialise.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain text fields always serialise") + "\n"
    }

    /// What the member and the head who signs the manifest compare by voice.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        member_fingerprint(self.id, &self.verifying_key, &self.recipient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::bytes::{fields, hash_of};
    use crate::protocol::member::MemberKey;
    use ring::rand::SystemRandom;

    #[test]
    fn the_public_half_round_trips_and_nothing_else_is_taken_for_it() {
        let rng = SystemRandom::new();
        let public = MemberKey::generate("ana".to_owned(), &rng).unwrap().public();
        let json = public.to_json();
        assert_eq!(MemberPublic::parse(json.as_bytes()), Ok(public));
        let changed = [
            json.replace("\"member\"", "\"member-key\""),
            json.replace("\"version\": 1", "\"version\": 2"),
            json.replace("\"version\"", "\"alias\": \"ana\", \"version\""),
            json.replacen("age1pq1", "age1pq1q", 1),
            " ".repeat(SIZE_MAX) + &json,
        ];
        for text in changed {
            assert!(MemberPublic::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_fingerprint_covers_id_and_both_keys() {
        let rng = SystemRandom::new();
        let [ana, ben] = ["ana", "ben"].map(|alias| MemberKey::generate(alias.to_owned(), &rng).unwrap().public());
        let body = fields(&[ana.id.as_bytes(), ana.verifying_key.as_bytes(), &ana.recipient.to_bytes()]);
        assert_eq!(ana.fingerprint().0, hash_of(&[b"amparo/v1/member\0", &body]));
        let mixed = [
            MemberPublic::new(ben.id, ana.recipient.clone(), ana.verifying_key),
            MemberPublic::new(ana.id, ben.recipient.clone(), ana.verifying_key),
            MemberPublic::new(ana.id, ana.recipient.clone(), ben.verifying_key),
        ];
        assert!(mixed.iter().all(|other| other.fingerprint() != ana.fingerprint()));
    }
}
