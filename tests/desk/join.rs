//! The same report twice: offered, joined, completed after a crash, taken apart.

use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::{DeskBody, Link, Relation};
use amparo::protocol::desk_case::DeskCase;
use amparo::protocol::example::untrusted_card;
use ring::rand::SystemRandom;

use super::server::Server;
use super::*;

impl Sitting {
    fn link(&self, case: CaseId, fields: &[(&str, &str)]) -> Response<Body> {
        let path = format!("/case/{case}");
        self.post(&path, &format!("{path}/link"), fields)
    }

    /// How many rows the list has.
    fn rows(&self) -> usize {
        self.get("/").matches("<span class=\"when\">").count()
    }
}

/// The case as that member reads it at the server.
fn at_server(server: &Server, case: CaseId, member: usize) -> DeskCase {
    server.with(case, |stored| {
        let (history, key) = (Arc::clone(&server.authority.history), &server.authority.members[member]);
        DeskCase::open(history, key, &untrusted_card(&stored.card), &stored.grants, stored.envelopes.clone()).unwrap()
    })
}

/// What `case` says of `other`, and how often that has changed.
fn half(server: &Server, case: CaseId, other: CaseId) -> (Relation, u32) {
    at_server(server, case, 1).casework().half(other)
}

/// A colleague's desk that is cut off after the first half of a link.
fn half_link(server: &Server, case: CaseId, other: CaseId, relation: Relation) {
    let opened = at_server(server, case, 1);
    let body = DeskBody::Link(Link { case: other, relation, why: "Sent twice".to_owned() });
    let entries = opened.keep(&server.authority.members[1], body, filed(), &SystemRandom::new()).unwrap();
    server.with(case, |stored| stored.envelopes.extend(entries.envelopes.iter().map(UntrustedEnvelope::from)));
}

#[test]
fn a_report_that_came_twice_is_joined_and_taken_apart_and_each_reporter_is_answered() {
    let sitting = Sitting::unlocked(0);
    let mut reporters = [file_report(&sitting.server, &[]), file_report(&sitting.server, &[])];
    reporters.sort_by_key(|reporter| reporter.case);
    let [main, joined] = [reporters[0].case, reporters[1].case];
    assert_eq!(sitting.rows(), 2);
    let page = sitting.get(&format!("/case/{joined}"));
    assert!(page.contains("Likely the same report") && page.contains("the same words, filed on the same day"));

    let fields = [("other", &*main.to_string()), ("relation", "same"), ("why", "Sent twice")];
    assert_eq!(sitting.link(joined, &fields).status(), 303);
    let list = sitting.get("/");
    assert!(list.contains("2 reports") && list.contains(&format!("/case/{main}\"")), "{list}");
    assert!(!list.contains(&format!("/case/{joined}\"")));
    let page = sitting.get(&format!("/case/{joined}"));
    assert!(page.contains("The same report as <a href") && page.contains(&format!("/case/{main}\"")));
    assert!(page.contains("Sent twice") && !page.contains("Likely the same report"));
    assert!(sitting.get(&format!("/case/{main}")).contains("Joined: the same report as another"));
    for (case, other) in [(main, joined), (joined, main)] {
        assert_eq!(half(&sitting.server, case, other), (Relation::Same, 1));
    }
    // Joining again writes nothing, from either side.
    let before = sitting.server.with(main, |stored| stored.envelopes.len());
    assert_eq!(sitting.link(main, &[("typed", &joined.to_string()[..12]), ("relation", "same")]).status(), 303);
    assert_eq!(sitting.server.with(main, |stored| stored.envelopes.len()), before);

    // The reporter of either is answered in their own case; a word of either makes the row new.
    sitting.write(joined, "answer", "We have it twice.");
    assert_eq!(reporters[1].own_case(&sitting.server).answers().len(), 1);
    assert!(reporters[0].own_case(&sitting.server).answers().is_empty());
    reporters[1].say(&sitting.server, "There is more.");
    assert!(sitting.get("/").contains(">New<"));

    assert_eq!(sitting.link(main, &[("other", &*joined.to_string()), ("relation", "none")]).status(), 303);
    assert_eq!(sitting.rows(), 2);
    for (case, other) in [(main, joined), (joined, main)] {
        assert_eq!(half(&sitting.server, case, other), (Relation::None, 2));
    }
}

