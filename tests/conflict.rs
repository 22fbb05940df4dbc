//! Conflict of interest: whoever is named can never read the report, and nothing that is stored shows it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::path::Path;
use std::sync::Arc;

use amparo::protocol::bytes::CaseId;
use amparo::protocol::desk_case::{DeskCase, DeskCaseError};
use amparo::protocol::wire::CaseBody;
use serde_json::{Value, json};
use sqlx::{Connection as _, Row as _};

use common::browser::Browser;
use common::client::{Form, filed};
use common::demo::{Demo, MemberDesk};
use common::desk::Desk;
use common::server::{Place, Server};

const LEAD: usize = 0;
const INVESTIGATOR: usize = 1;
const OVERSIGHT: usize = 2;
const CUSTODIAN: usize = 3;

struct Office {
    place: Place,
    server: Server,
}

impl Office {
    fn start() -> Self {
        let place = Place::new("spare_disk_bytes = \"1 B\"");
        let server = place.start();
        Self { place, server }
    }

    fn id(&self, member: usize) -> String {
        self.place.authority.members[member].id.to_string()
    }

    /// A report without its files that names `members`.
    fn naming(&self, members: &[usize], fields: &[(&str, &str)]) -> Form {
        members.iter().fold(Form::report_with(fields), |form, member| form.text("left_out", &self.id(*member)))
    }

    fn desk(&self, member: usize) -> Desk<'_> {
        Desk::new(self.server.member, &self.place.authority, member)
    }

    fn cases(&self, member: usize) -> Vec<CaseId> {
        self.desk(member).cases().cases.iter().map(|case| case.id).collect()
    }

    /// What the member's desk makes of a case that the server lists for them.
    fn open(&self, member: usize, case: &CaseId) -> Result<DeskCase, DeskCaseError> {
        let answer = self.desk(member).get(&format!("/v1/cases/{case}"));
        assert_eq!(answer.status, 200);
        let body: CaseBody = serde_json::from_slice(&answer.body).unwrap();
        let (card, grants, envelopes) = body.into_untrusted();
        let authority = &self.place.authority;
        DeskCase::open(Arc::clone(&authority.history), &authority.members[member], &card, &grants, envelopes)
    }
}

#[test]
fn who_is_named_cannot_open_the_report_and_colleagues_can() {
    let office = Office::start();
    let text_only = office.naming(&[LEAD], &[]);
    let with_files = text_only.clone().file("a.pdf", "application/pdf", &[1; 10_000]).file("b", "text/plain", b"two");
    for (form, files) in [(text_only, 0), (with_files, 2)] {
        let before = office.cases(INVESTIGATOR);
        let receipt = form.send(office.server.reporter, "/en/report");
        receipt.says(200, "Your report has been sealed and filed");
        let (reads, cannot) = receipt.text().split_once("Can never be opened by").unwrap();
        assert!(reads.contains("Investigator, public works") && !reads.contains("Head of public works"), "{reads}");
        assert!(cannot.contains("Head of public works"), "{cannot}");

        let case = office.cases(INVESTIGATOR).into_iter().find(|case| !before.contains(case)).unwrap();
        assert!(matches!(office.open(LEAD, &case), Err(DeskCaseError::NotGranted)));
        let seen = office.open(INVESTIGATOR, &case).unwrap();
        assert_eq!(seen.left_out(), [office.place.authority.members[LEAD].id]);
        assert_eq!(seen.report().fields.get("what"), "They asked for ten percent.");
        assert_eq!(seen.attachments().count(), files);
        assert_eq!(office.desk(INVESTIGATOR).attachments(&case).len(), files);
    }
}

