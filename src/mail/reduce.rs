//! What a report keeps of a letter.
//!
//! | in the letter | in the report |
//! | --- | --- |
//! | subject and words | kept, sealed; of HTML only the words that are shown |
//! | files | kept, sealed; pictures without their hidden data |
//! | encrypted letters (`OpenPGP`, S/MIME), letters past the bounds | kept as they came, as a file, without the letter's own header |
//! | letters that are attached | kept as they came: they are evidence |
//! | sender, recipients, dates, message ids, relays, user agents, every other header field | thrown away |
//! | signatures of a letter (`OpenPGP`, S/MIME) | thrown away: they tell who signed |
//! | what a writer says of themselves in the text, below it, or by a key or card they attach | kept: it is what they wrote |
//!
//! A name is never sealed apart from a letter: whoever carried it has seen it, and a letter cannot ask back. The
//! answer says that a name belongs on the page.

use std::fmt::Write as _;

use bytes::Bytes;
use mail_parser::MimeHeaders as _;
use zeroize::Zeroizing;

use super::message::{self, Use};
use crate::locale::Language;
use crate::secret::SecretText;

/// The most bytes of a file's name.
const NAME_MAX: usize = 200;
/// What of a text that is too long stands in the report itself, in bytes; the whole of it is a file.
const BEGINNING: usize = 2048;

/// What of a letter goes into a report.
pub struct Letter {
    /// Subject and words.
    pub text: SecretText,
    /// Files in their order.
    pub files: Vec<LetterFile>,
    /// The language it says it is in, or whose script it is written in.
    pub language: Option<Language>,
}

/// A file of a letter.
pub struct LetterFile {
    /// Its name: untrusted text.
    pub name: String,
    /// Its media type: untrusted.
    pub media_type: String,
    /// Its content, wiped when the last share of it is gone.
    pub content: Bytes,
}

/// How much a report may hold.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of text.
    pub text: usize,
    /// Files; one that holds all of a letter is taken in any case.
    pub files: usize,
}

/// Reduces a letter. Whatever cannot be taken apart within the bounds is kept as one file, so that nothing is lost.
#[must_use]
pub fn reduce(letter: &[u8], bounds: Bounds) -> Letter {
    let (header, body) = message::split(letter);
    let head = message::read_header(header);
    let subject = Zeroizing::new(head.as_ref().and_then(|head| head.subject()).unwrap_or_default().trim().to_owned());
    let mut words = Zeroizing::new(String::with_capacity(letter.len().min(bounds.text)));
    let mut files = Vec::new();
    match message::parts(letter) {
        Ok(parts) => {
            for part in &parts {
                match part.used {
                    Use::Text | Use::Html => join(&mut words, &part.text()),
                    Use::File => files.push(LetterFile::new(part.name(), &part.media_type(), part.content())),
                    Use::AsItCame => {
                        files.push(LetterFile::new(Some("encrypted.eml"), "message/rfc822", part.as_it_came()));
                    }
                }
            }
        }
        Err(message::TooComplex) => files.push(LetterFile::whole(header, body)),
    }
    let language = head.as_ref().and_then(told).or_else(|| by_script(&words));
    let mut text = Zeroizing::new(String::with_capacity(subject.len() + words.len() + 2));
    join(&mut text, &subject);
    join(&mut text, &words);
    let too_long = text.len() > bounds.text;
    // A text that is too long is one file more.
    let too_many = files.len() + usize::from(too_long) > bounds.files;
    if too_many {
        files = vec![LetterFile::whole(header, body)];
    }
    if !too_long {
        return Letter { text: SecretText::from(text.as_str()), files, language };
    }
    let rest = if too_many { "message.eml" } else { "message.txt" };
    let beginning = format!("{}\n\n[…] {rest}", &text[..floor(&text, BEGINNING.min(bounds.text / 2))]);
    if !too_many {
        files.insert(0, LetterFile::new(Some(rest), "text/plain", Zeroizing::new(text.as_bytes().to_vec())));
    }
    Letter { text: SecretText::new(beginning), files, language }
}

impl Letter {
    /// A letter that nobody could read: all of it, but for its header, is one file.
    #[must_use]
    pub fn unread(letter: &[u8]) -> Self {
        let (header, body) = message::split(letter);
        Self { text: SecretText::default(), files: vec![LetterFile::whole(header, body)], language: None }
    }
}

/// Adds a paragraph.
fn join(text: &mut Zeroizing<String>, paragraph: &str) {
    let paragraph = paragraph.trim();
    if !paragraph.is_empty() {
        let between = if text.is_empty() { "" } else { "\n\n" };
        let _ = write!(**text, "{between}{paragraph}");
    }
}

/// The greatest length up to `most` that cuts no letter.
fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The first language of `Content-Language` (RFC 3282) that we speak.
fn told(head: &mail_parser::Message<'_>) -> Option<Language> {
    let value = head.content_language();
    let tags = value.as_text_list().map(<[_]>::to_vec).unwrap_or_default();
    let tags = tags.iter().flat_map(|tags| tags.split(','));
    let mut primary = tags.map(|tag| tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase());
    primary.find_map(|tag| Language::from_tag(&tag))
}

