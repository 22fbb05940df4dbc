//! The keys folder as files: the authority's manifests `manifest-0001.json`, `manifest-0002.json`… each with its
//! signatures beside it in `manifest-0001.sig`.
//!
//! Everything in the folder is public. [`read`] brings the manifests to
//! [`History::verify`](crate::protocol::manifest::History::verify); [`refuse_private_keys`] makes sure, before anything
//! starts, that nobody laid a key there by mistake.

mod private_keys;

pub use private_keys::refuse_private_keys;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::protocol::manifest::{SIZE_MAX, UntrustedManifest};

/// The largest signature file that is read, in bytes: 32 lines of 194.
const SIGNATURES_MAX: usize = 8 << 10;

/// Why the keys folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysFolderError {
    /// The folder or a file in it cannot be read.
    #[error("{} cannot be read ({source}); check the path, and that this user may read it", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A manifest whose number cannot be told from its name.
    #[error("{} is not named as manifests are; call it manifest-0001.json, with its own number", .0.display())]
    Name(PathBuf),
    /// A manifest is not there, though a later one is.
    #[error("{} is missing, though a later manifest is there; copy it from where the manifests were made", .0.display())]
    Gap(PathBuf),
    /// A manifest without a signature file.
    #[error(
        "{path} has no signatures; let the heads sign it with `amparo manifest sign {path} --root root.key`, and copy \
         its .sig file along", path = .0.display()
    )]
    Unsigned(PathBuf),
    /// A file of this size is nothing that belongs here.
    #[error("{} is larger than any manifest; move it out of the keys folder", .0.display())]
    TooLarge(PathBuf),
    /// Signatures are text.
    #[error("{} is not a signature file; sign the manifest again with `amparo manifest sign`", .0.display())]
    NotSignatures(PathBuf),
    /// A file that must not lie in a public folder.
    #[error(
        "{} holds {what}, and everything in that folder is public; move it to where it belongs, and if anybody else \
         could have read it, replace that key", path.display()
    )]
    PrivateKey {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        what: &'static str,
    },
    /// Folders inside folders, deeper than anybody would make by hand.
    #[error("{} lies too deep to be looked through; keep only the manifests in the keys folder", .0.display())]
    TooDeep(PathBuf),
}

/// A manifest in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFile {
    /// Its number, from its name.
    pub serial: u64,
    /// The file.
    pub path: PathBuf,
}

impl ManifestFile {
    /// The file of that number in `folder`, whether it is there or not.
    #[must_use]
    pub fn named(folder: &Path, serial: u64) -> Self {
        Self { serial, path: folder.join(format!("manifest-{serial:04}.json")) }
    }

    /// Reads it with its signatures, which are empty when there is no signature file yet.
    pub fn read(&self) -> Result<UntrustedManifest, KeysFolderError> {
        let bytes = read_manifest(&self.path)?;
        Ok(UntrustedManifest { bytes, signatures: read_signatures(&self.path)?.unwrap_or_default() })
    }
}

/// The signature file of the manifest at `path`: the same name, ending in `.sig`.
#[must_use]
pub fn signature_path(path: &Path) -> PathBuf {
    path.with_extension("sig")
}

/// All manifests of `folder`, number 1 first, with their signatures, all unchecked. None when there is none.
pub fn read(folder: &Path) -> Result<Vec<UntrustedManifest>, KeysFolderError> {
    let signed = |file: ManifestFile| {
        let bytes = read_manifest(&file.path)?;
        let signatures = read_signatures(&file.path)?.ok_or(KeysFolderError::Unsigned(file.path))?;
        Ok(UntrustedManifest { bytes, signatures })
    };
    list(folder)?.into_iter().map(signed).collect()
}

