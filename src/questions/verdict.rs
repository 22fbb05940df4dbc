//! What came of looking for hidden data in a file, in the words of every way in.

use std::borrow::Cow;

use crate::clean::{Cleaning, Found, Kind};
use crate::locale::Locale;

/// What came of it. It tells kinds of hidden data, never the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// These were taken out.
    Cleaned(Vec<Found>),
    /// It is a picture, and nothing was found.
    Nothing,
    /// Files of this kind are not cleaned.
    Cannot(Kind),
    /// It is a picture that is broken.
    Damaged,
    /// It is a picture that is too large to be cleaned here.
    TooLarge,
}

impl From<&Cleaning> for Verdict {
    fn from(cleaning: &Cleaning) -> Self {
        match cleaning {
            Cleaning::Cleaned { found, .. } => Self::Cleaned(found.clone()),
            Cleaning::Nothing => Self::Nothing,
            Cleaning::Cannot(kind) => Self::Cannot(*kind),
            Cleaning::Damaged => Self::Damaged,
        }
    }
}

impl Verdict {
    /// Whether the file was sealed with hidden data that it has or may have.
    #[must_use]
    pub fn warns(&self) -> bool {
        !matches!(self, Self::Cleaned(_) | Self::Nothing | Self::Cannot(Kind::Text))
    }

    /// One sentence or two.
    #[must_use]
    pub fn text(&self, locale: Locale) -> Cow<'static, str> {
        let id = match self {
            Self::Cleaned(found) => {
                let found: Vec<_> = found.iter().map(|found| locale.text(name_of(*found))).collect();
                let comma = if locale.language().direction() == "rtl" { "، " } else { ", " };
                return locale.text_with("file-cleaned", &[("found", (&*found.join(comma)).into())]);
            }
            Self::Nothing => "file-clean",
            Self::Damaged => "file-damaged",
            Self::TooLarge => "file-uncleaned",
            Self::Cannot(Kind::Pdf) => "file-pdf",
            Self::Cannot(Kind::Office) => "file-office",
            Self::Cannot(Kind::Media) => "file-media",
            Self::Cannot(Kind::Archive) => "file-archive",
            Self::Cannot(Kind::Text) => "file-text",
            Self::Cannot(Kind::Image) => "file-image",
            Self::Cannot(Kind::Other) => "file-other",
        };
        locale.text(id)
    }
}

/// The id of its name.
fn name_of(found: Found) -> &'static str {
    match found {
        Found::Place => "found-place",
        Found::Time => "found-time",
        Found::Camera => "found-camera",
        Found::Serial => "found-serial",
        Found::Owner => "found-owner",
        Found::Software => "found-software",
        Found::Comment => "found-comment",
        Found::Thumbnail => "found-thumbnail",
        Found::Picture => "found-picture",
        Found::MakerNote => "found-maker-note",
        Found::History => "found-history",
        Found::ColorProfile => "found-color-profile",
        Found::AfterEnd => "found-after-end",
        Found::Other => "found-other",
    }
}

/// What a clean copy's original is called, which is sealed beside it: `photo.jpg` becomes `photo.original.jpg`.
#[must_use]
pub fn original_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => format!("{stem}.original.{ending}"),
        _ => format!("{name}.original"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_original_keeps_its_ending() {
        for (name, original) in [
            ("photo.jpg", "photo.original.jpg"),
            ("a.b.heic", "a.b.original.heic"),
            (".jpg", ".jpg.original"),
            ("photo", "photo.original"),
            ("", ".original"),
        ] {
            assert_eq!(original_name(name), original);
        }
    }
}
