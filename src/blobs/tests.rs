use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use ring::rand::SystemRandom;

use super::*;
use crate::clock::Day;

const DAY: &str = "2026-05-04";

fn day() -> Day {
    DAY.parse().unwrap()
}

fn new() -> (tempfile::TempDir, Blobs) {
    let place = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&place.path().join("blobs")).unwrap();
    (place, blobs)
}

fn write(blobs: &Blobs, bytes: &[u8]) -> PendingBlob {
    let mut writer = blobs.create(&SystemRandom::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish(day()).unwrap()
}

fn read(blobs: &Blobs, hash: &Hash) -> Option<Vec<u8>> {
    let (mut file, size) = blobs.open_blob(hash).unwrap()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, size);
    Some(bytes)
}

/// Every file and folder below (and with) `folder`.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            all.extend(everything(&entry.path()));
        } else {
            all.push(entry.path());
        }
    }
    all
}

fn temporary_files(blobs: &Blobs) -> usize {
    fs::read_dir(blobs.temporary_folder()).unwrap().count()
}

#[test]
fn a_blob_comes_back_as_written_and_twice_is_once() {
    let (_place, blobs) = new();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
    let (first, second) = (write(&blobs, &bytes), write(&blobs, &bytes));
    assert_eq!(first.hash(), second.hash());
    assert_eq!(first.size(), 3_000_000);
    assert_eq!(read(&blobs, &first.hash()).unwrap(), bytes);
    assert_eq!(read(&blobs, &[3; 32]), None);
    assert_eq!(temporary_files(&blobs), 0);
    let (hash, empty) = (first.hash(), write(&blobs, b""));
    assert_eq!(read(&blobs, &empty.hash()).unwrap(), b"");
    drop((first, second));
    let again = Blobs::open(&blobs.0.folder).unwrap();
    assert_eq!(read(&again, &hash).unwrap(), bytes);
}

#[test]
fn rights_are_the_owners_alone_and_times_are_days() {
    let (_place, blobs) = new();
    let pending = write(&blobs, b"ciphertext");
    read(&blobs, &pending.hash()).unwrap();
    let file = fs::metadata(blobs.path(&pending.hash())).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert_eq!((file.mtime(), file.mtime_nsec()), (day().unix_days() * 86_400, 0));
    assert_eq!((file.atime(), file.atime_nsec()), (day().unix_days() * 86_400, 0));
    let (other, third) = (write(&blobs, b"other").hash(), write(&blobs, b"third").hash());
    drop(pending);
    blobs.remove(&other).unwrap();
    blobs.begin_collection().finish(&HashSet::from([third])).unwrap();
    blobs.reshuffle(vec![third], &SystemRandom::new()).unwrap();
    drop(blobs.create(&SystemRandom::new()).unwrap());
    for path in everything(&blobs.0.folder) {
        let found = fs::metadata(&path).unwrap();
        assert_eq!(found.permissions().mode() & 0o077, 0, "{}", path.display());
        // This test listed the folders itself, which is an access.
        assert_eq!((found.mtime() % 86_400, found.mtime_nsec()), (0, 0), "{}", path.display());
    }
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let (_place, blobs) = new();
    let mut writer = blobs.create(&SystemRandom::new()).unwrap();
    writer.write_all(b"half").unwrap();
    assert_eq!(temporary_files(&blobs), 1);
    drop(writer);
    assert_eq!(temporary_files(&blobs), 0);
    assert!(blobs.live().temporary.is_empty());
}

