//! Cases that will be forgotten on a later day, unless their token is used before.

use super::row::Columns;
use super::sqlite::DbRow;
use super::{Read, StoreError, Tx};
use crate::clock::Day;

/// A *forget* that waits for its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingForget {
    /// The case.
    pub case_id: [u8; 16],
    /// `H(locator)` of the token that asked for it.
    pub locator_hash: [u8; 32],
    /// The day on which it is done.
    pub due: Day,
    /// The signed fields of the envelope that says so.
    pub header: Vec<u8>,
    /// The author's signature.
    pub signature: Vec<u8>,
    /// The envelope's ciphertext.
    pub ciphertext: Vec<u8>,
}

/// Stores what waits for its day, in place of what waited for the same case before.
pub async fn put(tx: &mut Tx, pending: &PendingForget) -> Result<(), StoreError> {
    remove(tx, &pending.case_id).await?;
    let query = sqlx::query(
        "INSERT INTO pending_forgets (case_id, locator_hash, due, header, signature, ciphertext) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&pending.case_id[..])
    .bind(&pending.locator_hash[..])
    .bind(pending.due.to_string())
    .bind(&pending.header)
    .bind(&pending.signature)
    .bind(&pending.ciphertext);
    tx.insert("pending_forgets", query).await
}

/// Takes out what waits for that case; `false` when nothing does.
pub async fn remove(tx: &mut Tx, case_id: &[u8; 16]) -> Result<bool, StoreError> {
    let query = sqlx::query("DELETE FROM pending_forgets WHERE case_id = $1").bind(&case_id[..]);
    Ok(tx.execute(query).await? == 1)
}

/// What waits for that case.
pub async fn of_case(read: &mut Read, case_id: &[u8; 16]) -> Result<Option<PendingForget>, StoreError> {
    let query = sqlx::query(
        "SELECT case_id, locator_hash, due, header, signature, ciphertext FROM pending_forgets WHERE case_id = $1",
    );
    read.optional(query.bind(&case_id[..])).await?.as_ref().map(pending).transpose()
}

/// The cases whose day has come by `today`, in no meaningful order.
pub async fn due(read: &mut Read, today: Day) -> Result<Vec<[u8; 16]>, StoreError> {
    // Days of four-digit years sort as their texts do.
    let query = sqlx::query("SELECT case_id FROM pending_forgets WHERE due <= $1").bind(today.to_string());
    read.all(query).await?.iter().map(|row| columns(row).bytes("case_id")).collect()
}

fn columns(row: &DbRow) -> Columns<'_> {
    Columns { row, table: "pending_forgets", key: "case_id" }
}

fn pending(row: &DbRow) -> Result<PendingForget, StoreError> {
    let columns = columns(row);
    Ok(PendingForget {
        case_id: columns.bytes("case_id")?,
        locator_hash: columns.bytes("locator_hash")?,
        due: columns.parse("due")?,
        header: columns.get("header")?,
        signature: columns.get("signature")?,
        ciphertext: columns.get("ciphertext")?,
    })
}
