//! Cases: the card, the state, and the way back in.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::keys::{KEYS, bind_keys, with_keys};
use super::row::Columns;
use super::sqlite::DbRow;
use super::{Read, StoreError, Tx};
use crate::clock::Day;
pub use crate::protocol::content::State;

/// A case as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Random.
    pub id: [u8; 16],
    /// Id of the receiving unit.
    pub unit: String,
    /// Day on which it came.
    pub day: Day,
    /// Where it stands.
    pub state: State,
    /// Day of that state.
    pub state_day: Day,
    /// The card's bytes (docs/protocol.md §6).
    pub card: Vec<u8>,
    /// The author's signature of the card.
    pub card_signature: Vec<u8>,
    /// `H(locator)`; `None` once forgotten.
    pub locator_hash: Option<[u8; 32]>,
    /// The reporter has had it forgotten.
    pub withdrawn: bool,
}

/// What a list shows of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSummary {
    /// Random.
    pub id: [u8; 16],
    /// Id of the receiving unit.
    pub unit: String,
    /// Day on which it came.
    pub day: Day,
    /// Where it stands.
    pub state: State,
    /// Day of that state.
    pub state_day: Day,
    /// The reporter has had it forgotten.
    pub withdrawn: bool,
    /// How many envelopes and grants it has; tells whether something is new.
    pub entries: u64,
}

/// Stores a new case; [`StoreError::Conflict`] when its id or locator is known, or a case had that locator before.
pub async fn insert(tx: &mut Tx, case: &Case) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO cases (id, unit, day, state, state_day, card, card_signature, locator_hash, withdrawn) \
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
         WHERE NOT EXISTS (SELECT 1 FROM moved_locators WHERE locator_hash = $8) ON CONFLICT DO NOTHING",
    )
    .bind(&case.id[..])
    .bind(&case.unit)
    .bind(case.day.to_string())
    .bind(case.state.as_str())
    .bind(case.state_day.to_string())
    .bind(&case.card)
    .bind(&case.card_signature)
    .bind(case.locator_hash.as_ref().map(|hash| &hash[..]))
    .bind(i64::from(case.withdrawn));
    tx.changes(&case.id);
    tx.insert("cases", query).await
}

/// The case of that id.
pub async fn by_id(read: &mut Read, id: &[u8; 16]) -> Result<Option<Case>, StoreError> {
    let query = sqlx::query(
        "SELECT id, unit, day, state, state_day, card, card_signature, locator_hash, withdrawn \
         FROM cases WHERE id = $1",
    );
    read.optional(query.bind(&id[..])).await?.as_ref().map(case).transpose()
}

/// The case whose locator has that hash.
pub async fn by_locator_hash(read: &mut Read, hash: &[u8; 32]) -> Result<Option<Case>, StoreError> {
    let query = sqlx::query(
        "SELECT id, unit, day, state, state_day, card, card_signature, locator_hash, withdrawn \
         FROM cases WHERE locator_hash = $1",
    );
    read.optional(query.bind(&hash[..])).await?.as_ref().map(case).transpose()
}

/// The case that the locator of that hash found before the case moved.
pub async fn moved_from(read: &mut Read, hash: &[u8; 32]) -> Result<Option<[u8; 16]>, StoreError> {
    let query = sqlx::query("SELECT locator_hash, case_id FROM moved_locators WHERE locator_hash = $1");
    let row = read.optional(query.bind(&hash[..])).await?;
    let columns = |row| Columns { row, table: "moved_locators", key: "locator_hash" };
    row.as_ref().map(|row| columns(row).bytes("case_id")).transpose()
}

