//! The database: cases, grants and envelopes, all of them sealed or signed elsewhere.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`cases`] | a case's card, state and locator; *forget* |
//! | [`grants`] | who was given a key |
//! | [`envelopes`] | reports, answers and the rest, and their ciphertexts |
//! | [`pending_forgets`] | *forget* that waits for its day |
//! | [`changes`] | which cases changed, in memory only |
//! | `transaction` | [`Tx`] and [`Read`] |
//! | `keys` | queries for many keys at once |
//! | `schema` | migrations |
//! | `sqlite` | all that is particular to SQLite |
//!
//! A request takes one transaction with a name, calls the functions of the aggregates with it, and commits:
//!
//! ```
//! # use amparo::store::{Store, cases};
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let folder = tempfile::tempdir().unwrap();
//! let store = Store::open(&folder.path().join("data/amparo.db")).await?;
//! let case = cases::Case {
//!     id: [7; 16],
//!     unit: "roads".to_owned(),
//!     day: "2026-05-04".parse().unwrap(),
//!     state: cases::State::Received,
//!     state_day: "2026-05-04".parse().unwrap(),
//!     card: b"card".to_vec(),
//!     card_signature: b"signature".to_vec(),
//!     locator_hash: Some([9; 32]),
//!     withdrawn: false,
//! };
//! let mut tx = store.begin("submit").await?;
//! cases::insert(&mut tx, &case).await?;
//! tx.commit().await?;
//! assert_eq!(cases::by_id(&mut store.read().await?, &[7; 16]).await?, Some(case));
//! store.close().await?;
//! # Ok::<(), amparo::store::StoreError>(()) }).unwrap();
//! ```
//!
//! **To add an aggregate**: a migration with the next number in every folder of `migrations/` (one that shipped never
//! changes), a file here with its row type and functions, and a row in the table above. Keys are random or hashes,
//! tables have no insertion order, days are the finest time; a row that is not there is `Ok(None)`; one that cannot be
//! read names its table, column and key. SQL uses `$1` and what SQLite and PostgreSQL share.
//!
//! A function that writes what members are shown says of which case (`Tx::changes`), so that no use case can forget to.
//!
//! **What remains on disk.** Deleted bytes are overwritten in the database and the write-ahead log is emptied after a
//! *forget*; what a disk or file system keeps of overwritten blocks is beyond this program. The database file's own
//! time of change tells when something was last written (a health check too).

pub mod cases;
pub mod changes;
pub mod envelopes;
mod error;
pub mod grants;
mod keys;
pub mod pending_forgets;
mod row;
mod schema;
mod sqlite;
mod transaction;

use std::io;
use std::path::Path;
use std::sync::Arc;

use sqlx::Pool;

pub use error::StoreError;
pub use transaction::{Read, Tx};

use crate::folder::{self, FolderError};
use changes::Changes;
use transaction::Purge;

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    writer: Pool<sqlite::Db>,
    readers: Pool<sqlite::Db>,
    purge: Purge,
    changes: Arc<Changes>,
}

impl Store {
    /// Opens the database file at `path`, makes it when it is not there (folder 0700, file 0600), and brings it up to
    /// date.
    ///
    /// Refused: a folder that others can read ([`StoreError::Folder`]), a database of a newer program
    /// ([`StoreError::Newer`]).
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        // A relative name could read as one of SQLite's `file:` addresses.
        let path = std::path::absolute(path).map_err(unusable)?;
        let name_missing = || unusable(io::Error::from(io::ErrorKind::InvalidInput));
        folder::private(path.parent().ok_or_else(name_missing)?)?;
        let failed = |source| StoreError::sort("open", source);
        let no_file =
            |source| if sqlite::is_full(&source) { StoreError::Full } else { StoreError::from(unusable(source)) };
        sqlite::prepare_file(&path).map_err(no_file)?;
        let writer = sqlite::writer(&path).await.map_err(failed)?;
        schema::migrate(&mut *writer.acquire().await.map_err(failed)?, sqlite::MIGRATIONS).await?;
        Ok(Self { writer, readers: sqlite::readers(&path), purge: Purge::default(), changes: Arc::default() })
    }

    /// Begins a transaction that may write; waits until no other one writes. `name` is told by its errors.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, StoreError> {
        Tx::begin(name, &self.writer, &self.purge, &self.changes).await
    }

    /// Begins to read; writers go on meanwhile and are not seen.
    pub async fn read(&self) -> Result<Read, StoreError> {
        Read::begin(&self.readers).await
    }

    /// What changed since this store was opened; its clones know the same.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Proves that the database can commit, by changing a row of no meaning.
    pub async fn healthy(&self) -> Result<(), StoreError> {
        let mut tx = self.begin("health").await?;
        tx.execute(sqlx::query("UPDATE health SET beat = 1 - beat WHERE id = 1")).await?;
        tx.commit().await
    }

    /// Writes the database anew in the order of its random keys, so that the file does not tell in which order the
    /// rows came, and forgets which changed; for a nightly job. Writers wait meanwhile, and a copy of the database stands in memory.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let failed = |source| StoreError::sort("tidy", source);
        sqlite::rewrite(&mut *self.writer.acquire().await.map_err(failed)?).await.map_err(failed)?;
        self.purge.ask();
        self.purge.run_if_asked(&self.writer).await;
        self.changes.forget();
        Ok(())
    }

    /// Waits for open transactions, moves the write-ahead log into the database and closes it. Other clones of this
    /// store are closed too.
    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await;
        let failed = |source| StoreError::sort("close", source);
        let emptied = sqlite::checkpoint(&mut *self.writer.acquire().await.map_err(failed)?).await.map_err(failed)?;
        self.writer.close().await;
        if emptied { Ok(()) } else { Err(StoreError::Busy) }
    }
}

#[cfg(test)]
mod tests;
