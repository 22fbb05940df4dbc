//! What is found in files, and of what kinds files are.

use std::collections::BTreeSet;

/// One kind of hidden data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Where a photo was taken.
    Place,
    /// When something was made or changed.
    Time,
    /// Maker and model of a device or lens.
    Camera,
    /// A serial number of a device, or an image's own number.
    Serial,
    /// Author, owner, rights.
    Owner,
    /// The program, or the computer it ran on.
    Software,
    /// Comments, captions, titles.
    Comment,
    /// A small copy, perhaps of the picture before it was cut.
    Thumbnail,
    /// Further pictures in the same file.
    Picture,
    /// A camera maker's own notes, which nobody else can read for certain.
    MakerNote,
    /// What was done to the picture: XMP, Photoshop's blocks, content credentials.
    History,
    /// Descriptions in a colour profile.
    ColorProfile,
    /// Bytes after the picture's end.
    AfterEnd,
    /// Anything else that no picture is drawn from.
    Other,
}

impl Found {
    /// All of them, in the order in which a list names them.
    pub const ALL: [Self; 14] = [
        Self::Place,
        Self::Time,
        Self::Camera,
        Self::Serial,
        Self::Owner,
        Self::Software,
        Self::Comment,
        Self::Thumbnail,
        Self::Picture,
        Self::MakerNote,
        Self::History,
        Self::ColorProfile,
        Self::AfterEnd,
        Self::Other,
    ];

    /// Its name in vectors, and in `web/src/clean/`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Time => "time",
            Self::Camera => "camera",
            Self::Serial => "serial",
            Self::Owner => "owner",
            Self::Software => "software",
            Self::Comment => "comment",
            Self::Thumbnail => "thumbnail",
            Self::Picture => "picture",
            Self::MakerNote => "maker_note",
            Self::History => "history",
            Self::ColorProfile => "color_profile",
            Self::AfterEnd => "after_end",
            Self::Other => "other",
        }
    }
}

/// A kind of file that is sealed as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PDF.
    Pdf,
    /// Texts, tables and slides of an office suite, old or new.
    Office,
    /// Sound and film.
    Media,
    /// A file that holds files.
    Archive,
    /// Words and nothing else.
    Text,
    /// A picture of a kind that is not cleaned, such as a raw photo.
    Image,
    /// None of these.
    Other,
}

impl Kind {
    /// Its name in vectors, and in `web/src/clean/`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Office => "office",
            Self::Media => "media",
            Self::Archive => "archive",
            Self::Text => "text",
            Self::Image => "image",
            Self::Other => "other",
        }
    }
}

/// A kind of picture that is cleaned.
#[derive(Clone, Copy, Debug)]
pub(super) enum Picture {
    Jpeg,
    Png,
    Webp,
    Tiff,
    Heif,
}

/// Why there is no clean copy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// The file is not what it says it is, or broken.
    Damaged,
    /// It is of a kind that is not cleaned, which shows only further inside.
    Cannot(Kind),
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

/// What a file told so far.
pub(super) type Finds = BTreeSet<Found>;

/// Goes on only where `holds`.
pub(super) fn check(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(Stop::Damaged) }
}
