//! Locked or unlocked: the passphrase, the lock button, and locking by itself.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Settings;
use super::cases::{CasesError, Unlocked, follow};
use super::client::{Client, ClientError};
use super::hotline::Hotline;
use super::presence::Presence;
use super::whole::whole;
use crate::clock::Clock;
use crate::protocol::member::{KeyFileError, MemberKey};
use crate::protocol::seal::SealError;
use crate::secret::{Rng, SecretText};

/// The largest key file that is read, in bytes.
const KEY_FILE_MAX: u64 = 64 << 10;

/// The longest wait after a wrong passphrase.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often it is looked whether the time is over. Timers stand still while the machine sleeps, so none runs for long.
const LOOK: Duration = Duration::from_secs(2);

/// Why the desk stays locked.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// Wrong passphrase.
    #[error("this passphrase does not open your key; check capitals and keyboard layout, and type it again")]
    Passphrase,
    /// The key file cannot be read.
    #[error("your key file {path} cannot be read ({error}); plug in the disk it is on, or correct the desk's settings")]
    KeyFile {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is no member's key.
    #[error(transparent)]
    Key(KeyFileError),
    /// The authority does not know the key.
    #[error(
        "your key is not in the authority's manifest; ask its head whether it was replaced, and whether this desk speaks to the right server"
    )]
    NotAMember,
    /// The server or its manifests.
    #[error(transparent)]
    Cases(#[from] CasesError),
    /// The work was cut off.
    #[error("unlocking was cut off; try again")]
    CutOff,
}

impl From<ClientError> for UnlockError {
    fn from(error: ClientError) -> Self {
        Self::Cases(error.into())
    }
}

/// The state of the desk.
pub struct Session {
    unlocked: Mutex<Option<Arc<Unlocked>>>,
    presence: Presence,
    /// Wrong passphrases in a row; held while one is tried, so that they are tried one after another.
    failures: tokio::sync::Mutex<u32>,
    first_wait: Duration,
}

impl Session {
    /// Locked; once unlocked it locks itself when `presence` is over. The first wrong passphrase costs `first_wait`,
    /// each further one twice as much, up to 30 seconds.
    pub fn new(presence: Presence, first_wait: Duration) -> Self {
        Self { unlocked: Mutex::new(None), presence, failures: tokio::sync::Mutex::new(0), first_wait }
    }

    /// What was unlocked, while it is.
    pub fn current(&self) -> Option<Arc<Unlocked>> {
        whole(&self.unlocked).clone()
    }

    /// Somebody is there. When they come too late, the desk is locked first.
    pub fn touch(&self) {
        if !self.presence.renew() {
            self.lock();
        }
    }

    /// Drops key and cases; what is still being worked on with them is the last to hold them.
    pub fn lock(&self) {
        if let Some(unlocked) = whole(&self.unlocked).take() {
            unlocked.stop();
        }
    }

    /// Opens the member's key and asks the server for the manifests.
    pub async fn unlock(
        &self,
        settings: &Settings,
        clock: &Clock,
        rng: &Rng,
        passphrase: SecretText,
    ) -> Result<(), UnlockError> {
        let mut failures = self.failures.lock().await;
        let (settings, clock, rng) = (settings.clone(), clock.clone(), rng.clone());
        let key_file = settings.key_file.clone();
        let opened = tokio::task::spawn_blocking(move || open_key(&key_file, &passphrase)).await;
        let connected = match opened.unwrap_or(Err(UnlockError::CutOff)) {
            Ok(key) => {
                // The copy of the cases is one program's alone, so whoever holds it here lets it go first.
                self.lock();
                let connect = tokio::task::spawn_blocking(move || connect(key, settings, clock, rng));
                connect.await.unwrap_or(Err(UnlockError::CutOff))
            }
            Err(error) => Err(error),
        };
        match connected {
            Ok(unlocked) => {
                *failures = 0;
                self.touch();
                let unlocked = Arc::new(unlocked);
                let followed = Arc::downgrade(&unlocked);
                *whole(&self.unlocked) = Some(unlocked);
                std::thread::spawn(move || follow(&followed));
                Ok(())
            }
            Err(UnlockError::Passphrase) => {
                let wait = self.first_wait.saturating_mul(1 << (*failures).min(16));
                *failures += 1;
                tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
                Err(UnlockError::Passphrase)
            }
            Err(error) => Err(error),
        }
    }

    /// Locks whenever nobody has been there for long enough. Never returns.
    pub async fn watch(&self) {
        loop {
            let left = self.presence.left();
            if left.is_none() {
                self.lock();
            }
            tokio::time::sleep(left.unwrap_or(LOOK).min(LOOK)).await;
        }
    }
}

fn open_key(path: &Path, passphrase: &SecretText) -> Result<MemberKey, UnlockError> {
    let read = || {
        let mut text = String::new();
        File::open(path)?.take(KEY_FILE_MAX).read_to_string(&mut text).map(|_| text)
    };
    let text = read().map_err(|error| UnlockError::KeyFile { path: path.to_owned(), error })?;
    MemberKey::open(passphrase, &text).map_err(|error| match error {
        KeyFileError::Seal(SealError::WrongPassphrase) => UnlockError::Passphrase,
        other => UnlockError::Key(other),
    })
}

fn connect(key: MemberKey, settings: Settings, clock: Clock, rng: Rng) -> Result<Unlocked, UnlockError> {
    let client = Client::new(&settings.server, settings.proxy.as_deref())?;
    let hotline = Hotline::new(settings.reporters, settings.proxy);
    let unlocked = Unlocked::connect(key, client, hotline, settings.folder, settings.root_fingerprint, clock, rng)?;
    unlocked.ok_or(UnlockError::NotAMember)
}
