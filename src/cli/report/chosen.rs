//! The files that were chosen: looked at before anything is sealed, and cleaned where they can be.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::attach::{AttachError, Attaching};
use crate::cli::files::FileError;
use crate::cli::text::plain;
use crate::locale::Language;
use crate::protocol::wire::reporter::WireLimits;
use crate::questions::{Verdict, original_name};
use crate::reporter::pictures::Looked;

/// The largest picture that is cleaned, in bytes: cleaning takes the whole of it into memory.
const PICTURE_MAX: u64 = 512 << 20;

/// The files of a report or message.
pub struct Chosen {
    files: Vec<One>,
    /// Whether originals are sealed beside their clean copies.
    pub originals: bool,
}

/// A file that was looked at.
struct One {
    path: PathBuf,
    length: u64,
    verdict: Verdict,
}

impl Chosen {
    /// Looks at each file; refuses what cannot be read, and what `limits` do not allow, before it looks.
    pub fn look(paths: &[PathBuf], originals: bool, limits: Option<&WireLimits>) -> Result<Self, AttachError> {
        let mut files = Vec::new();
        for path in paths {
            let length = open(path)?.metadata().map_err(|source| unreadable(path, source))?.len();
            if let Some(limits) = limits.filter(|limits| length > limits.file_bytes) {
                let most = limits.file_bytes / 1_000_000;
                let path = path.display();
                let why = format!("{path} is larger than {most} MB, which is all this server takes; send a part");
                return Err(AttachError::Limit(why));
            }
            files.push((path, length));
        }
        let one = |(path, length): (&PathBuf, u64)| {
            let (_, verdict) = look(path)?;
            Ok(One { path: path.clone(), length, verdict })
        };
        let chosen = Self { files: files.into_iter().map(one).collect::<Result<_, AttachError>>()?, originals };
        chosen.check(limits)?;
        Ok(chosen)
    }

    /// Refuses files that are too many or too large together, originals included.
    pub fn check(&self, limits: Option<&WireLimits>) -> Result<(), AttachError> {
        let Some(limits) = limits else { return Ok(()) };
        let originals = self.files.iter().filter(|file| self.originals && file.is_cleaned());
        let lengths: Vec<_> = self.files.iter().chain(originals).map(|file| file.length).collect();
        let all = lengths.iter().fold(0_u64, |all, length| all.saturating_add(*length));
        if lengths.len() as u64 > limits.files || all > limits.submission_bytes {
            let (count, most) = (limits.files, limits.submission_bytes / 1_000_000);
            return Err(AttachError::Limit(format!(
                "this server takes {count} files and {most} MB at once, originals included; send the rest in a message \
                 afterwards"
            )));
        }
        Ok(())
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether it has to be asked for originals: some picture has one, and nothing was said of it yet.
    #[must_use]
    pub fn asks_for_originals(&self) -> bool {
        !self.originals && self.files.iter().any(One::is_cleaned)
    }

    /// Says of each file what was found in it.
    pub fn tell(&self, output: &mut dyn Write, language: Language) -> io::Result<()> {
        let locale = language.locale();
        if !self.is_empty() {
            writeln!(output, "\n{}", locale.text("told-title"))?;
        }
        for file in &self.files {
            writeln!(output, "  {}\n    {}", plain(&file.path.display().to_string()), file.verdict.text(locale))?;
        }
        Ok(())
    }

    /// Seals all of them. A file that is no longer what it was when it was told of is not sealed.
    pub fn seal(&self, attaching: &mut Attaching) -> Result<(), AttachError> {
        for One { path, verdict, .. } in &self.files {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let (looked, now) = look(path)?;
            if now != *verdict {
                return Err(AttachError::Changed(path.clone()));
            }
            looked.seal(self.originals, |content, is_original| {
                let name = if is_original { original_name(&name) } else { name.clone() };
                attaching.seal(content, path, name)
            })?;
        }
        Ok(())
    }
}

impl One {
    fn is_cleaned(&self) -> bool {
        matches!(self.verdict, Verdict::Cleaned(_))
    }
}

/// Looks at the file at `path`, and says what was found.
fn look(path: &Path) -> Result<(Looked<File>, Verdict), AttachError> {
    let file = open(path)?;
    let looked = file.metadata().and_then(|told| Looked::at(file, Some(told.len()), PICTURE_MAX));
    let looked = looked.map_err(|source| unreadable(path, source))?;
    let verdict = looked.cleaning().map_or(Verdict::TooLarge, Verdict::from);
    Ok((looked, verdict))
}

fn open(path: &Path) -> Result<File, AttachError> {
    File::open(path).map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: io::Error) -> AttachError {
    FileError::Unreadable { path: path.to_owned(), source }.into()
}