#[test]
fn what_no_row_names_is_collected_and_nothing_else() {
    let (_place, blobs) = new();
    let (named, orphan) = (write(&blobs, b"named").hash(), write(&blobs, b"orphan").hash());
    let pending = write(&blobs, b"pending");
    let mut writer = blobs.create(&SystemRandom::new()).unwrap();
    writer.write_all(b"live").unwrap();
    fs::write(blobs.temporary_folder().join("stale"), "of a killed program").unwrap();
    fs::write(blobs.0.folder.join("README"), "not ours").unwrap();
    assert_eq!(blobs.begin_collection().finish(&HashSet::from([named])).unwrap(), 2);
    assert!(read(&blobs, &named).is_some());
    assert!(read(&blobs, &orphan).is_none());
    assert!(read(&blobs, &pending.hash()).is_some());
    assert!(blobs.0.folder.join("README").exists());
    let live = writer.finish(day()).unwrap();
    assert_eq!(read(&blobs, &live.hash()).unwrap(), b"live");
    let hash = pending.hash();
    drop((pending, live));
    assert_eq!(blobs.begin_collection().finish(&HashSet::from([named])).unwrap(), 2);
    assert!(read(&blobs, &hash).is_none());
}

#[test]
fn a_blob_committed_while_a_collection_runs_is_kept() {
    let (_place, blobs) = new();
    let before = write(&blobs, b"pending when it began");
    let collection = blobs.begin_collection();
    // The database is read here, and neither row is in it yet; then both are committed and the guards dropped.
    let during = write(&blobs, b"came while it ran").hash();
    let hash = before.hash();
    drop(before);
    assert_eq!(collection.finish(&HashSet::new()).unwrap(), 0);
    assert!(read(&blobs, &during).is_some() && read(&blobs, &hash).is_some());
    assert!(blobs.live().collections.is_empty());
}

#[test]
fn a_pending_blob_is_not_removed() {
    let (_place, blobs) = new();
    let (first, second) = (write(&blobs, b"x"), write(&blobs, b"x"));
    let hash = first.hash();
    drop(first);
    assert!(!blobs.remove(&hash).unwrap());
    drop(second);
    assert!(blobs.remove(&hash).unwrap());
    assert!(!blobs.remove(&hash).unwrap());
    assert!(read(&blobs, &hash).is_none());
}

#[test]
fn a_reshuffle_makes_new_files_of_the_same_bytes_and_days() {
    let (_place, blobs) = new();
    let hashes: Vec<Hash> = (0..20_u32).map(|i| write(&blobs, &i.to_be_bytes().repeat(100_000)).hash()).collect();
    // An open file keeps its inode number from being used again.
    let old: Vec<File> = hashes.iter().map(|hash| blobs.open_blob(hash).unwrap().unwrap().0).collect();
    let gone = write(&blobs, b"gone").hash();
    blobs.remove(&gone).unwrap();
    let asked: Vec<Hash> = hashes.iter().copied().chain([gone]).collect();
    assert_eq!(blobs.reshuffle(asked, &SystemRandom::new()).unwrap(), 20);
    for (i, (hash, old)) in (0..20_u32).zip(hashes.iter().zip(&old)) {
        assert_eq!(read(&blobs, hash).unwrap(), i.to_be_bytes().repeat(100_000));
        let new = fs::metadata(blobs.path(hash)).unwrap();
        assert_ne!(new.ino(), old.metadata().unwrap().ino());
        assert_eq!((new.mtime(), new.mtime_nsec()), (day().unix_days() * 86_400, 0));
        assert_eq!(new.permissions().mode() & 0o777, 0o600);
    }
    assert!(read(&blobs, &gone).is_none());
    assert_eq!(temporary_files(&blobs), 0);
}

#[test]
fn writers_and_collections_side_by_side_lose_nothing() {
    let (_place, blobs) = new();
    let committed = Mutex::new(HashSet::new());
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let (blobs, committed) = (&blobs, &committed);
            scope.spawn(move || {
                for i in 0..40_u8 {
                    // Every second one is the same in all threads.
                    let pending = write(blobs, &[if i % 2 == 0 { 0 } else { thread }, i]);
                    if i % 4 < 2 {
                        committed.lock().unwrap().insert(pending.hash());
                    }
                    drop(pending);
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..40 {
                let collection = blobs.begin_collection();
                let referenced = committed.lock().unwrap().clone();
                collection.finish(&referenced).unwrap();
            }
        });
    });
    let committed = committed.into_inner().unwrap();
    assert!(committed.iter().all(|hash| read(&blobs, hash).is_some()));
    blobs.begin_collection().finish(&committed).unwrap();
    let files = everything(&blobs.0.folder).into_iter().filter(|path| path.is_file()).count();
    assert_eq!(files, committed.len());
}

