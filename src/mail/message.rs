//! A letter taken apart (RFC 2045, 2046).
//!
//! Where parts begin and end is found here, in linear time and within the bounds below, so that no letter makes a deep
//! tree or millions of parts. What stands inside them is read by `mail-parser`: header fields, encoded words, file
//! names, transfer encodings, character sets and HTML.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, MessageParser, MimeHeaders};
use zeroize::Zeroizing;

/// The most bytes of a letter's header, and of the headers of a part.
pub const HEADER_MAX: usize = 128 << 10;
/// How deep parts may lie in each other.
pub const DEPTH_MAX: usize = 10;
/// How many parts a letter may have.
pub const PARTS_MAX: usize = 500;

/// A letter is larger or deeper than the bounds allow; it is kept as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex;

/// What a part is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Words to be read.
    Text,
    /// The same, in HTML.
    Html,
    /// A file.
    File,
    /// Something to be kept as it came, with the header fields that tell how to read it: encrypted parts.
    AsItCame,
}

/// A part that holds no other.
pub struct Part<'m> {
    header: &'m [u8],
    body: &'m [u8],
    head: mail_parser::Message<'m>,
    /// What it is for.
    pub used: Use,
}

/// Header and body of a letter or part: what stands before and after the first empty line.
#[must_use]
pub fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in lines(bytes) {
        if line == b"\n" || line == b"\r\n" {
            return (&bytes[..at], &bytes[at + line.len()..]);
        }
        at += line.len();
    }
    (bytes, &[])
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

/// A header's fields, each with its continuation lines.
pub fn fields(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let mut length = 0;
        for line in lines(rest) {
            if length > 0 && !line.starts_with(b" ") && !line.starts_with(b"\t") {
                break;
            }
            length += line.len();
        }
        let (field, after) = rest.split_at(length);
        rest = after;
        (length > 0).then_some(field)
    })
}

/// A header read by the parser; `None` when it is longer than [`HEADER_MAX`].
#[must_use]
pub fn read_header(header: &[u8]) -> Option<mail_parser::Message<'_>> {
    // The parser makes nothing of a header without fields, and cannot be asked for one then.
    const NO_FIELD: &[u8] = b"X:\r\n\r\n";
    let parser = MessageParser::default();
    let header = Some(header).filter(|header| header.len() <= HEADER_MAX)?;
    parser.parse_headers(header).or_else(|| parser.parse_headers(NO_FIELD))
}

/// The parts of a letter that hold no others, in their order. Of the same words in several forms
/// (`multipart/alternative`) only the plainest stays, and signatures, which tell who signed, are left out.
pub fn parts(letter: &[u8]) -> Result<Vec<Part<'_>>, TooComplex> {
    let (header, body) = split(letter);
    let mut parts = Vec::new();
    take_apart(header, body, 0, &mut parts)?;
    Ok(parts)
}

fn take_apart<'m>(header: &'m [u8], body: &'m [u8], depth: usize, into: &mut Vec<Part<'m>>) -> Result<(), TooComplex> {
    let head = read_header(header).ok_or(TooComplex)?;
    if depth > DEPTH_MAX || into.len() >= PARTS_MAX {
        return Err(TooComplex);
    }
    let kind = head.content_type().map(kind_of).unwrap_or_default();
    let boundary = head.content_type().and_then(|content| content.attribute("boundary"));
    let inside = boundary.filter(|_| kind.starts_with("multipart/") && kind != "multipart/encrypted");
    let pieces = inside.map(|boundary| pieces(body, boundary.as_bytes())).transpose()?.unwrap_or_default();
    if pieces.is_empty() {
        let used = use_of(&head, &kind);
        if let Some(used) = used {
            into.push(Part { header, body, head, used });
        }
        return Ok(());
    }
    let first = into.len();
    for piece in pieces {
        let (header, body) = split(piece);
        take_apart(header, body, depth + 1, into)?;
    }
    if kind == "multipart/alternative" {
        let plain = into[first..].iter().any(|part| part.used == Use::Text && !part.text().trim().is_empty());
        let mut number = 0;
        into.retain(|part| {
            number += 1;
            number <= first || part.used != if plain { Use::Html } else { Use::Text }
        });
    }
    Ok(())
}

/// What a part is for; `None` for a signature.
fn use_of(head: &mail_parser::Message<'_>, kind: &str) -> Option<Use> {
    let file = head.content_disposition().is_some_and(ContentType::is_attachment) || head.attachment_name().is_some();
    match kind {
        "application/pgp-signature" | "application/pkcs7-signature" | "application/x-pkcs7-signature" => None,
        "multipart/encrypted" | "application/pkcs7-mime" | "application/x-pkcs7-mime" => Some(Use::AsItCame),
        "" | "text/plain" if !file => Some(Use::Text),
        "text/html" if !file => Some(Use::Html),
        // A tree that cannot be taken apart: its boundary is missing or never comes.
        kind if kind.starts_with("multipart/") => Some(Use::AsItCame),
        _ => Some(Use::File),
    }
}