/// Arabic where most letters are of its script; other scripts do not tell a language.
fn by_script(text: &str) -> Option<Language> {
    let letters = || text.chars().filter(|c| c.is_alphabetic()).take(2000);
    let arabic = letters().filter(|c| matches!(c, '\u{600}'..='\u{6ff}' | '\u{fb50}'..='\u{fdff}')).count();
    Language::from_tag("ar").filter(|_| arabic * 2 > letters().count())
}

impl LetterFile {
    fn new(name: Option<&str>, media_type: &str, content: Zeroizing<Vec<u8>>) -> Self {
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        let mut name = plain(name.unwrap_or_default());
        name.truncate(floor(&name, NAME_MAX));
        if name.trim().is_empty() {
            name = "attachment".into();
        }
        let mut media_type = plain(media_type);
        media_type.truncate(floor(&media_type, NAME_MAX));
        Self { name, media_type, content: Bytes::from_owner(content) }
    }

    fn whole(header: &[u8], body: &[u8]) -> Self {
        Self::new(Some("message.eml"), "message/rfc822", message::without_sender(header, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { text: 4096, files: 3 };

    #[test]
    fn headers_leave_nothing_but_subject_words_and_files() {
        let letter = "Return-Path: <marker@example.org>\r\nReceived: from marker ([192.0.2.1])\r\n by marker; now\r\n\
            From: Marker <marker@example.org>\r\nTo: marker\r\nDate: marker\r\nMessage-ID: <marker>\r\n\
            User-Agent: marker\r\nX-Originating-IP: marker\r\nSubject: =?utf-8?Q?Caf=C3=A9?=\r\n\
            Content-Type: multipart/mixed; boundary=x\r\n\r\nmarker\r\n--x\r\nContent-ID: <marker>\r\n\r\nHello.\r\n\
            --x\r\nContent-Disposition: attachment; filename=\"a\r\n b.txt\"\r\nContent-Description: marker\r\n\r\nfile\r\n--x--\r\nmarker";
        let reduced = reduce(letter.as_bytes(), BOUNDS);
        assert_eq!(reduced.text.expose(), "Café\n\nHello.");
        let [file] = &reduced.files[..] else { panic!() };
        assert_eq!(file.content, "file");
        assert!(!file.name.contains("marker") && !file.name.contains('\n'));
    }

    #[test]
    fn what_is_too_long_or_too_much_is_kept_as_a_file() {
        let long = format!("Subject: s\r\n\r\n{}", "é".repeat(3000));
        let reduced = reduce(long.as_bytes(), BOUNDS);
        assert!(reduced.text.expose().len() <= BOUNDS.text && reduced.text.expose().ends_with("message.txt"));
        assert_eq!(reduced.files[0].content.len(), 3 + 6000);
        let part = "--x\r\nContent-Type: image/png\r\n\r\nfile\r\n".repeat(4);
        let many = format!("From: marker\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{part}--x--\r\n");
        let reduced = reduce(many.as_bytes(), BOUNDS);
        let [file] = &reduced.files[..] else { panic!() };
        assert!(file.name == "message.eml" && file.content.ends_with(b"--x--\r\n"));
        assert!(!file.content.windows(6).any(|six| six == b"marker"));
    }

    #[test]
    fn an_encrypted_letter_is_a_file() {
        let letter = "From: marker\r\nSubject: ...\r\nContent-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\n\r\nVersion: 1\r\n--x--";
        let reduced = reduce(letter.as_bytes(), BOUNDS);
        assert_eq!(reduced.text.expose(), "...");
        assert!(reduced.files[0].content.starts_with(b"Content-Type: multipart/encrypted"));
    }

    #[test]
    fn the_language_is_the_one_told_or_that_of_the_script() {
        let tag = |letter: &str| reduce(letter.as_bytes(), BOUNDS).language.map(Language::tag);
        assert_eq!(tag("Content-Language: de, fr-CA\r\n\r\nمرحبا"), Some("fr"));
        assert_eq!(tag("\r\nمرحبا Amparo"), None);
        assert_eq!(tag("\r\nمرحبا بكم Amparo"), Some("ar"));
        assert_eq!(tag("\r\nHello"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_exceed_the_bounds(letter: Vec<u8>, tail in "[-x:;=\r\n a-z/]{0,200}") {
            let head = b"Content-Type: multipart/mixed; boundary=x\r\nFrom: m@rker\r\n\r\n--x\r\n";
            for letter in [letter.clone(), [&head[..], &letter, tail.as_bytes()].concat()] {
                let reduced = reduce(&letter, BOUNDS);
                assert!(reduced.text.expose().len() <= BOUNDS.text && reduced.files.len() <= BOUNDS.files);
            }
        }
    }
}
