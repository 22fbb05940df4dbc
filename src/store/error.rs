//! What can go wrong in the database, and what to do about it.

use super::sqlite::{self, Failure};
use crate::folder::FolderError;

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space is left; nothing of the transaction was kept.
    #[error("the disk that holds the database is full; free some space or move the data to a larger disk")]
    Full,
    /// Another transaction, or another program, held the database for too long.
    #[error("the database is busy; try again, and make sure that no other program has it open")]
    Busy,
    /// A newer amparo has written this database.
    #[error(
        "the database has format {found} but this amparo knows formats up to {known}; run the newer amparo that wrote it, or restore a backup from before"
    )]
    Newer {
        /// Number of the newest migration in the database.
        found: i64,
        /// Number of the newest migration this program has.
        known: i64,
    },
    /// A migration that ran here is not the one this program has under that number.
    #[error(
        "migration {number} of the database is not the one this amparo has; run the amparo that wrote the database, or restore a backup"
    )]
    ForeignSchema {
        /// Number of the migration.
        number: i64,
    },
    /// A unique value is taken: the row is there already, or a chain has moved on.
    #[error("{table} already holds such a row; read it and decide anew")]
    Conflict {
        /// The table.
        table: &'static str,
    },
    /// A row refers to one that is not there, for instance an envelope to an unknown case.
    #[error("a row refers to one that is not in the database; insert the case first")]
    Orphan,
    /// A row holds something that cannot be.
    #[error("column {column} of {table} row {id} cannot be read; restore the database from a backup")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key in hex.
        id: String,
    },
    /// A number too large for the database.
    #[error("{0} is too large to be stored; refuse the entry")]
    TooLarge(&'static str),
    /// The file is no database, or is damaged.
    #[error("the database file is damaged or not a database; restore it from a backup")]
    Damaged,
    /// An earlier statement of this transaction failed, so it can only be given up.
    #[error("the transaction {0} has failed already; start it again")]
    Failed(&'static str),
    /// The data folder is unusable.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Anything else.
    #[error("the database failed during {during} ({source}); see whether its disk works and its files can be written")]
    Other {
        /// Name of the transaction.
        during: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
}

impl StoreError {
    /// Sorts an error of the database that came up in the transaction `during`.
    pub(super) fn sort(during: &'static str, source: sqlx::Error) -> Self {
        match sqlite::classify(&source) {
            Failure::Full => Self::Full,
            Failure::Busy => Self::Busy,
            Failure::Damaged => Self::Damaged,
            Failure::Orphan => Self::Orphan,
            Failure::Other => Self::Other { during, source },
        }
    }
}
