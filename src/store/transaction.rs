//! Transactions: one for each request, with a name that its errors tell.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{Pool, Transaction};

use super::changes::Changes;
use super::sqlite::{BEGIN_READ, BEGIN_WRITE, Db, DbRow, Link, checkpoint};
use super::{StoreError, cases};

/// A query with its arguments.
pub(super) type Query<'q> = sqlx::query::Query<'q, Db, <Db as sqlx::Database>::Arguments>;

/// A consistent view of the database, as it was at the first query.
///
/// Holding one open keeps old bytes in the write-ahead log, so let it go before slow work.
pub struct Read {
    name: &'static str,
    transaction: Transaction<'static, Db>,
    failed: bool,
}

impl Read {
    pub(super) async fn begin(pool: &Pool<Db>) -> Result<Self, StoreError> {
        Self::begin_as("read", pool, BEGIN_READ).await
    }

    async fn begin_as(name: &'static str, pool: &Pool<Db>, statement: &'static str) -> Result<Self, StoreError> {
        let transaction = pool.begin_with(statement).await.map_err(|source| StoreError::sort(name, source))?;
        Ok(Self { name, transaction, failed: false })
    }

    /// The connection, for a statement; nothing more can be done once one has failed, because the database may have
    /// ended the transaction by itself and would take the next statement as one of its own.
    pub(super) fn link(&mut self) -> Result<&mut Link, StoreError> {
        if self.failed { Err(StoreError::Failed(self.name)) } else { Ok(&mut self.transaction) }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Marks the transaction as failed and sorts the error.
    pub(super) fn fail(&mut self, source: sqlx::Error) -> StoreError {
        self.failed = true;
        StoreError::sort(self.name, source)
    }

    /// The rows of `query`.
    pub(super) async fn all(&mut self, query: Query<'_>) -> Result<Vec<DbRow>, StoreError> {
        let rows = query.fetch_all(self.link()?).await;
        rows.map_err(|source| self.fail(source))
    }

    /// The row of `query`, when there is one.
    pub(super) async fn optional(&mut self, query: Query<'_>) -> Result<Option<DbRow>, StoreError> {
        let row = query.fetch_optional(self.link()?).await;
        row.map_err(|source| self.fail(source))
    }
}

/// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing behind.
///
/// It can be lent wherever a [`Read`] is asked for. Dropping it, or any future made from it, at any moment is safe.
pub struct Tx {
    read: Read,
    writer: Pool<Db>,
    purge: Purge,
    changes: Arc<Changes>,
    destroys: bool,
    changed: BTreeSet<[u8; 16]>,
}

impl Tx {
    pub(super) async fn begin(
        name: &'static str,
        writer: &Pool<Db>,
        purge: &Purge,
        changes: &Arc<Changes>,
    ) -> Result<Self, StoreError> {
        let read = Read::begin_as(name, writer, BEGIN_WRITE).await?;
        let (writer, purge, changes) = (writer.clone(), purge.clone(), Arc::clone(changes));
        Ok(Self { read, writer, purge, changes, destroys: false, changed: BTreeSet::new() })
    }

    /// Makes everything written durable; what this returns `Ok` for survives a crash of the machine. Which cases have
    /// changed is then told to [`Changes`].
    ///
    /// When the transaction destroyed something, the write-ahead log is emptied as well. A reader can delay that; it
    /// is then tried again after each later commit.
    pub async fn commit(self) -> Result<(), StoreError> {
        let name = self.read.name;
        // In a task of its own: what becomes durable is told even when whoever asked for it has gone meanwhile.
        tokio::spawn(self.commit_and_tell()).await.unwrap_or_else(|failed| match failed.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(StoreError::Failed(name)),
        })
    }

    async fn commit_and_tell(self) -> Result<(), StoreError> {
        let Self { mut read, writer, purge, changes, destroys, changed } = self;
        read.link()?;
        let mut units = Vec::with_capacity(changed.len());
        for case in changed {
            units.extend(cases::unit_of(&mut read, &case).await?.map(|unit| (case, unit)));
        }
        if destroys {
            purge.ask();
        }
        read.transaction.commit().await.map_err(|source| StoreError::sort(read.name, source))?;
        if !units.is_empty() {
            changes.note(units.iter().map(|(case, unit)| (*case, &**unit)));
        }
        purge.run_if_asked(&writer).await;
        Ok(())
    }

    /// Runs a statement and tells how many rows it changed.
    pub(super) async fn execute(&mut self, query: Query<'_>) -> Result<u64, StoreError> {
        let done = query.execute(self.read.link()?).await;
        done.map(|done| done.rows_affected()).map_err(|source| self.read.fail(source))
    }

    /// Runs an `INSERT … ON CONFLICT DO NOTHING`; a conflict is an error that does not fail the transaction.
    pub(super) async fn insert(&mut self, table: &'static str, query: Query<'_>) -> Result<(), StoreError> {
        if self.execute(query).await? == 1 { Ok(()) } else { Err(StoreError::Conflict { table }) }
    }

    /// Says that members are shown something else of that case from now on.
    pub(super) fn changes(&mut self, case: &[u8; 16]) {
        self.changed.insert(*case);
    }

    /// Says that bytes were deleted that must be gone from the files too.
    pub(super) fn destroys(&mut self) {
        self.destroys = true;
    }
}

impl Deref for Tx {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}

/// Remembers that deleted bytes may still stand in the write-ahead log.
#[derive(Clone, Default)]
pub(super) struct Purge(Arc<AtomicBool>);

impl Purge {
    pub(super) fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Empties the log if that was asked for; it stays asked for until it has worked.
    pub(super) async fn run_if_asked(&self, writer: &Pool<Db>) {
        if self.0.swap(false, Ordering::SeqCst) {
            let mut again = AskAgain(Some(self));
            if let Ok(mut link) = writer.acquire().await
                && checkpoint(&mut link).await.unwrap_or(false)
            {
                again.0 = None;
            }
        }
    }
}

/// Asks again when dropped, so that a cancelled attempt is not forgotten.
struct AskAgain<'a>(Option<&'a Purge>);

impl Drop for AskAgain<'_> {
    fn drop(&mut self) {
        if let Some(purge) = self.0 {
            purge.ask();
        }
    }
}
