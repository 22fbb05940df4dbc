//! Writing files so that they are either whole or not there, and keys never overwrite anything.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::keys_folder::{self, KeysFolderError};
use crate::protocol::bytes::to_hex;
use crate::secret::{NoRandomness, random_bytes};

/// Permissions of a key file: its owner alone.
pub const PRIVATE: u32 = 0o600;

/// Permissions of what everybody may read.
pub const PUBLIC: u32 = 0o644;

/// The largest key file, in bytes; a real one has about 1,000.
pub const KEY_FILE_MAX: u64 = 64 << 10;

/// Why a file is not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is one already.
    #[error("{} is there already and is never overwritten; choose another name, or move that file away", .0.display())]
    Exists(PathBuf),
    /// The system refused.
    #[error("{} cannot be written ({source}); check that its folder exists, has space and may be written to", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused.
    #[error("{} cannot be read ({source}); check the path, and that this user may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// More than such a file ever has.
    #[error("{} is larger than such a file ever is; choose the right file", .0.display())]
    TooLarge(PathBuf),
    /// Binary, where text is expected.
    #[error("{} is not text; choose the right file", .0.display())]
    NotText(PathBuf),
    /// A key must not lie among public files.
    #[error(
        "{} would be a private key in {}, a folder of public manifests; choose a folder that stays on its holder's \
         machine", path.display(), folder.display()
    )]
    AmongManifests {
        /// The key file.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// No randomness, for the name of the temporary file.
    #[error("{0}; start the machine again")]
    Randomness(#[from] NoRandomness),
}

/// Writes a new file with these permissions; whatever stands at `path` stays.
pub fn write_new(path: &Path, content: &[u8], mode: u32, rng: &dyn SecureRandom) -> Result<(), FileError> {
    refuse_existing(path)?;
    write_then(path, content, mode, rng, move_without_replacing)
}

/// Writes a file with these permissions in place of what stands at `path`, if anything does.
pub fn replace(path: &Path, content: &[u8], mode: u32, rng: &dyn SecureRandom) -> Result<(), FileError> {
    write_then(path, content, mode, rng, |from, to| fs::rename(from, to))
}

/// Refuses a name that is taken, so that it is told before a passphrase is asked for.
pub fn refuse_existing(path: &Path) -> Result<(), FileError> {
    if path.symlink_metadata().is_ok() { Err(FileError::Exists(path.to_owned())) } else { Ok(()) }
}

/// Reads a whole file of at most `most` bytes.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let mut content = Vec::new();
    File::open(path).map_err(unreadable)?.take(most + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > most { Err(FileError::TooLarge(path.to_owned())) } else { Ok(content) }
}

/// Reads a sealed key file, which is text; what is not text cannot be one.
pub fn read_key_file(path: &Path) -> Result<String, FileError> {
    String::from_utf8(read(path, KEY_FILE_MAX)?).map_err(|_| FileError::NotText(path.to_owned()))
}

/// Refuses a place for a private key that is a folder of manifests, or that is inside one, or is called `keys`.
pub fn refuse_among_manifests(path: &Path) -> Result<(), FileError> {
    let unwritable = |source| FileError::Unwritable { path: path.to_owned(), source };
    let parent = folder_of(path).canonicalize().map_err(unwritable)?;
    let holds_manifests = |folder: &Path| match keys_folder::list(folder) {
        Ok(found) => !found.is_empty(),
        // Other programs have files called manifest-something, too.
        Err(error) => matches!(error, KeysFolderError::Gap(_)),
    };
    let called_keys = parent.file_name().is_some_and(|name| name == "keys");
    let public = if called_keys { Some(&*parent) } else { parent.ancestors().find(|folder| holds_manifests(folder)) };
    match public {
        None => Ok(()),
        Some(folder) => Err(FileError::AmongManifests { path: path.to_owned(), folder: folder.to_owned() }),
    }
}

/// The folder that `path` lies in; the current one when it names none.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes and fsyncs a temporary file beside `path`, moves it there, and fsyncs the folder.
fn write_then(
    path: &Path,
    content: &[u8],
    mode: u32,
    rng: &dyn SecureRandom,
    move_to: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), FileError> {
    let folder = folder_of(path);
    let temporary = folder.join(format!(".amparo-{}.tmp", to_hex(&random_bytes::<8>(rng)?)));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&temporary)?;
        file.write_all(content)?;
        // After the umask, which may leave less than was asked for.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    };
    let written = write().and_then(|()| move_to(&temporary, path));
    if let Err(source) = written {
        // It may not exist, or its disk may be gone; what went wrong first is what matters.
        let _ = fs::remove_file(&temporary);
        return Err(match source.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists(path.to_owned()),
            _ => FileError::Unwritable { path: path.to_owned(), source },
        });
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| FileError::Unwritable { path: path.to_owned(), source })
}

/// Moves, unless something stands there; where the file system cannot do that in one step, as a link and a removal.
fn move_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        moved => Ok(moved?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_has_its_permissions_and_never_replaces_another() {
        let rng = SystemRandom::new();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        write_new(&path, b"one", PRIVATE, &rng).unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, b"one".to_vec()));
        assert!(matches!(write_new(&path, b"two", PRIVATE, &rng), Err(FileError::Exists(_))));
        let dangling = folder.path().join("link");
        std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
        assert!(matches!(write_new(&dangling, b"two", PRIVATE, &rng), Err(FileError::Exists(_))));
        replace(&path, b"three", PUBLIC, &rng).unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o644, b"three".to_vec()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn moving_refuses_what_appeared_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(move_without_replacing(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&to).unwrap(), b"old");
        let missing = folder.path().join("none/root.key");
        let refused = write_new(&missing, b"", PRIVATE, &SystemRandom::new());
        assert!(matches!(refused, Err(FileError::Unwritable { .. })));
    }

    #[test]
    fn a_key_is_refused_wherever_manifests_lie() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("authority/private");
        fs::create_dir_all(&inside).unwrap();
        fs::create_dir(folder.path().join("keys")).unwrap();
        refuse_among_manifests(&inside.join("root.key")).unwrap();
        let refused = |path: &Path| matches!(refuse_among_manifests(path), Err(FileError::AmongManifests { .. }));
        assert!(refused(&folder.path().join("keys/root.key")));
        fs::write(folder.path().join("authority/manifest-0001.json"), "{}").unwrap();
        assert!(refused(&folder.path().join("authority/root.key")));
        assert!(refused(&inside.join("root.key")));
        assert!(refused(&inside.join("../root.key")));
    }
}
