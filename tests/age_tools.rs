//! Other people's programs for the same format: Debian's `age` (X25519 and passphrases), and the npm package
//! `age-encryption` (hybrid too). What they seal opens here in both implementations, and what is sealed here opens there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod interop;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use amparo::protocol::bytes::{Hash, hash};
use amparo::protocol::recipient::Identity;
use amparo::protocol::seal::{self, SealError, chunked_hash};
use amparo::secret::SecretText;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use interop::script;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

/// Around the ends of age's chunks of 64 KiB.
const LENGTHS: [usize; 8] = [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073];

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

/// A folder with files of keys and content for the program.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn identity(&self, identity: &Identity) -> PathBuf {
        self.write("identity", identity.to_secret_text().expose().as_bytes())
    }
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.unwrap_or_else(|error| {
        panic!("{command:?} cannot be started ({error}); run make test, which installs Debian's packages")
    });
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that ends early reads no more, which its exit code tells better.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn age(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let output = run(Command::new("age").args(arguments), input);
    assert!(output.status.success(), "age {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// `age` asks for a passphrase at a terminal only, so it gets one.
fn age_with_passphrase(arguments: &str, typed: &str) {
    let output = run(Command::new("script").args(["-qec", &format!("age {arguments}"), "/dev/null"]), typed.as_bytes());
    assert!(output.status.success(), "age {arguments}: {}", String::from_utf8_lossy(&output.stdout));
}

fn classic() -> Identity {
    Identity::generate_classic(&SystemRandom::new()).unwrap()
}

fn str_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A file for the second implementation, with the hash of its content or the word with which it is refused.
fn case(identity: &Identity, file: &[u8], outcome: Result<&[u8], &str>) -> Value {
    json!({
        "identity": identity.to_secret_text().expose(), "file": BASE64_STANDARD.encode(file),
        "content": outcome.ok().map(hash), "refused": outcome.err(),
    })
}

#[test]
fn what_debians_age_seals_opens_on_both_sides() {
    let (identity, other) = (classic(), classic());
    let recipient = identity.recipient().to_string();
    let mut cases = Vec::new();
    for length in LENGTHS {
        let content = content(length);
        let file = age(&["-r", &recipient], &content);
        assert!(seal::open(&identity, &file).unwrap().expose() == content, "{length}");
        cases.push(case(&identity, &file, Ok(&content)));
        let cut = &file[..file.len() - 1];
        assert!(matches!(seal::open(&identity, cut), Err(SealError::Damaged)), "{length}");
        cases.push(case(&identity, cut, Err("seal-damaged")));
    }
    let mut refused = |file: &[u8], code, is_right: fn(&SealError) -> bool| {
        let error = seal::open(&identity, file).err().unwrap();
        assert!(is_right(&error), "{error}");
        cases.push(case(&identity, file, Err(code)));
    };
    let several = age(&["-r", &recipient, "-r", &other.recipient().to_string()], b"content");
    refused(&several, "seal-several-recipients", |error| matches!(error, SealError::SeveralRecipients));
    let armoured = age(&["-a", "-r", &recipient], b"content");
    refused(&armoured, "seal-malformed", |error| matches!(error, SealError::Malformed));
    let foreign = age(&["-r", &other.recipient().to_string()], b"content");
    refused(&foreign, "seal-not-for-this-identity", |error| matches!(error, SealError::NotForThisIdentity));
    let said = script("open", &cases);
    assert!(said.contains(&format!("{} files read as they should be", cases.len())), "{said}");
}

#[test]
fn debians_age_opens_what_both_sides_seal() {
    let (folder, identity) = (Folder::new(), classic());
    let opened = |identity: &Identity, file: &[u8]| age(&["-d", "-i", str_of(&folder.identity(identity))], file);
    for length in LENGTHS {
        let content = content(length);
        assert!(opened(&identity, &seal::seal(&identity.recipient(), &content).unwrap()) == content, "{length}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/from_typescript/sealed.json");
    let vectors: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let (mut opened_files, binding) = (0, 65);
    let files = ["texts", "files", "keys"]
        .into_iter()
        .flat_map(|kind| vectors[kind].as_array().unwrap().iter().map(move |one| (kind, one)));
    for (kind, one) in files.filter(|(_, one)| one["recipient"] == "classic") {
        let scalar = one["secret"].as_str().unwrap();
        let file = BASE64_STANDARD.decode(one["file"].as_str().unwrap()).unwrap();
        let identity = interop::classic_of(&amparo::protocol::bytes::from_hex::<32>(scalar).unwrap());
        let content = opened(&identity, &file);
        if let Some(commitment) = one["commitment"].as_str() {
            let bound = &content[binding..];
            let made = if kind == "files" { Hash(chunked_hash(bound)) } else { hash(bound) };
            assert_eq!(made.to_string(), commitment);
        }
        assert!(content == seal::open(&identity, &file).unwrap().expose());
        opened_files += 1;
    }
    assert_eq!(opened_files, 7);
}

/// At the cost that both programs choose, 2¹⁸.
#[test]
fn a_key_file_is_one_of_debians_age() {
    let (folder, passphrase) = (Folder::new(), SecretText::from("correct horse"));
    let secret = b"AGE-SECRET-KEY-of-somebody\n";
    let plain = folder.write("plain", secret);
    let (sealed, opened) = (folder.path("sealed"), folder.path("opened"));
    age_with_passphrase(&format!("-p -a -o {} {}", str_of(&sealed), str_of(&plain)), "correct horse\ncorrect horse\n");
    let text = fs::read_to_string(&sealed).unwrap();
    assert_eq!(seal::open_with_passphrase(&passphrase, &text).unwrap().expose(), secret);
    let wrong = seal::open_with_passphrase(&SecretText::from("correct hors"), &text);
    assert!(matches!(wrong.err(), Some(SealError::WrongPassphrase)));

    let ours = seal::seal_with_passphrase(&passphrase, secret, None).unwrap();
    let ours = folder.write("ours", ours.as_bytes());
    age_with_passphrase(&format!("-d -o {} {}", str_of(&opened), str_of(&ours)), "correct horse\n");
    assert_eq!(fs::read(&opened).unwrap(), secret);

    let to_a_key = age(&["-a", "-r", &classic().recipient().to_string()], secret);
    let refused = seal::open_with_passphrase(&passphrase, std::str::from_utf8(&to_a_key).unwrap());
    assert!(matches!(refused.err(), Some(SealError::NoPassphrase)));
}

#[test]
fn the_npm_package_and_rust_open_each_others_files() {
    let folder = Folder::new();
    let identities = [Identity::generate_hybrid(&SystemRandom::new()).unwrap(), classic()];
    let answers = folder.path("answers.json");
    let cases = identities.iter().flat_map(|identity| {
        LENGTHS.map(|length| {
            let file = seal::seal(&identity.recipient(), &content(length)).unwrap();
            json!({
                "identity": identity.to_secret_text().expose(), "recipient": identity.recipient(),
                "file": BASE64_STANDARD.encode(file), "content": BASE64_STANDARD.encode(content(length)),
            })
        })
    });
    let cases: Vec<Value> = cases.collect();
    let said = script("ageEncryption", &json!({"answers": str_of(&answers), "cases": cases}));
    assert!(said.contains(&format!("{} files opened by age-encryption", cases.len())), "{said}");
    let answers: Vec<String> = serde_json::from_slice(&fs::read(&answers).unwrap()).unwrap();
    assert_eq!(answers.len(), cases.len());
    for (file, case) in answers.iter().zip(&cases) {
        let identity = Identity::parse(case["identity"].as_str().unwrap()).unwrap();
        let opened = seal::open(&identity, &BASE64_STANDARD.decode(file).unwrap()).unwrap();
        assert!(BASE64_STANDARD.encode(opened.expose()) == case["content"].as_str().unwrap());
    }
}