fn kind_of(content: &ContentType<'_>) -> String {
    format!("{}/{}", content.ctype(), content.subtype().unwrap_or_default()).to_ascii_lowercase()
}

/// What stands between the lines that begin with `--boundary`, without the line end before each (RFC 2046 §5.1.1).
/// A letter that breaks off keeps its last piece.
fn pieces<'m>(body: &'m [u8], boundary: &[u8]) -> Result<Vec<&'m [u8]>, TooComplex> {
    let mut pieces = Vec::new();
    let (mut at, mut begun) = (0, None);
    for line in lines(body) {
        if let Some(last) = delimiter(line, boundary) {
            if let Some(begin) = begun.take() {
                pieces.push(without_line_end(&body[begin..at]));
            }
            if last {
                return Ok(pieces);
            }
            if pieces.len() >= PARTS_MAX {
                return Err(TooComplex);
            }
            begun = Some(at + line.len());
        }
        at += line.len();
    }
    pieces.extend(begun.map(|begin| &body[begin..]).filter(|piece| !piece.is_empty()));
    Ok(pieces)
}

/// Whether a line is a delimiter, and then whether it is the last one.
fn delimiter(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary).filter(|_| !boundary.is_empty())?;
    let (rest, last) = rest.strip_prefix(b"--").map_or((rest, false), |rest| (rest, true));
    rest.iter().all(u8::is_ascii_whitespace).then_some(last)
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

impl Part<'_> {
    /// Its content, with the transfer encoding taken off; as it stands when that is broken.
    #[must_use]
    pub fn content(&self) -> Zeroizing<Vec<u8>> {
        let encoding = self.head.content_transfer_encoding().unwrap_or_default().trim();
        let decoded = if encoding.eq_ignore_ascii_case("base64") {
            base64_decode(self.body)
        } else if encoding.eq_ignore_ascii_case("quoted-printable") {
            quoted_printable_decode(self.body)
        } else {
            None
        };
        Zeroizing::new(decoded.unwrap_or_else(|| self.body.to_vec()))
    }

    /// Its words: of HTML what is shown. Bytes that are no letters in its character set become replacement marks.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let content = self.content();
        let charset = self.head.content_type().and_then(|content| content.attribute("charset"));
        let decoder = charset.and_then(|charset| charset_decoder(charset.as_bytes()));
        // Much that says it is something else is UTF-8, and hardly anything is by chance.
        let text = match (std::str::from_utf8(&content), decoder) {
            (Ok(text), _) if !text.is_ascii() || decoder.is_none() => text.to_owned(),
            (_, Some(decode)) => decode(&content),
            (text, None) => text.map_or_else(|_| String::from_utf8_lossy(&content).into_owned(), str::to_owned),
        };
        let text = Zeroizing::new(text);
        if self.used == Use::Html { Zeroizing::new(html_to_text(&text)) } else { text }
    }

    /// The file's name as the sender's program gave it, when it did.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.head.attachment_name()
    }

    /// Its media type; `application/octet-stream` when there is none.
    #[must_use]
    pub fn media_type(&self) -> Cow<'static, str> {
        let kind = self.head.content_type().map(kind_of).filter(|kind| !kind.ends_with('/'));
        kind.map_or("application/octet-stream".into(), Cow::Owned)
    }

    /// It and the header fields that tell how to read it, as a letter without a sender.
    #[must_use]
    pub fn as_it_came(&self) -> Zeroizing<Vec<u8>> {
        without_sender(self.header, self.body)
    }
}

/// A letter of which only the header fields stay that tell how to read its body.
#[must_use]
pub fn without_sender(header: &[u8], body: &[u8]) -> Zeroizing<Vec<u8>> {
    const KEPT: [&[u8]; 3] = [b"mime-version", b"content-type", b"content-transfer-encoding"];
    let name =
        |field: &[u8]| field.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
    let mut letter = Zeroizing::new(Vec::with_capacity(HEADER_MAX.min(header.len()) + body.len() + 2));
    for field in fields(header).filter(|field| KEPT.contains(&name(field).as_slice())) {
        letter.extend_from_slice(field);
    }
    letter.extend_from_slice(b"\r\n");
    letter.extend_from_slice(body);
    letter
}

#[cfg(test)]
mod tests;
