//! `contents.json`: what stands inside envelopes, and all that must not.

use amparo::protocol::content::{self, Answer, DeskEntry, Forget, IdentityCard, Message, Rekey, Report};
use amparo::protocol::recipient::Identity;
use amparo::secret::SecretBytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{computed, secret};

/// Names and values of an object, as text.
type Object = Vec<(&'static str, String)>;

fn written(object: &Object) -> String {
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
        assert!(reads::<T>(text), "{text}");
    }
    for text in &refused {
        assert!(!reads::<T>(text), "{text}");
    }
    (json!(sound), json!(refused))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn all_kinds() -> Value {
    const DAYS: &[&str] = &[
        "\"2026-02-29\"",
        "\"1999-12-31\"",
        "\"2026-1-01\"",
        "\"2026-01-01T00\"",
        "\"+2026-01-01\"",
        "\"\"",
        "20260101",
    ];
    let day = || ("day", quoted("2028-02-29"));
    let id = "0f".repeat(32);
    let attachment = format!(r#"{{"hash":"{id}","name":"a.pdf","media_type":"application/pdf","size":7}}"#);
    let doubled = attachment.replace(r#""size":7"#, r#""size":7,"size":7"#);
    let [float, unknown] =
        [attachment.replace(":7", ":7.0"), attachment.replace(":7", ":7,\"more\":1")].map(|one| format!("[{one}]"));
    let as_list = format!(r#"[["{id}","a","b",1]]"#);
    let short = format!("[{}]", attachment.replace(&id, &id[2..]));
    let doubled = format!("[{doubled}]");
    let attachments: &[&str] = &[&doubled, &float, &unknown, &as_list, &short, "{}", "[null]", "[1]"];
    let list = format!("[{attachment}]");
    let message = |text: &str, list: &str| vec![day(), ("text", text.to_owned()), ("attachments", list.to_owned())];
    let ids = format!("[\"{id}\"]");
    let report = vec![
        day(),
        ("channel", quoted("web")),
        ("assisted", "false".into()),
        ("language", quoted("en")),
        ("category", quoted("bribery")),
        ("fields", r#"{"what":"x","who":""}"#.into()),
        ("danger", quoted("unsure")),
        ("confidential", "true".into()),
        ("attachments", list.clone()),
        ("identity", quoted(&id)),
        ("grants", ids.clone()),
        ("left_out", "[\"0011223344556677\"]".into()),
    ];
    let answer = |state: &str| vec![day(), ("text", quoted("a")), ("state", quoted(state))];
    let recipient = Identity::hybrid_from_seed(&secret(9)).recipient().to_string();
    let upper = quoted(&recipient.to_uppercase());
    let cut = quoted(&recipient[..recipient.len() - 1]);
    let rekey = vec![day(), ("recipient", quoted(&recipient)), ("grants", ids)];
    let hashes: &[&str] = &["[\"00\"]", "[1]", "{}", "\"\""];
    let messages = [
        message("\"a\"", "[]"),
        message("\"\"", &list),
        message(r#""\u0061 \"b\" \ud83d\ude00 \/ é""#, "[ ]"),
        message("\"[[null] \"", "[]"),
    ];
    let kinds = [
        (
            "message",
            kind::<Message>(
                &messages,
                &[],
                &[("day", DAYS), ("attachments", attachments), ("text", &["\"\n\"", "'a'", "true"])],
            ),
        ),
        (
            "report",
            kind::<Report>(
                &[report],
                &[],
                &[
                    ("day", DAYS),
                    ("attachments", attachments),
                    ("grants", hashes),
                    ("left_out", hashes),
                    ("channel", &["\"fax\"", "\"Web\"", "{\"web\":1}"]),
                    ("danger", &["\"maybe\"", "true"]),
                    ("assisted", &["0", "\"false\"", "False"]),
                    ("identity", &["\"\"", "0"]),
                    ("fields", &[r#"{"what":"x","what":"y"}"#, r#"{"what":1}"#, r#"{"what":{}}"#, "[]"]),
                ],
            ),
        ),
        (
            "answer",
            kind::<Answer>(
                &[answer("open"), vec![day(), ("text", quoted(""))], answer("closed")],
                &["state"],
                &[("day", DAYS), ("state", &["\"shut\"", "\"\"", "{\"open\":1}"])],
            ),
        ),
        (
            "desk",
            kind::<DeskEntry>(
                &[vec![day(), ("type", quoted("note")), ("text", quoted("a"))]],
                &[],
                &[("day", DAYS), ("type", &["\"memo\"", "\"\""])],
            ),
        ),
        (
            "identity",
            kind::<IdentityCard>(
                &[vec![("name", quoted("Awa")), ("contact", quoted("")), ("safe_contact", quoted("le soir"))]],
                &[],
                &[],
            ),
        ),
        (
            "rekey",
            kind::<Rekey>(
                &[rekey],
                &[],
                &[("day", DAYS), ("grants", hashes), ("recipient", &[&upper, &cut, "\"\"", "\"age1\""])],
            ),
        ),
        ("forget", kind::<Forget>(&[vec![day()]], &[], &[("day", DAYS)])),
    ];
    let mut all = json!({});
    for (name, (good, refused)) in kinds {
        all[name] = good;
        all[format!("{name}_refused")] = refused;
    }
    all
}

#[test]
fn contents() {
    computed("contents", all_kinds);
}
