//! What a browser is served and what anyone can compare from outside, by a running server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::net::SocketAddr;
use std::process::{Command, Output};

use amparo::http::reporter::policy;
use amparo::locale::Language;
use amparo::{style, web_files};
use common::altering::Altering;
use common::client::{Answer, get, post, request, talk};
use common::server::{AMPARO, Place};

fn get_with(address: SocketAddr, path: &str, headers: &str) -> Answer {
    talk(address, request("GET", path, headers, b"").as_bytes()).unwrap()
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn amparo(args: &[&str]) -> Output {
    Command::new(AMPARO).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap()
}

#[test]
fn a_script_runs_on_pages_that_seal_and_on_no_other() {
    let place = Place::new("");
    let server = place.start();
    let token = common::client::filed(server.reporter, &common::client::Form::report());
    let mut seen = Vec::new();
    for tag in Language::all().map(Language::tag) {
        for page in ["", "help", "offline", "send", "report", "case", "nothing"] {
            seen.push((page == "report" || page == "case", get(server.reporter, &format!("/{tag}/{page}"))));
        }
    }
    seen.push((true, post(server.reporter, "/en/case", &[("token", &token)])));
    seen.push((true, post(server.reporter, "/en/case", &[("token", "1234")])));
    seen.push((false, post(server.reporter, "/en/case/forget", &[("token", &token)])));
    seen.push((false, get(server.reporter, "/")));
    seen.push((false, get(server.reporter, "/static/reporter.js")));
    for (seals, answer) in seen {
        let (policy, script) = (policy(seals).to_lowercase(), web_files::script_element());
        assert_eq!(header(&answer, "content-security-policy"), Some(policy.as_str()), "{}", answer.head);
        assert_eq!(policy.contains("script-src"), seals && !script.is_empty());
        if header(&answer, "content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            assert_eq!(answer.text().contains("<script"), seals && !script.is_empty(), "{}", answer.text());
            assert_eq!(answer.text().contains(script), seals || script.is_empty());
        }
    }
    server.stop();
}

#[test]
fn every_file_comes_in_the_form_that_was_asked_for_and_is_not_kept() {
    assert!(!web_files::all().is_empty(), "the program was compiled without scripts; run make test");
    let place = Place::new("");
    let server = place.start();
    for file in web_files::all() {
        let path = format!("/static/{}", file.name);
        for (accepted, encoding, bytes) in [
            ("", None, file.bytes),
            ("accept-encoding: gzip, deflate\r\n", Some("gzip"), file.gz),
            ("accept-encoding: gzip, deflate, br, zstd\r\n", Some("br"), file.br),
        ] {
            let answer = get_with(server.reporter, &path, accepted);
            assert_eq!((answer.status, header(&answer, "content-encoding")), (200, encoding), "{path}");
            assert!(answer.body == bytes, "{path} {accepted}");
            assert_eq!(header(&answer, "content-type"), Some(file.media_type()));
            assert_eq!(header(&answer, "cache-control"), Some("no-store"));
            assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"));
            assert_eq!(header(&answer, "vary"), Some("accept-encoding"));
        }
    }
    for path in ["/static/", "/static/other.js", "/static/reporter.js.br", "/static/..%2fCargo.toml", "/static/a/b"] {
        assert_eq!(get(server.reporter, path).status, 404, "{path}");
    }
    server.stop();
}

#[test]
fn a_site_publishes_what_can_be_compared_with_it() {
    let place = Place::new("");
    let server = place.start();
    let published = |name: &str| get(server.reporter, &format!("/.well-known/amparo/{name}"));
    let history = &place.authority.history;
    let newest = history.sources().last().unwrap();
    assert!(published("manifest.json").body == newest.bytes);
    assert_eq!(published("manifest.sig").text(), newest.signatures);
    let version = published("version");
    assert!(version.text().contains(env!("CARGO_PKG_VERSION")) && version.text().contains("protocol 1\n"));
    let print = history.fingerprint();
    assert!(version.text().contains(&format!("fingerprint {print}\nin words {}\n", print.in_words())));
    assert!(published("hashes").text().starts_with(&said(&amparo(&["web", "hashes"]))));
    for name in ["", "manifest-0001.json", "keys", "../amparo.toml"] {
        assert_eq!(published(name).status, 404, "{name}");
    }

    let sheets = [("/en/", style::reporter_start(), "start"), ("/en/help", style::reporter(), "pages")];
    for (path, style, name) in sheets {
        let page = get(server.reporter, path);
        let sheet = common::client::between(page.text(), "<style>", "</style>").unwrap().to_owned();
        assert_eq!(sheet, style.text());
        assert!(published("hashes").text().contains(&format!("# style/{name}.css: {} bytes\n", sheet.len())));
    }
    server.stop();
}

/// The commands of a section of docs/served.md, as somebody would paste them.
fn commands() -> String {
    let document = include_str!("../docs/served.md");
    let section = document.split("\n## ").find(|part| part.starts_with("Comparing from outside")).unwrap();
    let blocks: Vec<_> = section.split("```sh\n").skip(1).map(|part| part.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2, "{section}");
    blocks.concat()
}

#[test]
fn the_commands_of_the_document_pass_a_true_site_and_find_a_script_that_differs() {
    let place = Place::new("");
    let server = place.start();
    let words = place.authority.history.fingerprint().in_words();
    let programs = std::path::Path::new(AMPARO).parent().unwrap().display();
    let paste = |address: SocketAddr, commands: &str| {
        let folder = tempfile::tempdir().unwrap();
        let commands =
            commands.replace("https://report.example.org", &format!("http://{address}")).replace('…', &words);
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &commands]).current_dir(folder.path()).env("PATH", path).output().unwrap()
    };
    let good = paste(server.reporter, &commands());
    assert!(good.status.success(), "{}", said(&good));
    for seen in ["ok    /static/worker.js", "static/worker.js: OK", "static/reporter.js: OK", "static/licences.txt: OK"]
    {
        assert!(said(&good).contains(seen), "{seen}: {}", said(&good));
    }

    let altering = Altering::start(server.reporter, "/static/worker.js", |text| text.replacen("/*!", "/* ", 1));
    let bad = paste(altering.address, &commands());
    assert!(!bad.status.success() && said(&bad).contains("WRONG /static/worker.js"), "{}", said(&bad));
    let all = commands();
    let (_, without_the_program) = all.split_once("site=").unwrap();
    let bad = paste(altering.address, &format!("site={without_the_program}"));
    assert!(!bad.status.success() && said(&bad).contains("static/worker.js: FAILED"), "{}", said(&bad));
    server.stop();
}

