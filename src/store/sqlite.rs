//! All that is particular to SQLite: how it is opened, what it promises, and how its errors read.

use std::fs::OpenOptions;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Pool, Row, Sqlite, SqliteConnection};

/// The database behind the store.
pub(super) type Db = Sqlite;
/// One connection to it.
pub(super) type Link = SqliteConnection;
/// A row it gives.
pub(super) type DbRow = sqlx::sqlite::SqliteRow;

/// How long to wait for a free connection, or a reader for a lock, before the answer is *busy*.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for the writer, which only another program, or a reader in the way of a checkpoint, can keep waiting.
const WRITER_PATIENCE: Duration = Duration::from_secs(1);
const READERS: u32 = 4;

/// Begins a transaction that may write. It waits for the lock here, so that no later statement finds it taken.
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(super) const BEGIN_READ: &str = "BEGIN DEFERRED";

pub(super) const SCHEMA_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema \
     (number INTEGER NOT NULL PRIMARY KEY, sha256 BLOB NOT NULL) STRICT, WITHOUT ROWID";

/// The numbered steps from an empty database to today's, `migrations/sqlite/`.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/0001_cases.sql"),
    include_str!("../../migrations/sqlite/0002_moves.sql"),
    include_str!("../../migrations/sqlite/0003_moves_of_a_case.sql"),
    include_str!("../../migrations/sqlite/0004_pending_forgets.sql"),
];

/// Makes the database file when it is not there, and takes the rights of others away. SQLite gives its side files
/// (`-wal`, `-shm`) the same rights.
pub(super) fn prepare_file(path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

fn options(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(patience)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        // Deleted bytes are overwritten, not just unlinked.
        .pragma("secure_delete", "ON")
        // Sorting and the like never write a temporary file.
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        // Statements would be logged with times finer than a day.
        .disable_statement_logging()
}

fn pool() -> PoolOptions<Db> {
    PoolOptions::new()
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        // SQLite ends a transaction by itself when the disk is full; sqlx then still counts it as open and would
        // refuse every later one. The ping makes sure that a rollback on its way has been done before we look.
        .after_release(|link: &mut Link, _| {
            Box::pin(async move {
                link.ping().await?;
                Ok(!link.is_in_transaction())
            })
        })
}

/// One writer: SQLite has one at a time anyway, and waiting for it in our queue is fair.
pub(super) async fn writer(path: &Path) -> Result<Pool<Db>, sqlx::Error> {
    pool().max_connections(1).connect_with(options(path, WRITER_PATIENCE).journal_mode(SqliteJournalMode::Wal)).await
}

/// A few readers that cannot write; opened when needed, after the writer has made the database.
pub(super) fn readers(path: &Path) -> Pool<Db> {
    pool().max_connections(READERS).connect_lazy_with(options(path, PATIENCE).pragma("query_only", "ON"))
}

/// Moves the write-ahead log into the database and empties it. `false` when a reader stood in the way.
pub(super) async fn checkpoint(link: &mut Link) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(link).await?;
    Ok(row.try_get::<i64, _>(0)? == 0)
}

/// Writes the whole database anew in the order of its keys, so that places in the file tell no order of arrival.
pub(super) async fn rewrite(link: &mut Link) -> Result<(), sqlx::Error> {
    sqlx::query("VACUUM").execute(link).await.map(drop)
}

/// What an error of the database means to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Full,
    Busy,
    Damaged,
    Orphan,
    Other,
}

/// Sorts an error by SQLite's extended result code (sqlite.org/rescode.html).
pub(super) fn classify(error: &sqlx::Error) -> Failure {
    match error {
        sqlx::Error::PoolTimedOut => Failure::Busy,
        sqlx::Error::Io(error) if is_full(error) => Failure::Full,
        sqlx::Error::Database(error) => {
            error.code().and_then(|code| code.parse().ok()).map_or(Failure::Other, classify_code)
        }
        _ => Failure::Other,
    }
}

fn classify_code(code: i32) -> Failure {
    match (code & 0xff, code) {
        // SQLITE_FULL; SQLITE_IOERR_SHMSIZE, which is how growing the -shm file on a full disk fails.
        (13, _) | (_, 4874) => Failure::Full,
        // SQLITE_BUSY, SQLITE_LOCKED.
        (5 | 6, _) => Failure::Busy,
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        (11 | 26, _) => Failure::Damaged,
        // SQLITE_CONSTRAINT_FOREIGNKEY.
        (_, 787) => Failure::Orphan,
        _ => Failure::Other,
    }
}

/// The system found no space, or no more than the user may have.
pub(super) fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_codes_read_as_what_they_mean() {
        for (code, meaning) in [
            (13, Failure::Full),
            (4874, Failure::Full),
            (5, Failure::Busy),
            (517, Failure::Busy),
            (262, Failure::Busy),
            (11, Failure::Damaged),
            (267, Failure::Damaged),
            (26, Failure::Damaged),
            (787, Failure::Orphan),
            (2067, Failure::Other),
            (10, Failure::Other),
        ] {
            assert_eq!(classify_code(code), meaning, "{code}");
        }
        let full = std::io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error());
        assert_eq!(classify(&sqlx::Error::Io(full)), Failure::Full);
    }

    #[tokio::test]
    async fn every_connection_has_the_promised_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        prepare_file(&path).unwrap();
        let (writer, readers) = (writer(&path).await.unwrap(), readers(&path));
        let mut links = vec![(writer.acquire().await.unwrap(), 0, 1000)];
        for _ in 0..READERS {
            links.push((readers.acquire().await.unwrap(), 1, 5000));
        }
        for (link, query_only, patience) in &mut links {
            for (pragma, expected) in [
                ("PRAGMA synchronous", 2),
                ("PRAGMA secure_delete", 1),
                ("PRAGMA foreign_keys", 1),
                ("PRAGMA temp_store", 2),
                ("PRAGMA trusted_schema", 0),
                ("PRAGMA busy_timeout", *patience),
                ("PRAGMA query_only", *query_only),
            ] {
                let value: i64 = sqlx::query(pragma).fetch_one(&mut **link).await.unwrap().get(0);
                assert_eq!(value, expected, "{pragma}");
            }
            let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&mut **link).await.unwrap().get(0);
            assert_eq!(mode, "wal");
        }
        let refused = sqlx::query("CREATE TABLE x (y)").execute(&mut *links[1].0).await;
        assert!(refused.is_err(), "a reader wrote");
    }
}
