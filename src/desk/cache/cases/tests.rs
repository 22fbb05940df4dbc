use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use ring::rand::SystemRandom;

use super::*;

/// What was read back: row, words and body of each case.
type Cases = BTreeMap<CaseId, (String, String, String)>;

fn member(byte: u8) -> Secret<32> {
    Secret::from_slice(&[byte; 32]).unwrap()
}

fn id(number: u8) -> CaseId {
    CaseId([number; 16])
}

fn open(folder: &Path, key: u8) -> (Cache, Option<Notice>, Cases) {
    let mut rows: BTreeMap<CaseId, (String, String, BodyRef)> = BTreeMap::new();
    let read = |row: &[u8]| String::from_utf8(row.to_vec()).ok();
    let take = |change: Change<'_, String>| match change {
        Change::Put { id, row, words, body } => drop(rows.insert(id, (row, words.to_owned(), body))),
        Change::Row { id, row } => rows.get_mut(&id).unwrap().0 = row,
        Change::Gone(id) => drop(rows.remove(&id)),
    };
    let (cache, notice) = Cache::open(folder, &member(key), &SystemRandom::new(), read, take).unwrap();
    let body = |place| String::from_utf8(cache.body(place).unwrap().expose().to_vec()).unwrap();
    let cases = rows.into_iter().map(|(id, (row, words, place))| (id, (row, words, body(place)))).collect();
    (cache, notice, cases)
}

fn put(cache: &mut Cache, number: u8, row: &str, words: &str, body: &str) -> BodyRef {
    let puts = [Put { id: id(number), row: row.as_bytes(), words, body: Some(body.as_bytes()) }];
    cache.write(&puts, &[], &SystemRandom::new()).unwrap()[0].unwrap()
}

fn case(row: &str, words: &str, body: &str) -> (String, String, String) {
    (row.to_owned(), words.to_owned(), body.to_owned())
}

#[test]
fn cases_come_back_as_they_were_last_written() {
    let folder = tempfile::tempdir().unwrap();
    let rng = SystemRandom::new();
    let (mut cache, notice, cases) = open(folder.path(), 1);
    assert!(notice.is_none() && cases.is_empty());
    put(&mut cache, 1, "a", "words", "body");
    put(&mut cache, 2, "b", "other", "second");
    put(&mut cache, 3, "c", "third", "gone");
    drop(cache);
    let (mut cache, ..) = open(folder.path(), 1);
    put(&mut cache, 1, "a2", "new words", "new body");
    let row = Put { id: id(2), row: b"b2", words: "", body: None };
    assert_eq!(cache.write(&[row], &[id(3)], &rng).unwrap(), [None]);
    drop(cache);
    let (_, notice, cases) = open(folder.path(), 1);
    assert_eq!(notice, None);
    let expected = [(id(1), case("a2", "new words", "new body")), (id(2), case("b2", "other", "second"))];
    assert_eq!(cases, BTreeMap::from(expected));
}

#[test]
fn nothing_can_be_read_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cache, ..) = open(folder.path(), 1);
    put(&mut cache, 0x5a, "MARKER-row", "MARKER-words", "MARKER-body");
    drop(cache);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"MARKER") && !bytes.windows(16).any(|id| id == [0x5a; 16]));
    }
}

#[test]
fn another_member_s_cache_is_not_opened_and_two_desks_do_not_share_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cache, ..) = open(folder.path(), 1);
    put(&mut cache, 1, "a", "words", "body");
    let again = Cache::open(folder.path(), &member(1), &SystemRandom::new(), |_| Some(()), |_| {});
    assert!(matches!(again, Err(CacheError::Taken(_))));
    drop(cache);
    let (_, notice, cases) = open(folder.path(), 2);
    assert_eq!((notice, cases.len()), (Some(Notice::Damaged), 0));
}

#[test]
fn an_older_copy_and_a_missing_one_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.amparo");
    let (mut cache, ..) = open(folder.path(), 1);
    put(&mut cache, 1, "a", "words", "body");
    let older = fs::read(&file).unwrap();
    put(&mut cache, 1, "a2", "words", "body");
    drop(cache);
    fs::write(&file, older).unwrap();
    let (cache, notice, cases) = open(folder.path(), 1);
    assert_eq!((notice, cases.len()), (Some(Notice::Older), 0));
    drop(cache);
    fs::remove_file(&file).unwrap();
    assert_eq!(open(folder.path(), 1).1, Some(Notice::Gone));
    wipe(folder.path()).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(open(folder.path(), 1).1, None);
}

