//! Sealed files: what opens, and all that must not.

use std::io::{Read, Write};

use proptest::prelude::*;
use ring::rand::SystemRandom;

use super::*;
use crate::protocol::recipient::Identity;
use crate::secret::SecretText;

fn both() -> [Identity; 2] {
    let rng = SystemRandom::new();
    [Identity::generate_hybrid(&rng).unwrap(), Identity::generate_classic(&rng).unwrap()]
}

/// As the `age` crate writes it: with grease.
fn seal_with_age(to: &[&dyn age::Recipient], plaintext: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let encryptor = age::Encryptor::with_recipients(to.iter().copied()).unwrap();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap();
    file
}

fn refusal(identity: &Identity, file: &[u8]) -> SealError {
    open(identity, file).err().expect("must be refused")
}

#[test]
fn every_length_around_a_chunk_opens_here_and_in_the_age_crate() {
    let content: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[1]).collect();
    for identity in both() {
        for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let file = seal(&identity.recipient(), &content[..length]).unwrap();
            assert!(open(&identity, &file).unwrap().expose() == &content[..length], "{length}");
            assert!(age::decrypt(&identity, &file).unwrap() == content[..length], "{length}");
            let by_age = seal_with_age(&[&identity.recipient()], &content[..length]);
            assert!(open(&identity, &by_age).unwrap().expose() == &content[..length], "{length}");
        }
    }
}

#[test]
fn the_length_depends_on_the_content_alone() {
    for identity in both() {
        let throwaway = identity.recipient().throwaway_like(&SystemRandom::new()).unwrap();
        let length = seal(&identity.recipient(), &[0; 97]).unwrap().len();
        for _ in 0..4 {
            assert_eq!(seal(&throwaway, &[1; 97]).unwrap().len(), length);
        }
        assert_eq!(seal(&throwaway, &[1; 98]).unwrap().len(), length + 1);
    }
}

#[test]
fn any_flipped_byte_is_refused_and_any_cut() {
    for identity in both() {
        let file = seal(&identity.recipient(), b"content").unwrap();
        // The header's stanza is long and everywhere of one kind; its middle is sampled.
        for place in (0..file.len()).filter(|place| *place < 60 || *place > file.len() - 130 || place % 97 == 0) {
            for flip in [0x01, 0x80] {
                let mut changed = file.clone();
                changed[place] ^= flip;
                assert!(open(&identity, &changed).is_err(), "{place}");
            }
            assert!(open(&identity, &file[..place]).is_err(), "{place}");
        }
        assert!(matches!(refusal(&identity, &[&file[..], b"x"].concat()), SealError::Damaged));
    }
}

#[test]
fn each_refusal_says_what_it_is() {
    let [hybrid, classic] = both();
    let [other_hybrid, other_classic] = both();
    let file = seal(&hybrid.recipient(), b"content").unwrap();
    for wrong in [&classic, &other_hybrid, &other_classic] {
        assert!(matches!(refusal(wrong, &file), SealError::NotForThisIdentity));
    }
    for text in [&b""[..], b"hello", b"age-encryption.org/v1\n", &[b'-'; 10_000], &[b'\n'; 10_000]] {
        assert!(matches!(refusal(&hybrid, text), SealError::Malformed));
    }
    let mut changed = file;
    *changed.last_mut().unwrap() ^= 1;
    assert!(matches!(refusal(&hybrid, &changed), SealError::Damaged));

    let two = seal_with_age(&[&hybrid.recipient(), &other_hybrid.recipient()], b"content");
    assert!(matches!(refusal(&hybrid, &two), SealError::SeveralRecipients));
    let classics: [&dyn age::Recipient; 2] = [&classic.recipient(), &other_classic.recipient()];
    assert!(matches!(refusal(&classic, &seal_with_age(&classics, b"content")), SealError::SeveralRecipients));
    let mixed: [&dyn age::Recipient; 2] = [&hybrid.recipient(), &classic.recipient()];
    assert!(age::Encryptor::with_recipients(mixed.into_iter()).is_err());
}