/// The manifests of `folder` by their names, number 1 first, without a gap; signed or not.
pub fn list(folder: &Path) -> Result<Vec<ManifestFile>, KeysFolderError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(digits) = name.strip_prefix("manifest-").and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        let file = digits.parse().ok().map(|serial| ManifestFile::named(folder, serial));
        found.push(file.filter(|file| file.path == path).ok_or(KeysFolderError::Name(path))?);
    }
    found.sort_by_key(|file| file.serial);
    let misplaced = (1..).zip(&found).find(|(serial, file)| file.serial != *serial);
    match misplaced {
        None => Ok(found),
        Some((_, file)) if file.serial == 0 => Err(KeysFolderError::Name(file.path.clone())),
        Some((serial, _)) => Err(KeysFolderError::Gap(ManifestFile::named(folder, serial).path)),
    }
}

/// The exact bytes of a manifest, at most [`SIZE_MAX`] of them.
pub fn read_manifest(path: &Path) -> Result<Vec<u8>, KeysFolderError> {
    read_at_most(path, SIZE_MAX)
}

/// The lines of the signature file beside the manifest at `path`, when there is one.
pub fn read_signatures(path: &Path) -> Result<Option<String>, KeysFolderError> {
    let path = signature_path(path);
    match read_at_most(&path, SIGNATURES_MAX) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| KeysFolderError::NotSignatures(path)),
        Err(KeysFolderError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_at_most(path: &Path, most: usize) -> Result<Vec<u8>, KeysFolderError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable(path))?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(unreadable(path))?;
    if bytes.len() > most { Err(KeysFolderError::TooLarge(path.to_owned())) } else { Ok(bytes) }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> KeysFolderError {
    let path = path.to_owned();
    move |source| KeysFolderError::Unreadable { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    #[test]
    fn manifests_come_in_the_order_of_their_numbers_with_their_signatures() {
        let files: Vec<_> = (1..=10_001).map(|n| (format!("manifest-{n:04}.json"), n.to_string())).collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let folder = folder(&files);
        let listed = list(folder.path()).unwrap();
        assert!(listed.iter().zip(1..).all(|(file, serial)| file.serial == serial));
        assert_eq!(listed.last().unwrap().path, folder.path().join("manifest-10001.json"));
        assert_eq!(
            listed[9999].read().unwrap(),
            UntrustedManifest { bytes: b"10000".into(), signatures: String::new() }
        );
        fs::write(folder.path().join("manifest-10000.sig"), "line").unwrap();
        assert_eq!(listed[9999].read().unwrap().signatures, "line");
        assert!(matches!(read(folder.path()), Err(KeysFolderError::Unsigned(path)) if path == listed[0].path));
    }

    #[test]
    fn nothing_but_signed_manifests_without_a_gap_is_read() {
        assert_eq!(read(folder(&[("README", "public")]).path()).unwrap(), []);
        let sound = folder(&[("manifest-0001.json", "{}"), ("manifest-0001.sig", "x"), ("manifest-0009.sig", "stray")]);
        assert_eq!(read(sound.path()).unwrap().len(), 1);
        let gap = folder(&[("manifest-0001.json", ""), ("manifest-0003.json", "")]);
        assert!(matches!(read(gap.path()), Err(KeysFolderError::Gap(path)) if path.ends_with("manifest-0002.json")));
        for name in
            ["manifest-1.json", "manifest-00001.json", "manifest-0000.json", "manifest-+001.json", "manifest-x.json"]
        {
            let wrong = folder(&[(name, "{}")]);
            assert!(matches!(read(wrong.path()), Err(KeysFolderError::Name(_))), "{name}");
        }
        let missing = sound.path().join("none");
        assert!(matches!(read(&missing), Err(KeysFolderError::Unreadable { path, .. }) if path == missing));
        let binary = folder(&[("manifest-0001.json", "{}")]);
        fs::write(binary.path().join("manifest-0001.sig"), [0xff]).unwrap();
        assert!(matches!(read(binary.path()), Err(KeysFolderError::NotSignatures(_))));
        let large = folder(&[("manifest-0001.json", &" ".repeat(SIZE_MAX + 1))]);
        assert!(matches!(read(large.path()), Err(KeysFolderError::TooLarge(_))));
    }
}