#[test]
fn a_full_disk_is_told_apart() {
    for (errno, full) in [
        (rustix::io::Errno::NOSPC, true),
        (rustix::io::Errno::DQUOT, true),
        (rustix::io::Errno::IO, false),
        (rustix::io::Errno::ACCESS, false),
    ] {
        let error = BlobError::from(io::Error::from_raw_os_error(errno.raw_os_error()));
        assert_eq!(matches!(error, BlobError::Full), full, "{errno}");
    }
}

#[test]
fn only_whole_hashes_are_names() {
    assert_eq!(hash_of_name(&hex(&[0xab; 32])), Some([0xab; 32]));
    for name in ["", "ab", &"AB".repeat(32), &"+a".repeat(32), &"ab".repeat(33)] {
        assert_eq!(hash_of_name(name), None, "{name}");
    }
}

#[test]
fn without_hard_links_an_upload_is_copied_and_stays_where_it_is() {
    let place = tempfile::tempdir().unwrap();
    let refuse: [fn(&Path, &Path) -> io::Result<()>; 3] = [
        |_, _| Err(rustix::io::Errno::PERM.into()),
        |_, _| Err(rustix::io::Errno::OPNOTSUPP.into()),
        |from, to| fs::hard_link(from, to),
    ];
    for (number, link) in (0..).zip(refuse) {
        let blobs = Blobs::open_with(&place.path().join(format!("blobs-{number}")), link).unwrap();
        let name = [number; 16];
        blobs.create_upload(&name, day()).unwrap();
        let mut uploaded = chunks::Uploaded::default();
        for bytes in [vec![number; 1 << 20], b"end".to_vec()] {
            let mut writer = blobs.begin_chunk(&name, 0, &uploaded).unwrap();
            writer.write_all(&bytes).unwrap();
            writer.finish(day()).unwrap();
            uploaded.push(crate::protocol::bytes::hash(&bytes).0, bytes.len() as u64);
        }
        // What a killed program left of an earlier try.
        fs::write(blobs.temporary_folder().join(format!("{}-0", hex(&name))), vec![1; 3 << 20]).unwrap();
        let kept = [(); 2].map(|()| blobs.keep_uploaded(&name, 0, &uploaded, day()).unwrap());
        let stored = read(&blobs, &kept[0].hash()).unwrap();
        assert!(stored.len() == (1 << 20) + 3 && stored.ends_with(b"end"));
        assert_eq!(crate::protocol::seal::chunked_hash(&stored), kept[1].hash());
        assert_eq!(blobs.load_upload(&name, 1, day()).unwrap(), [uploaded]);
        let found = fs::metadata(blobs.path(&kept[0].hash())).unwrap();
        assert_eq!((found.mtime(), found.mtime_nsec()), (day().unix_days() * 86_400, 0));
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
        blobs.remove_upload(&name, day()).unwrap();
        assert!(read(&blobs, &kept[0].hash()).is_some());
        assert_eq!(blobs.begin_collection().finish(&HashSet::new()).unwrap(), usize::from(number == 2));
        assert_eq!(temporary_files(&blobs), 0);
    }
}

#[test]
fn other_refusals_of_a_link_are_told() {
    let place = tempfile::tempdir().unwrap();
    let blobs = Blobs::open_with(&place.path().join("blobs"), |_, _| Err(rustix::io::Errno::IO.into())).unwrap();
    blobs.create_upload(&[1; 16], day()).unwrap();
    let mut writer = blobs.begin_chunk(&[1; 16], 0, &chunks::Uploaded::default()).unwrap();
    writer.write_all(b"x").unwrap();
    writer.finish(day()).unwrap();
    let mut uploaded = chunks::Uploaded::default();
    uploaded.push(crate::protocol::bytes::hash(b"x").0, 1);
    assert!(matches!(blobs.keep_uploaded(&[1; 16], 0, &uploaded, day()), Err(BlobError::Io(_))));
}