/// Lets the locator of hash `new` find the case in place of `old`, which is remembered. `false`, and nothing is
/// changed, when the case has not the locator `old`, or `new` finds a case or found one before.
pub async fn move_locator(tx: &mut Tx, id: &[u8; 16], old: &[u8; 32], new: &[u8; 32]) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "UPDATE cases SET locator_hash = $1 WHERE id = $2 AND locator_hash = $3 \
         AND NOT EXISTS (SELECT 1 FROM cases WHERE locator_hash = $1) \
         AND NOT EXISTS (SELECT 1 FROM moved_locators WHERE locator_hash = $1)",
    );
    if tx.execute(query.bind(&new[..]).bind(&id[..]).bind(&old[..])).await? == 0 {
        return Ok(false);
    }
    let query = sqlx::query("INSERT INTO moved_locators (locator_hash, case_id) VALUES ($1, $2)");
    tx.execute(query.bind(&old[..]).bind(&id[..])).await?;
    Ok(true)
}

/// The cases of those ids, in no meaningful order.
pub async fn by_ids(read: &mut Read, ids: &[[u8; 16]]) -> Result<Vec<Case>, StoreError> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        with_keys(
            "SELECT id, unit, day, state, state_day, card, card_signature, locator_hash, withdrawn \
             FROM cases WHERE id IN (KEYS)",
        )
    });
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(KEYS) {
        for row in &read.all(bind_keys(sqlx::query(TEXT.as_str()), ids)).await? {
            found.push(case(row)?);
        }
    }
    Ok(found)
}

/// The unit of a case.
pub(super) async fn unit_of(read: &mut Read, id: &[u8; 16]) -> Result<Option<String>, StoreError> {
    let query = sqlx::query("SELECT id, unit FROM cases WHERE id = $1").bind(&id[..]);
    read.optional(query).await?.map(|row| columns(&row).get("unit")).transpose()
}

/// Some of the cases of those units, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// There are more after the last of them.
    pub has_more: bool,
}

/// The first `limit` cases of those units whose ids stand after `after`, by id.
pub async fn page(
    read: &mut Read,
    units: &[String],
    after: Option<&[u8; 16]>,
    limit: usize,
) -> Result<Page, StoreError> {
    let units: BTreeSet<_> = units.iter().collect();
    let after = after.map_or(&[][..], |id| id);
    let most = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    // First the ids alone, out of the index, so that nothing else is read of cases that are on a later page.
    let mut ids: Vec<[u8; 16]> = Vec::new();
    for unit in &units {
        let query = sqlx::query("SELECT id FROM cases WHERE unit = $1 AND id > $2 ORDER BY id LIMIT $3");
        for row in &read.all(query.bind(unit).bind(after).bind(most)).await? {
            ids.push(columns(row).bytes("id")?);
        }
    }
    ids.sort_unstable();
    let has_more = ids.len() > limit;
    ids.truncate(limit);
    let Some(last) = ids.last() else { return Ok(Page { cases: Vec::new(), has_more }) };
    let mut cases = Vec::with_capacity(ids.len());
    for unit in &units {
        let query = sqlx::query(
            "SELECT id, unit, day, state, state_day, withdrawn, \
             (SELECT COUNT(*) FROM envelopes WHERE envelopes.case_id = cases.id) + \
             (SELECT COUNT(*) FROM grants WHERE grants.case_id = cases.id) AS entries \
             FROM cases WHERE unit = $1 AND id > $2 AND id <= $3",
        );
        for row in &read.all(query.bind(unit).bind(after).bind(&last[..])).await? {
            cases.push(summary(row)?);
        }
    }
    cases.sort_unstable_by_key(|case| case.id);
    Ok(Page { cases, has_more })
}

/// What a list shows of the cases of those ids, in no meaningful order.
pub async fn summaries(read: &mut Read, ids: &[[u8; 16]]) -> Result<Vec<CaseSummary>, StoreError> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        with_keys(
            "SELECT id, unit, day, state, state_day, withdrawn, \
             (SELECT COUNT(*) FROM envelopes WHERE envelopes.case_id = cases.id) + \
             (SELECT COUNT(*) FROM grants WHERE grants.case_id = cases.id) AS entries \
             FROM cases WHERE id IN (KEYS)",
        )
    });
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(KEYS) {
        for row in &read.all(bind_keys(sqlx::query(TEXT.as_str()), ids)).await? {
            found.push(summary(row)?);
        }
    }
    Ok(found)
}

