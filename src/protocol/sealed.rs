//! What stands inside a sealed file: a binding to its place, then the padded content.
//!
//! Every plaintext begins with `card hash ‖ kind ‖ author's verifying key`, and opening it anywhere else fails, so a
//! server cannot move a sealed piece to another case, pass a note off as an answer, or lend one author's words to
//! another. A random salt follows the binding; the hash of all that follows the binding (salt and padded content), the
//! *commitment*, is signed in the header, so that authorship can be shown later without opening anything else. A file's
//! is the chunked hash, because a browser hashes only whole chunks fast.

use std::io::{self, Read, Write};

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::bytes::{Hash, Malformed, hash};
use super::content::UnsoundEntry;
use super::padding::{self, TextTooLong};
use super::recipient::{Identity, Recipient};
use super::seal::{self, ChunkedHash, SealError};
use super::sign::VerifyingKey;
use crate::secret::{NoRandomness, Secret, SecretBytes, random_bytes};

/// What a sealed piece is. The numbers are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The reporter's first words.
    Report = 1,
    /// What the reporter adds.
    Message = 2,
    /// A file of the reporter.
    Attachment = 3,
    /// What the authority says to the reporter.
    Answer = 4,
    /// What members say among themselves.
    Desk = 5,
    /// Who a confidential reporter is.
    Identity = 6,
    /// A new desk key.
    Rekey = 7,
    /// The reporter withdraws.
    Forget = 8,
    /// The reporter goes on under another token.
    Move = 9,
    /// The case key, for one member.
    CaseGrant = 16,
    /// A desk key, for one member.
    DeskGrant = 17,
    /// A share of the identity key, for one custodian.
    Share = 18,
}

impl Kind {
    /// The kind of that number.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        let all = [
            Self::Report,
            Self::Message,
            Self::Attachment,
            Self::Answer,
            Self::Desk,
            Self::Identity,
            Self::Rekey,
            Self::Forget,
            Self::Move,
            Self::CaseGrant,
            Self::DeskGrant,
            Self::Share,
        ];
        all.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Whether it is an envelope written by a member, so that it carries a case signature.
    #[must_use]
    pub fn is_by_member(self) -> bool {
        matches!(self, Self::Answer | Self::Desk | Self::Rekey)
    }

    /// Whether a second copy of it is sealed for the reporter.
    #[must_use]
    pub fn has_reply(self) -> bool {
        matches!(self, Self::Answer | Self::Rekey)
    }

    /// Whether it is a grant or share, not an envelope.
    #[must_use]
    pub fn is_grant(self) -> bool {
        matches!(self, Self::CaseGrant | Self::DeskGrant | Self::Share)
    }
}

/// The place a sealed piece belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Hash of the case's card.
    pub card: Hash,
    /// What it is.
    pub kind: Kind,
    /// Who wrote it.
    pub author: VerifyingKey,
}

/// Bytes of a binding.
const BINDING: usize = 65;
/// Bytes of a salt.
const SALT: usize = 32;

impl Binding {
    fn to_bytes(self) -> [u8; BINDING] {
        let mut bytes = [0; BINDING];
        bytes[..32].copy_from_slice(self.card.as_bytes());
        bytes[32] = self.kind as u8;
        bytes[33..].copy_from_slice(self.author.as_bytes());
        bytes
    }
}

