//! Folders that only the program's own user may look into.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A folder cannot hold what is stored in it.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Other users of the machine may look into it.
    #[error("other users can read the folder {path}; take the right away with: chmod 700 {path}", path = .0.display())]
    Exposed(PathBuf),
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

/// Makes `path` (and the folders above it) with mode 0700 when it is not there, and refuses one that others can read.
pub fn private(path: &Path) -> Result<(), FolderError> {
    let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => FolderError::NotAFolder(path.to_owned()),
        _ => unusable(source),
    })?;
    let mode = fs::metadata(path).map_err(unusable)?.permissions().mode();
    if mode & 0o077 != 0 { Err(FolderError::Exposed(path.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_is_private_and_one_that_others_can_read_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/b");
        private(&folder).unwrap();
        private(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        let refused = private(&folder).unwrap_err();
        assert!(matches!(refused, FolderError::Exposed(_)));
        assert!(refused.to_string().contains("chmod 700"));
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(private(&file), Err(FolderError::NotAFolder(_))));
    }
}
