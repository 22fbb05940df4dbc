//! `amparo serve`: reporters' pages on one listener, what desks ask for on another, text messages on a third.

mod sms;

use std::fmt::Write;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{CliError, Context};
use crate::blobs::{BlobError, Blobs};
use crate::clock::Clock;
use crate::config::sms_gateways::Listen;
use crate::config::{Config, ConfigError};
use crate::folder::{self, FolderError};
use crate::http::{health, member, reporter};
use crate::intake::{Intake, IntakeError, Settings, uploads};
use crate::keys_folder::{self, KeysFolderError};
use crate::listener::socket::{self, SocketError};
use crate::listener::{self, Limits};
use crate::log::{self, Level};
use crate::mail::lmtp;
use crate::mail::mailroom::{Mailroom, MailroomError};
use crate::mail::reply::{Replies, ReplyError};
use crate::process::{self, NotHardened};
use crate::protocol::manifest::{History, HistoryError};
use crate::secret::{Rng, wipe_stack};
use crate::sms::ServiceError;
use crate::sms::gateway::configured::GatewayError;
use crate::store::{Store, StoreError};
use crate::web_files;

/// `amparo serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo serve --config /etc/amparo/amparo.toml

SIGTERM and Ctrl-C let requests under way end, then close the database. `amparo doctor` tells beforehand what is missing.")]
pub struct Serve {
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "amparo.toml")]
    config: PathBuf,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The process cannot be closed against others.
    #[error(transparent)]
    NotHardened(#[from] NotHardened),
    /// The keys folder is wrong.
    #[error(transparent)]
    KeysFolder(#[from] KeysFolderError),
    /// The manifests do not hold.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The data folder is wrong.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of attachments does not open.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Collecting stray files failed.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// Another program has the data folder.
    #[error("another amparo is using {}; stop it first, or give this one a data folder of its own", .0.display())]
    InUse(PathBuf),
    /// The port is taken.
    #[error(
        "{0} is in use by another program; stop that program (`ss -ltnp` names it), or change `listen` in the configuration"
    )]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error(
        "{address} cannot be listened on ({source}); use an address of this machine, and a port above 1023 unless root"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A gateway for text messages cannot be set up.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// Text messages cannot be answered.
    #[error(transparent)]
    Sms(#[from] ServiceError),
    /// An address for reports is wrong.
    #[error(transparent)]
    Mailroom(#[from] MailroomError),
    /// Letters cannot be answered.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// A socket for text messages or letters cannot be made.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The system gives no threads or signals.
    #[error("the system does not let the server run ({0}); look at the limits of this user (`ulimit -a`)")]
    System(#[from] io::Error),
}

impl Serve {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let config = Config::load(&self.config).map_err(ServeError::from)?;
        let (clock, rng) = (context.clock.clone(), context.rng.clone());
        let served = runtime()?.block_on(async {
            let running = Server::start(&config, clock.clone(), rng).await?;
            let signals = Signals::install()?;
            let mut listens = format!("reporters at http://{}, members at http://{}", running.reporter, running.member);
            if let Some(place) = &running.sms {
                let _ = write!(listens, ", gateways at {place}");
            }
            log::event(&clock, Level::Info, &listens);
            signals.asked().await;
            log::event(&clock, Level::Info, "stopping; requests under way may end");
            running.stop().await
        });
        served.map_err(Into::into)
    }
}

/// The threads that a server or desk runs on. None keeps anything on its stack once it rests, or ends.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, ServeError> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    threads.enable_all().thread_keep_alive(Duration::from_secs(5));
    Ok(threads.on_thread_park(wipe_stack).on_thread_stop(wipe_stack).build()?)
}

/// SIGTERM and Ctrl-C, by which somebody asks the program to stop.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches both from now on. Do this before saying that all is ready: whoever reads that may ask at once.
    pub fn install() -> Result<Self, ServeError> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them; one that came since they are caught counts.
    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// A server that is running.
pub(super) struct Server {
    /// Where reporters' pages are.
    pub reporter: SocketAddr,
    /// Where desks ask.
    pub member: SocketAddr,
    /// Where gateways bring text messages, when there are any.
    pub sms: Option<Listen>,
    intake: Arc<Intake>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    _lock: File,
}

impl Server {
    /// Checks everything a server needs, and starts both listeners.
    pub async fn start(config: &Config, clock: Clock, rng: Rng) -> Result<Self, ServeError> {
        process::harden()?;
        let (intake, lock) = open_intake(config, &clock, rng.clone()).await?;
        let intake = Arc::new(intake);
        if web_files::all().is_empty() {
            log::event(&clock, Level::Warn, &format!("{}; {}", web_files::NO_SCRIPTS[0], web_files::NO_SCRIPTS[1]));
        }
        intake.resume_uploads().await?;
        let (reporter, member) = (listen(config.reporter.listen).await?, listen(config.member.listen).await?);
        let sms = sms::Sms::prepare(config, &intake, &clock, rng.clone()).await?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let limits = Limits {
            connections: config.limits.connections,
            header: config.limits.header_time(),
            stall: config.limits.stall_time(),
            ..Limits::default()
        };
        let addresses = (address_of(&reporter)?, address_of(&member)?);
        let sms_listens = sms.as_ref().map(sms::Sms::listens).transpose()?.flatten();
        let pages = reporter::router(reporter::Reporter::new(Arc::clone(&intake), config).map_err(IntakeError::from)?);
        let pages = pages.merge(health::router(Arc::clone(&intake)));
        tasks.spawn(listener::serve(reporter, pages, limits, asked(stopped.clone())));
        let requests = member::router(Arc::clone(&intake), member::BODY);
        // Each connection may hold a body of 8 MiB, and desks are few.
        let few = Limits { connections: limits.connections.min(64), ..limits };
        tasks.spawn(listener::serve(member, requests, few, asked(stopped.clone())));
        if let Some(sms) = sms {
            sms.serve(limits, &stopped, &mut tasks);
        }
        take_letters(config, &intake, &clock, rng, &stopped, &mut tasks)?;
        tasks.spawn(drop_idle_uploads(Arc::clone(&intake), clock.clone(), stopped.clone()));
        tasks.spawn(nightly(Arc::clone(&intake), clock, stopped));
        Ok(Self { reporter: addresses.0, member: addresses.1, sms: sms_listens, intake, stop, tasks, _lock: lock })
    }

    /// Takes nothing new, lets what is under way end, and closes the database.
    pub async fn stop(mut self) -> Result<(), ServeError> {
        self.stop.send_replace(true);
        self.intake.end_waiting();
        while self.tasks.join_next().await.is_some() {}
        Ok(self.intake.close().await?)
    }
}

/// Reports by e-mail, where a socket for them is configured.
fn take_letters(
    config: &Config,
    intake: &Arc<Intake>,
    clock: &Clock,
    rng: Rng,
    stopped: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), ServeError> {
    let Some(socket) = &config.mail.socket else { return Ok(()) };
    let history = Arc::clone(intake);
    let replies = Replies::new(&config.mail, &config.reporter, move || history.history(), clock.clone(), rng)?;
    if replies.is_none() {
        log::event(
            clock,
            Level::Warn,
            "letters are not answered, so nobody who writes one gets a token; set mail.smtp_server",
        );
    }
    let mailroom = Arc::new(Mailroom::new(Arc::clone(intake), config, replies)?);
    let listener = socket::listen(socket)?;
    log::event(clock, Level::Warn, crate::mail::WARNING);
    tasks.spawn(lmtp::serve(listener, mailroom, config.mail.message_bytes.as_usize(), stopped.clone()));
    Ok(())
}

/// The use cases on the configured folders, which nobody else uses as long as the lock is held.
pub(super) async fn open_intake(config: &Config, clock: &Clock, rng: Rng) -> Result<(Intake, File), ServeError> {
    let storage = &config.storage;
    keys_folder::refuse_private_keys(&storage.keys)?;
    let history = Arc::new(History::verify(keys_folder::read(&storage.keys)?)?);
    if history.valid_on(clock.today()).is_none() {
        let expired = "the newest manifest is not valid today: nothing new is sealed until the heads sign another";
        log::event(clock, Level::Error, expired);
    }
    folder::private(&storage.data)?;
    let lock = lock(&storage.data)?;
    let store = Store::open(&storage.data.join("amparo.db")).await?;
    let blobs = Blobs::open(&storage.data.join("blobs"))?;
    let spare_disk_bytes = config.limits.spare_disk_bytes.bytes();
    let uploads = uploads::Limits::from(&config.limits);
    let settings = Settings { spare_disk_bytes, uploads, ..Settings::new(storage.data.clone()) };
    let intake = Intake::new(store, blobs, history, clock.clone(), rng, settings);
    let strays = intake.collect().await?;
    if strays > 0 {
        log::event(clock, Level::Info, &format!("removed {strays} attachments of submissions that never ended"));
    }
    intake.forget_due().await?;
    Ok((intake, lock))
}

async fn asked(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is as good as being asked.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Drops the uploads that were given up, every half minute.
async fn drop_idle_uploads(intake: Arc<Intake>, clock: Clock, stopped: watch::Receiver<bool>) {
    let mut stopped = std::pin::pin!(asked(stopped));
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
        }
        if let Err(error) = intake.drop_idle_uploads().await {
            log::event(&clock, Level::Error, &format!("an upload that was given up could not be removed: {error}"));
        }
    }
}

/// Tidies once a day, in the first minutes after midnight UTC.
async fn nightly(intake: Arc<Intake>, clock: Clock, stopped: watch::Receiver<bool>) {
    let mut day = clock.today();
    let mut stopped = std::pin::pin!(asked(stopped));
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(Duration::from_mins(5)) => {}
        }
        if clock.today() != day {
            match intake.tidy(day).await {
                Ok(()) => day = clock.today(),
                Err(error) => log::event(&clock, Level::Error, &format!("the nightly tidying failed: {error}")),
            }
        }
    }
}

/// Two programs on one folder would each collect what the other is about to name.
fn lock(data: &Path) -> Result<File, ServeError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(data.join("lock"))?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(ServeError::InUse(data.to_owned())),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse(address),
        _ => ServeError::Listen { address, source },
    })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, ServeError> {
    Ok(listener.local_addr()?)
}
