//! Holds the architecture: the arrows in docs/architecture.md, the length of files, the numbers of migrations.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::rust_paths::{self, Source};

/// Files that draw randomness themselves, because age does so and its traits hand no generator on.
const AS_AGE_DOES: [&str; 2] = ["protocol/recipient/hybrid.rs", "protocol/seal/sealer.rs"];

/// What each folder may use, from the table under "Arrows".
struct Arrows(BTreeMap<String, Vec<String>>);

impl Arrows {
    fn read(document: &str) -> Self {
        let section = document.split("\n## ").find(|part| part.starts_with("Arrows\n")).expect("a section Arrows");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
        Self(rows.map(|(from, to)| (from.into(), to.split(", ").map(str::to_owned).collect())).collect())
    }

    /// Whether `from` may use the item at `path`, given without `crate::`.
    fn allow(&self, from: &str, path: &str) -> bool {
        let within = |part: &str| path == part || path.strip_prefix(part).is_some_and(|rest| rest.starts_with("::"));
        let listed = |row: &Vec<String>| row.iter().any(|part| part == "everything" || within(part));
        within(from) || self.0.get(from).is_some_and(listed)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn arrows() -> Arrows {
    Arrows::read(&fs::read_to_string(root().join("docs/architecture.md")).unwrap())
}

/// Every Rust file under src/ but lib.rs, whose use of everything is its purpose.
fn sources() -> Vec<Source> {
    let mut folders = vec![root().join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("src/lib.rs") {
                found.push(Source::read(&root().join("src"), &path));
            }
        }
    }
    assert!(found.len() > 3, "src/ was not found");
    found
}

fn forbidden(arrows: &Arrows, source: &Source) -> Vec<String> {
    let from = source.module.first().expect("a file in src/ has a name").clone();
    let paths = rust_paths::within_crate(source).into_iter().filter(|path| !arrows.allow(&from, path));
    paths.map(|path| format!("{}: {from} must not use {path}", source.file.display())).collect()
}

#[test]
fn every_arrow_is_in_the_table() {
    let arrows = arrows();
    let found: Vec<String> = sources().iter().flat_map(|source| forbidden(&arrows, source)).collect();
    assert!(found.is_empty(), "not in docs/architecture.md:\n{}", found.join("\n"));
}

#[test]
fn every_folder_has_its_row_and_every_row_names_folders() {
    let arrows = arrows();
    for source in sources() {
        assert!(arrows.0.contains_key(&source.module[0]), "{} has no row", source.file.display());
    }
    for (from, row) in &arrows.0 {
        for part in row.iter().filter(|part| !["everything", "nothing"].contains(&part.as_str())) {
            assert!(arrows.0.contains_key(part.split("::").next().unwrap()), "{from} may use {part}, which has no row");
        }
        assert!(!row.contains(&"nothing".to_owned()) || row.len() == 1, "{from}");
    }
    assert!(arrows.0.len() >= 16, "the table was not read: {:?}", arrows.0.keys());
}

#[test]
fn forbidden_arrows_are_found_however_they_are_written() {
    let arrows = arrows();
    for (file, text, found) in [
        ("desk/session.rs", "use crate::store::Store;", 1),
        ("desk/session.rs", "use crate::{config::Config, intake::{submit, answer}, protocol::*};", 2),
        ("desk/session.rs", "fn f() { crate::blobs::open(\"x\") }", 1),
        ("desk/mod.rs", "use super::store::Store;", 1),
        ("desk/a/b.rs", "use super::super::super::store;", 1),
        ("desk/a/b.rs", "use super::super::store;", 0),
        ("desk/session.rs", "use super::store; use self::intake::x;", 0),
        ("desk/session.rs", "mod tests { use super::super::super::http::x; }", 1),
        ("desk/session.rs", "mod tests { use super::super::http::x; }", 0),
        ("protocol/seal.rs", "#[cfg(test)] mod tests { use crate::config::Config; }", 1),
        ("protocol/seal.rs", "pub(crate) fn f(x: r#crate::log::Level) {}", 1),
        ("intake/submit.rs", "use crate::config::limits::Limits; use crate::config::{limits, Config};", 1),
        (
            "store/mod.rs",
            "// crate::http::x\n/* crate::http /* crate::sms */ */ const A: &str = \"crate::http\\\" crate::sms\";",
            0,
        ),
        ("store/mod.rs", "const A: &str = r#\"crate::http\" crate::sms\"#; const B: char = '\"'; use crate::http;", 1),
        ("store/mod.rs", "fn f<'a>(x: &'a str) -> crate::mail::X<'a> { b'\\'' }", 1),
        ("main.rs", "fn main() { amparo::cli::main() } use amparo::http;", 1),
        ("clock.rs", "use super::*;", 1),
        ("clock.rs", "#[cfg(test)] mod tests { use super::*; }", 0),
    ] {
        let source = Source::new(file, text);
        assert_eq!(forbidden(&arrows, &source).len(), found, "{file}: {text}: {:?}", forbidden(&arrows, &source));
    }
}

#[test]
fn randomness_is_a_parameter_below_the_command_line() {
    for source in sources() {
        let shipped = rust_paths::shipped_code(&source);
        let reaches = ["SystemRandom::new", "OsRng", "thread_rng"].into_iter().find(|name| shipped.contains(name));
        let may = ["cli", "main"].contains(&source.module[0].as_str())
            || AS_AGE_DOES.iter().any(|file| source.file.ends_with(file));
        assert!(may || reaches.is_none(), "{} reaches for {reaches:?}; take a SecureRandom", source.file.display());
    }
}

#[test]
fn no_file_is_longer_than_600_lines() {
    for source in sources() {
        let lines = source.text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines; it holds two things", source.file.display());
    }
}

/// What is wrong with the numbers that begin these file names, `0001_name.sql` and on.
fn misnumbered(names: &[String]) -> Option<String> {
    let mut numbers: Vec<(u32, &str)> = Vec::new();
    for name in names {
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(number) => numbers.push((number, name)),
            Err(_) => return Some(format!("{name} begins with no number")),
        }
    }
    numbers.sort_unstable();
    let wrong = (1..).zip(&numbers).find(|(expected, (number, _))| expected != number);
    wrong.map(|(expected, (_, name))| format!("{name} stands where {expected} should"))
}

#[test]
fn migrations_are_numbered_from_one_without_gaps() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(misnumbered(&names(&["0002_b.sql", "0001_a.sql"])), None);
    assert!(misnumbered(&names(&["0001_a.sql", "0003_c.sql"])).is_some());
    assert!(misnumbered(&names(&["0001_a.sql", "0001_b.sql"])).is_some());
    assert!(misnumbered(&names(&["a.sql"])).is_some());

    let mut by_engine: Vec<(PathBuf, Vec<String>)> = Vec::new();
    for engine in fs::read_dir(root().join("migrations")).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        let mut files: Vec<String> = fs::read_dir(&engine)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Path::new(name).extension().is_some_and(|e| e == "sql"))
            .collect();
        files.sort();
        assert_eq!(misnumbered(&files), None, "{}", engine.display());
        by_engine.push((engine, files));
    }
    for (engine, files) in by_engine.iter().skip(1) {
        assert_eq!(files, &by_engine[0].1, "{} and {} differ", engine.display(), by_engine[0].0.display());
    }
}
