//! Passphrases: asked for on the terminal without echo, or read from a file that nobody else can read. Never taken
//! from an argument or the environment, which other programs can see.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::secret::SecretText;

/// The fewest characters of a new passphrase.
pub const LENGTH_MIN: usize = 12;

/// The largest passphrase file, in bytes.
const FILE_MAX: usize = 4096;

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// No terminal to ask on.
    #[error("the passphrase could not be asked for ({0}); run this on a terminal, or give --passphrase-file FILE")]
    NoTerminal(io::Error),
    /// Typed differently the second time.
    #[error("the two passphrases differ; start again and type the same one twice")]
    Differ,
    /// Too easy to guess.
    #[error(
        "the passphrase has fewer than {LENGTH_MIN} characters, which somebody who finds the file can guess; take six \
         words at random from a dictionary, and write them down at a place apart from the file"
    )]
    Short,
    /// The file cannot be read.
    #[error("{} cannot be read ({source}); check the path, and that this user may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others can read it.
    #[error("{path} can be read by others; close it with `chmod 600 {path}`, and change the passphrase if they may have", path = .0.display())]
    Open(PathBuf),
    /// Not one line of text.
    #[error("{} does not begin with a passphrase on a line of its own; write it there as plain UTF-8 text", .0.display())]
    NoLine(PathBuf),
}

/// Where the passphrase comes from.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PassphraseArgs {
    /// Read the passphrase from the first line of this file, which others must not be able to read, instead of asking
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl PassphraseArgs {
    /// The passphrase of a file that exists; `file` is named in the question.
    pub fn existing(&self, file: &Path) -> Result<SecretText, PassphraseError> {
        match &self.passphrase_file {
            Some(path) => first_line(path),
            None => ask(&format!("Passphrase of {}: ", file.display())),
        }
    }

    /// A secret that is no file's, such as a case token.
    pub fn asked(&self, question: &str) -> Result<SecretText, PassphraseError> {
        match &self.passphrase_file {
            Some(path) => first_line(path),
            None => ask(question),
        }
    }

    /// A passphrase for a file to be made, typed twice and long enough.
    pub fn new_one(&self, file: &Path) -> Result<SecretText, PassphraseError> {
        let passphrase = match &self.passphrase_file {
            Some(path) => first_line(path)?,
            None => ask(&format!(
                "New passphrase for {}, at least {LENGTH_MIN} characters (six random words are good): ",
                file.display()
            ))?,
        };
        if passphrase.expose().chars().count() < LENGTH_MIN {
            return Err(PassphraseError::Short);
        }
        if self.passphrase_file.is_none() && ask("The same again: ")? != passphrase {
            return Err(PassphraseError::Differ);
        }
        Ok(passphrase)
    }
}

fn ask(question: &str) -> Result<SecretText, PassphraseError> {
    rpassword::prompt_password(question).map(SecretText::new).map_err(PassphraseError::NoTerminal)
}

fn first_line(path: &Path) -> Result<SecretText, PassphraseError> {
    let unreadable = |source| PassphraseError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    // Of the open file, so that it cannot be exchanged between the look and the reading.
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(PassphraseError::Open(path.to_owned()));
    }
    // Reserved at once, so that growing leaves no copy behind.
    let mut content = Zeroizing::new(Vec::with_capacity(FILE_MAX));
    file.take(FILE_MAX as u64).read_to_end(&mut content).map_err(unreadable)?;
    let text = str::from_utf8(&content).ok().and_then(|text| text.lines().next()).filter(|line| !line.is_empty());
    text.map(SecretText::from).ok_or_else(|| PassphraseError::NoLine(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn file(content: &[u8], mode: u32) -> (tempfile::TempDir, PassphraseArgs) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, PassphraseArgs { passphrase_file: Some(path) })
    }

    #[test]
    fn the_first_line_counts_as_it_stands() {
        for content in ["correct horse battery", "correct horse battery\n", "correct horse battery\r\nsecond\n"] {
            let (_folder, args) = file(content.as_bytes(), 0o600);
            assert_eq!(args.new_one(Path::new("x")).unwrap().expose(), "correct horse battery");
        }
        let (_folder, args) = file("  сорок  слов \n".as_bytes(), 0o400);
        assert_eq!(args.new_one(Path::new("x")).unwrap().expose(), "  сорок  слов ");
    }

    #[test]
    fn open_empty_and_short_ones_are_refused() {
        for mode in [0o644, 0o640, 0o604, 0o610] {
            let (_folder, args) = file(b"correct horse battery", mode);
            assert!(matches!(args.existing(Path::new("x")), Err(PassphraseError::Open(_))), "{mode:o}");
        }
        for content in
            [b"".as_slice(), b"\ncorrect horse battery", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n"]
        {
            let (_folder, args) = file(content, 0o600);
            assert!(matches!(args.new_one(Path::new("x")), Err(PassphraseError::NoLine(_))), "{content:?}");
        }
        let (_folder, args) = file("elf Zeichen".as_bytes(), 0o600);
        assert!(matches!(args.new_one(Path::new("x")), Err(PassphraseError::Short)));
        assert!(args.existing(Path::new("x")).is_ok(), "an old file keeps its passphrase");
    }
}
