//! Every page of the reporter's side in every language, with sample data: rendered to `target/pages/` to be looked
//! at, and checked for what must hold whatever is shown.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use amparo::http::reporter::Fault;
use amparo::locale::Language;
use amparo::{style, web_files};

mod contrast;
mod routes;
mod samples;

/// What fits in the first ten packets of a connection (RFC 6928) beside its headers.
const LANDING_LIMIT: usize = 14_000;

#[test]
fn every_page_is_rendered_and_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    fs::create_dir_all(&folder).unwrap();
    for language in Language::all() {
        let tag = language.tag();
        for (name, html) in samples::pages(language) {
            fs::write(folder.join(format!("{tag}-{name}.html")), &html).unwrap();
            let head = format!("<!doctype html>\n<html lang=\"{tag}\" dir=\"{}\">", language.direction());
            assert!(html.starts_with(&head), "{tag} {name}: {}", &html[..60]);
            let seals = ["report", "case"].iter().any(|page| name.starts_with(page));
            let script = web_files::script_element();
            assert_eq!(html.matches("<script").count(), usize::from(seals && !script.is_empty()), "{tag} {name}");
            assert!(!seals || html.contains(script), "{tag} {name} has not its script");
            let html = html.replace(script, "");
            for banned in [" style=", "<script", " onclick", " src=", "@import", "url(", "javascript:", "<hostile"] {
                assert!(!html.contains(banned), "{tag} {name} has {banned}");
            }
            assert_eq!(html.matches("<h1>").count(), 1, "{tag} {name} has one title");
            // To the byte, for the policy names the sheet by its hash.
            let sheet = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
            let style = if name.starts_with("landing") { style::reporter_start() } else { style::reporter() };
            assert!(sheet == style.text(), "{tag} {name} has another style sheet");
            references_hold(&html, &format!("{tag} {name}"));
        }
    }
}

/// Every id stands once, and whatever a label, a hint or a link names exists.
fn references_hold(html: &str, page: &str) {
    let values = |attribute: &str| -> Vec<String> {
        let start = format!(" {attribute}=\"");
        html.split(&start).skip(1).map(|after| after.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values("id");
    let known: BTreeSet<_> = ids.iter().map(String::as_str).collect();
    assert_eq!(known.len(), ids.len(), "{page}: an id stands twice in {ids:?}");
    let mut named = values("for");
    for attribute in ["aria-describedby", "aria-labelledby"] {
        named.extend(values(attribute).iter().flat_map(|ids| ids.split_whitespace().map(str::to_owned)));
    }
    named.extend(values("href").iter().filter_map(|to| to.strip_prefix('#').map(str::to_owned)));
    for id in named {
        assert!(known.contains(id.as_str()), "{page}: nothing has the id {id:?}");
    }
}

#[test]
fn the_landing_page_fits_one_round_trip_in_every_language() {
    for language in Language::all() {
        let html = samples::page(language, "landing");
        println!("{}: {} bytes, of them {} style", language.tag(), html.len(), style::reporter_start().text().len());
        assert!(html.len() <= LANDING_LIMIT, "{}: {} bytes", language.tag(), html.len());
    }
}

#[test]
fn the_fingerprint_stands_in_digits_and_in_english_words_whatever_the_language() {
    let print = samples::fingerprint();
    for language in Language::all() {
        for name in ["landing", "help"] {
            let html = samples::page(language, name);
            let words =
                html.split("<span class=\"in-words\" dir=\"ltr\" lang=\"en\" translate=\"no\">").nth(1).unwrap();
            let words = words.split("</p>").next().unwrap().replace("<span>", "").replace("</span>", "");
            assert_eq!(words.split_whitespace().collect::<Vec<_>>(), print.words(), "{name}");
            assert!(html.contains(&format!("<code class=\"key big\" dir=\"ltr\">{print}</code>")), "{name}");
        }
        let sealing = samples::page(language, "report");
        assert!(sealing.contains("lang=\"en\" translate=\"no\" data-part=\"words\"></span>"));
        assert!(samples::page(language, "help").contains("id=\"real\"") && sealing.contains("/help#real\""));
    }
}

#[test]
fn a_refused_form_comes_back_as_typed() {
    let html = samples::page(Language::from_tag("en").unwrap(), "report-refused");
    // A first line end after the tag is eaten by the parser, so the second one is the writer's own.
    assert!(html.contains(">\n\n  First line is blank &#60;hostile&#62; &#38; kept</textarea>"), "{html}");
    assert!(html.contains("value=\"procurement\" selected"));
    assert!(html.contains("name=\"danger\" value=\"unsure\" checked"));
    assert!(html.contains("value=\"O&#39;Neill &#34;Ana&#34;\""));
    assert!(html.contains("Only files must be chosen again"));
    assert!(html.contains("href=\"#unit\"") && html.contains("id=\"unit-error\""));
    assert!(!html.contains("hreflang"), "a switch of language would lose what was typed");
}

#[test]
fn the_files_stand_last_and_the_number_first() {
    for name in ["report", "report-refused", "case", "case-refused"] {
        let html = samples::page(Language::from_tag("fr").unwrap(), name);
        let form = html.split("<form ").find(|form| form.contains("multipart/form-data")).unwrap();
        let names: Vec<_> = form.split(" name=\"").skip(1).map(|after| after.split('"').next().unwrap()).collect();
        assert_eq!((names.first(), names.last()), (Some(&"form"), Some(&"files")), "{name}");
        // What is to be done with originals has to be known when the first file arrives.
        assert!(names.contains(&"originals"), "{name}");
        assert_eq!(
            form.contains("name=\"originals\" value=\"yes\" aria-describedby=\"originals-hint\" checked"),
            name.ends_with("refused")
        );
    }
}

#[test]
fn what_is_not_offered_is_not_shown() {
    let html = samples::page(Language::from_tag("en").unwrap(), "report-plain");
    assert!(!html.contains("safe_contact\"") && html.contains("name=\"identity\" value=\"anonymous\">"));
    assert!(
        !html.contains("name=\"unit\" value=\"unit-1\" required") && html.contains("name=\"unit\" value=\"unit-1\">")
    );
}

#[test]
fn the_receipt_shows_the_token_in_groups_left_to_right() {
    for language in Language::all() {
        let html = samples::page(language, "receipt");
        let output = html.split("<output ").nth(1).unwrap().split("</output>").next().unwrap();
        assert!(output.starts_with("data-case-token=\"412087310592664307719835\" dir=\"ltr\""), "{output}");
        assert_eq!(output.matches("<span>").count(), 6);
        assert!(output.contains("<span>4120</span>") && output.contains("<span>9835</span>"));
    }
}

#[test]
fn something_that_cannot_be_read_is_told() {
    let html = samples::page(Language::from_tag("en").unwrap(), "case");
    assert!(html.contains("Something that cannot be read") && html.contains("Signature checked"));
    assert_eq!(Fault::ALL.iter().filter(|fault| fault.status().is_success()).count(), 0);
}
