//! Reading a row's columns; whatever cannot be read is told by table, column and key.

use sqlx::{ColumnIndex, Decode, Row, Type};

use super::StoreError;
use super::sqlite::{Db, DbRow};

/// A row together with its table and the name of its key column.
pub(super) struct Columns<'r> {
    pub row: &'r DbRow,
    pub table: &'static str,
    pub key: &'static str,
}

impl Columns<'_> {
    pub fn get<'r, T>(&'r self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Db> + Type<Db>,
        &'static str: ColumnIndex<DbRow>,
    {
        self.row.try_get(column).map_err(|_| self.unreadable(column))
    }

    /// A column of exactly `N` bytes.
    pub fn bytes<const N: usize>(&self, column: &'static str) -> Result<[u8; N], StoreError> {
        self.get::<&[u8]>(column)?.try_into().map_err(|_| self.unreadable(column))
    }

    /// A column of exactly `N` bytes, or NULL.
    pub fn optional_bytes<const N: usize>(&self, column: &'static str) -> Result<Option<[u8; N]>, StoreError> {
        let bytes = self.get::<Option<&[u8]>>(column)?;
        bytes.map(|bytes| bytes.try_into().map_err(|_| self.unreadable(column))).transpose()
    }

    /// A column that is a text of something else.
    pub fn parse<T: std::str::FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.get::<&str>(column)?.parse().map_err(|_| self.unreadable(column))
    }

    /// A column that is an integer of a narrower kind.
    pub fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.get::<i64>(column)?.try_into().map_err(|_| self.unreadable(column))
    }

    /// A column that is 0 or 1.
    pub fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        match self.get::<i64>(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.unreadable(column)),
        }
    }

    pub fn unreadable(&self, column: &'static str) -> StoreError {
        let id = self.row.try_get::<&[u8], _>(self.key).map_or_else(|_| "?".to_owned(), hex);
        StoreError::Unreadable { table: self.table, column, id }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
