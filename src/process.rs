//! Hygiene of the process itself, before it reads its first secret.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit, umask};

/// The system refused to switch core dumps off.
#[derive(Debug, thiserror::Error)]
#[error(
    "core dumps could not be switched off ({0}), and one would hold secrets; run the program without that restriction"
)]
pub struct NotHardened(#[from] std::io::Error);

/// Switches core dumps off, keeps other programs of the same user from reading this one's memory, and lets new files
/// be readable by this user alone. Programs started from here inherit it.
pub fn harden() -> Result<(), NotHardened> {
    umask(Mode::RWXG | Mode::RWXO);
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(std::io::Error::from)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(std::io::Error::from)?;
    Ok(())
}
