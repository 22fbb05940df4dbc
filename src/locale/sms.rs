//! Text messages in the six official languages of the United Nations; pages are in fewer.
//!
//! Nothing that is inserted is isolated from the direction around it, as on pages: the marks for that are in no
//! telephone's 7-bit alphabet, and every text would cost twice as much. The Arabic texts carry the marks they need.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::FluentResource;

use super::{Bundle, Value, args_of, formatted, grouped};

/// The languages there are, the default first, with their texts.
static LANGUAGES: [(&str, &str); 6] = [
    ("en", include_str!("../../locales/en/sms.ftl")),
    ("fr", include_str!("../../locales/fr/sms.ftl")),
    ("ar", include_str!("../../locales/ar/sms.ftl")),
    ("es", include_str!("../../locales/es/sms.ftl")),
    ("ru", include_str!("../../locales/ru/sms.ftl")),
    ("zh", include_str!("../../locales/zh/sms.ftl")),
];

static BUNDLES: LazyLock<Vec<Bundle>> =
    LazyLock::new(|| LANGUAGES.iter().map(|(tag, file)| bundle(tag, file)).collect());

fn bundle(tag: &str, file: &str) -> Bundle {
    let tag = tag.parse().expect("the tags above are language tags");
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(grouped::<' ', _>));
    let resource = FluentResource::try_new(file.to_owned()).expect("a file under locales/ is not Fluent");
    bundle.add_resource(resource).expect("an id stands twice in sms.ftl");
    bundle
}

/// A language that text messages are answered in; cheap to copy.
///
/// ```
/// use amparo::locale::SmsLanguage;
/// assert_eq!(SmsLanguage::all().count(), 6);
/// assert_eq!(SmsLanguage::from_tag("ru").unwrap().tag(), "ru");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SmsLanguage(usize);

impl SmsLanguage {
    /// English, which a text that is missing is taken from.
    pub const ENGLISH: Self = Self(0);
    /// French.
    pub const FRENCH: Self = Self(1);
    /// Arabic.
    pub const ARABIC: Self = Self(2);
    /// Spanish.
    pub const SPANISH: Self = Self(3);
    /// Russian.
    pub const RUSSIAN: Self = Self(4);
    /// Chinese.
    pub const CHINESE: Self = Self(5);

    /// All languages, the default first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// The language with exactly this tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        LANGUAGES.iter().position(|(known, _)| *known == tag).map(Self)
    }

    /// Its tag (BCP 47), which is also its folder.
    #[must_use]
    pub fn tag(self) -> &'static str {
        LANGUAGES[self.0].0
    }

    /// The text `id`, which takes no value.
    #[must_use]
    pub fn text(self, id: &str) -> Cow<'static, str> {
        self.text_with(id, &[])
    }

    /// The text `id` with its values by name. A day is written as numbers, `2026-03-01`, which all understand.
    #[must_use]
    pub fn text_with(self, id: &str, values: &[(&str, Value)]) -> Cow<'static, str> {
        let args = args_of(values, |day| day.to_string());
        let bundles: &'static [Bundle] = &BUNDLES;
        formatted([&bundles[self.0], &bundles[0]], id, Some(&args))
    }

    /// The text for this language out of texts by language tag, as a manifest holds them: else the default
    /// language's, else the first; empty when there is none at all.
    #[must_use]
    pub fn pick(self, texts: &BTreeMap<String, String>) -> &str {
        super::pick([self.tag(), LANGUAGES[0].0], texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_agree_and_nothing_is_isolated() {
        let named = [
            (SmsLanguage::ENGLISH, "en"),
            (SmsLanguage::FRENCH, "fr"),
            (SmsLanguage::ARABIC, "ar"),
            (SmsLanguage::SPANISH, "es"),
            (SmsLanguage::RUSSIAN, "ru"),
            (SmsLanguage::CHINESE, "zh"),
        ];
        for (language, tag) in named {
            assert_eq!(SmsLanguage::from_tag(tag), Some(language));
            let text = language.text_with("sms-filed", &[("token", "1234".into())]);
            assert!(text.contains("1234") && !text.contains(['\u{2068}', '\u{2069}']), "{text}");
        }
        assert_eq!(named.len(), SmsLanguage::all().count());
        assert_eq!(SmsLanguage::from_tag("EN"), None);
    }

    #[test]
    fn a_units_name_is_picked_by_language() {
        let texts = |tags: &[&str]| tags.iter().map(|tag| ((*tag).to_owned(), format!("in {tag}"))).collect();
        assert_eq!(SmsLanguage::RUSSIAN.pick(&texts(&["en", "ru"])), "in ru");
        assert_eq!(SmsLanguage::RUSSIAN.pick(&texts(&["ar", "en"])), "in en");
        assert_eq!(SmsLanguage::RUSSIAN.pick(&texts(&["ar"])), "in ar");
    }
}
