//! A file of 1 GiB, from the file chooser of a real browser through a real server to the desk: it arrives as it was, in
//! constant memory on both sides.
//!
//! **Memory of the page** is what Linux counts as proportional set size of the process that runs the page, its worker
//! included: what it shares with other processes of the browser, such as the browser's own code, counts in part. Its
//! highest value while the file is sealed and sent, read five times a second, must be less than 200 MB, all of it, and
//! not only what is added to a page at rest. A browser keeps chunks on their way in processes of its own as well; their
//! growth is bounded more loosely, because when they are given back is the browser's affair.
//!
//! **Memory of the server** is its resident set: the highest value must be within a few MiB of what it was before.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::time::Duration;

use common::browser::Browser;
use common::desk::Desk;
use common::server::Place;
use ring::digest::{Context, SHA256};
use serde_json::json;

const MIB: u64 = 1 << 20;
const SIZE: u64 = 1 << 30;

/// What the page may take, in bytes.
const PAGE: u64 = 200_000_000;
/// By how much the browser may grow, all its processes together.
const BROWSER: u64 = 700 * MIB;
/// By how much the server may grow.
const SERVER: u64 = 16 * MIB;

/// Hashes what is written to it.
struct Hashing(Context);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a file in which no two pieces of 1 MiB are alike, and gives its SHA-256.
fn write_file(path: &Path, size: u64) -> Vec<u8> {
    let mut piece: Vec<u8> = (0..MIB).map(|place| u8::try_from(place * place % 251).unwrap()).collect();
    let (mut file, mut hashing) = (BufWriter::new(File::create(path).unwrap()), Hashing(Context::new(&SHA256)));
    for number in 0..size / MIB {
        piece[..8].copy_from_slice(&number.to_be_bytes());
        file.write_all(&piece).unwrap();
        hashing.write_all(&piece).unwrap();
    }
    file.flush().unwrap();
    hashing.0.finish().as_ref().to_vec()
}

#[test]
fn heavy_a_file_of_a_gibibyte_comes_through_in_constant_memory() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("recording.bin");
    let hash = write_file(&path, SIZE);
    let place = Place::new(
        "file_bytes = \"1 GiB\"\nsubmission_bytes = \"2 GiB\"\nspare_disk_bytes = \"1 B\"\ncalm_submissions = 60000",
    );
    let server = place.start();
    let mut desk = Desk::new(server.member, &place.authority, 0);
    assert_eq!(desk.cases().cases.len(), 0);

    let before = server.peak_memory();
    let args =
        json!({ "reporter": format!("http://{}/", server.reporter), "words": "It was said aloud.", "files": [path] });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/browser/files.mjs");
    let seen = Browser::find().patient(Duration::from_mins(20)).run_file(&script, &args);
    let grown = server.peak_memory() - before;
    println!("{seen}; the server grew by {} KiB", grown / 1024);
    assert_eq!(seen["errors"], json!([]));
    let bytes = |when: &str, what: &str| seen[when][what].as_u64().unwrap();
    assert!(bytes("peak", "page") < PAGE, "{seen}");
    assert!(bytes("peak", "all") - bytes("before", "all") < BROWSER, "{seen}");
    assert!(grown < SERVER, "the server grew by {grown} bytes");

    let [listed] = &desk.cases().cases[..] else { panic!("there is not one case") };
    let case = desk.open(&listed.id);
    let [file] = case.attachments().collect::<Vec<_>>()[..] else { panic!("there is not one file") };
    assert_eq!((file.name.as_str(), file.size), ("recording.bin", SIZE));
    let mut opened = Hashing(Context::new(&SHA256));
    let stored = format!("/v1/cases/{}/blobs/{}", listed.id, file.hash);
    // Padding follows the content, so what is beyond its length is cut off, as at the desk.
    let length = case
        .open_attachment(
            &file.hash,
            || Ok(Box::new(desk.stream(&stored)) as Box<dyn Read>),
            &mut Content { left: SIZE, inner: &mut opened },
        )
        .unwrap();
    assert_eq!(length, SIZE);
    assert_eq!(opened.0.finish().as_ref(), hash);
    assert!(server.peak_memory() - before < SERVER, "the server grew while the desk read");
}

/// Hands on the first `left` bytes.
struct Content<'a> {
    left: u64,
    inner: &'a mut Hashing,
}

impl Write for Content<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let kept = bytes.len().min(usize::try_from(self.left).unwrap());
        self.inner.write_all(&bytes[..kept])?;
        self.left -= kept as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
