//! Every language says the same things: same ids, same values; and no text is unused.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use amparo::locale::{Language, SmsLanguage, Value};
use amparo::sms::text::fit::{SEGMENTS, fit, plain};
use amparo::sms::text::keyword::parse;

/// Characters of a unit's name that a text message must have room for; a longer name is cut.
const NAME: usize = 24;

/// The one file that languages without pages have too.
const SMS: &str = "sms.ftl";

/// The values each text of a Fluent file takes, by id. Reads only what our files use: an id at the start of a line,
/// and `$name` for a value.
fn texts(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = BTreeMap::new();
    let mut id = String::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let mut rest = line;
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            let (name, value) = line.split_once(" =").expect("a text begins with `id =`");
            name.clone_into(&mut id);
            rest = value;
            assert!(texts.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice");
        }
        for after in rest.split('$').skip(1) {
            let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
            texts.get_mut(&id).expect("a value stands in a text").insert(name);
        }
    }
    texts
}

/// A Fluent file: its language's tag, its name and its texts.
type File = (&'static str, String, BTreeMap<String, BTreeSet<String>>);

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let mut files = Vec::new();
    for tag in SmsLanguage::all().map(SmsLanguage::tag) {
        for entry in fs::read_dir(folder.join(tag)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((tag, name, texts(&fs::read_to_string(&path).unwrap())));
        }
    }
    files
}

/// The text of a file, as the program looks it up.
fn text_with(tag: &str, file: &str, id: &str, values: &[(&str, Value)]) -> String {
    if file == SMS {
        SmsLanguage::from_tag(tag).unwrap().text_with(id, values).into_owned()
    } else {
        Language::from_tag(tag).unwrap().locale().text_with(id, values).into_owned()
    }
}

/// All text of a folder's files with this ending.
fn sources(folder: &Path, ending: &str, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, ending, into);
        } else if path.extension().is_some_and(|found| found == ending) {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_language_has_the_same_ids_with_the_same_values() {
    let files = files();
    assert!(files.iter().any(|(_, _, texts)| texts.len() > 100), "the files were not read");
    for (tag, name, texts) in &files {
        let (_, _, model) = files.iter().find(|(_, other, _)| other == name).unwrap();
        for (id, values) in model {
            assert_eq!(texts.get(id), Some(values), "{tag} {name}: {id}");
        }
        assert_eq!(texts.len(), model.len(), "{tag} {name} has a text that no other language has");
        let folders: BTreeSet<_> = files.iter().filter(|(_, other, _)| other == name).map(|(tag, ..)| *tag).collect();
        let pages = Language::all().map(Language::tag);
        let expected = if name == SMS { SmsLanguage::all().map(SmsLanguage::tag).collect() } else { pages.collect() };
        assert_eq!(folders, expected, "{name} is missing in a language, or is in one that has no pages");
    }
}

#[test]
fn every_folder_is_a_language_and_every_text_formats() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    for entry in fs::read_dir(folder).unwrap() {
        let tag = entry.unwrap().file_name().into_string().unwrap();
        assert!(SmsLanguage::from_tag(&tag).is_some(), "locales/{tag} is not compiled in");
    }
    assert!(Language::all().all(|language| SmsLanguage::from_tag(language.tag()).is_some()));
    for (tag, file, texts) in files() {
        for (id, values) in texts {
            // 0 to 12 and 100 reach every plural form of every language here; a missing value would panic.
            for number in (0..=12).chain([100]) {
                let values: Vec<_> = values.iter().map(|name| (name.as_str(), Value::Number(number))).collect();
                let text = text_with(tag, &file, &id, &values);
                assert!(!text.trim().is_empty() && !text.contains("{ "), "{tag} {id}: {text}");
            }
        }
    }
}

#[test]
fn no_text_is_unused_and_none_that_is_used_is_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = String::new();
    sources(&root.join("src"), "rs", &mut used);
    sources(&root.join("web/templates"), "html", &mut used);
    let mut known = BTreeSet::new();
    for (_, name, texts) in files() {
        for id in texts.into_keys() {
            assert!(used.contains(&format!("\"{id}\"")), "{name}: {id} is not used");
            known.insert(id);
        }
    }
    for call in ["page.text(\"", "page.text_with(\"", "locale.text(\"", "locale.text_with(\""] {
        for after in used.split(call).skip(1) {
            let id = after.split('"').next().unwrap();
            assert!(known.contains(id), "{id} is used and stands in no file");
        }
    }
}

