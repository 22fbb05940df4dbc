//! Folders that only the program's own user may look into: even where all content is sealed, sizes and times tell
//! something.

use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// A folder cannot hold what is stored in it.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Other users of the machine may look into it.
    #[error("other users can read the folder {path}; take the right away with: chmod 700 {path}", path = .0.display())]
    Exposed(PathBuf),
    /// Another user owns it.
    #[error("the folder {path} belongs to user {owner}, and this program runs as user {user}; hand it over with: chown -R {user} {path}", path = path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// The owner's user id.
        owner: u32,
        /// Our user id.
        user: u32,
    },
    /// Something that is not a folder has its name.
    #[error("{path} is not a folder; move it away or choose another place", path = .0.display())]
    NotAFolder(PathBuf),
    /// It could not be made or looked at.
    #[error("the folder {path} cannot be used ({source}); check that it exists and belongs to the user who runs amparo", path = path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Makes `path` (and the folders above it) with mode 0700 when it is not there, and then checks it as [`check`] does.
pub fn private(path: &Path) -> Result<(), FolderError> {
    match DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(FolderError::Unusable { path: path.to_owned(), source })
        }
        _ => check(path),
    }
}

/// Checks that `path` is a folder, that this program's user owns it, and that nobody else may look inside.
pub fn check(path: &Path) -> Result<(), FolderError> {
    let found = fs::metadata(path).map_err(|source| FolderError::Unusable { path: path.to_owned(), source })?;
    judge(path, &found, rustix::process::geteuid().as_raw())
}

fn judge(path: &Path, found: &Metadata, user: u32) -> Result<(), FolderError> {
    let path = path.to_owned();
    if !found.is_dir() {
        Err(FolderError::NotAFolder(path))
    } else if found.uid() != user {
        Err(FolderError::NotOurs { path, owner: found.uid(), user })
    } else if found.mode() & 0o077 != 0 {
        Err(FolderError::Exposed(path))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_missing_folder_is_made_for_us_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        assert!(matches!(check(&folder), Err(FolderError::Unusable { .. })));
        private(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o7777, 0o700);
        private(&folder).unwrap();
    }

    #[test]
    fn a_folder_others_can_read_names_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o750, 0o705, 0o701] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            let message = private(folder.path()).unwrap_err().to_string();
            assert!(message.ends_with(&format!("chmod 700 {}", folder.path().display())), "{message}");
        }
    }

    #[test]
    fn a_file_and_a_strangers_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        fs::write(&file, "").unwrap();
        assert!(matches!(private(&file), Err(FolderError::NotAFolder(_))));
        let found = fs::metadata(folder.path()).unwrap();
        let stranger = judge(folder.path(), &found, found.uid() + 1);
        assert!(matches!(stranger, Err(FolderError::NotOurs { .. })));
    }
}
