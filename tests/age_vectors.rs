//! The public test vectors of the age format (npm package `cctv-age`), good and bad, against our identities, the
//! `age` crate that they are plugged into, and our own reader of files with one recipient.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod interop;

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::Path;

use age::{DecryptError, Decryptor, armor::ArmoredReader, scrypt, secrecy::SecretString};
use amparo::protocol::recipient::Identity;
use amparo::protocol::seal::{self, SealError};
use amparo::secret::Secret;
use base64::Engine as _;
use interop::Counts;

/// One vector: what a reader must find in `file`.
struct Vector {
    name: String,
    expect: String,
    payload: Option<String>,
    identities: Vec<Identity>,
    passphrase: Option<String>,
    armored: bool,
    file: Vec<u8>,
}

/// The package is a script with one line `var NAME_default = __toBinary("BASE64");` for each vector.
fn vectors() -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/node_modules/cctv-age/index.js");
    let script = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} is missing ({error}); run make test, which installs it", path.display()));
    script
        .lines()
        .filter_map(|line| line.strip_prefix("var ")?.strip_suffix("\");")?.split_once("_default = __toBinary(\""))
        .map(|(name, base64)| parse(name, &base64::prelude::BASE64_STANDARD.decode(base64).unwrap()))
        .collect()
}

fn parse(name: &str, vector: &[u8]) -> Vector {
    let end = vector.windows(2).position(|two| two == b"\n\n").unwrap();
    let head = std::str::from_utf8(&vector[..end]).unwrap();
    let mut file = vector[end + 2..].to_vec();
    let all = |key: &str| -> Vec<String> {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(found, _)| *found == key)
            .map(|(_, value)| value.to_owned())
            .collect()
    };
    if let [method] = all("compressed").as_slice() {
        assert_eq!(method, "zlib", "{name}");
        file = miniz_oxide::inflate::decompress_to_vec_zlib(&file).unwrap();
    }
    Vector {
        name: name.to_owned(),
        expect: all("expect").remove(0),
        payload: all("payload").pop(),
        identities: all("identity").iter().map(|text| Identity::parse(text).unwrap()).collect(),
        passphrase: all("passphrase").pop(),
        armored: !all("armored").is_empty(),
        file,
    }
}

fn sha256(bytes: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
    hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// Decrypts as any user of the `age` crate would. Gives the outcome in the vectors' words, and what was read.
fn decrypt(vector: &Vector) -> (&'static str, Vec<u8>) {
    let start = |file: Vec<u8>| -> Result<Box<dyn Read>, DecryptError> {
        let passphrase = vector.passphrase.clone().map(|passphrase| {
            let mut identity = scrypt::Identity::new(SecretString::from(passphrase));
            identity.set_max_work_factor(seal::MAX_LOG_N);
            identity
        });
        let identities = vector.identities.iter().map(|identity| identity as &dyn age::Identity);
        let all = identities.chain(passphrase.iter().map(|identity| identity as &dyn age::Identity));
        if vector.armored {
            // The crate takes no space before armour; `open_with_passphrase` strips it likewise.
            let armor = file.trim_ascii_start().to_vec();
            Ok(Box::new(Decryptor::new(ArmoredReader::new(io::Cursor::new(armor)))?.decrypt(all)?))
        } else {
            Ok(Box::new(Decryptor::new(io::Cursor::new(file))?.decrypt(all)?))
        }
    };
    let mut payload = Vec::new();
    let outcome = match start(vector.file.clone()).map(|mut content| content.read_to_end(&mut payload)) {
        Ok(Ok(_)) => "success",
        Ok(Err(_)) => "payload failure",
        Err(DecryptError::InvalidMac) => "HMAC failure",
        // For scrypt, the crate tells a wrong passphrase by a failed decryption.
        Err(DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed) => "no match",
        Err(_) => "header failure",
    };
    (outcome, payload)
}

/// The crate still reads the form that early versions wrote: a stanza without the short line at its end.
const LEGACY: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

/// Some failures have two names: where a reader of armour stops depends on how far it reads ahead.
fn same(vector: &Vector, outcome: &str) -> bool {
    let armor = vector.armored && vector.expect == "armor failure";
    let legacy = LEGACY.contains(&vector.name.as_str()) && outcome == "success";
    outcome == vector.expect || legacy || armor && matches!(outcome, "header failure" | "payload failure")
}

/// Stanzas in a header, those of grease apart.
fn stanzas(file: &[u8]) -> usize {
    let lines = file.split(|byte| *byte == b'\n').take_while(|line| !line.starts_with(b"---"));
    lines.filter(|line| line.starts_with(b"-> ") && !line.starts_with(b"-> grease")).count()
}

/// Whether our own reader opens it. It must say the same, except that it refuses more than one recipient, and armour.
fn check_own_reader(vector: &Vector) -> bool {
    // What is broken whoever opens it comes without an identity.
    let nobody = [Identity::hybrid_from_seed(&Secret::from_slice(&[0; 32]).unwrap())];
    let identities = if vector.identities.is_empty() { &nobody[..] } else { &vector.identities };
    let tried = identities.iter().map(|identity| seal::open(identity, &vector.file));
    match tried.reduce(Result::or).unwrap() {
        Ok(content) => {
            assert_eq!(vector.expect, "success", "{}", vector.name);
            assert_eq!(Some(sha256(content.expose())), vector.payload, "{}", vector.name);
            true
        }
        Err(error) => {
            let several = stanzas(&vector.file) > 1 && matches!(error, SealError::SeveralRecipients);
            assert!(vector.expect != "success" || vector.armored || several, "{}: {error}", vector.name);
            false
        }
    }
}

#[test]
fn every_public_vector_is_read_as_it_says() {
    let (mut crate_counts, mut own_counts, mut opened) = (Counts::default(), Counts::default(), 0);
    for vector in vectors() {
        let (outcome, payload) = decrypt(&vector);
        assert!(same(&vector, outcome), "{}: expected {}, found {outcome}", vector.name, vector.expect);
        if let Some(expected) = &vector.payload {
            assert_eq!(sha256(&payload), *expected, "{}", vector.name);
        }
        let kind = vector.name.split('_').next().unwrap();
        crate_counts.pass(kind);
        if vector.passphrase.is_some() && vector.identities.is_empty() {
            own_counts.skip(kind, "with a passphrase, for key files, which the age crate reads");
        } else {
            opened += usize::from(check_own_reader(&vector));
            own_counts.pass(kind);
        }
    }
    crate_counts.print("age", "Rust with the age crate");
    own_counts.print("age", "Rust");
    println!("{opened} opened by our own reader");
    assert!(crate_counts.passed() >= 143 && own_counts.passed() >= 100 && opened >= 12, "vectors are missing");
}
