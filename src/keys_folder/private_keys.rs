//! Looks for private keys where there must be none.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use super::{KeysFolderError, read_at_most, unreadable};
use crate::protocol::manifest::SIZE_MAX;

/// How many folders inside folders are looked through.
const DEPTH_MAX: usize = 8;

/// What private keys look like, in ASCII of either case.
const MARKS: [(&str, &str); 7] = [
    ("AGE-SECRET-KEY-1", "an age identity"),
    ("AGE-SECRET-KEY-PQ-1", "an age identity"),
    ("-----BEGIN AGE ENCRYPTED FILE-----", "a sealed file, as member and root keys are"),
    ("age-encryption.org/v1", "a sealed file, as member and root keys are"),
    ("PRIVATE KEY-----", "a private key"),
    ("\"signing_seed\"", "a signing key"),
    ("PuTTY-User-Key-File", "a private key"),
];

/// Reads every file under `folder` and refuses the first that looks like a private key, or that is too large for
/// anything public that belongs there. Links to files are followed, links to folders are not: they could go round.
pub fn refuse_private_keys(folder: &Path) -> Result<(), KeysFolderError> {
    look_through(folder, DEPTH_MAX)
}

fn look_through(folder: &Path, depth: usize) -> Result<(), KeysFolderError> {
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let path = entry.path();
        if entry.file_type().map_err(unreadable(&path))?.is_dir() {
            let depth = depth.checked_sub(1).ok_or_else(|| KeysFolderError::TooDeep(path.clone()))?;
            look_through(&path, depth)?;
        } else if fs::metadata(&path).map_err(unreadable(&path))?.is_file() {
            let content = Zeroizing::new(read_at_most(&path, SIZE_MAX)?);
            if let Some(what) = private_key_in(&content) {
                return Err(KeysFolderError::PrivateKey { path, what });
            }
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
    use crate::protocol::member::RootKey;
    use crate::secret::SecretText;
    use ring::rand::SystemRandom;

    #[test]
    fn public_things_pass() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest-0001.json"), r#"{"recipient":"age1pq1xyz"}"#).unwrap();
        fs::create_dir(folder.path().join("old")).unwrap();
        fs::write(folder.path().join("old/README"), "no private key here, nor a line AGE-SECRET-KEY-…").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("round")).unwrap();
        refuse_private_keys(folder.path()).unwrap();
    }

    #[test]
    fn every_form_of_a_private_key_is_told_with_its_file() {
        let passphrase = SecretText::from("correct horse");
        let root = RootKey::generate(&SystemRandom::new()).unwrap().seal(&passphrase, Some(1)).unwrap();
        for text in [
            "# mine\nAGE-SECRET-KEY-1QQQ",
            "age-secret-key-pq-1qqq",
            &root,
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
            match refuse_private_keys(folder.path()) {
                Err(KeysFolderError::PrivateKey { path, .. }) => assert_eq!(path, file),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_key_behind_a_link_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("key"), "AGE-SECRET-KEY-1QQQ").unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("key"), folder.path().join("manifest.txt")).unwrap();
        assert!(matches!(refuse_private_keys(folder.path()), Err(KeysFolderError::PrivateKey { .. })));
    }

    #[test]
    fn what_cannot_be_looked_through_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let large = fs::File::create(folder.path().join("big")).unwrap();
        large.set_len(SIZE_MAX as u64 + 1).unwrap();
        assert!(matches!(refuse_private_keys(folder.path()), Err(KeysFolderError::TooLarge(_))));
        assert!(matches!(refuse_private_keys(&folder.path().join("none")), Err(KeysFolderError::Unreadable { .. })));
        let deep = tempfile::tempdir().unwrap();
        fs::create_dir_all(deep.path().join("1/2/3/4/5/6/7/8/9")).unwrap();
        assert!(matches!(refuse_private_keys(deep.path()), Err(KeysFolderError::TooDeep(_))));
    }
}
