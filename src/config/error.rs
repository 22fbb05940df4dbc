use std::io;
use std::path::{Path, PathBuf};

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there, or may not be read.
    #[error("{} cannot be read ({source}); start from deploy/amparo.example.toml, or name another file with --config", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not TOML, a key that does not exist, or a value of the wrong kind.
    #[error("{}, line {line}: {what}; correct that line, or take it out and the default holds", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong in it.
        what: String,
    },
    /// A value that is out of range or does not fit another.
    #[error("{}, {problem}", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// The key and what is wrong.
        problem: Problem,
    },
}

impl ConfigError {
    pub(super) fn malformed(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = 1 + before.matches('\n').count();
        Self::Malformed { file: file.to_owned(), line, what: error.message().trim().replace('\n', ", ") }
    }
}

/// A value that a section's check refuses.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}; {todo}")]
pub struct Problem {
    /// Section and key, as in `limits.file_bytes`.
    pub key: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub todo: String,
}

impl Problem {
    pub(super) fn new(key: &'static str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { key, what: what.into(), todo: todo.into() }
    }
}
