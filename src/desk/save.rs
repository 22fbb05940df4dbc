//! Saves an attachment to the member's disk: never opened, never over another file, never where its name says.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;

use super::pins::private;
use crate::protocol::bytes::to_hex;
use crate::secret::random_bytes;

/// Longest file name, in bytes, that is kept of what the reporter's device gave; most file systems take 255.
const NAME_MAX: usize = 180;

/// Names that mean a device on some systems, whatever follows the first dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Why a file was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The folder is not an absolute path of a folder that is there.
    #[error("{0:?} is not a folder on this machine; write its whole path, and make it first if need be")]
    Folder(PathBuf),
    /// The disk.
    #[error("{path} could not be written ({error}); check the folder's permissions and the disk's free space")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The content does not open, or could not be fetched.
    #[error("the file was not saved: {0}")]
    Content(String),
}

/// A file name of one part, without what could mislead or do harm, out of what the reporter's device gave.
pub fn safe_name(given: &str) -> String {
    let kept: String =
        given.chars().filter(|c| !is_invisible(*c)).map(|c| if is_separator(c) { '_' } else { c }).collect();
    let name = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let name = if name.is_empty() { "file" } else { name };
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = (stem.starts_with("com") || stem.starts_with("lpt")) && stem.chars().count() == 4;
    let guard = if DEVICES.contains(&stem.as_str()) || numbered { "_" } else { "" };
    shorten(&format!("{guard}{name}"))
}

/// Control characters, and those that turn or hide text, by which `exe.jpg` is made of `gpj.exe`.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_separator(c: char) -> bool {
    matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

/// Cuts the middle so that the ending stays.
fn shorten(name: &str) -> String {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    let ending = if ending.len() > 20 { "" } else { ending };
    let mut end = NAME_MAX - ending.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", stem[..end].trim_end())
}

/// `("photo", ".jpg")`; the ending is empty when there is none.
fn split(name: &str) -> (&str, &str) {
    name.rfind('.').filter(|dot| *dot > 0).map_or((name, ""), |dot| name.split_at(dot))
}

/// Writes what `fill` gives to a new file in `folder`, readable by its owner only, and returns its path. `fill` returns
/// the length the file is cut to; until it has, nothing of the name is there but an empty file.
pub fn save(
    folder: &Path,
    given: &str,
    rng: &dyn SecureRandom,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<u64, String>,
) -> Result<PathBuf, SaveError> {
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(SaveError::Folder(folder.to_owned()));
    }
    let random: [u8; 8] = random_bytes(rng).map_err(|error| SaveError::Content(error.to_string()))?;
    let part = folder.join(format!(".amparo-{}.part", to_hex(&random)));
    let path = reserve(folder, &safe_name(given))?;
    let written = write(&part, &path, fill);
    if written.is_err() {
        // What is left over is empty or unproven; that it cannot be removed changes nothing about the error.
        let _ = fs::remove_file(&part);
        let _ = fs::remove_file(&path);
    }
    written.map(|()| path)
}

fn write(
    part: &Path,
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<u64, String>,
) -> Result<(), SaveError> {
    let io_error = |error| SaveError::Io { path: path.to_owned(), error };
    let file = private(OpenOptions::new().write(true).create_new(true)).open(part).map_err(io_error)?;
    let mut out = BufWriter::new(file);
    let length = fill(&mut out).map_err(SaveError::Content)?;
    let mut finish = || -> io::Result<()> {
        out.flush()?;
        out.get_ref().set_len(length)?;
        out.get_ref().sync_all()?;
        fs::rename(part, path)?;
        File::open(path.parent().unwrap_or(path))?.sync_all()
    };
    finish().map_err(io_error)
}

/// Makes an empty file under the first free name: `photo.jpg`, `photo (2).jpg`…
fn reserve(folder: &Path, name: &str) -> Result<PathBuf, SaveError> {
    let (stem, ending) = split(name);
    let mut path = folder.join(name);
    for number in 2.. {
        match private(OpenOptions::new().write(true).create_new(true)).open(&path) {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number <= 10_000 => {
                path = folder.join(OsString::from(format!("{stem} ({number}){ending}")));
            }
            Err(error) => return Err(SaveError::Io { path, error }),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn a_name_is_never_a_path_and_never_misleads() {
        for (given, safe) in [
            ("photo.jpg", "photo.jpg"),
            ("../../.ssh/authorized_keys", "_.._.ssh_authorized_keys"),
            ("C:\\Users\\x.doc", "C__Users_x.doc"),
            (".bashrc", "bashrc"),
            ("a\0b\r\n.txt", "ab.txt"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("  ", "file"),
            ("...", "file"),
            ("", "file"),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("company.pdf", "company.pdf"),
            ("عقد.pdf", "عقد.pdf"),
        ] {
            assert_eq!(safe_name(given), safe, "{given:?}");
        }
        let long = safe_name(&format!("{}.pdf", "é".repeat(400)));
        assert!(long.len() <= NAME_MAX && long.ends_with("é.pdf"));
    }

    #[test]
    fn nothing_is_overwritten_and_only_the_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let rng = SystemRandom::new();
        let save_one = |content: &'static [u8]| {
            save(folder.path(), "photo.jpg", &rng, move |out| {
                out.write_all(content).map_err(|e| e.to_string())?;
                Ok(3)
            })
        };
        let first = save_one(b"one and padding").unwrap();
        let second = save_one(b"two").unwrap();
        assert_eq!(second.file_name().unwrap(), "photo (2).jpg");
        assert_eq!((fs::read(&first).unwrap(), fs::read(&second).unwrap()), (b"one".to_vec(), b"two".to_vec()));
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&first).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    #[test]
    fn what_does_not_open_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let refused = save(folder.path(), "a.txt", &SystemRandom::new(), |out| {
            out.write_all(b"half").map_err(|e| e.to_string())?;
            Err("it was altered".to_owned())
        });
        assert!(matches!(refused, Err(SaveError::Content(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let nowhere = save(Path::new("relative"), "a.txt", &SystemRandom::new(), |_| Ok(0));
        assert!(matches!(nowhere, Err(SaveError::Folder(_))));
    }
}
