//! A secret that lies in a file of its own, so that no configuration, command line or environment holds it.

use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::secret::SecretText;

/// The longest secret that is read, in bytes.
const LONGEST: u64 = 4096;

/// The secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The file is not there, or may not be read.
    #[error("{} cannot be read ({source}); check the path, and that this user may read it", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read it, so it is no secret.
    #[error("others can read {}; run: chmod 600 {}", file.display(), file.display())]
    Open {
        /// The file.
        file: PathBuf,
    },
    /// Empty, more than one line, too long or not UTF-8.
    #[error("{} is not one line of text of at most {LONGEST} bytes; write the secret alone into it", file.display())]
    NotOneLine {
        /// The file.
        file: PathBuf,
    },
}

/// Reads the one line in `file`, without its line end.
pub fn read(file: &Path) -> Result<SecretText, SecretFileError> {
    let unreadable = |source| SecretFileError::Unreadable { file: file.to_owned(), source };
    let not_one_line = || SecretFileError::NotOneLine { file: file.to_owned() };
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    if opened.metadata().map_err(unreadable)?.mode() & 0o077 != 0 {
        return Err(SecretFileError::Open { file: file.to_owned() });
    }
    // The room is there from the start, so that no smaller buffer is left behind unwiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(8192));
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| not_one_line())?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() || line.contains(['\n', '\r']) || bytes.len() as u64 > LONGEST {
        return Err(not_one_line());
    }
    Ok(line.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn written(text: &[u8], mode: u32) -> Result<SecretText, SecretFileError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passphrase");
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        read(&file)
    }

    #[test]
    fn one_line_is_read_without_its_end() {
        for text in ["räven  i skogen ", "räven  i skogen \n", "räven  i skogen \r\n"] {
            assert_eq!(written(text.as_bytes(), 0o600).ok().unwrap().expose(), "räven  i skogen ");
        }
    }

    #[test]
    fn what_is_open_or_not_one_line_is_refused() {
        for mode in [0o640, 0o604, 0o644] {
            assert!(matches!(written(b"secret", mode), Err(SecretFileError::Open { .. })), "{mode:o}");
        }
        let long = [b'a'; 4097];
        for text in [&b""[..], b"\n", b"one\ntwo\n", b"\xff", &long] {
            assert!(matches!(written(text, 0o600), Err(SecretFileError::NotOneLine { .. })), "{text:?}");
        }
        assert!(written(&long[1..], 0o400).is_ok());
        assert!(matches!(read("/nowhere/at all".as_ref()), Err(SecretFileError::Unreadable { .. })));
    }
}
