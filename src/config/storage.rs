//! `[storage]`: where things lie.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Problem;

/// Two folders: one only this program reads, one that everybody may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Database and attachments. Mode 0700; made when it is missing.
    pub data: PathBuf,
    /// The manifests and their signatures; see `keys/README.md`.
    pub keys: PathBuf,
}

impl Default for Storage {
    fn default() -> Self {
        Self { data: "data".into(), keys: "keys".into() }
    }
}

impl Storage {
    pub(super) fn resolve(&mut self, folder: &Path) {
        self.data = folder.join(&self.data);
        self.keys = folder.join(&self.keys);
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.data.starts_with(&self.keys) || self.keys.starts_with(&self.data) {
            return Err(Problem::new(
                "storage.keys",
                format!("{} and {} lie in each other", self.keys.display(), self.data.display()),
                "use two folders side by side: one is public, the other is not",
            ));
        }
        Ok(())
    }
}
