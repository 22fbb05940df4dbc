//! LMTP on a Unix socket (RFC 2033): a mail server hands letters over, and keeps each until it is durable here.
//!
//! `250` after the content means that the case is on disk. Whatever is wrong for the moment (a full disk, expired keys)
//! is a `4xx`, so that the mail server tries again; `5xx` is what will never be taken. Each recipient gets an answer of
//! its own. Nothing that was said is logged.

mod command;
mod data;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::UnixListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub use command::{Command, LINE_MAX, NotACommand};
pub use data::Data;

use super::mailroom::Mailroom;
use crate::config::mail::MailAddress;
use crate::intake::IntakeError;

/// Letters that are taken at once; each may need three times its largest size in memory. More wait.
const CONNECTIONS: usize = 4;
/// How long a mail server may say nothing, and how long it may take for what it sends (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_mins(5);
/// How long it may say nothing after a letter: while the connection stays, the end of that stays in its buffer.
const BETWEEN: Duration = Duration::from_secs(30);
/// How long a letter may take to come in.
const LETTER: Duration = Duration::from_mins(15);
/// How long what is under way may go on after shutdown was asked for.
const SHUTDOWN: Duration = Duration::from_secs(20);
/// Addresses of one letter; there are few units.
const RECIPIENTS_MAX: usize = 100;
/// Commands in a row that are none, after which the connection ends.
const MISTAKES_MAX: u32 = 20;

/// Takes letters of at most `most` bytes until `stopped` says so; then lets what is under way end.
pub async fn serve(listener: UnixListener, mailroom: Arc<Mailroom>, most: usize, mut stopped: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let path = listener.local_addr().ok().and_then(|address| address.as_pathname().map(Path::to_owned));
    let mut sessions = JoinSet::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        while sessions.try_join_next().is_some() {}
        let Ok((stream, _)) = accepted else {
            // Out of files, most likely: they come back.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (mailroom, stopped) = (Arc::clone(&mailroom), stopped.clone());
        sessions.spawn(async move {
            let (reader, writer) = stream.into_split();
            let session = Session::new(BufReader::new(reader), writer, mailroom, most);
            // A mail server that breaks off keeps its letter.
            let _ = session.run(stopped).await;
            drop(place);
        });
    }
    drop(listener);
    if let Some(path) = path {
        let _ = std::fs::remove_file(path);
    }
    let _ = timeout(SHUTDOWN, async { while sessions.join_next().await.is_some() {} }).await;
    mailroom.close().await;
}

/// A letter that was announced.
struct Envelope {
    sender: String,
    recipients: Vec<MailAddress>,
}

/// A connection.
struct Session<R, W> {
    reader: R,
    writer: W,
    mailroom: Arc<Mailroom>,
    most: usize,
    greeted: bool,
    envelope: Option<Envelope>,
    /// How long the next command is waited for.
    patience: Duration,
}