#[test]
fn the_check_passes_a_true_site_and_finds_whatever_was_altered() {
    let place = Place::new("");
    let server = place.start();
    let fingerprint = place.authority.history.fingerprint().to_string();
    let check = |address: SocketAddr, fingerprint: &str| {
        amparo(&["web", "check", &format!("http://{address}"), "--fingerprint", fingerprint])
    };
    let good = check(server.reporter, &fingerprint);
    assert!(good.status.success(), "{}", said(&good));
    for seen in ["ok    /static/worker.js", "ok    /ar/report", "ok    /.well-known/amparo/manifest.json", &fingerprint]
    {
        assert!(said(&good).contains(seen), "{seen}: {}", said(&good));
    }
    assert!(!said(&good).contains("WRONG"));

    let words = place.authority.history.fingerprint().in_words();
    assert!(check(server.reporter, &words).status.success());
    for other in ["0".repeat(40), ["acorn"; 16].join(" ")] {
        let wrong = check(server.reporter, &other);
        assert!(!wrong.status.success() && said(&wrong).contains("its fingerprint is not the one given"));
    }

    let swap = |from: &'static str, to: &'static str| move |text: String| text.replacen(from, to, 1);
    for (path, change, told) in [
        ("/static/worker.js", swap("/*!", "/* "), "other bytes"),
        ("/fr/report", swap("</head>", "<script src=/static/x></script></head>"), "another script"),
        ("/en/case", swap(" integrity=", " data-x="), "another script"),
        ("/ar/", swap("default-src 'none'", "default-src 'self'"), "another policy"),
        ("/.well-known/amparo/hashes", swap("SHA384", "SHA512"), "another list"),
        ("/.well-known/amparo/offline-fr.html", swap("connect-src", "connect-any"), "other bytes"),
        ("/.well-known/amparo/manifest.json", swap("Public works", "Public walks"), "not signed"),
    ] {
        let altering = Altering::start(server.reporter, path, change);
        let found = check(altering.address, &fingerprint);
        assert!(!found.status.success(), "{path}: {}", said(&found));
        let line = format!("WRONG {path}: ");
        assert!(said(&found).lines().any(|l| l.starts_with(&line) && l.contains(told)), "{path}: {}", said(&found));
        assert!(said(&found).contains("amparo: 1 of these are not as they should be"), "{path}: {}", said(&found));
    }
    server.stop();
}