/// Why something cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// The content is too long.
    #[error(transparent)]
    TooLong(#[from] TextTooLong),
    /// An entry of the desk is not one that readers would take.
    #[error(transparent)]
    Entry(#[from] UnsoundEntry),
    /// A colleague made a new desk key that does not open for whoever writes.
    #[error("a colleague made a new key of this case that does not open for you; make a new one before you write")]
    NoDeskKey,
    /// The case cannot be moved to this token.
    #[error("this token has been used for this case before; make a new one to move the case to")]
    TokenUsed,
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The sealing itself failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Why a sealed piece does not open here.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// This key does not open it, or it was altered.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It was made for another place.
    #[error("a sealed piece stands where it does not belong")]
    Misplaced,
    /// Its content is not what its author signed.
    #[error("a sealed piece is not what its author signed")]
    Commitment,
    /// Its inside is malformed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A text ready to be sealed, to one recipient or to several in files of their own.
pub struct Text {
    plaintext: SecretBytes,
    /// What the header signs.
    pub commitment: Hash,
}

impl Text {
    /// Binds and pads `content`.
    pub fn new(binding: &Binding, content: &[u8], rng: &dyn SecureRandom) -> Result<Self, SealingError> {
        let salt: [u8; SALT] = random_bytes(rng)?;
        let mut plaintext = Vec::with_capacity(BINDING + SALT + padding::text_size(content.len()));
        plaintext.extend(binding.to_bytes());
        plaintext.extend(salt);
        padding::pad_text(content, &mut plaintext)?;
        let commitment = hash(&plaintext[BINDING..]);
        Ok(Self { plaintext: SecretBytes::new(plaintext), commitment })
    }

    /// One binary age file for `recipient`.
    pub fn seal_to(&self, recipient: &Recipient) -> Result<Vec<u8>, SealError> {
        seal::seal(recipient, self.plaintext.expose())
    }
}

/// Opens a text sealed for this very place, and checks it against the signed commitment.
pub fn open_text(
    identity: &Identity,
    binding: &Binding,
    commitment: &Hash,
    ciphertext: &[u8],
) -> Result<SecretBytes, OpenError> {
    let plaintext = seal::open(identity, ciphertext)?;
    let rest = plaintext.expose().strip_prefix(&binding.to_bytes()).ok_or(OpenError::Misplaced)?;
    if hash(rest) != *commitment {
        return Err(OpenError::Commitment);
    }
    let (_salt, padded) = rest.split_at_checked(SALT).ok_or(Malformed("sealed text"))?;
    Ok(SecretBytes::new(padding::unpad_text(padded)?.to_vec()))
}

/// Seals key material (a grant's or a share's) for this place; every one of a kind has the same size.
pub fn seal_key(binding: &Binding, key: &[u8], recipient: &Recipient) -> Result<Vec<u8>, SealError> {
    let plaintext = SecretBytes::new([binding.to_bytes().as_slice(), key].concat());
    seal::seal(recipient, plaintext.expose())
}

/// Opens key material of `N` bytes sealed for this very place.
pub fn open_key<const N: usize>(
    identity: &Identity,
    binding: &Binding,
    ciphertext: &[u8],
) -> Result<Secret<N>, OpenError> {
    let plaintext = seal::open(identity, ciphertext)?;
    let key = plaintext.expose().strip_prefix(&binding.to_bytes()).ok_or(OpenError::Misplaced)?;
    Ok(Secret::from_slice(key).ok_or(Malformed("sealed key"))?)
}

/// Seals a file of unknown length as it arrives, in constant memory.
///
/// What is written to it is content; [`AttachmentSealer::finish`] adds the padding.
pub struct AttachmentSealer<W: Write> {
    out: Committing<W>,
    length: u64,
}

/// What is known of a file once it is sealed.
#[derive(Clone, Copy, Debug)]
pub struct SealedFile {
    /// What the header signs.
    pub commitment: Hash,
    /// Bytes of content.
    pub length: u64,
}

impl<W: Write> AttachmentSealer<W> {
    /// Starts a file for `recipient`; the ciphertext goes to `out`.
    pub fn new(binding: &Binding, recipient: &Recipient, out: W, rng: &dyn SecureRandom) -> Result<Self, SealingError> {
        let salt: [u8; SALT] = random_bytes(rng)?;
        let mut sealer = seal::Sealer::new(recipient, out)?;
        sealer.write_all(&binding.to_bytes()).map_err(SealError::from)?;
        let mut out = Committing { sealer, commitment: ChunkedHash::new() };
        out.write_all(&salt).map_err(SealError::from)?;
        Ok(Self { out, length: 0 })
    }

    /// Bytes of content so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Pads, seals the end and gives `out` back.
    pub fn finish(mut self) -> Result<(W, SealedFile), SealError> {
        padding::finish_file(self.length, &mut self.out)?;
        let file = SealedFile { commitment: Hash(self.out.commitment.finish()), length: self.length };
        Ok((self.out.sealer.finish()?, file))
    }
}

impl<W: Write> Write for AttachmentSealer<W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let written = self.out.write(content)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Hashes what is sealed through it.
struct Committing<W: Write> {
    sealer: seal::Sealer<W>,
    commitment: ChunkedHash,
}

impl<W: Write> Write for Committing<W> {
    fn write(&mut self, plaintext: &[u8]) -> io::Result<usize> {
        let written = self.sealer.write(plaintext)?;
        self.commitment.update(&plaintext[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sealer.flush()
    }
}

/// Opens a sealed file in constant memory into `out` and returns its length in bytes.
///
/// The end proves the beginning: on an error throw `out` away, on success cut it to the length returned.
pub fn open_attachment(
    identity: &Identity,
    binding: &Binding,
    commitment: &Hash,
    ciphertext: impl Read,
    out: &mut impl Write,
) -> Result<u64, OpenError> {
    let mut opener = seal::Opener::new(identity, ciphertext)?;
    let mut head = Zeroizing::new([0; BINDING + SALT]);
    opener.read_exact(head.as_mut())?;
    let salt = head.strip_prefix(&binding.to_bytes()).ok_or(OpenError::Misplaced)?;
    let mut hashing = Hashing { inner: opener, hash: ChunkedHash::new() };
    hashing.hash.update(salt);
    let length = padding::copy_unpadded(&mut hashing, out)?;
    if Hash(hashing.hash.finish()) != *commitment {
        return Err(OpenError::Commitment);
    }
    Ok(length)
}

/// Hashes what is read through it.
struct Hashing<R> {
    inner: R,
    hash: ChunkedHash,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::sign::SigningKey;
    use ring::rand::SystemRandom;

    fn binding(card: u8, kind: Kind, author: u8) -> Binding {
        let author = SigningKey::from_seed(Secret::from_slice(&[author; 32]).unwrap()).verifying_key();
        Binding { card: Hash([card; 32]), kind, author }
    }

    /// Every 61st byte and the last: header, nonce, chunks and tags.
    fn flipped(sealed: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let places = (0..sealed.len()).step_by(61).chain([sealed.len() - 1]);
        places.map(|place| {
            let mut changed = sealed.to_vec();
            changed[place] ^= 0x10;
            changed
        })
    }

    /// `opens` is asked with a binding and a file; only the right ones may open.
    fn refuses_all_but(right: Binding, sealed: &[u8], opens: impl Fn(&Binding, &[u8]) -> bool) {
        assert!(opens(&right, sealed));
        for changed in flipped(sealed) {
            assert!(!opens(&right, &changed));
        }
        for kind in [Kind::Report, Kind::Message, Kind::Attachment, Kind::Answer, Kind::CaseGrant, Kind::DeskGrant] {
            assert_eq!(opens(&binding(1, kind, 3), sealed), kind == right.kind, "{kind:?}");
        }
        assert!(!opens(&binding(2, right.kind, 3), sealed), "another card");
        assert!(!opens(&binding(1, right.kind, 4), sealed), "another author");
    }

    #[test]
    fn texts_files_and_keys_open_in_their_place_only_and_unchanged_only() {
        let rng = SystemRandom::new();
        for identity in [Identity::generate_hybrid(&rng).unwrap(), Identity::generate_classic(&rng).unwrap()] {
            let to = identity.recipient();
            let place = binding(1, Kind::Message, 3);
            let text = Text::new(&place, b"content", &rng).unwrap();
            refuses_all_but(place, &text.seal_to(&to).unwrap(), |place, file| {
                open_text(&identity, place, &text.commitment, file).is_ok_and(|read| read.expose() == b"content")
            });
            assert!(open_text(&identity, &place, &Hash([0; 32]), &text.seal_to(&to).unwrap()).is_err());

            let place = binding(1, Kind::Attachment, 3);
            let mut writer = AttachmentSealer::new(&place, &to, Vec::new(), &rng).unwrap();
            writer.write_all(&[5; 3000]).unwrap();
            let (file, sealed) = writer.finish().unwrap();
            refuses_all_but(place, &file, |place, file| {
                let opened = open_attachment(&identity, place, &sealed.commitment, file, &mut io::sink());
                opened.is_ok_and(|length| length == 3000)
            });

            let place = binding(1, Kind::CaseGrant, 3);
            refuses_all_but(place, &seal_key(&place, &[9; 32], &to).unwrap(), |place, file| {
                open_key::<32>(&identity, place, file).is_ok_and(|key| *key.expose() == [9; 32])
            });
        }
    }
}