/// What a line was.
enum Line {
    Whole(Vec<u8>),
    TooLong,
    End,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<BufReader<R>, W> {
    fn new(reader: BufReader<R>, writer: W, mailroom: Arc<Mailroom>, most: usize) -> Self {
        Self { reader, writer, mailroom, most, greeted: false, envelope: None, patience: PATIENCE }
    }

    async fn run(mut self, mut stopped: watch::Receiver<bool>) -> io::Result<()> {
        self.say("220 amparo LMTP").await?;
        let mut mistakes = 0;
        loop {
            let line = tokio::select! {
                line = timeout(self.patience, read_line(&mut self.reader)) => Some(line),
                _ = stopped.wait_for(|stopped| *stopped) => None,
            };
            let Some(line) = line else { return self.say("421 4.3.2 closing; try again later").await };
            let Ok(line) = line else { return self.say("421 4.4.2 nothing came").await };
            let command = match line? {
                Line::End => return Ok(()),
                Line::TooLong => Err("500 5.5.2 line too long"),
                Line::Whole(line) => Command::parse(&line).map_err(|error| match error {
                    NotACommand::Unknown => "500 5.5.1 no such command",
                    NotACommand::Syntax => "501 5.5.4 written wrongly",
                    NotACommand::Parameter => "555 5.5.4 parameter not offered",
                }),
            };
            match command {
                Ok(Command::Quit) => return self.say("221 2.0.0 bye").await,
                Ok(command) => self.answer(command).await?,
                Err(refusal) => {
                    mistakes += 1;
                    if mistakes > MISTAKES_MAX {
                        return self.say("421 4.7.0 too many mistakes").await;
                    }
                    self.say(refusal).await?;
                }
            }
        }
    }

    async fn answer(&mut self, command: Command) -> io::Result<()> {
        match command {
            Command::Lhlo => {
                (self.greeted, self.envelope) = (true, None);
                let size = self.most;
                let offers = format!(
                    "250-amparo\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE {size}"
                );
                self.say(&offers).await
            }
            Command::Mail { .. } if !self.greeted => self.say("503 5.5.1 LHLO first").await,
            Command::Mail { .. } if self.envelope.is_some() => self.say("503 5.5.1 one letter at a time").await,
            Command::Mail { size, .. } if size.is_some_and(|size| size > self.most as u64) => {
                self.say("552 5.3.4 larger than is taken here").await
            }
            Command::Mail { sender, .. } => {
                self.envelope = Some(Envelope { sender, recipients: Vec::new() });
                self.say("250 2.1.0 ok").await
            }
            Command::Rcpt(name) => {
                let Some(envelope) = &mut self.envelope else { return self.say("503 5.5.1 MAIL first").await };
                let Some(address) = self.mailroom.address(&name) else {
                    return self.say("550 5.1.1 no address for reports").await;
                };
                if envelope.recipients.len() >= RECIPIENTS_MAX {
                    return self.say("452 4.5.3 too many recipients").await;
                }
                envelope.recipients.push(address.clone());
                self.say("250 2.1.5 ok").await
            }
            Command::Data => match self.envelope.take() {
                Some(envelope) if !envelope.recipients.is_empty() => self.letter(envelope).await,
                // RFC 2033 §4.2.
                _ => self.say("503 5.5.1 no valid recipients").await,
            },
            Command::Rset => {
                self.envelope = None;
                self.say("250 2.0.0 ok").await
            }
            Command::Noop | Command::Quit => self.say("250 2.0.0 ok").await,
            Command::Vrfy => self.say("252 2.1.5 send and see").await,
        }
    }

    /// Takes a letter and answers for each of its recipients.
    async fn letter(&mut self, Envelope { sender, recipients }: Envelope) -> io::Result<()> {
        self.patience = BETWEEN;
        self.say("354 go on, and end with a lone dot").await?;
        let slow = |_| io::Error::from(io::ErrorKind::TimedOut);
        let Some(content) = timeout(LETTER, self.content()).await.map_err(slow)?? else {
            for _ in recipients {
                self.say("552 5.3.4 larger than is taken here").await?;
            }
            return Ok(());
        };
        let read = self.mailroom.read(sender, content).await;
        let mut filed: Vec<(String, String)> = Vec::new();
        for address in recipients {
            let done = filed.iter().find(|(unit, _)| *unit == address.unit).map(|(_, answer)| answer.clone());
            let answer = match done {
                // Two addresses of one unit make one case.
                Some(answer) => answer,
                None => outcome(self.mailroom.file(&read, &address).await.as_ref().err()),
            };
            self.say(&answer).await?;
            filed.push((address.unit, answer));
        }
        Ok(())
    }

    async fn content(&mut self) -> io::Result<Option<Bytes>> {
        let mut data = Data::new(self.most);
        loop {
            let came = timeout(PATIENCE, self.reader.fill_buf()).await;
            let came = came.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            if came.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let (taken, ended) = data.take(came);
            self.reader.consume(taken);
            if ended {
                return Ok(data.finish().map(Bytes::from_owner));
            }
        }
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        let write = async {
            self.writer.write_all(format!("{line}\r\n").as_bytes()).await?;
            self.writer.flush().await
        };
        timeout(PATIENCE, write).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

/// The answer for a recipient, from why there is no case.
fn outcome(error: Option<&IntakeError>) -> String {
    match error {
        None => "250 2.0.0 sealed and filed",
        Some(IntakeError::Full) => "452 4.3.1 the disk is full; try again later",
        Some(IntakeError::TooLarge) => "552 5.3.4 larger than is taken here",
        Some(IntakeError::Busy) => "451 4.3.2 too much at once; try again later",
        // Keys that expired, a unit that is gone, a disk that fails: an operator mends it, and the letter waits.
        Some(_) => "451 4.3.0 cannot be filed at the moment; try again later",
    }
    .to_owned()
}

/// Reads a line without its end; one that is too long is read past.
async fn read_line(reader: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let came = reader.fill_buf().await?;
        if came.is_empty() {
            return Ok(Line::End);
        }
        let end = came.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(came.len(), |end| end + 1);
        if line.len() + taken <= LINE_MAX {
            line.extend_from_slice(&came[..taken]);
        } else {
            too_long = true;
        }
        reader.consume(taken);
        if end.is_some() {
            if too_long {
                return Ok(Line::TooLong);
            }
            while line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
                line.pop();
            }
            return Ok(Line::Whole(line));
        }
    }
}

#[cfg(test)]
mod tests;
