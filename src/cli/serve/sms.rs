//! The listener for text messages, on an address or a Unix socket.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{ServeError, address_of, asked, listen};
use crate::clock::{Clock, Seconds};
use crate::config::Config;
use crate::config::sms_gateways::Listen;
use crate::http::sms::{Handle, SmsApi, limits, router};
use crate::intake::Intake;
use crate::listener::{self, Limits};
use crate::sms::Service;
use crate::sms::gateway::configured::Gateways;

/// What is on the listener, and where it is; nothing yet listens.
pub(super) struct Sms {
    router: Router,
    place: Place,
}

enum Place {
    Address(tokio::net::TcpListener),
    Socket(UnixListener, PathBuf),
}

impl Sms {
    /// Reads the gateways' secrets and takes the address or socket; `None` when the configuration has none.
    pub(super) async fn prepare(
        config: &Config,
        intake: &Arc<Intake>,
        clock: &Clock,
    ) -> Result<Option<Self>, ServeError> {
        let Some(place) = &config.sms_gateways.listen else { return Ok(None) };
        let gateways = Arc::new(Gateways::load(&config.sms_gateways)?);
        let service = Service::start(Arc::clone(intake), config)?;
        let handle: Handle = Arc::new(move |incoming| {
            let service = service.clone();
            Box::pin(async move { service.handle(incoming).await })
        });
        let router = router(SmsApi { gateways, handle, seconds: Seconds::system(), clock: clock.clone() });
        let place = match place {
            Listen::Address(address) => Place::Address(listen(*address).await?),
            Listen::Socket(path) => {
                let unusable = |source| ServeError::Socket { path: path.clone(), source };
                Place::Socket(bind(path).map_err(unusable)?, path.clone())
            }
        };
        Ok(Some(Self { router, place }))
    }

    /// Where it is.
    pub(super) fn listens(&self) -> Result<Listen, ServeError> {
        Ok(match &self.place {
            Place::Address(listener) => Listen::Address(address_of(listener)?),
            Place::Socket(_, path) => Listen::Socket(path.clone()),
        })
    }

    /// Listens until `stopped`.
    pub(super) fn serve(self, of_all: Limits, stopped: watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
        match self.place {
            Place::Address(listener) => {
                tasks.spawn(listener::serve(listener, self.router, limits(of_all), asked(stopped)));
            }
            Place::Socket(listener, path) => {
                tasks.spawn(async move {
                    listener::serve(listener, self.router, limits(of_all), asked(stopped)).await;
                    // One that stays is taken for a dead one at the next start.
                    let _ = std::fs::remove_file(path);
                });
            }
        }
    }
}

/// A socket at `path`, in place of one that a program left behind when it was killed.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if is_socket && std::os::unix::net::UnixStream::connect(path).is_err() {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o660))?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sms.sock");
        let first = bind(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        assert!(bind(&path).is_err(), "another program listens");
        drop(first);
        drop(bind(&path).unwrap());
        let file = folder.path().join("file");
        std::fs::write(&file, "kept").unwrap();
        assert!(bind(&file).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    }
}
