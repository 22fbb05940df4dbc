//! The made-up authority of the demonstration: keys, passphrase and manifests in the demonstration's folder.

use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;

use crate::cli::files::{self, FileError, PRIVATE, PUBLIC};
use crate::clock::Clock;
use crate::config::secret_file::{self, SecretFileError};
use crate::config::sms_gateways::Kannel;
use crate::folder::{self, FolderError};
use crate::keys_folder::{self, KeysFolderError, ManifestFile};
use crate::protocol::bytes::to_hex;
use crate::protocol::example;
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::{History, HistoryError, Manifest, VALID_DAYS, sign, signature_line};
use crate::protocol::member::{KeyFileError, MemberKey, RootKey};
use crate::secret::{NoRandomness, SecretText, random_bytes};

/// scrypt's log₂ N for throwaway keys: a start should not take seconds.
const LOG_N: u8 = 12;

/// What the demonstration needs of its authority.
pub(in crate::cli) struct Authority {
    /// The key file of the first unit's lead.
    pub lead_key: PathBuf,
    /// Opens all its key files.
    pub passphrase: SecretText,
    /// Where that passphrase stands.
    pub passphrase_file: PathBuf,
    /// The key files of all members.
    pub member_keys: Vec<PathBuf>,
    /// What a poster would show.
    pub fingerprint: Fingerprint,
}

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The passphrase cannot be read.
    #[error(transparent)]
    Passphrase(#[from] SecretFileError),
    /// A key cannot be sealed or opened.
    #[error("{0}; delete the demonstration's folder to begin anew")]
    Key(#[from] KeyFileError),
    /// The manifests cannot be read.
    #[error(transparent)]
    KeysFolder(#[from] KeysFolderError),
    /// The manifests do not hold.
    #[error("{0}; delete the demonstration's folder to begin anew")]
    History(#[from] HistoryError),
    /// No randomness.
    #[error("{0}; start the machine again")]
    Randomness(#[from] NoRandomness),
}

/// Reads the authority of an earlier start, or makes one, which has existed for `past` days; renews a manifest that has
/// expired.
pub(in crate::cli) fn prepare(
    dir: &Path,
    keys: &Path,
    past: i64,
    clock: &Clock,
    rng: &dyn SecureRandom,
) -> Result<Authority, AuthorityError> {
    let secrets = dir.join("throwaway-keys");
    folder::private(&secrets)?;
    folder::private(keys)?;
    let passphrase_file = secrets.join("passphrase.txt");
    let root_file = secrets.join("root.key");
    let lead_key = secrets.join("lead.key");
    if !ManifestFile::named(keys, 1).path.exists() {
        make(&secrets, keys, past, clock, rng)?;
    }
    let passphrase = secret_file::read(&passphrase_file)?;
    let mut history = History::verify(keys_folder::read(keys)?)?;
    if history.valid_on(clock.today()).is_none() {
        let root = RootKey::open(&passphrase, &files::read_key_file(&root_file)?)?;
        renew(&history, keys, clock, &root, rng)?;
        history = History::verify(keys_folder::read(keys)?)?;
    }
    let member_keys = key_files(&secrets, &root_file)?;
    Ok(Authority { lead_key, passphrase, passphrase_file, member_keys, fingerprint: history.fingerprint() })
}

fn make(secrets: &Path, keys: &Path, past: i64, clock: &Clock, rng: &dyn SecureRandom) -> Result<(), AuthorityError> {
    let passphrase = SecretText::new(to_hex(&random_bytes::<12>(rng)?));
    let today = clock.today();
    let authority = example::large_authority_since(today.plus(-past).unwrap_or(today), today, rng);
    let line = format!("{}\n", passphrase.expose());
    files::replace(&secrets.join("passphrase.txt"), line.as_bytes(), PRIVATE, rng)?;
    let root = authority.root.seal(&passphrase, Some(LOG_N))?;
    files::replace(&secrets.join("root.key"), root.as_bytes(), PRIVATE, rng)?;
    for member in &authority.members {
        let path = secrets.join(format!("{}.key", member.alias));
        files::replace(&path, member.seal(&passphrase, Some(LOG_N))?.as_bytes(), PRIVATE, rng)?;
    }
    // The first one last: a start that finds none makes everything anew.
    let sources = authority.history.sources();
    for (source, serial) in sources.iter().rev().zip((1..=sources.len() as u64).rev()) {
        write(keys, serial, &source.bytes, &source.signatures, rng)?;
    }
    Ok(())
}

impl Authority {
    /// Opens the keys of all members.
    pub fn member_keys(&self) -> Result<Vec<MemberKey>, AuthorityError> {
        let open = |path: &PathBuf| Ok(MemberKey::open(&self.passphrase, &files::read_key_file(path)?)?);
        self.member_keys.iter().map(open).collect()
    }
}

/// The demonstration's Kannel user, whose password is made up on the first start.
pub(super) fn kannel(dir: &Path, rng: &dyn SecureRandom) -> Result<Kannel, AuthorityError> {
    let password_file = dir.join("throwaway-keys").join("kannel-password.txt");
    if !password_file.exists() {
        let line = format!("{}\n", to_hex(&random_bytes::<12>(rng)?));
        files::replace(&password_file, line.as_bytes(), PRIVATE, rng)?;
    }
    Ok(Kannel { user: "demo".into(), password_file })
}

/// The key files in `secrets` but the root's, by name.
fn key_files(secrets: &Path, root_file: &Path) -> Result<Vec<PathBuf>, FileError> {
    let unreadable = |source| FileError::Unreadable { path: secrets.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(secrets).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "key") && path != root_file {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a configuration for the desk of each member, so that `amparo desk --config` opens any of them, and returns
/// the folder they are in. `servers` are the members' and the reporters' address of this start.
pub(super) fn write_desks(
    dir: &Path,
    authority: &Authority,
    (server, reporters): (&str, &str),
    rng: &dyn SecureRandom,
) -> Result<PathBuf, AuthorityError> {
    let desks = dir.join("desks");
    folder::private(&desks)?;
    for key_file in &authority.member_keys {
        let Some(alias) = key_file.file_stem().and_then(|alias| alias.to_str()) else { continue };
        let text = format!(
            "[desk]\nserver = \"{server}\"\nreporters = \"{reporters}\"\nroot_fingerprint = \"{}\"\nkey_file = \"../throwaway-keys/{alias}.key\"\n\
             passphrase_file = \"../throwaway-keys/passphrase.txt\"\nsave_folder = \"../saved\"\n",
            authority.fingerprint
        );
        files::replace(&desks.join(format!("{alias}.toml")), text.as_bytes(), PRIVATE, rng)?;
    }
    Ok(desks)
}

fn renew(
    history: &History,
    keys: &Path,
    clock: &Clock,
    root: &RootKey,
    rng: &dyn SecureRandom,
) -> Result<(), AuthorityError> {
    let today = clock.today();
    let next = Manifest {
        authority: Some(*history.authority()),
        serial: history.current().serial + 1,
        previous: Some(history.current_hash()),
        issued: today,
        expires: today.plus(VALID_DAYS).unwrap_or(today),
        ..history.current().clone()
    };
    let bytes = next.to_bytes();
    let signatures = signature_line(root.signing(), &sign(&bytes, history.authority(), root.signing()));
    write(keys, next.serial, &bytes, &signatures, rng)
}

/// The signatures first: a manifest without them would stop the next start.
fn write(
    keys: &Path,
    serial: u64,
    bytes: &[u8],
    signatures: &str,
    rng: &dyn SecureRandom,
) -> Result<(), AuthorityError> {
    let path = ManifestFile::named(keys, serial).path;
    files::replace(&keys_folder::signature_path(&path), signatures.as_bytes(), PUBLIC, rng)?;
    Ok(files::replace(&path, bytes, PUBLIC, rng)?)
}
