//! Every language says the same things: same ids, same values; and no text is unused.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use amparo::locale::{Language, Value};

/// The values each text of a Fluent file takes, by id. Reads only what our files use: an id at the start of a line,
/// and `$name` for a value.
fn texts(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = BTreeMap::new();
    let mut id = String::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let mut rest = line;
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            let (name, value) = line.split_once(" =").expect("a text begins with `id =`");
            name.clone_into(&mut id);
            rest = value;
            assert!(texts.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice");
        }
        for after in rest.split('$').skip(1) {
            let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
            texts.get_mut(&id).expect("a value stands in a text").insert(name);
        }
    }
    texts
}

fn files() -> Vec<(Language, String, BTreeMap<String, BTreeSet<String>>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let mut files = Vec::new();
    for language in Language::all() {
        for entry in fs::read_dir(folder.join(language.tag())).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((language, name, texts(&fs::read_to_string(&path).unwrap())));
        }
    }
    files
}

/// All text of a folder's files with this ending.
fn sources(folder: &Path, ending: &str, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, ending, into);
        } else if path.extension().is_some_and(|found| found == ending) {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_language_has_the_same_ids_with_the_same_values() {
    let files = files();
    assert!(files.iter().any(|(_, _, texts)| texts.len() > 100), "the files were not read");
    for (language, name, texts) in &files {
        let (_, _, model) = files.iter().find(|(_, other, _)| other == name).unwrap();
        for (id, values) in model {
            assert_eq!(texts.get(id), Some(values), "{} {name}: {id}", language.tag());
        }
        assert_eq!(texts.len(), model.len(), "{} {name} has a text that no other language has", language.tag());
        let folders = files.iter().filter(|(_, other, _)| other == name).count();
        assert_eq!(folders, Language::all().count(), "{name} is missing in a language");
    }
}

#[test]
fn every_folder_is_a_language_and_every_text_formats() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    for entry in fs::read_dir(folder).unwrap() {
        let tag = entry.unwrap().file_name().into_string().unwrap();
        assert!(Language::from_tag(&tag).is_some(), "locales/{tag} is not compiled in");
    }
    for (language, _, texts) in files() {
        for (id, values) in texts {
            // 0 to 12 and 100 reach every plural form of every language here; a missing value would panic.
            for number in (0..=12).chain([100]) {
                let values: Vec<_> = values.iter().map(|name| (name.as_str(), Value::Number(number))).collect();
                let text = language.locale().text_with(&id, &values);
                assert!(!text.trim().is_empty() && !text.contains("{ "), "{} {id}: {text}", language.tag());
            }
        }
    }
}

#[test]
fn no_text_is_unused_and_none_that_is_used_is_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = String::new();
    sources(&root.join("src"), "rs", &mut used);
    sources(&root.join("web/templates"), "html", &mut used);
    let mut known = BTreeSet::new();
    for (_, name, texts) in files() {
        for id in texts.into_keys() {
            assert!(used.contains(&format!("\"{id}\"")), "{name}: {id} is not used");
            known.insert(id);
        }
    }
    for call in ["page.text(\"", "page.text_with(\"", "locale.text(\"", "locale.text_with(\""] {
        for after in used.split(call).skip(1) {
            let id = after.split('"').next().unwrap();
            assert!(known.contains(id), "{id} is used and stands in no file");
        }
    }
}