#[test]
fn a_report_that_all_are_named_in_comes_back_with_its_words() {
    let office = Office::start();
    let everybody = [LEAD, INVESTIGATOR];
    for file in [false, true] {
        let mut form = office.naming(&everybody, &[("what", "They all share it.")]);
        if file {
            form = form.file("a", "text/plain", b"a");
        }
        let answer = form.send(office.server.reporter, "/en/report");
        answer.says(422, "You ticked everybody who could read your report here.");
        answer.says(422, "They all share it.");
        answer.says(422, "href=\"#left_out\"");
        for member in everybody {
            answer.says(422, &format!("value=\"{}\" checked", office.id(member)));
        }
    }
    let unknown = Form::report().text("left_out", "0011223344556677");
    unknown.send(office.server.reporter, "/en/report").says(422, "Somebody you ticked is not in the list any more");
    let late = Form::report().file("a", "text/plain", b"a").text("left_out", &office.id(LEAD));
    late.send(office.server.reporter, "/en/report").says(422, "Who is involved arrived after the files");
    assert!(office.cases(LEAD).is_empty());
}

#[test]
fn names_are_refused_when_too_few_custodians_are_left() {
    let office = Office::start();
    let confidential = [("identity", "confidential"), ("name", "Ana Example")];
    let answer = office.naming(&[CUSTODIAN], &confidential).send(office.server.reporter, "/en/report");
    answer.says(422, "too few custodians are left to open your name");
    answer.says(422, "value=\"Ana Example\"");
    filed(office.server.reporter, &office.naming(&[CUSTODIAN], &[]));
    filed(office.server.reporter, &office.naming(&[LEAD, LEAD], &confidential));
}

#[test]
fn somebody_unsaid_makes_it_the_oversight_units_case() {
    let office = Office::start();
    let receipt = Form::report().text("unsaid", "works").send(office.server.reporter, "/en/report");
    receipt.says(200, "Head of oversight");
    let cases = office.cases(OVERSIGHT);
    assert_eq!(cases.len(), 1);
    assert_eq!(office.open(OVERSIGHT, &cases[0]).unwrap().card().card().unit, "oversight");
    assert!(office.cases(LEAD).is_empty() && office.cases(INVESTIGATOR).is_empty());
    // Ticked under a unit that was not chosen in the end.
    filed(office.server.reporter, &Form::report().text("unsaid", "oversight"));
    assert_eq!((office.cases(OVERSIGHT).len(), office.cases(LEAD).len()), (1, 1));
}

#[test]
fn what_is_stored_is_as_much_whether_or_not_anybody_is_named() {
    let stored = [&[][..], &[LEAD], &[INVESTIGATOR, CUSTODIAN]].map(|named| {
        let office = Office::start();
        filed(office.server.reporter, &office.naming(named, &[]).file("a", "text/plain", b"a"));
        let data = office.place.data();
        office.server.stop();
        lengths(&data)
    });
    assert!(stored[0].len() > 5, "{:?}", stored[0]);
    assert_eq!(stored[0], stored[1]);
    assert_eq!(stored[0], stored[2]);
}

