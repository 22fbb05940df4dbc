//! `contents.json`: what stands inside envelopes, and all that must not.

use amparo::protocol::content::{self, Answer, Forget, IdentityCard, Message, Rekey, Report};
use amparo::protocol::recipient::Identity;
use amparo::secret::SecretBytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::desk_entries::desk_entries;
use crate::{computed, secret};

/// Names and values of an object, as text.
pub type Object = Vec<(&'static str, String)>;

pub fn written(object: &Object) -> String {
    let fields: Vec<_> = object.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

fn reads<T: DeserializeOwned>(text: &str) -> bool {
    content::from_json::<T>(&SecretBytes::new(text.as_bytes().to_vec())).is_ok()
}

/// Whatever is wrong with any object: `object` without each of its fields, with it doubled and so on.
fn bent(object: &Object, optional: &[&str]) -> Vec<String> {
    let text = written(object);
    let inner = &text[1..text.len() - 1];
    let mut all = vec![
        format!("{{{inner},\"more\":1}}"),
        format!("{{{inner},}}"),
        format!("{text} x"),
        format!("\u{feff}{text}"),
        format!("[{inner}]"),
        format!("[{text}]"),
        text[..text.len() - 1].to_owned(),
        format!("{text}{text}"),
        "null".to_owned(),
        "[]".to_owned(),
        String::new(),
    ];
    for place in 0..object.len() {
        let (name, value) = &object[place];
        let with = |value: Option<&str>| {
            let mut other = object.clone();
            match value {
                Some(value) => value.clone_into(&mut other[place].1),
                None => drop(other.remove(place)),
            }
            written(&other)
        };
        if !optional.contains(name) {
            all.push(with(None));
        }
        all.extend(["null", "[[]]", "{\"a\":[[]]}", "-1", "\"\\ud800\"", "1e0"].map(|value| with(Some(value))));
        all.push(format!("{{{inner},\"{name}\":{value}}}"));
        // The same name in another spelling.
        let first = name.as_bytes()[0];
        all.push(format!("{{{inner},\"\\u{first:04x}{}\":{value}}}", &name[1..]));
        all.push(format!("{{{inner},\"{}\":{value}}}", name.to_uppercase()));
    }
    all
}

/// The vectors of one kind: each of `good` is read, each of `bad` and what is bent of the first good one is not.
fn kind<T: DeserializeOwned>(good: &[Object], optional: &[&str], bad: &[(&'static str, &[&str])]) -> (Value, Value) {
    judged(reads::<T>, good, optional, bad)
}

pub fn judged(
    reads: impl Fn(&str) -> bool,
    good: &[Object],
    optional: &[&str],
    bad: &[(&'static str, &[&str])],
) -> (Value, Value) {
    let sound: Vec<_> = good.iter().map(written).collect();
    let mut refused = bent(&good[0], optional);
    for (name, values) in bad {
        for value in *values {
            let mut object = good[0].clone();
            (*value).clone_into(&mut object.iter_mut().find(|(found, _)| found == name).unwrap().1);
            refused.push(written(&object));
        }
    }
    for text in &sound {
        assert!(reads(text), "{text}");
    }
    for text in &refused {
        assert!(!reads(text), "{text}");
    }
    (json!(sound), json!(refused))
}

pub fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

pub const DAYS: &[&str] =
    &["\"2026-02-29\"", "\"1999-12-31\"", "\"2026-1-01\"", "\"2026-01-01T00\"", "\"+2026-01-01\"", "\"\"", "20260101"];
const HASHES: &[&str] = &["[\"00\"]", "[1]", "{}", "\"\""];
pub const ID: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

pub fn day() -> (&'static str, String) {
    ("day", quoted("2028-02-29"))
}

fn attachment() -> String {
    format!(r#"{{"hash":"{ID}","name":"a.pdf","media_type":"application/pdf","size":7}}"#)
}

fn bad_attachments() -> Vec<String> {
    let sound = attachment();
    let of = |from: &str, to: &str| format!("[{}]", sound.replace(from, to));
    vec![
        of(r#""size":7"#, r#""size":7,"size":7"#),
        of(":7", ":7.0"),
        of(":7", r#":7,"more":1"#),
        of(ID, &ID[2..]),
        format!(r#"[["{ID}","a","b",1]]"#),
        "{}".to_owned(),
        "[null]".to_owned(),
        "[1]".to_owned(),
    ]
}

type Kinds = Vec<(&'static str, (Value, Value))>;

/// What reporters say.
fn of_reporters() -> Kinds {
    let bad_attachments = bad_attachments();
    let bad_attachments: Vec<_> = bad_attachments.iter().map(String::as_str).collect();
    let list = format!("[{}]", attachment());
    let message = |text: &str, list: &str| vec![day(), ("text", text.to_owned()), ("attachments", list.to_owned())];
    let messages = [
        message("\"a\"", "[]"),
        message("\"\"", &list),
        message(r#""\u0061 \"b\" \ud83d\ude00 \/ é""#, "[ ]"),
        message("\"[[null] \"", "[]"),
    ];
    let report = vec![
        day(),
        ("channel", quoted("web")),
        ("assisted", "false".into()),
        ("language", quoted("en")),
        ("category", quoted("bribery")),
        ("fields", r#"{"what":"x","who":""}"#.into()),
        ("danger", quoted("unsure")),
        ("confidential", "true".into()),
        ("attachments", list),
        ("identity", quoted(ID)),
        ("grants", format!("[\"{ID}\"]")),
        ("left_out", "[\"0011223344556677\"]".into()),
    ];
    let talk = |record: &str| {
        let mut talk: Object = report.clone();
        talk.iter_mut().filter(|(name, _)| *name == "channel").for_each(|(_, channel)| *channel = quoted("hotline"));
        talk.push(("record", quoted(record)));
        talk
    };
    let reports = [talk("agreed"), report.clone(), talk("unchecked")];
    let bad_texts: &[&str] = &["\"\n\"", "'a'", "true"];
    let bad_message = [("day", DAYS), ("attachments", &bad_attachments), ("text", bad_texts)];
    let bad_report: &[(_, &[&str])] = &[
        ("day", DAYS),
        ("attachments", &bad_attachments),
        ("grants", HASHES),
        ("left_out", HASHES),
        ("channel", &["\"fax\"", "\"Web\"", "{\"web\":1}"]),
        ("danger", &["\"maybe\"", "true"]),
        ("record", &["\"changes\"", "\"Agreed\"", "\"\"", "true", "{\"agreed\":1}"]),
        ("assisted", &["0", "\"false\"", "False"]),
        ("identity", &["\"\"", "0"]),
        ("fields", &[r#"{"what":"x","what":"y"}"#, r#"{"what":1}"#, r#"{"what":{}}"#, "[]"]),
    ];
    let identity = vec![("name", quoted("Awa")), ("contact", quoted("")), ("safe_contact", quoted("le soir"))];
    vec![
        ("message", kind::<Message>(&messages, &[], &bad_message)),
        ("report", kind::<Report>(&reports, &["record"], bad_report)),
        ("identity", kind::<IdentityCard>(&[identity], &[], &[])),
        ("forget", kind::<Forget>(&[vec![day()]], &[], &[("day", DAYS)])),
    ]
}

/// What members say.
fn of_members() -> Kinds {
    let answer = |state: &str| vec![day(), ("text", quoted("a")), ("state", quoted(state))];
    let answers = [answer("open"), vec![day(), ("text", quoted(""))], answer("closed")];
    let bad_states: &[&str] = &["\"shut\"", "\"\"", "{\"open\":1}"];
    let recipient = Identity::hybrid_from_seed(&secret(9)).recipient().to_string();
    let upper = quoted(&recipient.to_uppercase());
    let cut = quoted(&recipient[..recipient.len() - 1]);
    let rekey = vec![day(), ("recipient", quoted(&recipient)), ("grants", format!("[\"{ID}\"]"))];
    let bad_recipients: &[&str] = &[&upper, &cut, "\"\"", "\"age1\""];
    let bad_rekey = [("day", DAYS), ("grants", HASHES), ("recipient", bad_recipients)];
    vec![
        ("answer", kind::<Answer>(&answers, &["state"], &[("day", DAYS), ("state", bad_states)])),
        ("desk", desk_entries()),
        ("rekey", kind::<Rekey>(&[rekey], &[], &bad_rekey)),
    ]
}

#[test]
fn contents() {
    computed("contents", || {
        let mut all = json!({});
        for (name, (good, refused)) in of_reporters().into_iter().chain(of_members()) {
            all[name] = good;
            all[format!("{name}_refused")] = refused;
        }
        all
    });
}
