//! Hidden data taken out of pictures, held to the same files as the browser's side (`web/test/clean.test.ts`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use std::path::Path;

use amparo::clean::{Cleaning, Found, Kind, clean};
use amparo::protocol::bytes::hash;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    marker: String,
    files: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    file: String,
    result: String,
    #[serde(default)]
    found: Vec<String>,
    kind: Option<String>,
    sha256: Option<String>,
}

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)).unwrap()
}

fn vectors() -> Vectors {
    serde_json::from_slice(&read("files.json")).unwrap()
}

fn result(cleaning: &Cleaning) -> &'static str {
    match cleaning {
        Cleaning::Cleaned { .. } => "cleaned",
        Cleaning::Nothing => "nothing",
        Cleaning::Cannot(_) => "cannot",
        Cleaning::Damaged => "damaged",
    }
}

fn copy_of(file: &[u8], cleaning: &Cleaning) -> Option<Vec<u8>> {
    let Cleaning::Cleaned { pieces, .. } = cleaning else { return None };
    Some(pieces.iter().flat_map(|piece| piece.bytes(file).into_owned()).collect())
}

#[test]
fn every_file_comes_out_as_in_a_browser_and_holds_no_mark() {
    let Vectors { marker, files } = vectors();
    assert!(files.len() >= 15);
    for vector in files {
        let name = vector.file;
        let file = read(&format!("files/{name}"));
        let cleaning = clean(&file);
        assert_eq!(result(&cleaning), vector.result, "{name}");
        if let Cleaning::Cannot(kind) = cleaning {
            assert_eq!(Some(kind.as_str()), vector.kind.as_deref(), "{name}");
        }
        let Some(copy) = copy_of(&file, &cleaning) else { continue };
        let Cleaning::Cleaned { found, .. } = cleaning else { continue };
        assert_eq!(found.into_iter().map(Found::as_str).collect::<Vec<_>>(), vector.found, "{name}");
        assert_eq!(Some(hash(&copy).to_string()), vector.sha256, "{name}");
        let wide: Vec<u8> = marker.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for mark in [marker.as_bytes(), &wide] {
            assert!(!copy.windows(mark.len()).any(|window| window == mark), "{name} still holds a mark");
        }
        assert_eq!(clean(&copy), Cleaning::Nothing, "{name}");
    }
}

#[test]
fn a_kind_is_told_by_the_first_bytes() {
    let kinds: [(&[u8], Kind); 6] = [
        (b"%PDF-1.7 ...", Kind::Pdf),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Kind::Media),
        ("They asked for ten percent. \u{e9}\u{639}".as_bytes(), Kind::Text),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Kind::Other),
        (b"MM\0\x2b\0\x08", Kind::Image),
        (b"", Kind::Other),
    ];
    for (file, kind) in kinds {
        assert_eq!(clean(file), Cleaning::Cannot(kind), "{}", String::from_utf8_lossy(file));
    }
    let zip = |name: &str| [b"PK\x03\x04".as_slice(), &[0; 26], name.as_bytes()].concat();
    assert_eq!(clean(&zip("[Content_Types].xml")), Cleaning::Cannot(Kind::Office));
    assert_eq!(clean(&zip("photo.jpg")), Cleaning::Cannot(Kind::Archive));
}

#[test]
fn whatever_chance_makes_of_a_picture_is_answered_and_a_clean_copy_stays_clean() {
    let files: Vec<_> = vectors().files.iter().map(|vector| read(&format!("files/{}", vector.file))).collect();
    let mut state = 7_u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end.max(1)
    };
    let (mut cleaned, mut damaged) = (0, 0);
    for round in 0..8000 {
        let mut file = files[round % files.len()].clone();
        for _ in 0..=below(3) {
            let at = below(file.len());
            match below(4) {
                0 => drop(file.drain(at..(at + below(64)).min(file.len()))),
                1 => file[at] = u8::try_from(below(256)).unwrap(),
                _ => file[at] ^= 1 << below(8),
            }
        }
        let cleaning = clean(&file);
        damaged += usize::from(cleaning == Cleaning::Damaged);
        if let Some(copy) = copy_of(&file, &cleaning) {
            cleaned += 1;
            assert_eq!(clean(&copy), Cleaning::Nothing, "round {round}");
        }
    }
    assert!(cleaned > 1000 && damaged > 500, "{cleaned} cleaned, {damaged} damaged");
}
