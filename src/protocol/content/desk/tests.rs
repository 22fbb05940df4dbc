use super::*;
use proptest::prelude::*;

/// For the failures of these tests only.
impl std::fmt::Debug for DeskBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields = Fields::of(day(), self).map(|fields| serde_json::to_string(&*fields));
        write!(f, "{fields:?}")
    }
}

fn read(json: &str) -> Option<DeskEntry> {
    DeskEntry::from_json(&SecretBytes::new(json.as_bytes().to_vec())).ok()
}

fn day() -> Day {
    "2026-03-02".parse().unwrap()
}

fn written(body: DeskBody) -> Result<SecretBytes, UnsoundEntry> {
    DeskEntry { day: day(), body }.to_json()
}

/// Lines of any script that may stand as a label.
fn line() -> impl Strategy<Value = String> {
    "[a-z\u{e9}\u{639}\"\\\\]([a-z \u{e9}\u{639}\u{4e2d}]{0,20}[a-z\u{e9}])?"
}

fn body() -> impl Strategy<Value = DeskBody> {
    let text = || "[ -~\u{e9}\u{639}\n]{0,200}";
    let member = any::<[u8; 8]>().prop_map(MemberId);
    let relation = prop::sample::select(vec![Relation::None, Relation::Related, Relation::Same]);
    let urgency = prop::sample::select(vec![Urgency::Low, Urgency::Normal, Urgency::High, Urgency::Urgent]);
    let kinds = vec![AccessKind::Opened, AccessKind::Exported, AccessKind::Disclosed, AccessKind::Saved];
    let due = prop::option::of((0_i64..10_000).prop_map(|days| day().plus(days).unwrap()));
    prop_oneof![
        text().prop_map(|text| DeskBody::Note { text }),
        (any::<[u8; 16]>(), relation, text()).prop_map(|(case, relation, why)| DeskBody::Link(Link {
            case: CaseId(case),
            relation,
            why
        })),
        prop::collection::btree_set(line(), 0..LABELS_MAX)
            .prop_map(|labels| DeskBody::Labels { labels: labels.into_iter().collect() }),
        (prop::collection::btree_set(member, 0..MEMBERS_MAX), text())
            .prop_map(|(members, text)| DeskBody::Assign { members: members.into_iter().collect(), text }),
        urgency.prop_map(DeskBody::Urgency),
        prop_oneof![line(), Just(String::new())].prop_map(|text| DeskBody::SubState { text }),
        (any::<[u8; 8]>(), line(), due, any::<bool>()).prop_map(|(id, text, due, done)| DeskBody::Task(Task {
            id: TaskId(id),
            text,
            due,
            done
        })),
        (prop::sample::select(kinds), line(), text()).prop_map(|(kind, what, why)| DeskBody::Access(Access {
            kind,
            what,
            why
        })),
    ]
}

proptest! {
    #[test]
    fn every_entry_reads_back_as_it_was_written_and_with_any_other_field_not_at_all(body in body()) {
        let entry = DeskEntry { day: day(), body };
        let json = entry.to_json().unwrap();
        let text = std::str::from_utf8(json.expose()).unwrap();
        prop_assert!(DeskEntry::from_json(&json).unwrap() == entry, "{}", text);
        let inner = &text[..text.len() - 1];
        for (name, value) in [
            ("text", "\"a\""), ("case", "\"00112233445566778899aabbccddeeff\""), ("relation", "\"same\""), ("why", "\"\""),
            ("labels", "[]"), ("members", "[]"), ("urgency", "\"low\""), ("task", "\"0011223344556677\""),
            ("done", "true"), ("access", "\"opened\""), ("what", "\"a\""), ("more", "1"),
        ] {
            // One that is there already is doubled by this, one that is not does not belong to the type.
            let more = format!("{inner},\"{name}\":{value}}}");
            prop_assert!(read(&more).is_none(), "{}", more);
        }
        if !text.contains("\"due\"") && !matches!(entry.body, DeskBody::Task(_)) {
            let more = format!("{inner},\"due\":\"2026-03-02\"}}");
            prop_assert!(read(&more).is_none());
        }
    }

    #[test]
    fn nothing_that_is_no_entry_is_read_or_panics(json in "\\{[\\{\\}\\[\\]\":,a-z0-9-]{0,60}\\}") {
        let _ = read(&json);
    }
}

