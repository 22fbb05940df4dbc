//! Words in the reader's language.
//!
//! A [`Language`] is one folder under `locales/`, compiled in; a [`Locale`] looks texts up in it. Texts are Fluent
//! (projectfluent.org): plural forms are the translator's business, and every inserted value is isolated, so that an
//! English name inside an Arabic sentence keeps its own direction.
//!
//! ```
//! use amparo::locale::Language;
//! let locale = Language::negotiate("fr-CA, fr;q=0.8, en;q=0.5").locale();
//! assert_eq!(locale.text("leave"), "Quitter vite");
//! ```
//!
//! Pages speak a [`Language`]; text messages an [`SmsLanguage`], of which there are more.
//!
//! To add a language, add its folder and its row in `LANGUAGES`; `tests/locales.rs` then says what is missing. To add
//! a file (`desk.ftl`), name it in the macro `language!`; ids are unique over all files of a language.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::clock::Day;

mod accept;
mod sms;

pub use sms::SmsLanguage;

type Bundle = FluentBundle<FluentResource>;

/// A row of [`LANGUAGES`]: the folder, the language's name in itself, its direction and its thousands separator.
macro_rules! language {
    ($tag:literal, $name:literal, $direction:literal, $separator:literal) => {
        Row {
            tag: $tag,
            name: $name,
            direction: $direction,
            format_numbers: |bundle| bundle.set_formatter(Some(grouped::<$separator, _>)),
            files: &[
                include_str!(concat!("../locales/", $tag, "/mail.ftl")),
                include_str!(concat!("../locales/", $tag, "/reporter.ftl")),
                include_str!(concat!("../locales/", $tag, "/hotline.ftl")),
                include_str!(concat!("../locales/", $tag, "/terminal.ftl")),
            ],
        }
    };
}

/// The languages there are, the default first.
static LANGUAGES: [Row; 3] = [
    language!("en", "English", "ltr", ','),
    language!("fr", "Français", "ltr", '\u{202f}'),
    // Western digits in Arabic too: token and fingerprint stand on the same pages and are compared by eye.
    language!("ar", "العربية", "rtl", ','),
];

static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| LANGUAGES.iter().map(Row::bundle).collect());

struct Row {
    tag: &'static str,
    name: &'static str,
    direction: &'static str,
    format_numbers: fn(&mut Bundle),
    files: &'static [&'static str],
}

impl Row {
    /// The language's texts. The files are compiled in and `tests/locales.rs` reads each of them, so a fault in one
    /// cannot reach a release.
    fn bundle(&self) -> Bundle {
        let tag: LanguageIdentifier = self.tag.parse().expect("the tags above are language tags");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        (self.format_numbers)(&mut bundle);
        for file in self.files {
            let resource = FluentResource::try_new((*file).to_owned()).expect("a file under locales/ is not Fluent");
            bundle.add_resource(resource).expect("an id stands twice under locales/");
        }
        bundle
    }
}

/// A language that Amparo speaks; cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language(usize);

impl Language {
    /// All languages, the default first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// The language with exactly this tag, as it stands in an address.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        LANGUAGES.iter().position(|row| row.tag == tag).map(Self)
    }

    /// The best language for an `Accept-Language` header (RFC 9110, 12.5.4); the default when none fits.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        accept::best(accept_language, &LANGUAGES.each_ref().map(|row| row.tag)).map_or(Self(0), Self)
    }

    /// Its tag (BCP 47), which is also its folder and its part of an address.
    #[must_use]
    pub fn tag(self) -> &'static str {
        LANGUAGES[self.0].tag
    }

    /// Its name in itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        LANGUAGES[self.0].name
    }

    /// `ltr` or `rtl`, for the attribute `dir`.
    #[must_use]
    pub fn direction(self) -> &'static str {
        LANGUAGES[self.0].direction
    }

    /// Its texts.
    #[must_use]
    pub fn locale(self) -> Locale {
        Locale(self)
    }

    /// The text for this language out of texts by language tag, as a manifest holds them: else the default
    /// language's, else the first; empty when there is none at all.
    #[must_use]
    pub fn pick(self, texts: &BTreeMap<String, String>) -> &str {
        pick([self.tag(), LANGUAGES[0].tag], texts)
    }
}

/// The first text that is there under one of `tags`, else the first of all.
fn pick<'a>(tags: [&str; 2], texts: &'a BTreeMap<String, String>) -> &'a str {
    tags.iter().find_map(|tag| texts.get(*tag)).or_else(|| texts.values().next()).map_or("", String::as_str)
}