/// Gives a header line that never ends, and counts what is taken of it.
struct Endless<'a>(&'a mut usize);

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let start = b"age-encryption.org/v1\n--- ";
        for byte in into.iter_mut() {
            *byte = start.get(*self.0).copied().unwrap_or(b'A');
            *self.0 += 1;
        }
        Ok(into.len())
    }
}

#[test]
fn a_header_without_end_is_let_go() {
    let [identity, _] = both();
    let mut taken = 0;
    assert!(matches!(Opener::new(&identity, Endless(&mut taken)).err(), Some(SealError::Malformed)));
    assert!(taken <= 16 * 1024, "{taken}");
}

/// Fails once it has taken so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_at_every_step() {
    let [identity, _] = both();
    assert!(matches!(Sealer::new(&identity.recipient(), Full(100)).err(), Some(SealError::Io(_))));
    let mut sealer = Sealer::new(&identity.recipient(), Full(5000)).unwrap();
    let error = sealer.write_all(&vec![0; 70_000]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    let mut sealer = Sealer::new(&identity.recipient(), Full(1700)).unwrap();
    sealer.write_all(&[0; 1000]).unwrap();
    assert!(matches!(sealer.finish().err(), Some(SealError::Io(_))));
}

#[test]
fn passphrase_files_open_with_their_passphrase_only() {
    let passphrase = SecretText::from("correct horse");
    let text = seal_with_passphrase(&passphrase, b"content", Some(4)).unwrap();
    assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    assert!(text.ends_with("-----END AGE ENCRYPTED FILE-----\n"));
    let again = seal_with_passphrase(&passphrase, b"content", Some(4)).unwrap();
    assert_ne!(text, again);
    assert_eq!(open_with_passphrase(&passphrase, &text).unwrap().expose(), b"content");
    let pasted = format!("\r\n \t{}\r\n\n", text.replace('\n', "\r\n"));
    assert_eq!(open_with_passphrase(&passphrase, &pasted).unwrap().expose(), b"content");

    let wrong = |passphrase: &str, text: &str| open_with_passphrase(&passphrase.into(), text).err().unwrap();
    assert!(matches!(wrong("correct horse ", &text), SealError::WrongPassphrase));
    assert!(matches!(wrong("", &text), SealError::WrongPassphrase));
    assert!(matches!(wrong("correct horse", &text[..200]), SealError::Malformed | SealError::Damaged));
    assert!(matches!(wrong("correct horse", "nothing"), SealError::Malformed));
    for log_n in [0, MAX_LOG_N + 1, 64] {
        let refused = seal_with_passphrase(&passphrase, b"content", Some(log_n));
        assert!(matches!(refused.err(), Some(SealError::TooMuchWork { .. })));
    }

    let [identity, _] = both();
    let file = seal(&identity.recipient(), b"content").unwrap();
    let mut armor = age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor).unwrap();
    armor.write_all(&file).unwrap();
    let text = String::from_utf8(armor.finish().unwrap()).unwrap();
    assert!(matches!(wrong("correct horse", &text), SealError::NoPassphrase));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_of_any_size_are_sealed_and_opened_alike(
        content in prop::collection::vec(any::<u8>(), 0..150_000),
        write in 1..100_000_usize,
        read in 1..100_000_usize,
    ) {
        for identity in both() {
            let mut sealer = Sealer::new(&identity.recipient(), Vec::new()).unwrap();
            content.chunks(write).for_each(|piece| sealer.write_all(piece).unwrap());
            let file = sealer.finish().unwrap();
            let mut opener = Opener::new(&identity, &file[..]).unwrap();
            let (mut opened, mut piece) = (Vec::new(), vec![0; read]);
            while let n @ 1.. = opener.read(&mut piece).unwrap() {
                opened.extend_from_slice(&piece[..n]);
            }
            prop_assert!(opened == content);
        }
    }

    #[test]
    fn a_changed_byte_is_refused(
        content in prop::collection::vec(any::<u8>(), 0..200_000),
        place in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        for identity in both() {
            let mut file = seal(&identity.recipient(), &content).unwrap();
            let place = place.index(file.len());
            file[place] ^= flip;
            prop_assert!(open(&identity, &file).is_err(), "{}", place);
        }
    }
}
