//! One life sealed by the real protocol: what a reporter's device or the server makes of it, and what desks add.

use std::io::Write;
use std::sync::Arc;

use super::life::{Event, Life, Step};
use super::{CasesError, Place};
use crate::blobs::{BlobError, PendingBlob};
use crate::clock::Day;
use crate::intake::rows;
use crate::protocol::bytes::Hash;
use crate::protocol::card::SignedCard;
use crate::protocol::content::{Answers, IdentityCard};
use crate::protocol::desk_case::{DeskCase, Entries};
use crate::protocol::envelope::{Lane, SealedEnvelope, UntrustedEnvelope};
use crate::protocol::example::untrusted_card;
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::grant::{SealedGrant, UntrustedGrant};
use crate::protocol::manifest::{History, HistoryError};
use crate::protocol::member::MemberKey;
use crate::protocol::own_case::OwnCase;
use crate::protocol::report::{Draft, Story};
use crate::protocol::sealed::Kind;
use crate::protocol::token::{Token, TokenArena, TokenKeys};
use crate::secret::Rng;
use crate::store::{StoreError, Tx, cases};

/// Everything that is stored of a case.
pub(super) struct Sealed {
    card: SignedCard,
    locator_hash: Hash,
    /// Locators from before moves, oldest first.
    moved: Vec<Hash>,
    grants: Vec<SealedGrant>,
    envelopes: Vec<SealedEnvelope>,
    life: Life,
    /// Until the rows name them, these keep the files from being collected.
    _files: Vec<PendingBlob>,
    pub token: Option<Token>,
}

impl Sealed {
    /// The case's id.
    pub fn id(&self) -> [u8; 16] {
        self.card.card().case.0
    }

    /// Writes the case as it stands at the end of its life.
    pub async fn store(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let (card, withdrawn) = (self.card.card(), self.life.is_withdrawn());
        let (state, state_day) = self.life.state();
        let locators = || self.moved.iter().chain([&self.locator_hash]);
        let first = locators().next().filter(|_| !withdrawn);
        let case = cases::Case {
            id: card.case.0,
            unit: card.unit.clone(),
            day: card.day,
            state,
            state_day,
            card: card.to_bytes(),
            card_signature: self.card.signature().0.to_vec(),
            locator_hash: first.map(|hash| hash.0),
            withdrawn,
        };
        cases::insert(tx, &case).await?;
        for grant in &self.grants {
            rows::insert_grant(tx, grant).await?;
        }
        for envelope in &self.envelopes {
            rows::insert_envelope(tx, envelope).await?;
        }
        if !withdrawn {
            for (old, new) in self.moved.iter().zip(locators().skip(1)) {
                cases::move_locator(tx, &card.case.0, &old.0, &new.0).await?;
            }
        }
        Ok(())
    }
}

/// Seals lives, one thread each.
pub(super) struct Sealer<'a> {
    place: &'a Place,
    rng: &'a Rng,
    arena: Option<TokenArena>,
}

impl<'a> Sealer<'a> {
    pub fn new(place: &'a Place, rng: &'a Rng) -> Self {
        Self { place, rng, arena: None }
    }

    /// Seals one.
    pub fn seal(&mut self, life: Life) -> Result<Sealed, CasesError> {
        let token = if life.has_token { Some(Token::generate(&**self.rng)?) } else { None };
        let keys = match &token {
            Some(token) => {
                let arena = self.arena.get_or_insert_default();
                TokenKeys::derive(token, self.place.history.authority(), arena)
            }
            None => TokenKeys::without_token(&**self.rng)?,
        };
        let mut files = Vec::new();
        let case = Case::file(self.place, self.rng, &life, keys, &mut files)?;
        let Case { card, grants, mut envelopes, keys, moved, .. } = case.live(&life, &mut files)?;
        if life.is_withdrawn() {
            for envelope in &mut envelopes {
                envelope.reply = None;
            }
        }
        let locator_hash = keys.locator_hash();
        Ok(Sealed { card, locator_hash, moved, grants, envelopes, life, _files: files, token })
    }
}

/// A case on its way through its life.
struct Case<'a> {
    place: &'a Place,
    rng: &'a Rng,
    readers: Vec<&'a MemberKey>,
    card: SignedCard,
    keys: TokenKeys,
    moved: Vec<Hash>,
    grants: Vec<SealedGrant>,
    envelopes: Vec<SealedEnvelope>,
    /// The case as it is open at a desk, from when one first writes.
    desk: Option<DeskCase>,
}

impl<'a> Case<'a> {
    /// Seals the report.
    fn file(
        place: &'a Place,
        rng: &'a Rng,
        life: &Life,
        keys: TokenKeys,
        files: &mut Vec<PendingBlob>,
    ) -> Result<Self, CasesError> {
        let (history, day) = place.history_on(life.day);
        let readers = place.investigators(&life.unit)?;
        let left_out: Vec<_> = life.left_out.iter().map(|member| readers[*member].id).collect();
        let mut draft = Draft::begin(history, &life.unit, &left_out, &keys, day, &**rng)?;
        draft.record = life.record;
        let sealed_to = draft.place();
        for file in &life.files {
            files.push(store_file(place, rng, &sealed_to, file, day, &mut draft.files)?);
        }
        let mut fields = Answers::default();
        for (question, answer) in &life.answers {
            fields.insert(question, answer.clone());
        }
        let story = Story {
            channel: life.channel,
            assisted: life.assisted,
            language: life.language.to_owned(),
            category: life.category.to_owned(),
            fields,
            danger: life.danger,
        };
        let identity = life.identity.as_ref().map(|[name, contact, safe_contact]| {
            let mut card = IdentityCard::default();
            (card.name, card.contact, card.safe_contact) = (name.clone(), contact.clone(), safe_contact.clone());
            card
        });
        let submission = draft.finish(story, identity.as_ref(), &**rng)?;
        Ok(Self {
            place,
            rng,
            readers,
            card: submission.card,
            keys,
            moved: Vec::new(),
            grants: submission.grants,
            envelopes: submission.envelopes,
            desk: None,
        })
    }

