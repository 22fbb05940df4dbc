//! What a browser runs, inside the program: the scripts that `web/build.mjs` made, and their hashes.
//!
//! A program that was compiled without them ([`all`] is empty) serves pages without scripts, and seals every report
//! itself as it arrives. To add a file: make it in `web/build.mjs`, and name it in `build.rs`.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{Algorithm, SHA256, SHA384, digest};

use crate::protocol;
use crate::protocol::bytes::to_hex;
use crate::style;

/// A file as it was made, and its compressed forms.
#[derive(Clone, Copy, Debug)]
pub struct WebFile {
    /// What follows `/static/` in its address.
    pub name: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The same, compressed with Brotli (RFC 7932).
    pub br: &'static [u8],
    /// The same, compressed with gzip (RFC 1952).
    pub gz: &'static [u8],
}

impl WebFile {
    /// For `Content-Type`.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        if self.name.rsplit('.').next() == Some("js") {
            "text/javascript; charset=utf-8"
        } else {
            "text/plain; charset=utf-8"
        }
    }

    /// `sha384-…` (Subresource Integrity): what a browser compares the file with before it runs it.
    #[must_use]
    pub fn integrity(&self) -> String {
        format!("sha384-{}", BASE64_STANDARD.encode(digest(&SHA384, self.bytes)))
    }
}

const ALL: &[WebFile] = include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// Every file, by name; none when the program was compiled without them.
#[must_use]
pub fn all() -> &'static [WebFile] {
    ALL
}

/// What a program without scripts means, and what to do about it.
pub const NO_SCRIPTS: [&str; 2] = [
    "this program was built without scripts, so the server seals every report itself as it arrives",
    "build it with `make build`, which makes them first",
];

/// The file called `name`.
#[must_use]
pub fn get(name: &str) -> Option<&'static WebFile> {
    ALL.iter().find(|file| file.name == name)
}

/// A script as it stands inside a page, and its hash.
pub struct Inline {
    text: &'static str,
    csp_source: String,
}

impl Inline {
    /// What stands between `<script>` and `</script>`, to the byte.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// The source for `script-src` (CSP 3): `'sha256-…'`, quotes included; `'none'` when there is no script.
    #[must_use]
    pub fn csp_source(&self) -> &str {
        &self.csp_source
    }
}

/// The script called `name`, to stand inside a page.
#[must_use]
pub fn inline(name: &str) -> Inline {
    let text = get(name).and_then(|file| std::str::from_utf8(file.bytes).ok()).unwrap_or_default();
    let csp_source = match text {
        "" => "'none'".to_owned(),
        text => format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, text.as_bytes()))),
    };
    Inline { text, csp_source }
}

/// The element that loads the page's script, and lets no other bytes run; empty when there is no script.
#[must_use]
pub fn script_element() -> &'static str {
    static ELEMENT: LazyLock<String> = LazyLock::new(|| match get("reporter.js") {
        Some(file) => {
            format!("<script src=\"/static/{}\" integrity=\"{}\" defer></script>", file.name, file.integrity())
        }
        None => String::new(),
    });
    &ELEMENT
}

/// Version of the program and of the protocol, in two lines.
#[must_use]
pub fn version() -> String {
    format!("amparo {}\nprotocol {}\n", env!("CARGO_PKG_VERSION"), protocol::VERSION)
}

/// Name, size and hashes of everything a browser gets beside words: the scripts, and the style that stands in pages.
///
/// The text depends on nothing but the source.
#[must_use]
pub fn hashes() -> String {
    let files = ALL.iter().map(|file| (format!("static/{}", file.name), file.bytes));
    let sheets = [("style/start.css", style::reporter_start()), ("style/pages.css", style::reporter())];
    let sheets = sheets.map(|(name, style)| (name.to_owned(), style.text().as_bytes()));
    files.chain(sheets).map(|(name, bytes)| hash_lines(&name, bytes)).collect()
}

/// The lines of one file in such a list: `sha384sum --check` reads them, and skips the one that begins with `#`.
#[must_use]
pub fn hash_lines(name: &str, bytes: &[u8]) -> String {
    let hex = |algorithm: &'static Algorithm| to_hex(digest(algorithm, bytes).as_ref());
    format!("# {name}: {} bytes\nSHA256 ({name}) = {}\nSHA384 ({name}) = {}\n", bytes.len(), hex(&SHA256), hex(&SHA384))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_script_knows_the_worker_that_is_served() {
        let Some(reporter) = get("reporter.js") else {
            assert!(all().is_empty() && script_element().is_empty());
            return;
        };
        let script = std::str::from_utf8(reporter.bytes).unwrap();
        assert!(script.contains(&get("worker.js").unwrap().integrity()), "web/dist is of two builds; run make web");
        assert!(script_element().contains(&reporter.integrity()));
    }

    #[test]
    fn compressed_forms_unpack_to_the_file() {
        for file in all() {
            // RFC 1952: ten bytes of header without any optional field, eight of trailer.
            assert_eq!(file.gz[..4], [0x1f, 0x8b, 8, 0], "{}", file.name);
            let unpacked = miniz_oxide::inflate::decompress_to_vec(&file.gz[10..file.gz.len() - 8]).unwrap();
            assert!(unpacked == file.bytes, "{}", file.name);
            assert!(file.br.len() < file.gz.len(), "{}", file.name);
        }
    }

    #[test]
    fn every_file_and_sheet_stands_in_the_list_with_its_size_and_both_hashes() {
        let hashes = hashes();
        assert_eq!(hashes.lines().count(), 3 * (all().len() + 2));
        let start = hashes.split("SHA384 (style/start.css) = ").nth(1).unwrap().lines().next().unwrap();
        assert_eq!(start, to_hex(digest(&SHA384, style::reporter_start().text().as_bytes()).as_ref()));
        assert_eq!(start.len(), 96);
        assert!(hashes.contains(&format!("# style/start.css: {} bytes", style::reporter_start().text().len())));
    }
}
