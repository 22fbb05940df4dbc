//! Entries of the desk for `contents.json`: every type, and one that only a newer desk knows.

use amparo::protocol::content::DeskEntry;
use amparo::secret::SecretBytes;
use serde_json::{Value, json};

use crate::contents::{DAYS, ID, Object, day, judged, quoted, written};

/// Sound entries of one type, the fields that may be absent, and wrong values of some.
struct Kind {
    good: Vec<Object>,
    optional: &'static [&'static str],
    bad: Vec<(&'static str, Vec<String>)>,
}

fn entry(name: &str, fields: &[(&'static str, &str)]) -> Object {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
    [day(), ("type", quoted(name))].into_iter().chain(fields).collect()
}

fn all(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn list(values: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", values.into_iter().map(|value| quoted(&value)).collect::<Vec<_>>().join(","))
}

/// Words that are no line of at most `most` bytes; a line may be empty only where it means none.
fn no_lines(most: usize) -> Vec<String> {
    let mut bad = all(&[r#"" a""#, r#""a ""#, r#""a\nb""#, r#""a\u0085""#]);
    bad.push(quoted(&"a".repeat(most + 1)));
    bad
}

fn kinds() -> Vec<Kind> {
    let (case, member, id) = (quoted(&ID[..32]), list([ID[..16].to_owned()]), quoted(&ID[..16]));
    let of = |name: &str, field: &'static str, values: &[&str]| -> Vec<Object> {
        values.iter().map(|value| entry(name, &[(field, value)])).collect()
    };
    let link = |relation| entry("link", &[("case", &case), ("relation", relation), ("why", r#""""#)]);
    let assign = |members| entry("assign", &[("members", members), ("text", r#""""#)]);
    let task = [("task", &*id), ("text", r#""Ask the bank""#), ("done", "false"), ("due", r#""2028-03-01""#)];
    let access = |kind| entry("access", &[("access", kind), ("what", r#""a.pdf""#), ("why", r#""""#)]);
    let numbers = |count: usize, width: usize| list((0..count).map(|number| format!("{number:0width$}")));
    // More JSON than the smallest padded size holds.
    let wide = vec![quoted(&"a".repeat(4096))];
    let mut no_labels = all(&[r#"["b","a"]"#, r#"["a","a"]"#, r#"[""]"#, r#""a""#, "[1]"]);
    no_labels.extend(no_lines(100).into_iter().map(|line| format!("[{line}]")));
    no_labels.push(numbers(33, 2));
    let mut no_members = all(&[r#"["00"]"#, r#"["00112233445566AA"]"#]);
    no_members.extend([list([ID[..16].to_owned(), ID[..16].to_owned()]), numbers(65, 16)]);
    let no_text = [no_lines(400), all(&[r#""""#])].concat();
    let no_what = [no_lines(100), all(&[r#""""#])].concat();
    let days = || all(DAYS);
    vec![
        Kind {
            good: of("note", "text", &[r#""a""#, r#""""#]),
            optional: &[],
            bad: vec![
                ("day", days()),
                ("type", all(&[r#""Note""#, r#""""#, r#""a-b""#, r#""link""#, r#"{"note":1}"#])),
            ],
        },
        Kind {
            good: [r#""same""#, r#""related""#, r#""none""#].map(link).to_vec(),
            optional: &[],
            bad: vec![
                ("case", all(&[r#""""#, r#""00""#, "0"])),
                ("relation", all(&[r#""double""#, r#""Same""#, r#""""#])),
                ("why", wide.clone()),
            ],
        },
        Kind {
            good: of("labels", "labels", &[r#"["bridge","\u0645\u0627\u0644"]"#, "[]", &numbers(32, 100)]),
            optional: &[],
            bad: vec![("labels", no_labels)],
        },
        Kind {
            good: vec![assign(&member), assign("[]"), assign(&numbers(64, 16))],
            optional: &[],
            bad: vec![("members", no_members), ("text", wide)],
        },
        Kind {
            good: of("urgency", "urgency", &[r#""high""#, r#""low""#, r#""normal""#, r#""urgent""#]),
            optional: &[],
            bad: vec![("urgency", all(&[r#""none""#, r#""High""#, r#"{"high":{}}"#]))],
        },
        Kind {
            good: of("sub_state", "text", &[r#""with the bank""#, r#""""#]),
            optional: &[],
            bad: vec![("text", no_lines(100))],
        },
        Kind {
            good: vec![entry("task", &task), entry("task", &[task[0], task[1], ("done", "true")])],
            optional: &["due"],
            bad: vec![("due", days()), ("text", no_text), ("done", all(&["0", r#""true""#]))],
        },
        Kind {
            good: [r#""opened""#, r#""exported""#, r#""disclosed""#, r#""saved""#].map(access).to_vec(),
            optional: &[],
            bad: vec![("access", all(&[r#""read""#, r#""Opened""#])), ("what", no_what)],
        },
    ]
}

/// What is read and what is refused.
pub fn desk_entries() -> (Value, Value) {
    let reads = |text: &str| DeskEntry::from_json(&SecretBytes::new(text.as_bytes().to_vec())).is_ok();
    let (mut sound, mut refused) = (Vec::new(), Vec::new());
    for Kind { good, optional, bad } in kinds() {
        let bad: Vec<(&str, Vec<&str>)> =
            bad.iter().map(|(name, values)| (*name, values.iter().map(String::as_str).collect())).collect();
        let bad: Vec<(&str, &[&str])> = bad.iter().map(|(name, values)| (*name, &values[..])).collect();
        let (own, bent) = judged(reads, &good, optional, &bad);
        sound.extend(own.as_array().unwrap().clone());
        refused.extend(bent.as_array().unwrap().clone());
    }
    // Of a type that is not known, only its day and its outside are looked at.
    let newer = written(&entry("verdict_2", &[("of", r#"[{"a":1}]"#)]));
    assert!(reads(&newer));
    for bent in [newer.replace("1}]", r#"1}],"of":2"#), newer.replace(":1}", ":null}"), newer.replace("2028", "1999")] {
        assert!(!reads(&bent), "{bent}");
        refused.push(json!(bent));
    }
    sound.push(json!(newer));
    (json!(sound), json!(refused))
}
