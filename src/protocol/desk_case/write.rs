//! What a member adds to a case. Everything is sealed to the newest desk key, and to the reporter where they are meant.

use ring::rand::SecureRandom;

use super::{DeskCase, NewestKey};
use crate::clock::Day;
use crate::protocol::bytes::Hash;
use crate::protocol::content::{Answer, DeskBody, DeskEntry, Rekey, State, to_json, with_lf};
use crate::protocol::envelope::{Chain, Lane, Sealed, SealedEnvelope};
use crate::protocol::grant::{SealedGrant, key_id, seal_grant};
use crate::protocol::keys::DeskKey;
use crate::protocol::member::MemberKey;
use crate::protocol::recipient::Recipient;
use crate::protocol::sealed::{Kind, SealingError, Text};
use crate::secret::Secret;

/// What is sent to the server: taken as a whole or not at all.
#[derive(Default)]
pub struct Entries {
    /// New envelopes, in their chain's order.
    pub envelopes: Vec<SealedEnvelope>,
    /// New grants.
    pub grants: Vec<SealedGrant>,
    /// The state the server is to show from now on.
    pub state: Option<State>,
}

impl DeskCase {
    /// Says something to the reporter, or sets a state, or both.
    pub fn answer(
        &self,
        key: &MemberKey,
        text: &str,
        state: Option<State>,
        day: Day,
        rng: &dyn SecureRandom,
    ) -> Result<Entries, SealingError> {
        let content = to_json(&Answer { day, text: with_lf(text), state });
        let recipient = self.write_recipient()?;
        let envelope = self.seal(key, Kind::Answer, content.expose(), &recipient, rng)?;
        Ok(Entries { envelopes: vec![envelope], grants: Vec::new(), state })
    }

    /// Says something that only members read.
    pub fn note(&self, key: &MemberKey, text: &str, day: Day, rng: &dyn SecureRandom) -> Result<Entries, SealingError> {
        self.keep(key, DeskBody::Note { text: with_lf(text) }, day, rng)
    }

    /// Writes an entry that only members read.
    pub fn keep(
        &self,
        key: &MemberKey,
        body: DeskBody,
        day: Day,
        rng: &dyn SecureRandom,
    ) -> Result<Entries, SealingError> {
        let content = DeskEntry { day, body }.to_json()?;
        let envelope = self.seal(key, Kind::Desk, content.expose(), &self.write_recipient()?, rng)?;
        Ok(Entries { envelopes: vec![envelope], ..Entries::default() })
    }

    /// Makes a new desk key and grants it to every investigator of the unit as the newest manifest names them; whoever
    /// the reporter left out gets one that opens for nobody.
    pub fn rekey(&self, key: &MemberKey, day: Day, rng: &dyn SecureRandom) -> Result<Entries, SealingError> {
        let desk_key = DeskKey::generate(rng)?;
        let recipient = desk_key.identity().recipient();
        let manifest = self.history.current();
        let case_signing = self.case_key.signing();
        let mut grants = Vec::new();
        for member in manifest.unit(&self.card.card().unit).into_iter().flat_map(|unit| manifest.investigators(unit)) {
            let named = self.left_out.contains(&member.id);
            let to = if named { member.recipient.throwaway_like(rng)? } else { member.recipient.clone() };
            let secret = if named { Secret::random(rng)? } else { desk_key.0.clone() };
            let author = key.signing().verifying_key();
            let id = Some(key_id(&recipient));
            let grant = seal_grant(&self.card, Kind::DeskGrant, id, author, member.id, &to, secret.expose())?;
            grants.push(grant.sign(&self.history, key.signing(), &case_signing));
        }
        let mut listed: Vec<Hash> = grants.iter().map(SealedGrant::hash).collect();
        listed.sort_unstable();
        let content = to_json(&Rekey { day, recipient: recipient.clone(), grants: listed });
        let envelope = self.seal(key, Kind::Rekey, content.expose(), &recipient, rng)?;
        Ok(Entries { envelopes: vec![envelope], grants, state: None })
    }

    /// The newest desk key; the case key only until a desk key has been made. Never an older one: whoever has that may
    /// have been shut out since.
    fn write_recipient(&self) -> Result<Recipient, SealingError> {
        match &self.newest_key {
            NewestKey::Held(recipient) => Ok(recipient.clone()),
            NewestKey::NotMade => Ok(self.card.card().case_recipient.clone()),
            NewestKey::NotHeld => Err(SealingError::NoDeskKey),
        }
    }

    fn seal(
        &self,
        key: &MemberKey,
        kind: Kind,
        content: &[u8],
        recipient: &Recipient,
        rng: &dyn SecureRandom,
    ) -> Result<SealedEnvelope, SealingError> {
        let lane = if kind == Kind::Desk { Lane::Desk } else { Lane::Case };
        let case = self.case_key.signing();
        let authority = self.history.authority();
        let mut chain = Chain::resume(authority, &self.card, key.signing(), Some(&case), lane, &self.timeline);
        let text = Text::new(&chain.binding(kind), content, rng)?;
        let reply =
            if kind.has_reply() { Some(text.seal_to(self.timeline.reporter().reply_recipient())?) } else { None };
        let ciphertext = text.seal_to(recipient)?;
        Ok(chain.push(kind, Sealed::text(text.commitment, ciphertext, reply)))
    }
}