/// A value to be inserted in a text.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Text as it is; it is isolated from the direction of what surrounds it.
    Text(&'a str),
    /// A number, which may choose a plural form.
    Number(u64),
    /// A day, written out.
    Day(Day),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Day> for Value<'_> {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

/// The values of a text, each day as `written` has it.
fn args_of<'a>(values: &[(&'a str, Value<'a>)], written: impl Fn(Day) -> String) -> FluentArgs<'a> {
    let mut args = FluentArgs::with_capacity(values.len());
    for (name, value) in values {
        match *value {
            Value::Text(text) => args.set(*name, text),
            Value::Number(number) => args.set(*name, FluentValue::from(number)),
            Value::Day(day) => args.set(*name, written(day)),
        }
    }
    args
}

/// The texts of one language; cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale(Language);

impl Locale {
    /// The language these texts are in.
    #[must_use]
    pub fn language(self) -> Language {
        self.0
    }

    /// The text `id`, which takes no value.
    #[must_use]
    pub fn text(self, id: &str) -> Cow<'static, str> {
        self.format(id, None)
    }

    /// The text `id` with its values by name.
    #[must_use]
    pub fn text_with(self, id: &str, values: &[(&str, Value)]) -> Cow<'static, str> {
        self.format(id, Some(&args_of(values, |day| self.day(day))))
    }

    /// A number with its thousands set apart.
    #[must_use]
    pub fn number(self, number: u64) -> Cow<'static, str> {
        self.text_with("number", &[("number", Value::Number(number))])
    }

    /// A day written out: `3 March 2026`.
    #[must_use]
    pub fn day(self, day: Day) -> String {
        let (year, month, day) = day.civil();
        let mut args = FluentArgs::with_capacity(3);
        args.set("day", day);
        args.set("month", month);
        // As text, for a year's thousands are not set apart.
        args.set("year", year.to_string());
        // One day is one value of its sentence and is isolated as a whole; isolating its parts would only cost bytes.
        self.format("day", Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
    }

    fn format(self, id: &str, args: Option<&FluentArgs>) -> Cow<'static, str> {
        let bundles: &'static [Bundle] = &BUNDLES;
        formatted([&bundles[self.0.0], &bundles[0]], id, args)
    }
}

/// The text `id` of a language, whose bundle stands first. One that is missing there is taken from the default
/// language, and the id stands for one that is missing everywhere: a page with one odd word is better than none.
fn formatted(bundles: [&'static Bundle; 2], id: &str, args: Option<&FluentArgs>) -> Cow<'static, str> {
    for bundle in bundles {
        if let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) {
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, args, &mut errors);
            debug_assert!(errors.is_empty(), "{id}: {errors:?}");
            return Cow::Owned(text.into_owned());
        }
    }
    debug_assert!(false, "no text {id}");
    Cow::Owned(id.to_owned())
}

/// Formats whole numbers in groups of three digits.
fn grouped<const SEPARATOR: char, M>(value: &FluentValue, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let digits = format!("{:.0}", number.value);
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(SEPARATOR);
        }
        text.push(digit);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(tag: &str) -> Locale {
        Language::from_tag(tag).unwrap().locale()
    }

    #[test]
    fn days_and_numbers_are_written_as_each_language_does() {
        let day: Day = "2026-03-01".parse().unwrap();
        assert_eq!(locale("en").day(day), "1 March 2026");
        assert_eq!(locale("fr").day(day), "1er mars 2026");
        assert_eq!(locale("ar").day(day), "1 مارس 2026");
        assert_eq!(locale("en").number(1_234_567), "1,234,567");
        assert_eq!(locale("fr").number(1_234), "1\u{202f}234");
        assert_eq!(locale("ar").number(100), "100");
    }

    #[test]
    fn arabic_has_its_six_plural_forms() {
        let files = |n: u64| locale("ar").text_with("files", &[("count", n.into())]);
        let forms: Vec<_> = [0, 1, 2, 3, 11, 100].map(files).to_vec();
        for (index, form) in forms.iter().enumerate() {
            assert!(!forms[..index].contains(form), "{form}");
        }
        assert_eq!(files(5).replace('5', ""), files(3).replace('3', ""));
    }

    #[test]
    fn inserted_values_are_isolated_and_a_text_is_picked_by_language() {
        let text = locale("ar").text_with("timeline-answer", &[("office", "Office of the Lead".into())]);
        assert!(text.contains("\u{2068}Office of the Lead\u{2069}"), "{text}");
        let texts = |tags: &[&str]| tags.iter().map(|t| ((*t).to_owned(), format!("in {t}"))).collect();
        let pick = |tag, tags| Language::from_tag(tag).unwrap().pick(&texts(tags)).to_owned();
        assert_eq!(pick("fr", &["ar", "en", "fr"]), "in fr");
        assert_eq!(pick("fr", &["ar", "en"]), "in en");
        assert_eq!(pick("fr", &["ar", "sw"]), "in ar");
        assert_eq!(pick("fr", &[]), "");
    }
}
