//! Searching bytes for words in every form in which software is likely to keep them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use amparo::sms::text::gsm7;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::server::Place;

/// A word in one of its forms.
#[derive(Clone)]
pub struct Form {
    pub word: String,
    pub encoding: String,
    pub bytes: Vec<u8>,
}

/// All forms of `word`: UTF-8, UTF-16, base64 and septets at each place in a longer text, hex and percent.
pub fn forms(word: &str) -> Vec<Form> {
    let bytes = word.as_bytes();
    let hex: String = amparo::protocol::bytes::to_hex(bytes);
    let percent: String =
        bytes.iter().flat_map(|byte| ["%".to_owned(), amparo::protocol::bytes::to_hex(&[*byte])]).collect();
    let mut forms: Vec<(String, Vec<u8>)> = vec![
        ("UTF-8".into(), bytes.to_vec()),
        ("UTF-16LE".into(), word.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE".into(), word.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("hex".into(), hex.clone().into()),
        ("HEX".into(), hex.to_uppercase().into()),
        ("percent".into(), percent.clone().into()),
        ("PERCENT".into(), percent.to_uppercase().into()),
    ];
    for before in 0..3 {
        let text = [&b"\0\0"[..before], bytes].concat();
        // Letters that also hold bits of what stands before or after are left out.
        let sure = (before * 8).div_ceil(6)..text.len() * 8 / 6;
        forms.push((format!("base64 after {before}"), STANDARD_NO_PAD.encode(&text)[sure.clone()].into()));
        forms.push((format!("base64url after {before}"), URL_SAFE_NO_PAD.encode(&text)[sure].into()));
    }
    for before in 0..8 {
        let Some(septets) = gsm7::encode(&format!("{}{word}@", "a".repeat(before))) else { continue };
        let packed = gsm7::pack(&septets, 0);
        // Octets that also hold bits of what stands before or after are left out.
        let sure = (before * 7).div_ceil(8)..(septets.len() - 1) * 7 / 8;
        forms.push((format!("septets after {before}"), packed[sure].into()));
    }
    forms.into_iter().map(|(encoding, bytes)| Form { word: word.to_owned(), encoding, bytes }).collect()
}

/// What gives a token away: any three of its groups in a row, however they are joined. That is too much to come about
/// by chance.
pub fn groups_of(token: &str) -> Vec<String> {
    let groups: Vec<_> = (0..6).map(|group| &token[4 * group..4 * group + 4]).collect();
    ["", " ", "-", "+", "."].iter().flat_map(|joint| groups.windows(3).map(|groups| groups.join(joint))).collect()
}

/// Further forms of the 15 digits of a telephone number: two in an octet, in the order of the short message service
/// (3GPP TS 23.040, 9.1.2.3) and in the other one.
pub fn octets_of_digits(number: &str) -> Vec<Form> {
    assert_eq!(number.len(), 15, "fewer come about by chance");
    let digits: Vec<u8> = number.bytes().map(|digit| digit - b'0').collect();
    let pairs = [&digits[..14], &digits[1..]];
    let forms = pairs.iter().flat_map(|digits| {
        let octets = |high: usize| digits.chunks(2).map(|pair| pair[high] << 4 | pair[1 - high]).collect();
        [("swapped digits", octets(1)), ("packed digits", octets(0))]
    });
    forms.map(|(encoding, bytes)| Form { word: number.to_owned(), encoding: encoding.to_owned(), bytes }).collect()
}

/// Forms to search for, sorted by their first four bytes.
pub struct Search {
    forms: Vec<Form>,
    by_start: HashMap<[u8; 4], Vec<usize>>,
    starts: Vec<bool>,
}

impl Search {
    /// A search for all forms of `words`.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(words.into_iter().flat_map(forms).collect())
    }

    /// A search for these.
    pub fn of(forms: Vec<Form>) -> Self {
        let mut by_start: HashMap<_, Vec<_>> = HashMap::new();
        let mut starts = vec![false; 1 << 16];
        for (at, form) in forms.iter().enumerate() {
            let start = *form.bytes.first_chunk::<4>().expect("a form has at least four bytes");
            by_start.entry(start).or_default().push(at);
            starts[usize::from(u16::from_be_bytes([start[0], start[1]]))] = true;
        }
        Self { forms, by_start, starts }
    }

    /// What is found in `bytes`.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<&Form> {
        self.places_in(bytes).into_iter().map(|(_, form)| form).collect()
    }

    /// The same, with where it begins.
    pub fn places_in(&self, bytes: &[u8]) -> Vec<(usize, &Form)> {
        let mut found = Vec::new();
        for (at, start) in bytes.windows(4).enumerate() {
            if self.starts[usize::from(u16::from_be_bytes([start[0], start[1]]))] {
                let candidates = self.by_start.get(start).into_iter().flatten().map(|form| &self.forms[*form]);
                let there = candidates.filter(|form| bytes[at..].starts_with(&form.bytes));
                found.extend(there.map(|form| (at, form)));
            }
        }
        found
    }

    /// Where something is found in the names and contents of everything under `folder`; and how many bytes were read.
    pub fn under(&self, folder: &Path) -> (Vec<String>, u64) {
        let (mut found, mut read) = (Vec::new(), 0);
        for path in super::server::everything_under(folder) {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            let content = if path.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
            read += content.len() as u64;
            for form in self.in_bytes(&[name.as_bytes(), b"\n", &content].concat()) {
                found.push(format!("{} in {} in {name}", form.word, form.encoding));
            }
        }
        (found, read)
    }

    /// What is found in all that a server writes: its data, what it says, its temporary files, its home.
    pub fn on_the_server(&self, place: &Place) -> Vec<String> {
        ["data", "said", "tmp", "home"].iter().flat_map(|folder| self.under(&place.path(folder)).0).collect()
    }

    pub fn forms(&self) -> &[Form] {
        &self.forms
    }
}
