//! Grants and shares: keys sealed to members (docs/protocol.md §8).

use std::sync::LazyLock;

use super::keys::{KEYS, bind_keys, with_keys};
use super::row::Columns;
use super::sqlite::DbRow;
use super::{Read, StoreError, Tx};

/// A grant to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// `H(body)`.
    pub hash: [u8; 32],
    /// The case it belongs to.
    pub case_id: [u8; 16],
    /// 16 case grant, 17 desk grant, 18 share.
    pub kind: u8,
    /// Id of the member it is for.
    pub member_id: String,
    /// The signed fields.
    pub body: Vec<u8>,
    /// The key, sealed to the member.
    pub ciphertext: Vec<u8>,
    /// The member's signature; `None` in first grants.
    pub signature: Option<Vec<u8>>,
    /// The case signature; `None` in first grants.
    pub case_signature: Option<Vec<u8>>,
}

/// A grant as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// `H(body)`.
    pub hash: [u8; 32],
    /// The case it belongs to.
    pub case_id: [u8; 16],
    /// 16 case grant, 17 desk grant, 18 share.
    pub kind: u8,
    /// Id of the member it is for.
    pub member_id: String,
    /// The signed fields.
    pub body: Vec<u8>,
    /// The key, sealed to the member; `None` when it was not asked for.
    pub ciphertext: Option<Vec<u8>>,
    /// The member's signature; `None` in first grants.
    pub signature: Option<Vec<u8>>,
    /// The case signature; `None` in first grants.
    pub case_signature: Option<Vec<u8>>,
}

/// Stores a new grant; [`StoreError::Conflict`] when its hash is known, [`StoreError::Orphan`] without its case.
pub async fn insert(tx: &mut Tx, grant: &NewGrant) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO grants (hash, case_id, kind, member_id, body, ciphertext, signature, case_signature) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(&grant.hash[..])
    .bind(&grant.case_id[..])
    .bind(i64::from(grant.kind))
    .bind(&grant.member_id)
    .bind(&grant.body)
    .bind(&grant.ciphertext)
    .bind(&grant.signature)
    .bind(&grant.case_signature);
    tx.changes(&grant.case_id);
    tx.insert("grants", query).await
}

/// All grants of a case without their ciphertexts, by hash.
pub async fn of_case(read: &mut Read, case_id: &[u8; 16]) -> Result<Vec<Grant>, StoreError> {
    let query = sqlx::query(
        "SELECT hash, case_id, kind, member_id, body, signature, case_signature, NULL AS ciphertext \
         FROM grants WHERE case_id = $1 ORDER BY hash",
    );
    read.all(query.bind(&case_id[..])).await?.iter().map(grant).collect()
}

/// All grants of at most 64 cases, by hash; those of `member` with their ciphertexts, which alone are read.
pub async fn of_cases_for(read: &mut Read, case_ids: &[[u8; 16]], member: &str) -> Result<Vec<Grant>, StoreError> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        with_keys(&format!(
            "SELECT hash, case_id, kind, member_id, body, signature, case_signature, \
             CASE WHEN member_id = ${} THEN ciphertext END AS ciphertext \
             FROM grants WHERE case_id IN (KEYS) ORDER BY case_id, hash",
            KEYS + 1
        ))
    });
    let query = bind_keys(sqlx::query(TEXT.as_str()), case_ids).bind(member);
    read.all(query).await?.iter().map(grant).collect()
}

fn grant(row: &DbRow) -> Result<Grant, StoreError> {
    let columns = Columns { row, table: "grants", key: "hash" };
    Ok(Grant {
        hash: columns.bytes("hash")?,
        case_id: columns.bytes("case_id")?,
        kind: columns.number("kind")?,
        member_id: columns.get("member_id")?,
        body: columns.get("body")?,
        ciphertext: columns.get("ciphertext")?,
        signature: columns.get("signature")?,
        case_signature: columns.get("case_signature")?,
    })
}
