//! Coming back with a token: reading answers, adding words and files, forgetting.

use std::sync::Arc;

use super::moving::located;
use super::upload::{StoredFile, TakesFiles};
use super::{Intake, IntakeError, rows};
use crate::protocol::bytes::Hash;
use crate::protocol::card::UntrustedCard;
use crate::protocol::envelope::SealedEnvelope;
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::own_case::OwnCase;
use crate::protocol::sealed::SealingError;
use crate::protocol::token::{Token, TokenKeys};
use crate::secret::SecretText;
use crate::store::{cases, pending_forgets};

/// How often a message is sealed anew when the case has moved on meanwhile.
pub(super) const TRIES: usize = 4;

/// A case opened with its token.
pub struct Returned {
    keys: Arc<TokenKeys>,
    /// What the reporter may read of it.
    pub case: Arc<OwnCase>,
    /// Whether coming back has called off a *forget* that waited for its day.
    pub called_off: bool,
    stored: Vec<StoredFile>,
    files: Files,
}

impl TakesFiles for Returned {
    fn place(&self) -> FilePlace {
        self.case.place()
    }

    fn add(&mut self, file: StoredFile, name: String, media_type: String) {
        file.list_in(&mut self.files, name, media_type);
        self.stored.push(file);
    }

    fn files(&self) -> usize {
        self.files.len()
    }
}

impl Returned {
    /// The token's keys, for a later [`Intake::return_with_keys`] without the token.
    #[must_use]
    pub fn keys(&self) -> Arc<TokenKeys> {
        Arc::clone(&self.keys)
    }

    pub(super) fn into_parts(self) -> (Arc<TokenKeys>, Arc<OwnCase>) {
        (self.keys, self.case)
    }
}

impl Intake {
    /// The case of `token`, opened; [`IntakeError::NotFound`] when there is none, or none any more, and
    /// [`IntakeError::Moved`] when it has moved to another token.
    pub async fn return_with_token(&self, token: &Token) -> Result<Returned, IntakeError> {
        let keys = Arc::new(self.derivations.derive(token, self.history().authority()).await?);
        self.return_with_keys(&keys).await
    }

    /// The same with keys that were kept, in memory, since the token was last used.
    pub async fn return_with_keys(&self, keys: &Arc<TokenKeys>) -> Result<Returned, IntakeError> {
        let called_off = self.call_off_forget(&keys.locator_hash()).await?;
        let case = self.own_case(keys).await?;
        Ok(Returned { keys: Arc::clone(keys), case, called_off, stored: Vec::new(), files: Files::default() })
    }

    pub(super) async fn own_case(&self, keys: &Arc<TokenKeys>) -> Result<Arc<OwnCase>, IntakeError> {
        let mut read = self.store.read().await?;
        let case = located(&mut read, &keys.locator_hash()).await?;
        let envelopes = rows::reporters_view(&mut read, &case.id).await?;
        drop(read);
        let (history, keys) = (self.history(), Arc::clone(keys));
        self.computing(move || {
            let card = UntrustedCard { bytes: case.card, signature: case.card_signature };
            OwnCase::open(history, &card, envelopes, &keys).map(Arc::new)
        })
        .await?
        .map_err(|_| IntakeError::Damaged("part of this case"))
    }

    /// Seals and stores a message with the files added to `returned`.
    pub async fn follow_up(&self, returned: Returned, text: &SecretText) -> Result<(), IntakeError> {
        self.check_space()?;
        let text = Arc::new(text.clone());
        let Returned { keys, case, stored, files, .. } = returned;
        let files = Arc::new(files);
        let day = self.clock.today();
        let seal = |case: Arc<OwnCase>| {
            let (keys, text, files, rng) = (Arc::clone(&keys), Arc::clone(&text), Arc::clone(&files), self.rng.clone());
            self.computing(move || case.message(&keys, text.expose(), &files, day, &*rng))
        };
        self.append(&keys, case, seal, false).await?;
        // Until the rows name them, these keep the files from being collected.
        drop(stored);
        Ok(())
    }

    /// Destroys the locator and the reporter's copies; the desk keeps the report and sees that it was withdrawn.
    pub async fn forget(&self, returned: Returned) -> Result<(), IntakeError> {
        let Returned { keys, case, .. } = returned;
        let day = self.clock.today();
        let seal = |case: Arc<OwnCase>| {
            let (keys, rng) = (Arc::clone(&keys), self.rng.clone());
            self.computing(move || case.forget(&keys, day, &*rng).map(|envelope| vec![envelope]))
        };
        self.append(&keys, case, seal, true).await
    }

    /// Stores what `seal` makes at the end of the author's chain, and makes it anew when another page of the same
    /// reporter was quicker.
    async fn append<F>(
        &self,
        keys: &Arc<TokenKeys>,
        mut case: Arc<OwnCase>,
        seal: impl Fn(Arc<OwnCase>) -> F,
        withdraws: bool,
    ) -> Result<(), IntakeError>
    where
        F: Future<Output = Result<Result<Vec<SealedEnvelope>, SealingError>, IntakeError>>,
    {
        for _ in 0..TRIES {
            let envelopes = seal(Arc::clone(&case)).await??;
            match self.store_envelopes(&keys.locator_hash(), &envelopes, withdraws).await {
                Err(IntakeError::Conflict) => case = self.own_case(keys).await?,
                other => return other,
            }
        }
        Err(IntakeError::Busy)
    }

    /// Takes envelopes whole or not at all, and only while their locator still finds the case: not once it was
    /// forgotten, nor once it has moved.
    pub(super) async fn store_envelopes(
        &self,
        locator_hash: &Hash,
        envelopes: &[SealedEnvelope],
        withdraws: bool,
    ) -> Result<(), IntakeError> {
        let mut tx = self.store.begin(if withdraws { "forget" } else { "follow up" }).await?;
        let case = located(&mut tx, locator_hash).await?;
        for envelope in envelopes {
            rows::insert_envelope(&mut tx, envelope).await?;
        }
        if withdraws {
            cases::forget(&mut tx, &case.id).await?;
        } else {
            pending_forgets::remove(&mut tx, &case.id).await?;
        }
        Ok(tx.commit().await?)
    }
}