#[test]
fn the_form_with_scripts_does_as_the_form_without_and_desks_follow() {
    let place = tempfile::tempdir().unwrap();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conflict");
    std::fs::create_dir_all(&pictures).unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let others = ["investigator", "engineer", "oversight", "inspector", "health-lead"];
    let others = others.map(|alias| (alias, MemberDesk::start(&demo, alias)));
    let mut desks: serde_json::Map<_, _> =
        others.iter().map(|(alias, desk)| ((*alias).to_owned(), Value::from(&*desk.link))).collect();
    desks.insert("lead".to_owned(), demo.ready.desk.as_str().into());
    let (words, named, unsaid) = ("They all share it.", "The head shares it.", "Somebody shares it.");
    let said = Browser::find().run(
        "conflict",
        &json!({
            "reporter": demo.ready.reporter, "desks": desks, "pictures": pictures, "words": words, "named": named,
            "unsaid": unsaid,
        }),
    );

    let refused = &said["refused"];
    assert_eq!(refused["true"], refused["false"]);
    let seen = &refused["true"];
    assert!(seen["title"].as_str().unwrap().starts_with("Error: Make a report"), "{seen}");
    assert_eq!(seen["links"].as_array().unwrap().len(), 2, "{seen}");
    assert!(seen["links"][0][1].as_str().unwrap().contains("Someone here, but I would rather not say whom"), "{seen}");
    assert_eq!((&seen["links"][0][0], &seen["links"][1][0]), (&json!("#left_out"), &json!("#name")));
    assert_eq!(
        (&seen["group"], &seen["focused"], &refused["followed"]),
        (&json!("works"), &json!(true), &json!("name"))
    );
    let kept = seen["kept"].as_object().unwrap();
    assert!(kept.len() == 6 && kept.values().all(|kept| *kept == true || *kept == words), "{kept:?}");
    for (name, place) in [("oversight", "#left_out You ticked everybody"), ("custodians", "#identity Without those")] {
        let [sealed, assisted] = [0, 1].map(|path| &said["reasons"][name][path]);
        assert_eq!(sealed, assisted, "{name}");
        assert!(sealed[0].as_str().unwrap().starts_with(place) && sealed[1].is_null(), "{name}: {sealed}");
    }

    let receipts = &said["receipts"];
    for name in ["named", "unsaid"] {
        assert_eq!(receipts[format!("{name}-true")], receipts[format!("{name}-false")], "{name}");
    }
    let (reads, cannot) = ("Will be read by", "Can never be opened by");
    let expected =
        json!([reads, "Investigator, public works", "Engineer, public works", cannot, "Head of public works"]);
    assert_eq!(receipts["named-true"], json!({ "unit": "Public works", "instead": null, "lists": expected }));
    assert_eq!(receipts["unsaid-true"]["unit"], "Oversight");
    let instead = receipts["unsaid-true"]["instead"].as_str().unwrap();
    assert!(instead.contains("somebody in this unit is involved: \u{2068}Public works\u{2069}"), "{instead}");
    assert_eq!(receipts["unsaid-true"]["lists"], json!([reads, "Head of oversight", "Inspector, oversight"]));

    for (alias, words) in
        [("lead", None), ("investigator", Some(named)), ("engineer", Some(named)), ("health-lead", None)]
            .into_iter()
            .chain([("oversight", Some(unsaid)), ("inspector", Some(unsaid))])
    {
        let opened = said["desks"][alias].as_array().unwrap();
        assert_eq!(opened.len(), if words.is_some() { 2 } else { 0 }, "{alias}: {opened:?}");
        let hold = |page: &Value| words.is_some_and(|words| page.as_str().unwrap().contains(words));
        assert!(opened.iter().all(hold), "{alias}: {opened:?}");
    }
    assert_eq!(said["errors"], json!([]));
    for (page, widths) in said["wide"].as_object().unwrap() {
        assert_eq!(widths, &json!([]), "{page} is wider than its window at these widths");
    }
    assert!(demo.stop());
}

/// Of every row of every table, the length of each value; without the database's own version table.
fn lengths(data: &Path) -> Vec<String> {
    let address = format!("sqlite://{}", data.join("amparo.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut link = sqlx::SqliteConnection::connect(&address).await.unwrap();
        let tables =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name";
        let mut found = Vec::new();
        for table in sqlx::query_scalar::<_, String>(tables).fetch_all(&mut link).await.unwrap() {
            let columns = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY name");
            let columns =
                sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(columns)).fetch_all(&mut link).await.unwrap();
            let sizes: Vec<_> = columns.iter().map(|column| format!("ifnull(length(\"{column}\"), -1)")).collect();
            let rows = format!("SELECT {} FROM \"{table}\"", sizes.join(" || ' ' || "));
            let rows = sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&mut link).await.unwrap();
            found.extend(rows.iter().map(|row| format!("{table} {}", row.get::<String, _>(0))));
        }
        found.sort();
        found
    })
}
