//! Reading a form with files as it arrives (RFC 7578), in bounded memory.
//!
//! Text is kept in memory that is wiped; files go piece by piece through sealing to the disk. A form that will be
//! refused is read to its end all the same, since a browser shows an answer only after it has sent everything.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use multer::{Field, Multipart};

use super::{Fault, Later};
use crate::config::limits::Limits;
use crate::http::budget::Share;
use crate::intake::IntakeError;
use crate::secret::{SecretText, grow};

/// The longest file name that is kept, in bytes, and the longest media type.
const NAME_MAX: usize = 1024;
const TYPE_MAX: usize = 127;

/// The most fields of a form, files apart: the questions, and a box for each member of a large authority.
const FIELDS_MAX: usize = 1024;

/// A form on its way in.
pub(super) struct Form<'a> {
    multipart: Multipart<'static>,
    limits: &'a Limits,
    memory: &'a mut Share,
    current: Option<Field<'static>>,
    /// The first piece of the current part, when somebody had to look at it.
    peeked: Option<Bytes>,
    fields: usize,
    text_bytes: u64,
    /// How long the whole form is, where its head says so.
    length: Option<u64>,
    received: u64,
    /// What is kept beside what was received.
    copies: u64,
}

/// The next thing that a form brought.
pub(super) enum Part {
    /// A field, as typed.
    Text(String, SecretText),
    /// A field that is longer than the limits allow; it was thrown away.
    TooLong(String),
    /// A file whose content comes next, in [pieces](Form::piece).
    File(Label),
}

/// What a file is told to be, by its own device.
pub(super) struct Label {
    pub name: String,
    pub media_type: String,
}

/// Why a form cannot be read to its end.
#[derive(Debug)]
pub(super) enum FormError {
    /// What the page for it says.
    Fault(Fault),
    /// Storing failed.
    Intake(IntakeError),
    /// Its turn has not come yet.
    Later(Later),
}

impl From<Fault> for FormError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Later> for FormError {
    fn from(later: Later) -> Self {
        Self::Later(later)
    }
}

impl From<IntakeError> for FormError {
    fn from(error: IntakeError) -> Self {
        Self::Intake(error)
    }
}

impl From<multer::Error> for FormError {
    fn from(_: multer::Error) -> Self {
        Self::Fault(Fault::Broken)
    }
}