/// A desk killed after any byte of what it wrote last finds what it had kept, and says nothing.
#[test]
fn a_crash_at_any_byte_loses_nothing_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (file, place) = (folder.path().join("cache.amparo"), folder.path().join("cache.place.json"));
    let (mut cache, ..) = open(folder.path(), 1);
    put(&mut cache, 1, "a", "words", "body");
    let (kept, kept_place) = (fs::read(&file).unwrap(), fs::read(&place).unwrap());
    put(&mut cache, 2, "b", "other", "second");
    drop(cache);
    let whole = fs::read(&file).unwrap();
    for length in kept.len()..=whole.len() {
        fs::write(&file, &whole[..length]).unwrap();
        fs::write(&place, &kept_place).unwrap();
        let (mut cache, notice, cases) = open(folder.path(), 1);
        assert_eq!(notice, None, "at byte {length}");
        assert_eq!(cases[&id(1)], case("a", "words", "body"));
        assert_eq!(cases.len(), if length == whole.len() { 2 } else { 1 });
        put(&mut cache, 3, "c", "after", "the crash");
        drop(cache);
        assert_eq!(open(folder.path(), 1).2[&id(3)], case("c", "after", "the crash"));
    }
    // A disk that lost power may hold zeros where the last frames should be.
    let mut zeros = whole.clone();
    zeros[kept.len() + 5..].fill(0);
    fs::write(&file, &zeros).unwrap();
    fs::write(&place, &kept_place).unwrap();
    let (_, notice, cases) = open(folder.path(), 1);
    assert_eq!((notice, cases.len()), (None, 1));
}

#[test]
fn no_altered_byte_is_read_as_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let (file, place) = (folder.path().join("cache.amparo"), folder.path().join("cache.place.json"));
    let (mut cache, ..) = open(folder.path(), 1);
    put(&mut cache, 1, "a", "words", "body");
    let body = put(&mut cache, 2, "b", "other", "second");
    drop(cache);
    let (whole, kept_place) = (fs::read(&file).unwrap(), fs::read(&place).unwrap());
    let honest = BTreeMap::from([(id(1), case("a", "words", "body")), (id(2), case("b", "other", "second"))]);
    for byte in 0..whole.len() {
        let mut altered = whole.clone();
        altered[byte] ^= 1;
        fs::write(&file, &altered).unwrap();
        fs::write(&place, &kept_place).unwrap();
        let mut rows = 0;
        let take = |_: Change<'_, ()>| rows += 1;
        let (cache, notice) = Cache::open(folder.path(), &member(1), &SystemRandom::new(), |_| Some(()), take).unwrap();
        let is_noticed = notice.is_some() && rows == 0;
        let is_in_a_body = notice.is_none() && matches!(cache.body(body), Err(CacheError::Altered(_)));
        let is_in_the_other = notice.is_none() && rows == 2;
        assert!(is_noticed || is_in_a_body || is_in_the_other, "at byte {byte}: {notice:?}, {rows} rows");
        if is_in_the_other && !is_in_a_body {
            drop(cache);
            let opened = std::panic::catch_unwind(|| open(folder.path(), 1).2);
            assert!(opened.is_err() || opened.is_ok_and(|cases| cases == honest), "at byte {byte}");
        }
    }
}

#[test]
fn writing_anew_keeps_what_counts_and_a_crash_in_it_leaves_one_of_the_two() {
    let folder = tempfile::tempdir().unwrap();
    let rng = SystemRandom::new();
    let (mut cache, ..) = open(folder.path(), 1);
    let long = "x".repeat(300 << 10);
    let mut place = put(&mut cache, 1, "a", "words", &long);
    for _ in 0..120 {
        place = put(&mut cache, 1, "a2", "words", &long);
    }
    assert!(cache.is_wasteful());
    let old_file = fs::read(folder.path().join("cache.amparo")).unwrap();
    let row = || SecretBytes::new(b"a3".to_vec());
    let places = cache.compact([(id(1), row(), "words", place)].into_iter(), &rng).unwrap();
    assert!(!cache.is_wasteful());
    assert_eq!(cache.body(places[0]).unwrap().expose(), long.as_bytes());
    drop(cache);
    assert!(fs::metadata(folder.path().join("cache.amparo")).unwrap().len() < 400 << 10);
    let (cache, notice, cases) = open(folder.path(), 1);
    assert_eq!((notice, &cases), (None, &BTreeMap::from([(id(1), case("a3", "words", &long))])));
    drop(cache);
    // The file from before is an older one.
    fs::write(folder.path().join("cache.amparo"), old_file).unwrap();
    assert_eq!(open(folder.path(), 1).1, Some(Notice::Older));
}

proptest! {
    #[test]
    fn frames_made_of_anything_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let read = |row: &[u8]| Some(row.len());
        if let Some(changes) = read_changes(&bytes, &read) {
            prop_assert!(changes.len() <= bytes.len());
        }
    }
}
