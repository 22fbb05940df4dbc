//! The page that is opened from a disk: it seals to a file without asking anything of any network, in both browsers;
//! the file is sent later, and the desk opens it. A page whose manifest was changed seals nothing, and says why.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use amparo::config::limits::Limits;
use amparo::config::reporter::Reporter;
use amparo::http::reporter::{OfflineFiles, Site, wire_limits};
use amparo::locale::Language;
use amparo::protocol::bytes::hash;
use amparo::protocol::example::{self, Authority};
use amparo::protocol::recipient::Identity;
use amparo::protocol::wire::file::{MAGIC, ReportFile};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common::browser::Browser;
use common::client::{get, open_case};
use common::demo::Demo;
use common::server::{AMPARO, Place, today};
use common::traces::Search;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

const WORDS: &str = "The harbour master asked for ten percent of the dredging contract.";
const NAME: &str = "Ludmilla Harbourside";
/// Stands in the photo's hidden data.
const HIDDEN: &str = "CANARY";

fn amparo(args: &[&str]) -> Output {
    Command::new(AMPARO).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

fn address(demo: &Demo) -> SocketAddr {
    demo.ready.reporter.strip_prefix("http://").unwrap().trim_end_matches('/').parse().unwrap()
}

/// Counts whoever sends anything. (Chromium opens a connection ahead of a form that its policy then refuses to send.)
fn listener() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let count = Arc::<AtomicUsize>::default();
    let seen = Arc::clone(&count);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || {
                if client.is_ok_and(|mut client| client.read(&mut [0]).is_ok_and(|read| read > 0)) {
                    seen.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (address, count)
}

/// What the story of one browser leaves behind.
struct Sealed {
    demo: Demo,
    place: tempfile::TempDir,
    pictures: PathBuf,
    page: PathBuf,
    file: PathBuf,
    token: String,
}

/// Downloads the page, seals a report with it, and checks that nothing but the sealed file came out of it.
fn seals_in(browser: &Browser, name: &str) -> Sealed {
    let place = tempfile::tempdir().unwrap();
    let demo = Demo::start(&place.path().join("demo"));
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("offline").join(name);
    fs::create_dir_all(&pictures).unwrap();
    let download = |language: &str| {
        let served = get(address(&demo), &format!("/.well-known/amparo/offline-{language}.html"));
        let saved = format!("content-disposition: attachment; filename=\"offline-{language}.html\"");
        assert!(served.status == 200 && served.head.contains(&saved), "{}", served.head);
        let page = place.path().join(format!("offline-{language}.html"));
        fs::write(&page, served.body).unwrap();
        page
    };
    let (page, arabic) = (download("en"), download("ar"));
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/files/photo.jpg");
    let bill = place.path().join("bill.txt");
    fs::write(&bill, "bill of the harbour ".repeat(150_000)).unwrap();
    let (elsewhere, requests) = listener();
    let saved = place.path().join("saved");

    let told = browser.run(
        "offline",
        &json!({
            "file": page, "arabic": arabic, "files": [photo, bill], "words": WORDS, "name": NAME, "saved": saved,
            "elsewhere": elsewhere, "pictures": pictures,
        }),
    );
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("{name} in {told}")).to_owned();
    assert!(text("before").contains("Sealed on this device"), "{}", text("before"));
    assert!(!text("before").contains("This page cannot seal"), "{}", text("before"));
    for seen in ["Nothing has been sent yet", "Will be read by", "Public works", "only once the file has arrived"] {
        assert!(text("receipt").contains(seen), "{seen}: {}", text("receipt"));
    }
    assert!(text("told").contains("Look whether the file is there"), "{}", text("told"));
    assert_eq!((&told["warns"], &told["warns_later"]), (&json!(true), &json!(false)));
    assert_eq!(told["workers"], 1, "{told}");
    // Firefox does not tell of what it reads from a disk.
    let itself = format!("file://{}", page.display());
    assert!(told["requests"].as_array().unwrap().iter().all(|request| *request == json!(itself)), "{told}");
    for (way, outcome) in told["reached"].as_object().unwrap() {
        // These two never tell whether anything was sent.
        assert!(outcome != "done" || ["form", "beacon"].contains(&way.as_str()), "{way}: {told}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 0, "something was asked of the network: {told}");
    for (page, widths) in told["wide"].as_object().unwrap() {
        assert_eq!(widths, &json!([]), "{page} is wider than its window at these widths");
    }

    let file = saved.join("report.amparo");
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(MAGIC) && bytes.len() > 3_000_000, "{} bytes", bytes.len());
    let token = text("token");
    assert_eq!(token.len(), 24);
    let secrets = [WORDS, NAME, HIDDEN, "photo.jpg", "bill of the harbour", &token];
    let found = Search::new(secrets).in_bytes(&bytes).iter().map(|form| form.word.clone()).collect::<Vec<_>>();
    assert_eq!(found, Vec::<String>::new());
    open_case(address(&demo), &token).says(404, "here only once that file was sent");
    Sealed { demo, place, pictures, page, file, token }
}

#[test]
fn what_chromium_sealed_from_a_disk_is_sent_without_javascript_and_opened_at_the_desk() {
    let sealed = seals_in(&Browser::find(), "chromium");
    let told = Browser::find().run(
        "offline_sent",
        &json!({
            "page": sealed.page, "reporter": sealed.demo.ready.reporter, "desk": sealed.demo.ready.desk,
            "file": sealed.file, "token": sealed.token, "pictures": sealed.pictures,
        }),
    );
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("{name} in {told}")).to_owned();
    assert!(text("unable").contains("needs JavaScript"), "{}", text("unable"));
    assert_eq!(told["shown"], false, "the form is shown though nothing could seal it");
    assert!(text("taken").contains("The report is stored"), "{}", text("taken"));
    assert!(text("own").contains("Received") && text("own").contains("You filed your report"), "{}", text("own"));
    for seen in [WORDS, "Bribery", "photo.jpg", "bill.txt", "sealed on the reporter’s device", "confidential"] {
        assert!(text("case_text").contains(seen), "{seen}: {}", text("case_text"));
    }
    for (page, widths) in told["wide"].as_object().unwrap() {
        assert_eq!(widths, &json!([]), "{page} is wider than its window at these widths");
    }
    assert!(sealed.demo.stop());
}

#[test]
fn what_firefox_sealed_from_a_disk_is_sent_from_a_terminal() {
    let sealed = seals_in(&Browser::firefox(true), "firefox");
    let sent = amparo(&["report", "send", sealed.file.to_str().unwrap(), "--server", &sealed.demo.ready.reporter]);
    assert!(sent.status.success() && said(&sent).contains("is sealed and stored"), "{}", said(&sent));
    open_case(address(&sealed.demo), &sealed.token).says(200, "Received");
    assert!(sealed.demo.stop());
    drop(sealed.place);
}

/// The page for `authority`, with what it carries changed.
fn page_of(authority: &Authority, change: impl FnOnce(&mut Value)) -> String {
    let history = &authority.history;
    let site = Site::new(history, &Reporter::default(), &Limits::default());
    let files = OfflineFiles::new(&site, history, wire_limits(&Limits::default()));
    let page = String::from_utf8(files.get("offline-en.html").unwrap().bytes.to_vec()).unwrap();
    let (before, rest) = page.split_once("id=\"manifests\">").unwrap();
    let (carried, after) = rest.split_once("</script>").unwrap();
    let mut value = serde_json::from_str(carried).unwrap();
    change(&mut value);
    format!("{before}id=\"manifests\">{value}</script>{after}")
}

/// Changes the text of the manifest that a page carries.
fn rewrite(carried: &mut Value, change: impl FnOnce(String) -> String) {
    let manifest = &mut carried["manifests"][0]["manifest"];
    let text = String::from_utf8(BASE64_STANDARD.decode(manifest.as_str().unwrap()).unwrap()).unwrap();
    *manifest = BASE64_STANDARD.encode(change(text)).into();
}

#[test]
fn where_no_worker_may_run_the_page_seals_by_itself() {
    let authority = example::authority_on(today(), &SystemRandom::new());
    let page = page_of(&authority, |_| ()).replacen("worker-src blob:", "worker-src 'none'", 1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("offline.html");
    fs::write(&file, page).unwrap();
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/files/photo.jpg");
    for (name, browser) in [("chromium", Browser::find()), ("firefox", Browser::firefox(true))] {
        let (saved, (elsewhere, _)) = (folder.path().join(name), listener());
        let told = browser.run(
            "offline",
            &json!({
                "file": file, "files": [photo], "words": WORDS, "name": NAME, "saved": saved, "elsewhere": elsewhere,
            }),
        );
        assert_eq!(told["workers"], 0, "{name}: {told}");
        assert!(told["receipt"].as_str().unwrap().contains("Nothing has been sent yet"), "{name}: {told}");
        let sealed = fs::read(saved.join("report.amparo")).unwrap();
        let mut report = ReportFile::new(&sealed[..]).unwrap();
        assert_eq!(report.report.envelopes.len(), 3, "{name}");
        let (length, mut ciphertext) = report.attachment().unwrap().unwrap();
        assert_eq!(std::io::copy(&mut ciphertext, &mut std::io::sink()).unwrap(), length, "{name}");
        assert!(report.attachment().unwrap().is_none(), "{name}");
    }
}

#[test]
fn a_page_whose_keys_do_not_hold_seals_nothing_and_says_why() {
    let rng = SystemRandom::new();
    let authority = example::authority_on(today(), &rng);
    let stranger = Identity::generate_hybrid(&rng).unwrap().recipient().to_string();
    let other = example::authority_on(today(), &rng);
    let others = json!([serde_json::to_value(amparo::protocol::wire::Manifests::from(&*other.history)).unwrap()]);
    let old = example::authority_on(today().plus(-93).unwrap(), &rng);
    let signature_bent = |carried: &mut Value| {
        let lines = carried["manifests"][0]["signatures"].as_str().unwrap().trim_end();
        let (start, last) = lines.split_at(lines.len() - 1);
        carried["manifests"][0]["signatures"] = format!("{start}{}\n", if last == "0" { "1" } else { "0" }).into();
    };
    let recipient_swapped = |carried: &mut Value| {
        rewrite(carried, |text| {
            let at = text.find("age1pq1").unwrap();
            let end = at + text[at..].find('"').unwrap();
            [&text[..at], &stranger, &text[end..]].concat()
        });
    };
    let pages = [
        (
            "bytes",
            "is not signed by the authority",
            page_of(&authority, |c| {
                rewrite(c, |text| text.replacen("Public works", "Public walks", 1));
            }),
        ),
        ("recipient", "is not signed by the authority", page_of(&authority, recipient_swapped)),
        ("signature", "is not signed by the authority", page_of(&authority, signature_bent)),
        ("cut", "cannot be read", page_of(&authority, |c| rewrite(c, |text| text[..text.len() / 2].to_owned()))),
        (
            "other",
            "belong to another authority",
            page_of(&authority, |c| {
                c["manifests"] = others[0]["manifests"].clone();
            }),
        ),
        ("expired", "is out of date, or the date of this device is wrong", page_of(&old, |_| ())),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut files = BTreeMap::new();
    for (name, _, page) in &pages {
        let path = folder.path().join(format!("{name}.html"));
        fs::write(&path, page).unwrap();
        files.insert(*name, path);
    }
    let told = Browser::find().run("offline", &json!({ "refused": files }));
    for (name, words, _) in &pages {
        let seen = &told[*name];
        let notice = seen["notice"].as_str().unwrap();
        assert!(notice.contains("Nothing can be sealed") && notice.contains(words), "{name}: {notice}");
        assert_eq!((&seen["sealed"], &seen["disabled"]), (&json!(false), &json!(true)), "{name}");
    }
}

#[test]
fn the_same_page_is_made_of_the_same_manifest_by_the_site_and_by_anyone() {
    let place = Place::new("file_bytes = \"7 MiB\"");
    let config = fs::read_to_string(place.path("amparo.toml")).unwrap();
    let config = config.replacen("[reporter]\n", "[reporter]\norigin = \"https://report.example.org\"\n", 1);
    fs::write(place.path("amparo.toml"), config).unwrap();
    let server = place.start();
    let site = format!("http://{}", server.reporter);
    let fingerprint = place.authority.history.fingerprint().to_string();
    let hashes = get(server.reporter, "/.well-known/amparo/hashes");
    for tag in Language::all().map(Language::tag) {
        let served = get(server.reporter, &format!("/.well-known/amparo/offline-{tag}.html")).body;
        let text = String::from_utf8(served.clone()).unwrap();
        assert!(text.contains("https://report.example.org/"));
        for banned in [" src=", "href=\"/", "href=\"http", "url(", "@import", " style="] {
            let markup = text.split("<script>").next().unwrap();
            assert!(!markup.contains(banned), "{tag}: {banned}");
        }
        let sum = format!("SHA256 (offline-{tag}.html) = {}\n", hash(&served));
        assert!(hashes.text().contains(&sum), "{sum}: {}", hashes.text());
        assert!(get(server.reporter, &format!("/{tag}/offline")).text().contains(&hash(&served).to_string()));
        let out = place.path("home").join(format!("{tag}.html"));
        let out = out.to_str().unwrap();
        let from = ["web", "offline", "--language", tag, "--from", &site, "--fingerprint", &fingerprint, "--out", out];
        let made = amparo(&from);
        assert!(made.status.success(), "{}", said(&made));
        assert!(fs::read(out).unwrap() == served, "{tag}: made of the site, it differs");
        let again = amparo(&from);
        assert!(!again.status.success() && fs::read(out).unwrap() == served, "{}", said(&again));
        let config = place.path("amparo.toml");
        let own = amparo(&["web", "offline", "--language", tag, "--config", config.to_str().unwrap()]);
        assert!(own.status.success() && own.stdout == served, "{tag}: made of the configuration, it differs");
    }
    let wrong = amparo(&["web", "offline", "--from", &site, "--fingerprint", &"0".repeat(40)]);
    assert!(!wrong.status.success() && said(&wrong).contains("not the keys of the fingerprint"), "{}", said(&wrong));
    assert!(wrong.stdout.is_empty());
    server.stop();
}