impl<'a> Form<'a> {
    /// Begins to read; refuses what is not a form with files, and what says it is far too large. `memory` is for its
    /// words: keep it for as long as them.
    pub fn new(headers: &HeaderMap, body: Body, limits: &'a Limits, memory: &'a mut Share) -> Result<Self, Fault> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let boundary = header(CONTENT_TYPE).and_then(|value| multer::parse_boundary(value).ok()).ok_or(Fault::Type)?;
        let length = header(CONTENT_LENGTH).and_then(|value| value.parse::<u64>().ok());
        if length.unwrap_or(0) > limits.submission_bytes.bytes().saturating_mul(2) {
            return Err(Fault::Large);
        }
        let multipart = Multipart::new(body.into_data_stream(), boundary);
        Ok(Self {
            multipart,
            limits,
            memory,
            current: None,
            peeked: None,
            fields: 0,
            text_bytes: 0,
            length,
            received: 0,
            copies: 0,
        })
    }

    /// The next part; `None` at the end of the form.
    pub async fn next(&mut self) -> Result<Option<Part>, FormError> {
        self.skip().await?;
        let next = tokio::time::timeout(self.limits.stall_time(), self.multipart.next_field()).await;
        let Some(field) = next.map_err(|_| Fault::Slow)?? else { return Ok(None) };
        self.fields += 1;
        if self.fields > FIELDS_MAX + self.limits.files_per_submission * 2 {
            return Err(Fault::Large.into());
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let media_type = field.content_type().map(|media_type| media_type.essence_str().to_owned());
        self.current = Some(field);
        let Some(file_name) = file_name else { return self.text(name).await.map(Some) };
        let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        Ok(Some(Part::File(Label { name: cut(file_name, NAME_MAX), media_type: cut(media_type, TYPE_MAX) })))
    }

    async fn text(&mut self, name: String) -> Result<Part, FormError> {
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(4096));
        while let Some(piece) = self.piece().await? {
            self.text_bytes += piece.len() as u64;
            if self.text_bytes > self.limits.text_bytes.bytes() {
                self.skip().await?;
                return Ok(Part::TooLong(name));
            }
            // The buffer is up to four times as large.
            self.hold(4 * usize::try_from(self.text_bytes).unwrap_or(usize::MAX / 4)).await?;
            grow(&mut bytes, piece.len());
            bytes.extend_from_slice(&piece);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Fault::Broken)?;
        Ok(Part::Text(name, SecretText::from(text)))
    }

    /// The most bytes that the current part can still have.
    pub fn left(&self) -> u64 {
        self.length.map_or(u64::MAX, |length| length.saturating_sub(self.received))
    }

    /// How many bytes are kept of it so far, at most.
    pub fn taken(&self) -> u64 {
        self.received.saturating_add(self.copies)
    }

    /// Counts bytes that are kept beside what was received.
    pub fn count_copy(&mut self, bytes: u64) {
        self.copies = self.copies.saturating_add(bytes);
    }

    /// Makes sure that there is memory for `bytes` in all of what the form says.
    pub async fn hold(&mut self, bytes: usize) -> Result<(), FormError> {
        Ok(self.memory.grow_to(bytes).await.map_err(|_| Fault::Busy)?)
    }

    /// Whether the file that [`Part::File`] announced is what a browser sends for *no file chosen*: no name, no bytes.
    pub async fn is_no_file(&mut self, file_name: &str) -> Result<bool, FormError> {
        if !file_name.is_empty() {
            return Ok(false);
        }
        while let Some(piece) = self.piece().await? {
            if !piece.is_empty() {
                self.peeked = Some(piece);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads past the rest of the current part.
    pub async fn skip(&mut self) -> Result<(), FormError> {
        while self.piece().await?.is_some() {}
        Ok(())
    }

    /// What came of reading the form. Where it is not stored, the rest is read past first, so that the browser shows the
    /// answer; that gives up where the form would have been given up too.
    pub async fn ended_with<T>(&mut self, read: Result<T, FormError>) -> Result<T, FormError> {
        if matches!(read, Err(FormError::Intake(_) | FormError::Later(_))) {
            while matches!(self.next().await, Ok(Some(_))) {}
        }
        read
    }

    /// The next piece of the current part. A client that sends nothing for a while is let go.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, FormError> {
        if let Some(piece) = self.peeked.take() {
            return Ok(Some(piece));
        }
        let Some(field) = &mut self.current else { return Ok(None) };
        let piece = tokio::time::timeout(self.limits.stall_time(), field.chunk()).await.map_err(|_| Fault::Slow)??;
        match &piece {
            Some(bytes) => self.received += bytes.len() as u64,
            None => self.current = None,
        }
        if self.received > self.limits.submission_bytes.bytes().saturating_mul(2) {
            return Err(Fault::Large.into());
        }
        Ok(piece)
    }
}

/// At most `most` bytes of `text`, whole letters only.
fn cut(mut text: String, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share() -> Share {
        crate::http::budget::Budget::new(64 << 10, std::time::Duration::from_millis(10)).share()
    }

    fn form_of<'a>(body: &'static str, limits: &'a Limits, memory: &'a mut Share) -> Form<'a> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, "multipart/form-data; boundary=x".parse().unwrap())]);
        Form::new(&headers, Body::from(body), limits, memory).unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    #[tokio::test]
    async fn fields_and_files_come_in_order_and_a_cut_form_is_told() {
        let (limits, mut memory) = (Limits::default(), share());
        let whole = "--x\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\nT\u{e9}xt\r\n\
            --x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\
            Content-Type: text/plain\r\n\r\nabc\r\n--x--\r\n";
        let mut form = form_of(whole, &limits, &mut memory);
        assert!(
            matches!(form.next().await, Ok(Some(Part::Text(name, text))) if name == "what" && text.expose() == "T\u{e9}xt")
        );
        assert!(
            matches!(form.next().await, Ok(Some(Part::File(label))) if label.name == "a.txt" && label.media_type == "text/plain")
        );
        assert!(matches!(form.next().await, Ok(None)));
        let mut form = form_of("--x\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\nTex", &limits, &mut memory);
        assert!(matches!(form.next().await, Err(FormError::Fault(Fault::Broken))));
        assert!(matches!(Form::new(&HeaderMap::new(), Body::empty(), &limits, &mut memory), Err(Fault::Type)));
    }

    #[tokio::test]
    async fn an_empty_choice_of_files_is_not_a_file() {
        let (limits, mut memory) = (Limits::default(), share());
        let body = "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n\
            Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n";
        let mut form = form_of(body, &limits, &mut memory);
        let Ok(Some(Part::File(label))) = form.next().await else { panic!("a file part") };
        assert!(form.is_no_file(&label.name).await.unwrap());
    }

    #[tokio::test]
    async fn a_file_without_a_name_is_a_file_when_it_has_content() {
        let (limits, mut memory) = (Limits::default(), share());
        let body = "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n\r\nabc\r\n--x--\r\n";
        let mut form = form_of(body, &limits, &mut memory);
        let Ok(Some(Part::File(label))) = form.next().await else { panic!("a file part") };
        assert!(!form.is_no_file(&label.name).await.unwrap());
        assert_eq!(form.piece().await.unwrap().unwrap(), "abc");
        let failed = form.ended_with::<()>(Err(IntakeError::Full.into())).await;
        assert!(matches!(failed, Err(FormError::Intake(IntakeError::Full))));
        assert!(matches!(form.next().await, Ok(None)));
    }

    #[tokio::test]
    async fn words_for_which_there_is_no_memory_are_refused_for_now() {
        let (limits, mut memory) = (Limits::default(), share());
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\n{}\r\n--x--\r\n",
            "w".repeat(crate::http::budget::FREE)
        );
        let mut form = form_of(body.leak(), &limits, &mut memory);
        assert!(matches!(form.next().await, Err(FormError::Fault(Fault::Busy))));
    }

    #[test]
    fn names_are_cut_between_letters() {
        assert_eq!(cut("é".repeat(3), 3), "é");
        assert_eq!(cut("ab".to_owned(), 3), "ab");
    }
}
