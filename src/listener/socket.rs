//! Unix sockets, for whoever is on the same machine.

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// The socket cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another program listens on it.
    #[error("{} is in use by another program; stop it, or choose another path", .0.display())]
    InUse(PathBuf),
    /// It cannot be made.
    #[error(
        "{} cannot be listened on ({source}); its folder must exist and be this user's, and its path short",
        path.display()
    )]
    Unusable {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Listens on a socket at `path` for this user and its group, in the place of one that a program left behind.
pub fn listen(path: &Path) -> Result<UnixListener, SocketError> {
    let unusable = |source| SocketError::Unusable { path: path.to_owned(), source };
    if std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        match std::os::unix::net::UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(unusable)?;
            }
            _ => return Err(SocketError::InUse(path.to_owned())),
        }
    }
    let listener = UnixListener::bind(path).map_err(unusable)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660)).map_err(unusable)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sms.sock");
        let first = listen(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        assert!(listen(&path).is_err(), "another program listens");
        drop(first);
        drop(listen(&path).unwrap());
        let file = folder.path().join("file");
        std::fs::write(&file, "kept").unwrap();
        assert!(listen(&file).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    }
}
