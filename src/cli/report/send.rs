//! `amparo report send`: a report that was sealed before, on its way.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;

use super::ReportError;
use crate::cli::files::FileError;
use crate::cli::{Context, ServerArgs};
use crate::clock::Day;
use crate::protocol::wire::file::{FileError as ReportFileError, ReportFile};
use crate::reporter::client::Client;
use crate::reporter::upload;

/// `amparo report send`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo report send report.amparo --server https://reports.example
  amparo report send report.amparo --server http://abc…xyz.onion --proxy socks5://127.0.0.1:9050")]
pub struct Send {
    /// The sealed report
    file: PathBuf,
    #[command(flatten)]
    server: ServerArgs,
}

impl Send {
    pub(super) fn run(self, context: &mut Context) -> Result<(), ReportError> {
        let client = self.server.client()?;
        let day = send(&client, &self.file)?;
        writeln!(context.out, "The report of {day} is sealed and stored. Delete {} now.", self.file.display())?;
        Ok(())
    }
}

fn send(client: &Client, path: &Path) -> Result<Day, ReportError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut sealed = ReportFile::new(BufReader::new(file))?;
    let mut report = sealed.report.clone();
    report.upload = None;
    let mut number = 0;
    while let Some((length, mut ciphertext)) = sealed.attachment()? {
        let upload = match report.upload {
            Some(upload) => upload,
            None => *report.upload.insert(client.new_upload()?),
        };
        if upload::send(client, upload, number, &mut ciphertext)? != length {
            return Err(ReportFileError::Malformed.into());
        }
        number += 1;
    }
    Ok(client.report(&report)?.day)
}