#[test]
fn all_but_notes_have_one_size_from_outside() {
    let why = |length: usize| {
        let link = Link { case: CaseId([1; 16]), relation: Relation::Same, why: "a".repeat(length) };
        written(DeskBody::Link(link))
    };
    let most = BLOCK - 4 - why(0).unwrap().expose().len();
    assert_eq!(text_size(why(most).unwrap().expose().len()), BLOCK);
    assert_eq!(why(most + 1).err(), Some(UnsoundEntry));
    let long = String::from_utf8(why(most).unwrap().expose().to_vec()).unwrap();
    assert!(read(&long).is_some() && read(&long.replace("\"why\":\"", "\"why\":\"b")).is_none());
    assert!(read(&long.replace("\"why\":", "\"why\": ")).is_none(), "white space counts too");
    assert!(written(DeskBody::Note { text: "a".repeat(50_000) }).is_ok());
}

#[test]
fn lists_are_bounded_sorted_and_without_doubles_and_lines_are_lines() {
    let labels =
        |labels: &[&str]| written(DeskBody::Labels { labels: labels.iter().map(|&label| label.into()).collect() });
    assert!(labels(&[]).is_ok() && labels(&["a", "b"]).is_ok());
    let long = "a".repeat(LINE_MAX + 1);
    for bad in [&["b", "a"][..], &["a", "a"], &[""], &[" a"], &["a "], &["a\nb"], &["a\u{85}"], &[&long]] {
        assert!(labels(bad).is_err(), "{bad:?}");
        assert!(read(&format!(r#"{{"day":"2026-03-02","type":"labels","labels":{bad:?}}}"#)).is_none(), "{bad:?}");
    }
    let many: Vec<String> = (100..=100 + LABELS_MAX).map(|number| number.to_string()).collect();
    assert!(written(DeskBody::Labels { labels: many.clone() }).is_err());
    assert!(written(DeskBody::Labels { labels: many[1..].to_vec() }).is_ok());
    let widest = (0..LABELS_MAX).map(|number| format!("{}{number:02}", "é".repeat(49))).collect();
    assert!(written(DeskBody::Labels { labels: widest }).is_ok(), "as many and as long as allowed fit");
    let members = |count: usize| (0..count).map(|number| MemberId([u8::try_from(number).unwrap(); 8])).collect();
    assert!(written(DeskBody::Assign { members: members(MEMBERS_MAX), text: String::new() }).is_ok());
    assert!(written(DeskBody::Assign { members: members(MEMBERS_MAX + 1), text: String::new() }).is_err());
    let task = |text: &str| DeskBody::Task(Task { id: TaskId([1; 8]), text: text.into(), due: None, done: false });
    assert!(written(task("Ask the registry")).is_ok() && written(task("")).is_err());
    assert!(written(task(&"a".repeat(TASK_MAX + 1))).is_err());
}

#[test]
fn what_a_newer_desk_wrote_is_told_from_what_is_malformed() {
    let newer = |json: &str| read(json).is_some_and(|entry| entry.body == DeskBody::Newer && entry.day == day());
    assert!(newer(r#"{"day":"2026-03-02","type":"verdict_2","text":1,"of":[{"a":1}]}"#));
    for bad in [
        r#"{"day":"2026-02-30","type":"verdict"}"#,
        r#"{"type":"verdict"}"#,
        r#"{"day":"2026-03-02"}"#,
        r#"{"day":"2026-03-02","type":"verdict","a":1,"a":2}"#,
        r#"{"day":"2026-03-02","type":"verdict","a":null}"#,
        r#"{"day":"2026-03-02","type":"verdict","a":[[1]]}"#,
        r#"{"day":"2026-03-02","type":"Note","text":"a"}"#,
        r#"{"day":"2026-03-02","type":"a-b"}"#,
        r#"{"day":"2026-03-02","type":""}"#,
        r#"{"day":"2026-03-02","type":"abcdefghijklmnopqrstuvwxyzabcdefg"}"#,
        r#"{"day":"2026-03-02","type":"link","newer":1}"#,
    ] {
        assert!(read(bad).is_none(), "{bad}");
    }
    assert_eq!(written(DeskBody::Newer).err(), Some(UnsoundEntry));
}
