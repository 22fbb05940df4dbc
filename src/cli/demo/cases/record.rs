//! Which cases a demonstration's folder holds, so that a later start makes only what is missing.

use std::io;
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};

use super::{Batch, CasesError};
use crate::cli::files::{self, PRIVATE};
use crate::protocol::bytes::CaseId;
use crate::store::{Store, cases};

/// The record's name in the folder.
const FILE: &str = "cases.json";

/// What was made.
#[derive(Default, Serialize, Deserialize)]
pub struct Record {
    seed: u64,
    /// How many there are for sure.
    made: u64,
    /// The batch that was being committed when this was written.
    #[serde(default)]
    next: Option<Next>,
    /// The tokens of the first cases.
    tokens: Vec<String>,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Next {
    made: u64,
    case: String,
}

impl Record {
    /// The record in `dir`; an empty one when no cases were made there.
    pub fn read(dir: &Path) -> Result<Self, CasesError> {
        let path = dir.join(FILE);
        let unreadable = |error| CasesError::Record(FILE, error);
        let read = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from).map_err(unreadable)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(unreadable(error)),
        };
        Ok(Self { path, ..read })
    }

    /// How many cases there are; the record knows it for sure after [`Record::settle`].
    pub fn made(&self) -> u64 {
        self.made
    }

    /// The tokens of the first cases, in groups.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Takes up the cases of `seed`; refused when those of another are there.
    pub fn begin(&mut self, seed: u64) -> Result<(), CasesError> {
        if self.made > 0 && self.seed != seed {
            return Err(CasesError::OtherSeed { found: self.seed });
        }
        self.seed = seed;
        Ok(())
    }

    /// Finds out whether the last batch was committed before the program was stopped.
    pub async fn settle(&mut self, store: &Store) -> Result<(), CasesError> {
        let Some(next) = self.next.take() else { return Ok(()) };
        let id: Option<CaseId> = next.case.parse().ok();
        if let Some(id) = id
            && cases::by_id(&mut store.read().await?, &id.0).await?.is_some()
        {
            self.made = next.made;
        } else {
            self.tokens.truncate(usize::try_from(self.made).unwrap_or(usize::MAX));
        }
        Ok(())
    }

    /// Writes down what is about to be committed, and that what stood here before has been.
    pub fn before_commit(&mut self, batch: &Batch<'_>, rng: &dyn SecureRandom) -> Result<(), CasesError> {
        if let Some(next) = self.next.take() {
            self.made = next.made;
        }
        self.tokens.extend(batch.tokens.iter().map(|token| token.groups().join(" ")));
        self.next = Some(Next { made: batch.made, case: CaseId(batch.case).to_string() });
        self.save(rng)
    }

    /// Writes down that everything was committed.
    pub fn end(&mut self, rng: &dyn SecureRandom) -> Result<(), CasesError> {
        if let Some(next) = self.next.take() {
            self.made = next.made;
        }
        self.save(rng)
    }

    fn save(&self, rng: &dyn SecureRandom) -> Result<(), CasesError> {
        let text = serde_json::to_vec(self).map_err(io::Error::from);
        let text = text.map_err(|error| CasesError::Record(FILE, error))?;
        files::replace(&self.path, &text, PRIVATE, rng)
            .map_err(|error| CasesError::Record(FILE, io::Error::other(error)))
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;
    use crate::protocol::content::State;
    use crate::protocol::token::Token;

    async fn insert(store: &Store, id: [u8; 16]) {
        let day = "2026-05-04".parse().unwrap();
        let case = cases::Case {
            id,
            unit: "works".to_owned(),
            day,
            state: State::Received,
            state_day: day,
            card: Vec::new(),
            card_signature: Vec::new(),
            locator_hash: None,
            withdrawn: false,
        };
        let mut tx = store.begin("test").await.unwrap();
        cases::insert(&mut tx, &case).await.unwrap();
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_start_after_a_kill_knows_whether_the_last_batch_was_committed() {
        let (dir, rng) = (tempfile::tempdir().unwrap(), SystemRandom::new());
        let store = Store::open(&dir.path().join("data/amparo.db")).await.unwrap();
        let tokens = [Token::generate(&rng).unwrap()];
        let mut record = Record::read(dir.path()).unwrap();
        record.begin(7).unwrap();
        record.before_commit(&Batch { made: 500, case: [1; 16], tokens: &tokens }, &rng).unwrap();

        let mut killed_before = Record::read(dir.path()).unwrap();
        killed_before.settle(&store).await.unwrap();
        assert_eq!((killed_before.made(), killed_before.tokens().len()), (0, 0));

        insert(&store, [1; 16]).await;
        let mut killed_after = Record::read(dir.path()).unwrap();
        killed_after.settle(&store).await.unwrap();
        assert_eq!((killed_after.made(), killed_after.tokens().len()), (500, 1));
        killed_after.before_commit(&Batch { made: 700, case: [2; 16], tokens: &[] }, &rng).unwrap();
        killed_after.end(&rng).unwrap();

        let mut ended = Record::read(dir.path()).unwrap();
        ended.settle(&store).await.unwrap();
        assert_eq!((ended.made(), ended.tokens().len()), (700, 1));
        assert!(matches!(ended.begin(8), Err(CasesError::OtherSeed { found: 7 })));
        ended.begin(7).unwrap();

        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(matches!(Record::read(dir.path()), Err(CasesError::Record(..))));
    }
}