/// About how many bytes each of at most 64 cases comes to with all its envelopes and grants and with their ciphertexts
/// that stand in the database; nothing of those that are not there.
pub async fn weights(read: &mut Read, ids: &[[u8; 16]]) -> Result<HashMap<[u8; 16], u64>, StoreError> {
    static ENVELOPES: LazyLock<String> = LazyLock::new(|| {
        with_keys(
            "SELECT case_id AS id, SUM(300 + LENGTH(header) + CASE WHEN blob = 0 THEN size ELSE 0 END) AS weight \
             FROM envelopes WHERE case_id IN (KEYS) GROUP BY case_id",
        )
    });
    static GRANTS: LazyLock<String> = LazyLock::new(|| {
        with_keys(
            "SELECT case_id AS id, SUM(300 + LENGTH(body)) + MAX(LENGTH(ciphertext)) AS weight \
             FROM grants WHERE case_id IN (KEYS) GROUP BY case_id",
        )
    });
    let mut weights = HashMap::with_capacity(ids.len());
    for text in [&*ENVELOPES, &*GRANTS] {
        for row in &read.all(bind_keys(sqlx::query(text.as_str()), ids)).await? {
            let weight: u64 = columns(row).number("weight")?;
            *weights.entry(columns(row).bytes("id")?).or_default() += weight;
        }
    }
    Ok(weights)
}

/// Sets state and day; `false` when there is no such case.
pub async fn set_state(tx: &mut Tx, id: &[u8; 16], state: State, day: Day) -> Result<bool, StoreError> {
    let query = sqlx::query("UPDATE cases SET state = $1, state_day = $2 WHERE id = $3")
        .bind(state.as_str())
        .bind(day.to_string())
        .bind(&id[..]);
    tx.changes(id);
    Ok(tx.execute(query).await? == 1)
}

/// Destroys the locator, those from before moves and every reply copy, and marks the case as withdrawn; `false` when there is no such case.
///
/// With the commit the bytes are overwritten in the database and the write-ahead log is emptied.
pub async fn forget(tx: &mut Tx, id: &[u8; 16]) -> Result<bool, StoreError> {
    tx.destroys();
    tx.changes(id);
    let query = sqlx::query(
        "DELETE FROM ciphertexts WHERE part = 1 AND envelope IN (SELECT hash FROM envelopes WHERE case_id = $1)",
    );
    tx.execute(query.bind(&id[..])).await?;
    tx.execute(sqlx::query("DELETE FROM moved_locators WHERE case_id = $1").bind(&id[..])).await?;
    tx.execute(sqlx::query("DELETE FROM pending_forgets WHERE case_id = $1").bind(&id[..])).await?;
    let query = sqlx::query("UPDATE cases SET locator_hash = NULL, withdrawn = 1 WHERE id = $1");
    Ok(tx.execute(query.bind(&id[..])).await? == 1)
}

fn columns(row: &DbRow) -> Columns<'_> {
    Columns { row, table: "cases", key: "id" }
}

fn case(row: &DbRow) -> Result<Case, StoreError> {
    let columns = columns(row);
    Ok(Case {
        id: columns.bytes("id")?,
        unit: columns.get("unit")?,
        day: columns.parse("day")?,
        state: columns.parse("state")?,
        state_day: columns.parse("state_day")?,
        card: columns.get("card")?,
        card_signature: columns.get("card_signature")?,
        locator_hash: columns.optional_bytes("locator_hash")?,
        withdrawn: columns.flag("withdrawn")?,
    })
}

fn summary(row: &DbRow) -> Result<CaseSummary, StoreError> {
    let columns = columns(row);
    Ok(CaseSummary {
        id: columns.bytes("id")?,
        unit: columns.get("unit")?,
        day: columns.parse("day")?,
        state: columns.parse("state")?,
        state_day: columns.parse("state_day")?,
        withdrawn: columns.flag("withdrawn")?,
        entries: columns.number("entries")?,
    })
}