    /// Seals everything that comes after.
    fn live(mut self, life: &Life, files: &mut Vec<PendingBlob>) -> Result<Self, CasesError> {
        for Step { day, event } in &life.steps {
            match event {
                Event::Answer { member, text, state } => {
                    self.write(*member, *day, |desk, key, rng| desk.answer(key, text, *state, *day, &**rng))?;
                }
                Event::Note { member, text } => {
                    self.write(*member, *day, |desk, key, rng| desk.note(key, text, *day, &**rng))?;
                }
                Event::Message { text, files: attached } => {
                    let own = self.own_case()?;
                    let mut listed = Files::default();
                    for file in attached {
                        files.push(store_file(self.place, self.rng, &own.place(), file, *day, &mut listed)?);
                    }
                    let sealed = own.message(&self.keys, text, &listed, *day, &**self.rng)?;
                    self.add(sealed, Vec::new())?;
                }
                Event::Move => {
                    let new = TokenKeys::without_token(&**self.rng)?;
                    let sealed = self.own_case()?.moved_to(&self.keys, &new, &**self.rng)?;
                    self.add(vec![sealed], Vec::new())?;
                    self.moved.push(self.keys.locator_hash());
                    self.keys = new;
                }
                Event::Forget => {
                    let sealed = self.own_case()?.forget(&self.keys, *day, &**self.rng)?;
                    self.add(vec![sealed], Vec::new())?;
                }
            }
        }
        Ok(self)
    }

    /// Lets a member write, with the first desk key before when there is none.
    fn write<E>(
        &mut self,
        member: usize,
        day: Day,
        seal: impl FnOnce(&DeskCase, &MemberKey, &Rng) -> Result<Entries, E>,
    ) -> Result<(), CasesError>
    where
        CasesError: From<E>,
    {
        let key = self.readers[member];
        if self.desk.is_none() {
            let grants: Vec<_> = self.grants.iter().map(UntrustedGrant::from).collect();
            let envelopes = self.envelopes.iter().map(UntrustedEnvelope::from).collect();
            let history = Arc::clone(&self.place.history);
            let desk = DeskCase::open(history, key, &untrusted_card(&self.card), &grants, envelopes)?;
            let rekey = desk.rekey(key, day, &**self.rng)?;
            self.desk = Some(desk);
            self.add_by(key, rekey)?;
        }
        let Some(desk) = &self.desk else { return Ok(()) };
        let entries = seal(desk, key, self.rng)?;
        self.add_by(key, entries)
    }

    fn add_by(&mut self, key: &MemberKey, entries: Entries) -> Result<(), CasesError> {
        if let Some(desk) = &mut self.desk {
            desk.append(key, &entries.envelopes, &entries.grants)?;
        }
        self.grants.extend(entries.grants);
        self.envelopes.extend(entries.envelopes);
        Ok(())
    }

    /// What the reporter adds.
    fn add(&mut self, envelopes: Vec<SealedEnvelope>, grants: Vec<SealedGrant>) -> Result<(), CasesError> {
        let key = self.readers[0];
        self.add_by(key, Entries { envelopes, grants, state: None })
    }

    /// The case as its reporter sees it.
    fn own_case(&self) -> Result<OwnCase, CasesError> {
        let shown = self.envelopes.iter().filter(|envelope| envelope.header.lane() == Lane::Case);
        let view = shown.map(|envelope| {
            let mut view = UntrustedEnvelope::from(envelope);
            view.ciphertext = view.ciphertext.filter(|_| envelope.header.kind == Kind::Move);
            view
        });
        let history = Arc::clone(&self.place.history);
        Ok(OwnCase::open(history, &untrusted_card(&self.card), view.collect(), &self.keys)?)
    }
}

/// Seals a file into the folder of attachments and lists it.
fn store_file(
    place: &Place,
    rng: &Rng,
    sealed_to: &FilePlace,
    file: &super::files::File,
    day: Day,
    listed: &mut Files,
) -> Result<PendingBlob, CasesError> {
    let mut sealer = sealed_to.sealer(place.blobs.create(&**rng)?, &**rng)?;
    sealer.write_all(&file.content).map_err(BlobError::from)?;
    let (blob, sealed) = sealer.finish().map_err(crate::protocol::sealed::SealingError::from)?;
    let blob = blob.finish(day)?;
    listed.add(sealed, Hash(blob.hash()), blob.size(), file.name.clone(), file.media_type.to_owned());
    Ok(blob)
}

/// The manifests as they stood when each was the newest, oldest first.
pub(super) fn past_of(history: &History) -> Result<Vec<Arc<History>>, HistoryError> {
    let sources = history.sources();
    (1..=sources.len()).map(|count| History::verify(sources[..count].to_vec()).map(Arc::new)).collect()
}
