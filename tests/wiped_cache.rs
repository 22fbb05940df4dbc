//! `amparo desk --wipe`: removes a machine's copy of the cases, unless a desk uses it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::demo::{Demo, MemberDesk};

fn wipe(demo: &Demo) -> Output {
    let config = Path::new(&demo.ready.desks).join("investigator.toml");
    Command::new(env!("CARGO_BIN_EXE_amparo")).args(["desk", "--wipe", "--config"]).arg(config).output().unwrap()
}

/// Files of copies below `folder`, but for those of the demonstration's own desk.
fn copies(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != "desk");
    entries
        .map(|entry| {
            let is_copy = entry.file_name().to_string_lossy().starts_with("cache.");
            usize::from(is_copy) + if entry.path().is_dir() { copies(&entry.path()) } else { 0 }
        })
        .sum()
}

#[test]
fn the_copy_is_removed_and_never_under_a_desk_that_uses_it() {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start_with(&place.path().join("demo"), &["--cases", "5"]);
    let copies = || copies(place.path());
    assert_eq!(copies(), 0);
    let desk = MemberDesk::start(&demo, "investigator");
    assert!(copies() > 0, "a desk keeps a copy");
    let refused = wipe(&demo);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && told.contains("another desk uses the cache"), "{told}");
    assert!(copies() > 0);
    drop(desk);
    let done = wipe(&demo);
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && told.contains("holds no copy of the cases any more"), "{told}");
    assert_eq!(copies(), 0);
    assert!(wipe(&demo).status.success(), "nothing to remove is no error");
}