/// The values of text messages at their longest.
fn longest(name: &str) -> Vec<Value<'static>> {
    match name {
        "token" => vec![Value::Text("1234 5678 9012 3456 7890 1235")],
        // With signs that count twice; in a script of its own it makes the whole text UCS-2, which Latin texts are not
        // written for: such an answer goes out as two.
        "unit" => vec![Value::Text("{~|^}{~|^}{~|^}{~|^}{~|^}{~|^}".get(..NAME).unwrap())],
        "day" => vec![Value::Day("2026-12-31".parse().unwrap())],
        "count" => [0, 1, 2, 3, 11, 21, 100, 999].map(Value::Number).to_vec(),
        "address" => vec![
            Value::Text("https://signalement.anticorruption.gouvernement.example/fr/~"),
            Value::Text("http://aebagbafaydqqcikbmga2dqpcaireeyuculbogazdinryhi6d4qacdid.onion"),
        ],
        "fingerprint" => vec![Value::Text("12345 67890 12345 67890 12345 67890 12345 67890")],
        _ => panic!("say how long ${name} can be"),
    }
}

#[test]
fn every_text_message_fits_two_segments_with_its_longest_values() {
    let files = files();
    let (_, _, texts) = files.iter().find(|(_, name, _)| name == SMS).unwrap();
    for language in SmsLanguage::all() {
        let say = |id: &str, values: &[(&str, Value)]| plain(&language.text_with(id, values)).into_owned();
        let check = |id: &str, text: &str| {
            let fit = fit(text);
            assert!(fit.segments <= SEGMENTS, "{} {id}, {} characters: {text}", language.tag(), text.chars().count());
        };
        for (id, names) in texts.iter().filter(|(id, _)| *id != "sms-status") {
            // No text but the state has more than one value of which another could be longest.
            let values = names.first().map_or(vec![vec![]], |name| {
                longest(name).into_iter().map(|value| vec![(name.as_str(), value)]).collect()
            });
            assert!(names.len() <= 1, "{id}: check it with all its values");
            for values in &values {
                check(id, &say(id, values));
            }
        }
        for state in ["received", "acknowledged", "open", "closed"] {
            for count in longest("count") {
                let (state, answers) =
                    (say(&format!("sms-state-{state}"), &[]), say("sms-answers", &[("count", count)]));
                let day = longest("day")[0];
                let values = [("state", state.as_str().into()), ("answers", answers.as_str().into()), ("day", day)];
                check("sms-status", &say("sms-status", &values));
            }
        }
        let value = |name: &str, index: usize| longest(name)[index];
        let [web, onion] =
            [("sms-web", 0), ("sms-onion", 1)].map(|(id, at)| say(id, &[("address", value("address", at))]));
        let key = say("sms-key", &[("fingerprint", value("fingerprint", 0))]);
        check("sms-web, sms-onion and sms-key", &[web, onion, key].join("\n"));
    }
}

#[test]
fn the_keywords_that_text_messages_name_are_understood() {
    for (tag, words) in [
        ("en", "STATUS READ MORE FORGET HELP STOP GUIDE SKIP"),
        ("fr", "STATUT LIRE PLUS OUBLIER AIDE STOP GUIDE PASSER"),
        ("es", "ESTADO LEER MAS OLVIDAR AYUDA ALTO GUIA SALTAR"),
        ("ru", "СТАТУС ЧИТАТЬ ЕЩЁ ЗАБЫТЬ ПОМОЩЬ СТОП ВОПРОСЫ ДАЛЬШЕ"),
        ("ar", "حالة قراءة إضافة نسيان مساعدة توقف أسئلة تخطي"),
        ("zh", "状态 阅读 补充 忘记 帮助 停止 引导 跳过"),
    ] {
        let language = SmsLanguage::from_tag(tag).unwrap();
        let help = language.text_with("sms-help", &[("unit", "".into())]);
        let filed = language.text_with("sms-filed", &[("token", "".into())]);
        let asked = language.text("sms-ask-where");
        let model = "STATUS READ MORE FORGET HELP STOP GUIDE SKIP";
        for (word, model) in words.split(' ').zip(model.split(' ')) {
            let (command, spoken) = parse(word);
            assert_eq!(std::mem::discriminant(&command), std::mem::discriminant(&parse(model).0), "{word}");
            assert!(spoken.is_none_or(|spoken| spoken == language), "{word}");
            assert!([&help, &filed, &asked].iter().any(|text| text.contains(word)), "{tag}: nobody is told of {word}");
        }
    }
}
