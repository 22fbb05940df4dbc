//! Envelopes: all that was written in a case (docs/protocol.md §9), and the ciphertexts beside them.

use std::sync::LazyLock;

use futures_util::stream::{self, Stream, StreamExt};

use super::keys::{bind_keys, with_keys};
use super::row::Columns;
use super::sqlite::DbRow;
use super::{Read, StoreError, Tx};

/// An envelope without its ciphertexts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `H(header)`.
    pub hash: [u8; 32],
    /// The case it belongs to.
    pub case_id: [u8; 16],
    /// 1 to 9 (docs/protocol.md §7).
    pub kind: u8,
    /// The author's verifying key.
    pub author: [u8; 32],
    /// Which of the author's chains: the one of desk envelopes, or the other.
    pub lane: Lane,
    /// Place in that chain, from 0.
    pub sequence: u64,
    /// The signed fields.
    pub header: Vec<u8>,
    /// The author's signature.
    pub signature: Vec<u8>,
    /// The case signature; `None` when the reporter wrote it.
    pub case_signature: Option<Vec<u8>>,
    /// The ciphertext's chunked hash.
    pub ciphertext_hash: [u8; 32],
    /// The ciphertext's length in bytes.
    pub size: u64,
    /// The ciphertext lies in `blobs/` under its hash, not in the database.
    pub blob: bool,
}

/// One of the two chains an author may have in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// All kinds but `desk`.
    Main,
    /// `desk` envelopes.
    Desk,
}

/// Which ciphertext of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The envelope's own.
    Main,
    /// The reply copy, for the reporter.
    Reply,
}

/// The ciphertexts that come with an envelope into the database.
#[derive(Clone, Copy, Debug)]
pub struct Ciphertexts<'a> {
    /// The envelope's own; `None` for a blob, and only then.
    pub main: Option<&'a [u8]>,
    /// The reply copy of an answer or rekey.
    pub reply: Option<&'a [u8]>,
}

/// Stores a new envelope with its ciphertexts.
///
/// [`StoreError::Conflict`] when its hash is known or its place in the chain is taken; [`StoreError::Orphan`] without
/// its case. Whether the envelope has `ciphertexts.main` decides what is stored as its `blob`.
pub async fn insert(tx: &mut Tx, envelope: &Envelope, ciphertexts: Ciphertexts<'_>) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO envelopes (hash, case_id, kind, author, lane, sequence, header, signature, case_signature, \
         ciphertext_hash, size, blob) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT DO NOTHING",
    )
    .bind(&envelope.hash[..])
    .bind(&envelope.case_id[..])
    .bind(i64::from(envelope.kind))
    .bind(&envelope.author[..])
    .bind(lane_number(envelope.lane))
    .bind(i64::try_from(envelope.sequence).map_err(|_| StoreError::TooLarge("an envelope's sequence"))?)
    .bind(&envelope.header)
    .bind(&envelope.signature)
    .bind(&envelope.case_signature)
    .bind(&envelope.ciphertext_hash[..])
    .bind(i64::try_from(envelope.size).map_err(|_| StoreError::TooLarge("an envelope's size"))?)
    .bind(i64::from(ciphertexts.main.is_none()));
    tx.changes(&envelope.case_id);
    tx.insert("envelopes", query).await?;
    for (part, bytes) in [(Part::Main, ciphertexts.main), (Part::Reply, ciphertexts.reply)] {
        if let Some(bytes) = bytes {
            let query = sqlx::query("INSERT INTO ciphertexts (envelope, part, bytes) VALUES ($1, $2, $3)")
                .bind(&envelope.hash[..])
                .bind(part_number(part))
                .bind(bytes);
            tx.execute(query).await?;
        }
    }
    Ok(())
}

/// The envelope of that hash.
pub async fn by_hash(read: &mut Read, hash: &[u8; 32]) -> Result<Option<Envelope>, StoreError> {
    let query = sqlx::query(
        "SELECT hash, case_id, kind, author, lane, sequence, header, signature, case_signature, ciphertext_hash, \
         size, blob FROM envelopes WHERE hash = $1",
    );
    read.optional(query.bind(&hash[..])).await?.as_ref().map(envelope).transpose()
}

/// All envelopes of a case, chain by chain.
pub async fn of_case(read: &mut Read, case_id: &[u8; 16]) -> Result<Vec<Envelope>, StoreError> {
    let query = sqlx::query(
        "SELECT hash, case_id, kind, author, lane, sequence, header, signature, case_signature, ciphertext_hash, \
         size, blob FROM envelopes WHERE case_id = $1 ORDER BY author, lane, sequence",
    );
    read.all(query.bind(&case_id[..])).await?.iter().map(envelope).collect()
}

/// All envelopes of at most 64 cases, chain by chain, each with its own ciphertext where that stands in the database.
pub async fn of_cases(read: &mut Read, case_ids: &[[u8; 16]]) -> Result<Vec<(Envelope, Option<Vec<u8>>)>, StoreError> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        with_keys(
            "SELECT hash, case_id, kind, author, lane, sequence, header, signature, case_signature, ciphertext_hash, \
             size, blob, ciphertexts.bytes FROM envelopes \
             LEFT JOIN ciphertexts ON ciphertexts.envelope = envelopes.hash AND ciphertexts.part = 0 \
             WHERE case_id IN (KEYS) ORDER BY case_id, author, lane, sequence",
        )
    });
    let rows = read.all(bind_keys(sqlx::query(TEXT.as_str()), case_ids)).await?;
    rows.iter().map(|row| Ok((envelope(row)?, ciphertext_columns(row).get("bytes")?))).collect()
}

