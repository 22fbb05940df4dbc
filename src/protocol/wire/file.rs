//! A sealed report as one file, to be sent later or from elsewhere: `docs/protocol.md`, section 12.
//!
//! The file holds ciphertext and signatures only. Whoever carries it learns which unit it is for, the day, and sizes;
//! the token is not in it.

use std::io::{self, Read, Write};

use super::reporter::NewReport;

/// What every sealed report file begins with.
pub const MAGIC: &[u8; 17] = b"amparo/v1/report\n";

/// The longest description of a report, in bytes: text of 1 MiB, padded, sealed and in base64, and many grants.
const DESCRIPTION_MAX: u32 = 6 << 20;

/// The length of a description from the four bytes that stand before it; `None` when none is so long.
#[must_use]
pub fn description_length(bytes: [u8; 4]) -> Option<usize> {
    let length = u32::from_be_bytes(bytes);
    (length <= DESCRIPTION_MAX).then_some(length as usize)
}

/// Why a file is not a sealed report.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is something else, or was cut.
    #[error("this is not a whole sealed report; choose the file that was saved when it was sealed")]
    Malformed,
    /// The disk.
    #[error("the file cannot be read or written ({0}); check the disk and its free space")]
    Io(#[from] io::Error),
}

/// Writes the beginning; each attachment follows as its length and its ciphertext, see [`write_length`].
pub fn write_start(out: &mut impl Write, report: &NewReport) -> Result<(), FileError> {
    let description = serde_json::to_vec(report).map_err(io::Error::from)?;
    let length = u32::try_from(description.len()).ok().filter(|length| *length <= DESCRIPTION_MAX);
    out.write_all(MAGIC)?;
    out.write_all(&length.ok_or(FileError::Malformed)?.to_be_bytes())?;
    Ok(out.write_all(&description)?)
}

/// Writes the length of the attachment that follows.
pub fn write_length(out: &mut impl Write, length: u64) -> Result<(), FileError> {
    Ok(out.write_all(&length.to_be_bytes())?)
}

/// Reads a sealed report; its attachments come one after another.
pub struct ReportFile<R: Read> {
    /// What is sent besides the attachments.
    pub report: NewReport,
    inner: R,
}

impl<R: Read> ReportFile<R> {
    /// Reads the beginning.
    pub fn new(mut inner: R) -> Result<Self, FileError> {
        let mut magic = [0; MAGIC.len()];
        let mut length = [0; 4];
        read(&mut inner, &mut magic)?;
        read(&mut inner, &mut length)?;
        let length = description_length(length).filter(|_| magic == *MAGIC).ok_or(FileError::Malformed)?;
        let mut description = Vec::new();
        inner.by_ref().take(length as u64).read_to_end(&mut description)?;
        let report = serde_json::from_slice(&description).map_err(|_| FileError::Malformed)?;
        Ok(Self { report, inner })
    }

    /// The next attachment's length and ciphertext; `None` after the last. Read it to its end before the next.
    pub fn attachment(&mut self) -> Result<Option<(u64, io::Take<&mut R>)>, FileError> {
        let mut length = [0; 8];
        if self.inner.read(&mut length[..1])? == 0 {
            return Ok(None);
        }
        read(&mut self.inner, &mut length[1..])?;
        let length = u64::from_be_bytes(length);
        Ok(Some((length, self.inner.by_ref().take(length))))
    }
}

fn read(from: &mut impl Read, into: &mut [u8]) -> Result<(), FileError> {
    from.read_exact(into).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => FileError::Malformed,
        _ => error.into(),
    })
}
