//! Runs the migrations, by number, each once. What ran is kept with its hash and without a time.

use sha2::{Digest, Sha256};
use sqlx::{Connection, Row};

use super::StoreError;
use super::sqlite::{BEGIN_WRITE, Link, SCHEMA_TABLE};

const NAME: &str = "migrate";

/// Brings the database up to the last of `migrations` (the first has number 1), all or nothing.
pub(super) async fn migrate(link: &mut Link, migrations: &[&'static str]) -> Result<(), StoreError> {
    let failed = |source| StoreError::sort(NAME, source);
    let mut transaction = link.begin_with(BEGIN_WRITE).await.map_err(failed)?;
    sqlx::query(SCHEMA_TABLE).execute(&mut *transaction).await.map_err(failed)?;
    let rows = sqlx::query("SELECT number, sha256 FROM schema ORDER BY number").fetch_all(&mut *transaction).await;
    let mut done = 0;
    let known = i64::try_from(migrations.len()).map_err(|_| StoreError::TooLarge("the number of migrations"))?;
    let rows = rows.map_err(failed)?;
    if let Some(last) = rows.last() {
        let found: i64 = last.try_get("number").map_err(failed)?;
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
    }
    for row in &rows {
        let number: i64 = row.try_get("number").map_err(failed)?;
        let hash: Vec<u8> = row.try_get("sha256").map_err(failed)?;
        let ours = migrations.get(done).map(|sql| Sha256::digest(sql).to_vec());
        done += 1;
        if usize::try_from(number) != Ok(done) || ours != Some(hash) {
            return Err(StoreError::ForeignSchema { number });
        }
    }
    for (number, sql) in (1_i64..).zip(migrations).skip(done) {
        sqlx::raw_sql(*sql).execute(&mut *transaction).await.map_err(failed)?;
        sqlx::query("INSERT INTO schema (number, sha256) VALUES ($1, $2)")
            .bind(number)
            .bind(Sha256::digest(sql).to_vec())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::sqlite;
    use super::*;

    const FIRST: &str = "CREATE TABLE one (a INTEGER) STRICT; INSERT INTO one VALUES (7);";
    const SECOND: &str = "ALTER TABLE one ADD COLUMN b INTEGER NOT NULL DEFAULT 5;";

    async fn database(folder: &tempfile::TempDir) -> sqlx::pool::PoolConnection<sqlite::Db> {
        sqlite::prepare_file(&folder.path().join("db")).unwrap();
        sqlite::writer(&folder.path().join("db")).await.unwrap().acquire().await.unwrap()
    }

    #[tokio::test]
    async fn steps_run_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut link = database(&folder).await;
        migrate(&mut link, &[FIRST]).await.unwrap();
        migrate(&mut link, &[FIRST]).await.unwrap();
        migrate(&mut link, &[FIRST, SECOND]).await.unwrap();
        let rows = sqlx::query("SELECT a, b FROM one").fetch_all(&mut *link).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.get(0), row.get(1))).collect::<Vec<(i64, i64)>>(), [(7, 5)]);
    }

    #[tokio::test]
    async fn a_newer_or_foreign_database_is_refused_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let mut link = database(&folder).await;
        migrate(&mut link, &[FIRST, SECOND]).await.unwrap();
        let refused = migrate(&mut link, &[FIRST]).await.unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 2, known: 1 }), "{refused}");
        assert!(refused.to_string().contains("run the newer amparo"));
        let refused = migrate(&mut link, &[SECOND, SECOND]).await.unwrap_err();
        assert!(matches!(refused, StoreError::ForeignSchema { number: 1 }), "{refused}");
        migrate(&mut link, &[FIRST, SECOND]).await.unwrap();
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut link = database(&folder).await;
        migrate(&mut link, &[FIRST, "CREATE TABLE two (a INTEGER); CREATE TABLE one (a INTEGER);"]).await.unwrap_err();
        let tables = sqlx::query("SELECT name FROM sqlite_master").fetch_all(&mut *link).await.unwrap();
        assert!(tables.is_empty());
        migrate(&mut link, &[FIRST]).await.unwrap();
    }

    #[test]
    fn the_migrations_in_the_program_are_those_in_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let texts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        assert_eq!(texts, sqlite::MIGRATIONS);
        for (number, file) in (1..).zip(&files) {
            assert!(file.file_name().unwrap().to_str().unwrap().starts_with(&format!("{number:04}_")));
        }
    }
}
