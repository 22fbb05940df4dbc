//! Filing a report in the assisted path: the server makes the token, seals as the report arrives, and forgets both.

use std::sync::Arc;

use super::upload::{StoredFile, TakesFiles};
use super::{Intake, IntakeError, rows};
use crate::clock::Day;
use crate::protocol::content::{IdentityCard, State};
use crate::protocol::files::FilePlace;
use crate::protocol::readers::Readers;
use crate::protocol::report::{Draft, Story, Submission};
use crate::protocol::token::{Token, TokenKeys};
use crate::store::cases;

/// A report that is being filed. Dropped before it is submitted, it leaves nothing behind.
pub struct Filing {
    token: Token,
    keys: Arc<TokenKeys>,
    draft: Draft,
    readers: Readers,
    stored: Vec<StoredFile>,
}

/// What the reporter keeps. It is given out only once the case is on disk.
#[derive(Clone)]
pub struct Receipt {
    /// The case token.
    pub token: Token,
    /// Who reads it, and who never can.
    pub readers: Readers,
    /// The day it was filed.
    pub day: Day,
}

impl TakesFiles for Filing {
    fn place(&self) -> FilePlace {
        self.draft.place()
    }

    fn add(&mut self, file: StoredFile, name: String, media_type: String) {
        file.list_in(&mut self.draft.files, name, media_type);
        self.stored.push(file);
    }

    fn files(&self) -> usize {
        self.stored.len()
    }
}

impl Filing {
    /// The token's keys, for [`Intake::return_with_keys`] without the token.
    #[must_use]
    pub fn keys(&self) -> Arc<TokenKeys> {
        Arc::clone(&self.keys)
    }
}

impl Intake {
    /// Begins a report for `readers`.
    pub async fn begin(&self, readers: &Readers) -> Result<Filing, IntakeError> {
        self.check_space()?;
        let history = self.history();
        let token = Token::generate(&*self.rng)?;
        let keys = Arc::new(self.derivations.derive(&token, history.authority()).await?);
        let (asked, day, rng) = (readers.clone(), self.clock.today(), self.rng.clone());
        let sealing = Arc::clone(&keys);
        let begin = move || Draft::begin(&history, &asked.unit, &asked.left_out, &sealing, day, &*rng);
        Ok(Filing { token, keys, draft: self.computing(begin).await??, readers: readers.clone(), stored: Vec::new() })
    }

    /// Seals the report and stores it whole; the receipt is given once it is durable.
    pub async fn submit(
        &self,
        filing: Filing,
        story: Story,
        identity: Option<IdentityCard>,
    ) -> Result<Receipt, IntakeError> {
        let Filing { token, draft, readers, stored, .. } = filing;
        let rng = self.rng.clone();
        let submission = self.computing(move || draft.finish(story, identity.as_ref(), &*rng)).await??;
        self.store_submission(&submission).await?;
        // Until the rows name them, these keep the files from being collected.
        drop(stored);
        Ok(Receipt { token, readers, day: submission.card.card().day })
    }

    /// One transaction: the case as a whole, or nothing of it.
    pub async fn store_submission(&self, submission: &Submission) -> Result<(), IntakeError> {
        let card = submission.card.card();
        let mut tx = self.store.begin("submit").await?;
        let case = cases::Case {
            id: card.case.0,
            unit: card.unit.clone(),
            day: card.day,
            state: State::Received,
            state_day: card.day,
            card: card.to_bytes(),
            card_signature: submission.card.signature().0.to_vec(),
            locator_hash: Some(submission.locator_hash.0),
            withdrawn: false,
        };
        cases::insert(&mut tx, &case).await?;
        for grant in &submission.grants {
            rows::insert_grant(&mut tx, grant).await?;
        }
        for envelope in &submission.envelopes {
            rows::insert_envelope(&mut tx, envelope).await?;
        }
        Ok(tx.commit().await?)
    }
}