#[test]
fn whatever_a_desk_was_cut_off_in_another_completes() {
    let sitting = Sitting::unlocked(0);
    let [one, other] = [0, 1].map(|_| file_report(&sitting.server, &[]).case);
    assert_eq!(sitting.rows(), 2);
    for (case, peer, relation, changes, rows) in [
        (one, other, Relation::Same, 1, 1),
        (other, one, Relation::None, 2, 2),
        (other, one, Relation::Related, 3, 2),
        (one, other, Relation::Same, 4, 1),
    ] {
        half_link(&sitting.server, case, peer, relation);
        assert_eq!(half(&sitting.server, peer, case).1, changes - 1);
        assert_eq!(sitting.rows(), rows, "{relation:?} holds from its first half on");
        assert_eq!(half(&sitting.server, peer, case), (relation, changes), "and the other is written");
    }
    assert!(sitting.get(&format!("/case/{one}")).contains("Sent twice"));
    // What was completed is complete: the next look writes nothing.
    let written = || [one, other].map(|case| sitting.server.with(case, |stored| stored.envelopes.len()));
    let before = written();
    sitting.get("/");
    sitting.get(&format!("/case/{other}"));
    assert_eq!(written(), before);
}

#[test]
fn no_case_is_named_before_somebody_who_must_not_know_of_it() {
    let sitting = Sitting::unlocked(0);
    let open = file_report(&sitting.server, &[]).case;
    let secret = file_report(&sitting.server, &[1]).case;
    assert_eq!(sitting.rows(), 2);
    for (case, other) in [(open, secret), (secret, open)] {
        assert!(!sitting.get(&format!("/case/{case}")).contains("Likely the same report"));
        for relation in ["same", "related"] {
            let refused = sitting.link(case, &[("typed", &*other.to_string()), ("relation", relation)]);
            assert_eq!(refused.status(), 422);
            assert!(body(refused).contains("not everybody who reads one of these cases may read the other"));
        }
        assert!(at_server(&sitting.server, case, 0).casework().links.is_empty());
    }
    // Should another program have written such a link, it is neither completed nor followed.
    half_link(&sitting.server, open, secret, Relation::Same);
    assert_eq!(sitting.rows(), 2);
    assert!(at_server(&sitting.server, secret, 0).casework().links.is_empty());
    // The one whom the other case leaves out is shown nothing of it.
    let left_out = Sitting::unlocked_at(&sitting, 1);
    let page = left_out.get(&format!("/case/{open}"));
    assert!(page.contains("is not open to you") && !page.contains(&secret.to_string()[..8]), "{page}");
}

#[test]
fn what_was_typed_comes_back_with_what_is_wrong() {
    let sitting = Sitting::unlocked(0);
    let [one, other] = [0, 1].map(|_| file_report(&sitting.server, &[]).case);
    sitting.get("/");
    for (chosen, typed, why) in [
        ("", "", "choose one of the reports"),
        (&*other.to_string(), "abcd", "keep one of the two"),
        ("", "abc", "at least 4 digits"),
        ("", "report 12", "at least 4 digits"),
        ("", "00000000000000000000000000000000", "no case that is open to you has this number"),
        ("", &one.to_string(), "the number of the case itself"),
    ] {
        let refused =
            sitting.link(one, &[("other", chosen), ("typed", typed), ("relation", "same"), ("why", "Twice.")]);
        assert_eq!(refused.status(), 422, "{why}");
        let page = body(refused);
        assert!(page.contains(why) && page.contains("value=\"Twice.\""), "{page}");
        assert!(page.contains(&format!("value=\"{typed}\"")));
    }
    let long = "a".repeat(5000);
    let refused = sitting.link(one, &[("other", &other.to_string()), ("relation", "same"), ("why", &long)]);
    assert!(body(refused).contains("too long for an entry of its kind"));
    let grouped = other.to_string().to_uppercase();
    let typed = format!("{} {}", &grouped[..8], &grouped[8..16]);
    assert_eq!(sitting.link(one, &[("typed", &typed), ("relation", "related")]).status(), 303);
    assert_eq!(sitting.rows(), 2, "related cases stay two");
    assert!(sitting.get(&format!("/case/{other}")).contains("Linked to a related case"));
}
