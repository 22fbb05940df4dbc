//! Starting, serving and ending.

use std::fs::DirBuilder;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::{Client, ClientError};
use super::gate::Gate;
use super::pages;
use super::presence::Presence;
use super::session::{Session, UnlockError};
use crate::clock::Clock;
use crate::listener::{self, Limits};
use crate::protocol::fingerprint::TypedFingerprint;
use crate::secret::{NoRandomness, Rng, SecretText};

/// What the first wrong passphrase costs.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// What a desk needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's member listener: `https://…`, or `http://` on a loopback address.
    pub server: String,
    /// The server's reporters' address, for the hotline's pages; without it nothing is filed for callers.
    pub reporters: Option<String>,
    /// The SOCKS 5 proxy to reach both through, as in `socks5://127.0.0.1:9050`; it resolves names too.
    pub proxy: Option<String>,
    /// The member's key file.
    pub key_file: PathBuf,
    /// Where the desk keeps what it has seen (`pin.json`) and its sealed copy of the cases (`cache.amparo`); made when it is not there.
    pub folder: PathBuf,
    /// The fingerprint on the authority's poster. Without it, the first manifest seen is trusted.
    pub root_fingerprint: Option<TypedFingerprint>,
    /// Minutes without a request after which the desk locks itself; at least 1.
    pub idle_minutes: u64,
    /// Where attachments are saved unless the member types another folder; made when it is not there.
    pub save_folder: PathBuf,
    /// The port on 127.0.0.1; 0 is any that is free.
    pub port: u16,
}

/// Why the desk does not start.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A setting cannot be used.
    #[error("{0}; correct the desk's settings")]
    Setting(&'static str),
    /// The server's address cannot be used.
    #[error(transparent)]
    Server(#[from] ClientError),
    /// A folder cannot be made.
    #[error("the folder {path} cannot be made ({error}); choose another in the desk's settings")]
    Folder {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The port is taken.
    #[error("port {port} of this machine cannot be used ({error}); choose another, or 0 for any that is free")]
    Port {
        /// Which one.
        port: u16,
        /// What the system said.
        error: io::Error,
    },
    /// No randomness for the link.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// The desk, as its pages share it.
pub struct Desk {
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    pub(super) rng: Rng,
    pub(super) gate: Gate,
    pub(super) session: Session,
}

impl Desk {
    /// Starts a locked desk on 127.0.0.1, on the current Tokio runtime.
    pub async fn start(settings: Settings, clock: Clock, rng: Rng) -> Result<RunningDesk, DeskError> {
        let listener = bind(settings.port).await?;
        let address = listener.local_addr().map_err(|error| DeskError::Port { port: settings.port, error })?;
        let desk = Arc::new(Self::new(settings, clock, rng, address)?);
        let link = desk.gate.fresh_link(&*desk.rng)?;
        let (stop, stopped) = oneshot::channel::<()>();
        // A browser opens six connections.
        let limits = Limits { connections: 32, shutdown: Duration::from_secs(5), ..Limits::default() };
        let serving = listener::serve(listener, pages::router(&desk), limits, async { drop(stopped.await) });
        let serving = tokio::spawn(serving);
        let watched = Arc::clone(&desk);
        let watching = tokio::spawn(async move { watched.session.watch().await });
        Ok(RunningDesk { address, link, desk, stop, serving, watching })
    }

    /// A desk that is not listening yet.
    pub(super) fn new(settings: Settings, clock: Clock, rng: Rng, address: SocketAddr) -> Result<Self, DeskError> {
        if settings.idle_minutes == 0 {
            return Err(DeskError::Setting("the desk must lock itself after at least one minute"));
        }
        if !settings.save_folder.is_absolute() {
            return Err(DeskError::Setting("the folder for saved files must be a whole path"));
        }
        // Only to tell a wrong address at once; unlocking makes its own.
        Client::new(&settings.server, settings.proxy.as_deref())?;
        if let Some(reporters) = &settings.reporters {
            Client::new(reporters, settings.proxy.as_deref())?;
        }
        make_folder(&settings.folder)?;
        make_folder(&settings.save_folder)?;
        let idle = Duration::from_secs(settings.idle_minutes.saturating_mul(60).min(365 * 86_400));
        let (gate, session) =
            (Gate::new(address, &*rng)?, Session::new(Presence::new(idle, clock.clone()), FIRST_WAIT));
        Ok(Self { settings, clock, rng, gate, session })
    }
}

/// A desk that is serving its pages.
pub struct RunningDesk {
    /// Where it listens.
    pub address: SocketAddr,
    /// The one-time link that lets the first browser in.
    pub link: String,
    desk: Arc<Desk>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    watching: JoinHandle<()>,
}

impl RunningDesk {
    /// Unlocks the desk from the terminal. A wrong passphrase is answered only after a wait that grows.
    pub async fn unlock(&self, passphrase: SecretText) -> Result<(), UnlockError> {
        let Desk { settings, clock, rng, session, .. } = &*self.desk;
        session.unlock(settings, clock, rng, passphrase).await
    }

    /// Locks the desk: wipes the key and everything that was opened.
    pub fn lock(&self) {
        self.desk.session.lock();
    }

    /// A new one-time link. Once it is used, the browser that was let in before is shut out.
    pub fn fresh_link(&self) -> Result<String, NoRandomness> {
        self.desk.gate.fresh_link(&*self.desk.rng)
    }

    /// Locks the desk, lets answers that are under way finish, and ends.
    pub async fn shutdown(self) {
        self.desk.session.lock();
        self.watching.abort();
        drop(self.stop);
        // It ends by itself; that it was cancelled from outside changes nothing here.
        let _ = self.serving.await;
    }
}

async fn bind(port: u16) -> Result<TcpListener, DeskError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| DeskError::Port { port, error })
}

fn make_folder(path: &Path) -> Result<(), DeskError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| DeskError::Folder { path: path.to_owned(), error })
}
