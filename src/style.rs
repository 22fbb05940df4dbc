//! The style sheets a page carries inside itself.
//!
//! Style is inlined so that a page is one answer: nothing is cached on the reader's machine, and one round trip shows
//! it finished. The policy then names the sheet by its hash, and no other style runs.
//!
//! `web/styles/base.css` has what both sides share (colours, type, buttons, cards, notices, badges), `forms.css` the
//! forms; a side adds sheets of its own. To add a side, add its sheets and a function like [`reporter`].

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};

/// A style sheet as it is sent, and its hash.
pub struct Style {
    text: String,
    csp_source: String,
}

impl Style {
    /// Joins sheets and leaves out comments and white space that mean nothing.
    #[must_use]
    pub fn new(sheets: &[&str]) -> Self {
        let text = compact(&sheets.concat());
        let csp_source = format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, text.as_bytes())));
        Self { text, csp_source }
    }

    /// What stands between `<style>` and `</style>`, to the byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The source for `style-src` (CSP 3): `'sha256-…'`, quotes included.
    #[must_use]
    pub fn csp_source(&self) -> &str {
        &self.csp_source
    }
}

/// The style of the reporter's start page: no more than it needs, for it must arrive in one round trip.
#[must_use]
pub fn reporter_start() -> &'static Style {
    static STYLE: LazyLock<Style> = LazyLock::new(|| Style::new(&[BASE, FRAME, REPORTER]));
    &STYLE
}

/// The style of the reporter's other pages.
#[must_use]
pub fn reporter() -> &'static Style {
    static STYLE: LazyLock<Style> = LazyLock::new(|| Style::new(&[BASE, FORMS, FRAME, REPORTER, CASE]));
    &STYLE
}

/// The style of the desk.
#[must_use]
pub fn desk() -> &'static Style {
    static STYLE: LazyLock<Style> = LazyLock::new(|| Style::new(&[BASE, FORMS, FRAME, DESK]));
    &STYLE
}

const BASE: &str = include_str!("../web/styles/base.css");
const FORMS: &str = include_str!("../web/styles/forms.css");
const FRAME: &str = include_str!("../web/styles/frame.css");
const DESK: &str = include_str!("../web/styles/desk.css");
const REPORTER: &str = include_str!("../web/styles/reporter.css");
const CASE: &str = include_str!("../web/styles/case.css");

/// Drops comments, indentation and line ends, and the blanks beside `{`, `}`, `;` and `,` and after `:`. Our sheets
/// have no strings that hold any of these; a blank before `:` stays, for it means something in a selector.
fn compact(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut out = String::with_capacity(text.len());
    for part in text.split_whitespace() {
        let opens = part.starts_with(['{', '}']);
        if !out.is_empty() && !out.ends_with(['{', '}', ';', ',', ':']) && !opens {
            out.push(' ');
        }
        out.push_str(part);
    }
    out.replace(";}", "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_made_compact_without_changing_its_meaning() {
        let css =
            "/* a */\nmain :focus,\n a:hover {\n  margin: 0 auto;\n  color: red;\n}\n\n@media print { b { top: 0 } }\n";
        assert_eq!(compact(css), "main :focus,a:hover{margin:0 auto;color:red}@media print{b{top:0}}");
    }

    #[test]
    fn the_sheet_cannot_end_its_element_and_its_hash_fits_a_policy() {
        for style in [reporter_start(), reporter()] {
            assert!(!style.text().contains("</") && !style.text().contains("url("));
            assert!(style.csp_source().starts_with("'sha256-") && style.csp_source().ends_with("='"));
        }
    }
}
