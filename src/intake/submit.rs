//! Filing a report in the assisted path: the server makes the token, seals as the report arrives, and forgets both.

use super::upload::StoredFile;
use super::{Intake, IntakeError, rows};
use crate::clock::Day;
use crate::protocol::bytes::MemberId;
use crate::protocol::content::{IdentityCard, State};
use crate::protocol::files::FilePlace;
use crate::protocol::report::{Draft, Story, Submission};
use crate::protocol::token::Token;
use crate::store::cases;

/// A report that is being filed. Dropped before it is submitted, it leaves nothing behind.
pub struct Filing {
    token: Token,
    draft: Draft,
    left_out: Vec<MemberId>,
    stored: Vec<StoredFile>,
}

/// What the reporter keeps. It is given out only once the case is on disk.
#[derive(Clone)]
pub struct Receipt {
    /// The case token.
    pub token: Token,
    /// The unit's id.
    pub unit: String,
    /// Those who were left out.
    pub left_out: Vec<MemberId>,
    /// The day it was filed.
    pub day: Day,
}

impl Filing {
    /// Where the report's files are sealed to.
    #[must_use]
    pub fn place(&self) -> FilePlace {
        self.draft.place()
    }

    /// Adds a file that has been stored, under what the reporter's device says of it.
    pub fn add(&mut self, file: StoredFile, name: String, media_type: String) {
        file.list_in(&mut self.draft.files, name, media_type);
        self.stored.push(file);
    }

    /// How many files were added.
    #[must_use]
    pub fn files(&self) -> usize {
        self.stored.len()
    }
}

impl Intake {
    /// Begins a report for `unit`, which those in `left_out` will never read.
    pub async fn begin(&self, unit: &str, left_out: &[MemberId]) -> Result<Filing, IntakeError> {
        self.check_space()?;
        let history = self.history();
        let token = Token::generate(&*self.rng)?;
        let keys = self.derivations.derive(&token, history.authority()).await?;
        let left_out = left_out.to_vec();
        let (unit, named, day, rng) = (unit.to_owned(), left_out.clone(), self.clock.today(), self.rng.clone());
        let draft = self.computing(move || Draft::begin(&history, &unit, &named, &keys, day, &*rng)).await??;
        Ok(Filing { token, draft, left_out, stored: Vec::new() })
    }

    /// Seals the report and stores it whole; the receipt is given once it is durable.
    pub async fn submit(
        &self,
        filing: Filing,
        story: Story,
        identity: Option<IdentityCard>,
    ) -> Result<Receipt, IntakeError> {
        let Filing { token, draft, left_out, stored } = filing;
        let rng = self.rng.clone();
        let submission = self.computing(move || draft.finish(story, identity.as_ref(), &*rng)).await??;
        self.store_submission(&submission).await?;
        // Until the rows name them, these keep the files from being collected.
        drop(stored);
        let card = submission.card.card();
        Ok(Receipt { token, unit: card.unit.clone(), left_out, day: card.day })
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
