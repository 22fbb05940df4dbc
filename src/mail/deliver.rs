//! The mail server's end of LMTP, for `amparo receive-mail`: one letter, handed to the server that runs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::message;

/// How long the server may take for one answer; filing a large letter takes a while.
const PATIENCE: Duration = Duration::from_mins(5);
/// The longest answer that is read, in bytes.
const ANSWER_MAX: u64 = 64 << 10;

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// For the moment; the letter is to be kept and tried again.
    #[error("the letter is not taken at the moment ({0}); the mail server keeps it and tries again")]
    Later(String),
    /// Nobody takes letters for that address.
    #[error("no letters are taken for that address; look at mail.addresses in the configuration")]
    NoAddress,
    /// For good.
    #[error("the letter is refused ({0}); its writer is told by the mail server")]
    Refused(String),
}

impl From<io::Error> for DeliveryError {
    fn from(error: io::Error) -> Self {
        Self::Later(format!("the server does not answer: {error}"))
    }
}

/// The sender that a mail server wrote into the letter (RFC 5321 §4.4), when it did.
#[must_use]
pub fn return_path(letter: &[u8]) -> Option<String> {
    let (header, _) = message::split(letter);
    let field = message::fields(header).find_map(|field| {
        let (name, value) = field.split_at_checked("return-path:".len())?;
        name.eq_ignore_ascii_case(b"return-path:").then_some(value)
    })?;
    let value = std::str::from_utf8(field).ok()?.trim();
    Some(value.strip_prefix('<')?.strip_suffix('>')?.to_owned())
}

/// The letter without the line that mailboxes put before each (`From ana@example.org Mon May 4 …`).
#[must_use]
pub fn without_mailbox_line(letter: &[u8]) -> &[u8] {
    if letter.starts_with(b"From ") {
        let end = letter.iter().position(|byte| *byte == b'\n').map_or(letter.len(), |end| end + 1);
        &letter[end..]
    } else {
        letter
    }
}

/// Hands a letter from `sender`, empty for a bounce, to the server at `socket`; it is durable when this returns.
pub fn deliver(socket: &Path, sender: &str, recipient: &str, letter: &[u8]) -> Result<(), DeliveryError> {
    let odd = |path: &str| path.bytes().any(|byte| byte.is_ascii_control() || b"<> ".contains(&byte));
    // An address that cannot be said is not answered either.
    let sender = if odd(sender) { "" } else { sender };
    if odd(recipient) {
        return Err(DeliveryError::NoAddress);
    }
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = Connection { writer: stream.try_clone()?, reader: BufReader::new(stream) };
    line.expect(2)?;
    line.ask("LHLO localhost", 2)?;
    line.ask(&format!("MAIL FROM:<{sender}> SIZE={} BODY=8BITMIME", letter.len()), 2)?;
    line.ask(&format!("RCPT TO:<{recipient}>"), 2).map_err(|error| match error {
        DeliveryError::Refused(_) => DeliveryError::NoAddress,
        error => error,
    })?;
    line.ask("DATA", 3)?;
    line.writer.write_all(&content(letter))?;
    line.expect(2)?;
    // It is filed; what goes wrong now changes nothing.
    let _ = line.ask("QUIT", 2);
    Ok(())
}

/// A letter as the content of `DATA`: with CR LF line ends, dots doubled, and its end.
#[must_use]
pub fn content(letter: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    // Only what consists of line ends or dots grows to more than a byte for each.
    let ends = letter.iter().filter(|byte| b"\n.".contains(byte)).count();
    let mut content = zeroize::Zeroizing::new(Vec::with_capacity(letter.len() + ends + 5));
    for line in letter.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b".") {
            content.push(b'.');
        }
        content.extend_from_slice(line);
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(b".\r\n");
    content
}

struct Connection {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl Connection {
    fn ask(&mut self, command: &str, class: u8) -> Result<(), DeliveryError> {
        self.writer.write_all(format!("{command}\r\n").as_bytes())?;
        self.expect(class)
    }

    /// Reads an answer, which must be of the class: the first digit of its code.
    fn expect(&mut self, class: u8) -> Result<(), DeliveryError> {
        loop {
            let mut line = String::new();
            (&mut self.reader).take(ANSWER_MAX).read_line(&mut line)?;
            let told = || line.trim().to_owned();
            match (line.as_bytes().first(), line.as_bytes().get(3)) {
                (Some(b'2'..=b'5'), Some(b'-')) => {}
                (Some(first), _) if *first == b'0' + class => return Ok(()),
                (Some(b'5'), _) => return Err(DeliveryError::Refused(told())),
                (Some(b'4'), _) => return Err(DeliveryError::Later(told())),
                _ => return Err(DeliveryError::Later("the server broke off".to_owned())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_the_one_that_the_mail_server_wrote() {
        assert_eq!(return_path(b"Return-Path:\r\n <a@b>\r\nFrom: c\r\n\r\n").as_deref(), Some("a@b"));
        assert_eq!(return_path(b"return-path: <>\n\n").as_deref(), Some(""));
        assert_eq!(return_path(b"From: c\n\nReturn-Path: <a@b>\n"), None);
        assert_eq!(without_mailbox_line(b"From a@b Mon\nX: y\n\n"), b"X: y\n\n");
        assert_eq!(without_mailbox_line(b"From: a@b\n\n"), b"From: a@b\n\n");
    }

    #[test]
    fn content_is_lines_with_doubled_dots() {
        assert_eq!(*content(b"a\n.b\r\n.\n\nc"), b"a\r\n..b\r\n..\r\n\r\nc\r\n.\r\n");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_arrives_as_one_letter_of_the_same_lines(letter in "[a.\r\n]{0,40}", any: Vec<u8>) {
            for letter in [letter.as_bytes(), &any] {
                let sent = content(letter);
                let mut data = crate::mail::lmtp::Data::new(sent.len());
                proptest::prop_assert_eq!(data.take(&sent), (sent.len(), true));
                let arrived = data.finish().unwrap();
                let lines = |bytes: &[u8]| {
                    let line = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
                    bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n').map(line).collect::<Vec<_>>()
                };
                proptest::prop_assert_eq!(lines(&arrived), lines(letter));
            }
        }

        #[test]
        fn no_bytes_make_the_readers_of_a_pipe_panic(letter: Vec<u8>, path in "[^\r\n]{0,40}") {
            proptest::prop_assert!(letter.ends_with(without_mailbox_line(&letter)));
            let _ = return_path(&letter);
            let with_path = format!("X: y\r\nReturn-Path: <{path}>\r\n\r\nReturn-Path: <other>");
            proptest::prop_assert_eq!(return_path(with_path.as_bytes()), Some(path));
        }
    }
}
