//! What kind a file is, by its first bytes, never by its name.

use super::found::{Kind, Picture};

/// How many bytes from the start of a file tell its kind.
pub const HEAD: usize = 4096;

const HEIF_BRANDS: [&[u8]; 7] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif"];
const OFFICE_PARTS: [&[u8]; 7] = [
    b"[Content_Types].xml",
    b"mimetypeapplication/vnd.oasis.opendocument",
    b"_rels/.rels",
    b"docProps/",
    b"word/",
    b"xl/",
    b"ppt/",
];

type Told = Result<Picture, Kind>;

const JPEG: Told = Ok(Picture::Jpeg);
const PNG: Told = Ok(Picture::Png);
const TIFF: Told = Ok(Picture::Tiff);
const IMAGE: Told = Err(Kind::Image);
const MEDIA: Told = Err(Kind::Media);
const ARCHIVE: Told = Err(Kind::Archive);

/// Beginnings that tell a kind.
const BEGINNINGS: [(&[u8], Told); 33] = [
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"%PDF", Err(Kind::Pdf)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Err(Kind::Office)),
    (b"{\\rtf", Err(Kind::Office)),
    (b"II+\0", IMAGE),
    (b"MM\0+", IMAGE),
    (b"GIF8", IMAGE),
    (b"BM", IMAGE),
    (b"8BPS", IMAGE),
    (b"\0\0\0\x0cJXL ", IMAGE),
    (b"\xff\x0a", IMAGE),
    (b"\0\0\0\x0cjP  ", IMAGE),
    (b"\0\0\x01\0", IMAGE),
    (b"\x1a\x45\xdf\xa3", MEDIA),
    (b"OggS", MEDIA),
    (b"ID3", MEDIA),
    (b"fLaC", MEDIA),
    (b"\0\0\x01\xba", MEDIA),
    (b"\xff\xfb", MEDIA),
    (b"\xff\xf3", MEDIA),
    (b"\xff\xf1", MEDIA),
    (b"\xff\xf9", MEDIA),
    (b"#!AMR", MEDIA),
    (b"FLV\x01", MEDIA),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", MEDIA),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
];

/// Tells what kind of file begins with `head`; only its first [`HEAD`] bytes count.
pub fn kind_of(head: &[u8]) -> Told {
    let head = &head[..head.len().min(HEAD)];
    if let Some((_, told)) = BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return *told;
    }
    let stands = |at: usize, word: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(word));
    if head.starts_with(b"RIFF") {
        return if stands(8, b"WEBP") { Ok(Picture::Webp) } else { MEDIA };
    }
    if stands(4, b"ftyp") {
        let size = usize::from(u16::from_be_bytes([head[2], head[3]])).min(head.len());
        let brands = head[..size].get(8..).unwrap_or_default().chunks_exact(4);
        // The second four bytes are a version.
        let mut brands = brands.enumerate().filter(|(index, _)| *index != 1);
        return if brands.any(|(_, brand)| HEIF_BRANDS.contains(&brand)) { Ok(Picture::Heif) } else { MEDIA };
    }
    if head.starts_with(b"\x28\xb5\x2f\xfd") || stands(257, b"ustar") {
        return ARCHIVE;
    }
    if head.starts_with(b"PK\x03\x04") {
        return if OFFICE_PARTS.iter().any(|name| stands(30, name)) { Err(Kind::Office) } else { ARCHIVE };
    }
    Err(if is_text(head) { Kind::Text } else { Kind::Other })
}

/// Whether bytes are words and nothing else; a letter may be cut at their end. Markup can hold more than its words.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let words = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_control = |byte: &u8| *byte < 32 && !(7..=13).contains(byte) && *byte != 27;
    let is_marked = words.starts_with(b"<") || head.starts_with(b"%!");
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    !head.is_empty() && !is_marked && is_utf8 && !head.iter().any(is_control)
}
