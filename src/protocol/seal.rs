//! Sealing: age files (<https://c2sp.org/age>, binary) for exactly one recipient, whole or as a stream.
//!
//! A sealed file hides its content from everybody but the recipient, and cannot be changed, cut or lengthened unseen.
//! It does not say who sealed it, and its length is the content's plus 16 bytes for each 64 KiB and a header of fixed
//! size for each kind of recipient: pad before, sign after.
//!
//! Files are opened by the `age` crate and written here, because that crate's writer leaves the last 64 KiB of the
//! content in freed memory, takes its randomness from elsewhere, and adds a stanza of random length to each header.
//!
//! ```
//! use amparo::protocol::{recipient::Identity, seal};
//! let identity = Identity::generate_hybrid(&ring::rand::SystemRandom::new()).unwrap();
//! let sealed = seal::seal(&identity.recipient(), b"what happened").unwrap();
//! assert_eq!(seal::open(&identity, &sealed).unwrap().expose(), b"what happened");
//! ```

mod chunked_hash;
mod opener;
mod passphrase;
mod sealer;

use std::io;

use age::DecryptError;

pub use self::chunked_hash::{CHUNK_SIZE, ChunkedHash, chunked_hash};
pub use self::opener::{Opener, open};
pub use self::passphrase::{DEFAULT_LOG_N, MAX_LOG_N, open_with_passphrase, seal_with_passphrase};
pub use self::sealer::{Sealer, seal};

/// Why something could not be sealed or opened. Messages never repeat content.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No age file, or a header that is broken, cut or too long.
    #[error("this is not a sealed file, or its beginning is damaged; fetch it again from where it came")]
    Malformed,
    /// For somebody else.
    #[error("this file is sealed to another key; open it with the identity it was made for")]
    NotForThisIdentity,
    /// The header names more than the one recipient that every file here has.
    #[error("this file is sealed to others as well; treat it as forged and do not use it")]
    SeveralRecipients,
    /// Changed, cut or lengthened after it was sealed.
    #[error("this file was changed or cut after it was sealed; fetch it again from where it came")]
    Damaged,
    /// A file with a passphrase, and not this one.
    #[error("the passphrase does not open this file; check capitals and keyboard layout, and type it again")]
    WrongPassphrase,
    /// An age file, but not one with a passphrase.
    #[error("this file is not sealed with a passphrase; choose the key file itself")]
    NoPassphrase,
    /// scrypt's cost `2^log_n` is nothing that this program makes, and could use up the machine's memory.
    #[error("opening this file would take too much memory (2^{log_n}); make it anew with a lower work factor")]
    TooMuchWork {
        /// scrypt's log₂ N.
        log_n: u8,
    },
    /// The system's random generator gave no bytes, so nothing can be sealed.
    #[error("nothing could be sealed, since the system gave no random bytes; start the machine again")]
    NoRandomness(#[from] crate::secret::NoRandomness),
    /// The file underneath could not be read or written.
    #[error("the file could not be read or written ({0}); check the disk and the folder's permissions")]
    Io(io::Error),
}

impl From<DecryptError> for SealError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::InvalidMac => Self::Damaged,
            DecryptError::NoMatchingKeys => Self::NotForThisIdentity,
            DecryptError::ExcessiveWork { required, .. } => Self::TooMuchWork { log_n: required },
            DecryptError::Io(error) => error.into(),
            _ => Self::Malformed,
        }
    }
}

impl From<io::Error> for SealError {
    /// For what an [`Opener`] gives while it is read: it tells a damaged file by two kinds of error.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Damaged,
            _ => Self::Io(error),
        }
    }
}

#[cfg(test)]
mod tests;
