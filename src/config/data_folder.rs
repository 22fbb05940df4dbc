//! The data folder holds sealed things only, and still nobody else may look: sizes and times tell something too.

use std::fs::{DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// It cannot be made or read.
    #[error("{} cannot be used ({source}); check the path in [storage] data, and that this user may write there", folder.display())]
    Unusable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something else stands there.
    #[error("{} is not a folder; move it away, or change [storage] data", folder.display())]
    NotAFolder {
        /// The path.
        folder: PathBuf,
    },
    /// Another user owns it.
    #[error("{} belongs to user {owner}, and this program runs as user {user}; run: chown -R {user} {}", folder.display(), folder.display())]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// The owner's user id.
        owner: u32,
        /// Our user id.
        user: u32,
    },
    /// Group or others may look inside.
    #[error("others can look into {} (mode {mode:04o}); run: chmod 700 {}", folder.display(), folder.display())]
    Open {
        /// The folder.
        folder: PathBuf,
        /// Its mode, permission bits only.
        mode: u32,
    },
}

/// Makes the folder when it is missing, with mode 0700, and checks it.
pub fn prepare(folder: &Path) -> Result<(), DataFolderError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    match made {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(DataFolderError::Unusable { folder: folder.to_owned(), source })
        }
        _ => check(folder),
    }
}

/// Checks that the folder is there, is ours, and that nobody else may look inside.
pub fn check(folder: &Path) -> Result<(), DataFolderError> {
    let found =
        std::fs::metadata(folder).map_err(|source| DataFolderError::Unusable { folder: folder.to_owned(), source })?;
    judge(folder, &found, rustix::process::geteuid().as_raw())
}

fn judge(folder: &Path, found: &Metadata, user: u32) -> Result<(), DataFolderError> {
    let folder = || folder.to_owned();
    if !found.is_dir() {
        return Err(DataFolderError::NotAFolder { folder: folder() });
    }
    if found.uid() != user {
        return Err(DataFolderError::NotOurs { folder: folder(), owner: found.uid(), user });
    }
    if found.mode() & 0o077 != 0 {
        return Err(DataFolderError::Open { folder: folder(), mode: found.mode() & 0o7777 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_missing_folder_is_made_for_us_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        assert!(matches!(check(&folder), Err(DataFolderError::Unusable { .. })));
        prepare(&folder).unwrap();
        assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o7777, 0o700);
        prepare(&folder).unwrap();
    }

    #[test]
    fn a_folder_others_can_read_names_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o750, 0o705, 0o701] {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            let message = prepare(folder.path()).unwrap_err().to_string();
            assert!(message.ends_with(&format!("run: chmod 700 {}", folder.path().display())), "{message}");
        }
    }

    #[test]
    fn a_file_and_a_strangers_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(prepare(&file), Err(DataFolderError::NotAFolder { .. })));
        let found = std::fs::metadata(folder.path()).unwrap();
        let stranger = judge(folder.path(), &found, found.uid() + 1);
        assert!(matches!(stranger, Err(DataFolderError::NotOurs { .. })));
    }
}
