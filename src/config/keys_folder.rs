//! The keys folder is public, so a private key in it is a disaster that must be told before anything starts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files of this size are no manifests; bytes.
const LARGEST: u64 = 16 << 20;

/// What private keys look like, in ASCII upper case.
const MARKS: [(&str, &str); 6] = [
    ("AGE-SECRET-KEY-", "an age identity"),
    ("-----BEGIN AGE ENCRYPTED FILE-----", "a sealed file, as member and root keys are"),
    ("AGE-ENCRYPTION.ORG/V1", "a sealed file, as member and root keys are"),
    ("PRIVATE KEY-----", "a private key"),
    ("\"SIGNING_SEED\"", "a signing key"),
    ("PUTTY-USER-KEY-FILE", "a private key"),
];

/// The keys folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysFolderError {
    /// A file that must not lie in a public folder.
    #[error(
        "{} holds {what}, and everything in that folder is public; move it to where it belongs, and if anybody else \
         could have read it, replace that key",
        file.display()
    )]
    PrivateKey {
        /// The file.
        file: PathBuf,
        /// What it looks like.
        what: &'static str,
    },
    /// A file so large that it is no manifest.
    #[error("{} is larger than any manifest; move it out of the keys folder", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// The folder or a file in it cannot be read.
    #[error("{} cannot be read ({source}); check the path in [storage] keys, and that this user may read it", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads every file under `folder` and tells the first one that looks like a private key.
pub fn check(folder: &Path) -> Result<(), KeysFolderError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| KeysFolderError::Unreadable { path, source }
    };
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable(&path))?;
        if kind.is_dir() {
            check(&path)?;
            continue;
        }
        // A link is followed to a file, never into a folder: links could go round.
        let found = fs::metadata(&path).map_err(unreadable(&path))?;
        if !found.is_file() {
            continue;
        }
        if found.len() > LARGEST {
            return Err(KeysFolderError::TooLarge { file: path });
        }
        let content = zeroize::Zeroizing::new(fs::read(&path).map_err(unreadable(&path))?);
        if let Some(what) = private_key_in(&content) {
            return Err(KeysFolderError::PrivateKey { file: path, what });
        }
    }
    Ok(())
}

fn private_key_in(content: &[u8]) -> Option<&'static str> {
    let has = |mark: &str| content.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark.as_bytes()));
    MARKS.iter().find(|(mark, _)| has(mark)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_things_pass() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest-1.json"), r#"{"recipient":"age1pq1xyz"}"#).unwrap();
        fs::create_dir(folder.path().join("old")).unwrap();
        fs::write(folder.path().join("old/README"), "no private key lies here").unwrap();
        check(folder.path()).unwrap();
        check(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/keys"))).unwrap();
    }

    #[test]
    fn every_form_of_a_private_key_is_told_with_its_file() {
        for text in [
            "# mine\nAGE-SECRET-KEY-1QQQ",
            "age-secret-key-pq-1qqq",
            "-----BEGIN AGE ENCRYPTED FILE-----\n",
            "age-encryption.org/v1\n-> scrypt",
            "-----BEGIN PRIVATE KEY-----\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\n",
            r#"{"amparo":"root-key","version":1,"signing_seed":"00"}"#,
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("sub")).unwrap();
            let file = folder.path().join("sub/notes.txt");
            fs::write(&file, [b"\0\xff".as_slice(), text.as_bytes()].concat()).unwrap();
            match check(folder.path()) {
                Err(KeysFolderError::PrivateKey { file: told, .. }) => assert_eq!(told, file),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_looked_through_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::File::create(folder.path().join("big")).unwrap().set_len(LARGEST + 1).unwrap();
        assert!(matches!(check(folder.path()), Err(KeysFolderError::TooLarge { .. })));
        assert!(matches!(check(&folder.path().join("none")), Err(KeysFolderError::Unreadable { .. })));
    }
}