/// The moves of a case with their ciphertexts, in the order of the reporter's chain.
pub async fn moves_of_case(read: &mut Read, case_id: &[u8; 16]) -> Result<Vec<(Envelope, Vec<u8>)>, StoreError> {
    let query = sqlx::query(
        "SELECT hash, case_id, kind, author, lane, sequence, header, signature, case_signature, ciphertext_hash, \
         size, blob, ciphertexts.bytes FROM envelopes \
         JOIN ciphertexts ON ciphertexts.envelope = envelopes.hash AND ciphertexts.part = 0 \
         WHERE case_id = $1 AND kind = 9 ORDER BY sequence",
    );
    let rows = read.all(query.bind(&case_id[..])).await?;
    rows.iter().map(|row| Ok((envelope(row)?, ciphertext_columns(row).get("bytes")?))).collect()
}

/// The newest envelope of a chain.
pub async fn newest_of_chain(
    read: &mut Read,
    case_id: &[u8; 16],
    author: &[u8; 32],
    lane: Lane,
) -> Result<Option<Envelope>, StoreError> {
    let query = sqlx::query(
        "SELECT hash, case_id, kind, author, lane, sequence, header, signature, case_signature, ciphertext_hash, \
         size, blob FROM envelopes WHERE case_id = $1 AND author = $2 AND lane = $3 ORDER BY sequence DESC LIMIT 1",
    )
    .bind(&case_id[..])
    .bind(&author[..])
    .bind(lane_number(lane));
    read.optional(query).await?.as_ref().map(envelope).transpose()
}

/// How many envelopes a case has.
pub async fn count_of_case(read: &mut Read, case_id: &[u8; 16]) -> Result<usize, StoreError> {
    let query = sqlx::query("SELECT case_id, COUNT(*) AS entries FROM envelopes WHERE case_id = $1 GROUP BY case_id");
    let row = read.optional(query.bind(&case_id[..])).await?;
    let columns = |row| Columns { row, table: "envelopes", key: "case_id" };
    row.as_ref().map_or(Ok(0), |row| columns(row).number("entries"))
}

/// A ciphertext of one envelope; `None` when it lies in `blobs/`, was forgotten or never was.
pub async fn ciphertext(read: &mut Read, envelope: &[u8; 32], part: Part) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query("SELECT envelope, bytes FROM ciphertexts WHERE envelope = $1 AND part = $2")
        .bind(&envelope[..])
        .bind(part_number(part));
    read.optional(query).await?.map(|row| ciphertext_columns(&row).get("bytes")).transpose()
}

/// The ciphertexts of a case that stand in the database, each with its envelope's hash, in no meaningful order.
pub async fn ciphertexts_of_case(
    read: &mut Read,
    case_id: &[u8; 16],
    part: Part,
) -> Result<Vec<([u8; 32], Vec<u8>)>, StoreError> {
    let query = sqlx::query(
        "SELECT ciphertexts.envelope, ciphertexts.bytes FROM envelopes \
         JOIN ciphertexts ON ciphertexts.envelope = envelopes.hash AND ciphertexts.part = $2 \
         WHERE envelopes.case_id = $1",
    );
    let rows = read.all(query.bind(&case_id[..]).bind(part_number(part))).await?;
    rows.iter()
        .map(|row| {
            let columns = ciphertext_columns(row);
            Ok((columns.bytes("envelope")?, columns.get("bytes")?))
        })
        .collect()
}

/// The hashes of all blobs that an envelope names; what is not among them may be collected. A hash may come twice.
pub fn blob_hashes(read: &mut Read) -> impl Stream<Item = Result<[u8; 32], StoreError>> + Send + '_ {
    stream::once(async move {
        let name = read.name();
        let rows = sqlx::query("SELECT hash, ciphertext_hash FROM envelopes WHERE blob = 1").fetch(read.link()?);
        Ok(rows.map(move |row| {
            let row = row.map_err(|source| StoreError::sort(name, source))?;
            Columns { row: &row, table: "envelopes", key: "hash" }.bytes("ciphertext_hash")
        }))
    })
    .flat_map(|rows| match rows {
        Ok(rows) => rows.left_stream(),
        Err(error) => stream::once(async { Err(error) }).right_stream(),
    })
}

fn ciphertext_columns(row: &DbRow) -> Columns<'_> {
    Columns { row, table: "ciphertexts", key: "envelope" }
}

fn lane_number(lane: Lane) -> i64 {
    match lane {
        Lane::Main => 0,
        Lane::Desk => 1,
    }
}

fn part_number(part: Part) -> i64 {
    match part {
        Part::Main => 0,
        Part::Reply => 1,
    }
}

fn envelope(row: &DbRow) -> Result<Envelope, StoreError> {
    let columns = Columns { row, table: "envelopes", key: "hash" };
    Ok(Envelope {
        hash: columns.bytes("hash")?,
        case_id: columns.bytes("case_id")?,
        kind: columns.number("kind")?,
        author: columns.bytes("author")?,
        lane: if columns.flag("lane")? { Lane::Desk } else { Lane::Main },
        sequence: columns.number("sequence")?,
        header: columns.get("header")?,
        signature: columns.get("signature")?,
        case_signature: columns.get("case_signature")?,
        ciphertext_hash: columns.bytes("ciphertext_hash")?,
        size: columns.number("size")?,
        blob: columns.flag("blob")?,
    })
}
