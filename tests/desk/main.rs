//! The desk, from the one-time link to the reporter's reading of the answer, against a server in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod join;
mod proxy;
mod server;
#[path = "../common/socks.rs"]
mod socks;

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use amparo::clock::{Clock, Day};
use amparo::desk::{Desk, RunningDesk, Settings, UnlockError};
use amparo::protocol::bytes::{CaseId, Hash};
use amparo::protocol::content::{Answers, Channel, Danger, State};
use amparo::protocol::envelope::UntrustedEnvelope;
use amparo::protocol::example::{self, Authority, untrusted_card};
use amparo::protocol::files::{FilePlace, Files};
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::report::{Draft, Story};
use amparo::protocol::seal::ChunkedHash;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::secret::SecretText;
use ring::rand::SystemRandom;
use tokio::runtime::Runtime;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use server::{Kept, Server};

const PASSPHRASE: &str = "seven quiet lamps";
const WHAT: &str = "The deputy asked my brother for ten percent of the contract before the tender was published.";
const CONTENT: &[u8] = b"page one of the contract";

fn filed() -> Day {
    example::DAY.parse().unwrap()
}

/// What the tests need of a reporter: their keys and the case.
struct Reporter {
    keys: TokenKeys,
    case: CaseId,
}

fn seal_file(place: &FilePlace, files: &mut Files, name: &str) -> (Hash, Vec<u8>) {
    let mut sealer = place.sealer(Vec::new(), &SystemRandom::new()).unwrap();
    sealer.write_all(CONTENT).unwrap();
    let (ciphertext, sealed) = sealer.finish().unwrap();
    let mut hash = ChunkedHash::new();
    hash.update(&ciphertext);
    let hash = Hash(hash.finish());
    files.add(sealed, hash, ciphertext.len() as u64, name.to_owned(), "application/pdf".to_owned());
    (hash, ciphertext)
}

fn file_report(server: &Server, left_out: &[usize]) -> Reporter {
    let rng = SystemRandom::new();
    let authority = &server.authority;
    let token = Token::generate(&rng).unwrap();
    let keys = TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new());
    let left_out: Vec<_> = left_out.iter().map(|&member| authority.members[member].id).collect();
    let mut draft = Draft::begin(&authority.history, "works", &left_out, &keys, filed(), &rng).unwrap();
    let blob = seal_file(&draft.place(), &mut draft.files, "../contract.pdf");
    let mut fields = Answers::default();
    fields.insert("what", WHAT.to_owned());
    fields.insert("how_much", "<b>ten</b> percent".to_owned());
    let story = Story {
        channel: Channel::Web,
        assisted: true,
        language: "en".to_owned(),
        category: "procurement".to_owned(),
        fields,
        danger: Danger::Unsure,
    };
    let submission = draft.finish(story, None, &rng).unwrap();
    let case = server.take(submission, HashMap::from([blob]));
    Reporter { keys, case }
}

impl Reporter {
    fn own_case(&self, server: &Server) -> OwnCase {
        server.with(self.case, |stored| {
            let history = Arc::clone(&server.authority.history);
            OwnCase::open(history, &untrusted_card(&stored.card), stored.envelopes.clone(), &self.keys).unwrap()
        })
    }

    fn say(&self, server: &Server, text: &str) {
        let own = self.own_case(server);
        let said = own.message(&self.keys, text, &Files::default(), filed(), &SystemRandom::new()).unwrap();
        server.with(self.case, |stored| stored.envelopes.extend(said.iter().map(UntrustedEnvelope::from)));
    }

    fn forget(&self, server: &Server) {
        let said = self.own_case(server).forget(&self.keys, filed(), &SystemRandom::new()).unwrap();
        server.with(self.case, |stored| stored.envelopes.push(UntrustedEnvelope::from(&said)));
    }
}

/// A desk of one member, the browser that was let in, and the server it speaks to.
struct Sitting {
    runtime: Runtime,
    server: Arc<Server>,
    desk: RunningDesk,
    folder: tempfile::TempDir,
    agent: Agent,
    /// The prefix of the desk's addresses.
    base: String,
    cookie: String,
}

fn server(runtime: &Runtime) -> (Arc<Server>, String) {
    let authority: Arc<Authority> = Arc::new(example::authority(&SystemRandom::new()));
    let server = Arc::new(Server { authority, kept: Mutex::new(Kept::default()) });
    let address = runtime.block_on(server.serve());
    (server, format!("http://{address}"))
}

impl Sitting {
    /// The desk of the authority's member of that place in the list, nine days after the reports are filed.
    fn start(member: usize) -> Self {
        let runtime = Runtime::new().unwrap();
        let (server, address) = server(&runtime);
        Self::start_at(runtime, server, address, member)
    }

    fn start_at(runtime: Runtime, server: Arc<Server>, address: String, member: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = server.authority.members[member].seal(&SecretText::from(PASSPHRASE), Some(2)).unwrap();
        std::fs::write(folder.path().join("member.key"), key).unwrap();
        let settings = Settings {
            server: address,
            reporters: None,
            proxy: None,
            key_file: folder.path().join("member.key"),
            folder: folder.path().join("desk"),
            root_fingerprint: Some(server.authority.history.fingerprint().into()),
            idle_minutes: 10,
            save_folder: folder.path().join("saved"),
            port: 0,
        };
        let clock = Clock::fixed(filed().plus(9).unwrap());
        let desk = runtime.block_on(Desk::start(settings, clock, Arc::new(SystemRandom::new()))).unwrap();
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        let agent = config.max_redirects_will_error(false).build().new_agent();
        let mut sitting = Self { runtime, server, desk, folder, agent, base: String::new(), cookie: String::new() };
        let link = sitting.desk.link.clone();
        let opened = sitting.agent.get(&link).call().unwrap();
        assert_eq!(opened.status(), 303);
        opened.headers()["location"].to_str().unwrap().trim_end_matches('/').clone_into(&mut sitting.base);
        let cookie = opened.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut sitting.cookie);
        sitting
    }

    fn unlocked(member: usize) -> Self {
        Self::start(member).unlock()
    }

    /// The desk of another member at the server of `other`.
    fn unlocked_at(other: &Self, member: usize) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = Arc::clone(&other.server);
        let address = runtime.block_on(server.serve());
        Self::start_at(runtime, server, format!("http://{address}"), member).unlock()
    }

    fn unlock(self) -> Self {
        self.runtime.block_on(self.desk.unlock(SecretText::from(PASSPHRASE))).unwrap();
        self
    }

    /// The address of a page, given without the prefix or, as it stands in a link, with it.
    fn address(&self, path: &str) -> String {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        format!("http://{}{}{path}", self.desk.address, self.base)
    }

    fn get(&self, path: &str) -> String {
        let mut response = self.agent.get(self.address(path)).header("cookie", &self.cookie).call().unwrap();
        response.body_mut().read_to_string().unwrap()
    }

    /// Sends a form with the token of the page `from`.
    fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Response<Body> {
        let page = self.get(from);
        let field = |name: &str| {
            let value = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
            value.map(|rest| rest.split('"').next().unwrap().to_owned())
        };
        let token = field("form").unwrap();
        let seen = field("seen").unwrap_or_default();
        let mut body = vec![("form", token.as_str()), ("seen", seen.as_str())];
        body.extend(fields);
        let encoded: Vec<String> = body.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let request = Request::post(self.address(path))
            .header("cookie", &self.cookie)
            .header("origin", format!("http://{}", self.desk.address))
            .header("content-type", "application/x-www-form-urlencoded");
        self.agent.run(request.body(encoded.join("&")).unwrap()).unwrap()
    }

    /// Writes in a case and expects it to be done.
    fn write(&self, case: CaseId, act: &str, text: &str) {
        let path = format!("/case/{case}");
        let done = self.post(&path, &format!("{path}/write"), &[("act", act), ("text", text)]);
        assert_eq!(done.status(), 303, "{act}");
    }
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02x}"))
}

fn body(mut response: Response<Body>) -> String {
    response.body_mut().read_to_string().unwrap()
}

#[test]
fn a_report_is_read_acknowledged_and_answered() {
    let sitting = Sitting::start(0);
    let reporter = file_report(&sitting.server, &[1]);
    let case = reporter.case;
    let path = format!("/case/{case}");
    assert!(sitting.get("/").contains("Unlock your key"));
    let wrong = sitting.post("/", "/unlock", &[("passphrase", "seven quiet lamp")]);
    assert_eq!(wrong.status(), 422);
    assert!(body(wrong).contains("does not open your key"));
    assert_eq!(sitting.post("/", "/unlock", &[("passphrase", PASSPHRASE)]).status(), 303);

    let list = sitting.get("/");
    for shown in ["Procurement", "The deputy asked my brother", "2 days overdue", "Someone may be in danger", "New"] {
        assert!(list.contains(shown), "{shown}");
    }
    let page = sitting.get(&path);
    assert!(page.contains(WHAT) && page.contains("&#60;b&#62;ten&#60;/b&#62; percent"));
    assert!(page.contains("Left out by the reporter") && page.contains("Investigator, public works"));
    assert!(!sitting.get("/").contains(">New<"));

    sitting.write(case, "acknowledge", "");
    sitting.write(case, "answer", "Thank you.\r\nWho else was there?");
    sitting.write(case, "note", "Ask the registry for the minutes.");
    sitting.write(case, "open", "");
    let page = sitting.get(&path);
    assert!(
        page.contains("Ask the registry for the minutes.") && page.contains("State set to <b dir=\"auto\">Open</b>")
    );
    let own = reporter.own_case(&sitting.server);
    let answers: Vec<_> = own.answers().iter().map(|read| read.answer.text.as_str()).collect();
    assert_eq!(answers, ["", "Thank you.\nWho else was there?", ""]);
    assert_eq!(own.state().0, State::Open);

    reporter.say(&sitting.server, "My cousin was there.");
    assert!(sitting.get("/").contains(">New<"));
    assert!(sitting.get(&path).contains("My cousin was there."));
    sitting.write(case, "close", "");
    assert!(sitting.get("/?view=closed").contains("Procurement"));
    assert!(!sitting.get("/?view=open").contains("Procurement"));
    reporter.forget(&sitting.server);
    let page = sitting.get(&path);
    assert!(page.contains("The reporter has withdrawn.") && !page.contains("Send to the reporter"));
}

#[test]
fn a_case_that_moved_goes_on_and_a_server_that_knew_the_old_token_cannot_undo_it() {
    let sitting = Sitting::unlocked(0);
    let rng = SystemRandom::new();
    let mut reporter = file_report(&sitting.server, &[]);
    let (case, path) = (reporter.case, format!("/case/{}", reporter.case));
    assert!(sitting.get(&path).contains(WHAT));
    // What the server that made the old token could sign at the place that the move takes.
    let own = reporter.own_case(&sitting.server);
    let forged = own.message(&reporter.keys, "I made it all up.", &Files::default(), filed(), &rng).unwrap();

    let authority = sitting.server.authority.history.authority();
    let token = Token::generate(&rng).unwrap();
    let new = TokenKeys::derive(&token, authority, &mut TokenArena::new());
    let moved = own.moved_to(&reporter.keys, &new, &rng).unwrap();
    sitting.server.with(case, |stored| stored.envelopes.push(UntrustedEnvelope::from(&moved)));
    reporter.keys = new;
    assert!(sitting.get(&path).contains("The reporter moved this case to a token of their own"));

    let show_last = |envelope| sitting.server.with(case, |stored| *stored.envelopes.last_mut().unwrap() = envelope);
    show_last(UntrustedEnvelope::from(&forged[0]));
    let page = sitting.get(&path);
    assert!(page.contains("their words were exchanged") && !page.contains("I made it all up."), "{page}");

    show_last(UntrustedEnvelope::from(&moved));
    assert!(sitting.get(&path).contains(WHAT));
    sitting.write(case, "answer", "To your own token.");
    let own = reporter.own_case(&sitting.server);
    assert_eq!(own.answers()[0].answer.text, "To your own token.");
}

#[test]
fn an_answer_that_quotes_the_report_is_asked_about_first() {
    let sitting = Sitting::unlocked(0);
    let reporter = file_report(&sitting.server, &[]);
    let path = format!("/case/{}", reporter.case);
    let write = format!("{path}/write");
    let text = format!("You say: {WHAT}");
    let mut fields = vec![("act", "answer"), ("text", text.as_str())];
    let asked = body(sitting.post(&path, &write, &fields));
    assert!(asked.contains("Your answer quotes the report") && asked.contains("Send it as it is"));
    assert!(reporter.own_case(&sitting.server).answers().is_empty());
    fields.push(("step", "change"));
    assert!(body(sitting.post(&path, &write, &fields)).contains(&text));
    fields[2] = ("step", "confirmed");
    assert_eq!(sitting.post(&path, &write, &fields).status(), 303);
    assert_eq!(reporter.own_case(&sitting.server).answers().len(), 1);
}

#[test]
fn a_file_is_saved_where_the_member_says_and_never_over_another() {
    let sitting = Sitting::unlocked(1);
    let reporter = file_report(&sitting.server, &[]);
    let page = sitting.get(&format!("/case/{}", reporter.case));
    let path = page.split("href=\"").find(|rest| rest.contains("/save/")).unwrap().split('"').next().unwrap();
    let saved = sitting.folder.path().join("saved");
    assert!(sitting.get(path).contains(saved.to_str().unwrap()));
    let save = |folder: &str| sitting.post(path, path, &[("folder", folder)]);
    assert_eq!(save(saved.to_str().unwrap()).status(), 200);
    assert_eq!(save(saved.to_str().unwrap()).status(), 200);
    for name in ["_contract.pdf", "_contract (2).pdf"] {
        assert_eq!(std::fs::read(saved.join(name)).unwrap(), CONTENT);
    }
    assert!(body(save("relative")).contains("is not a folder on this machine"));
    sitting.server.with(reporter.case, |stored| stored.blobs.values_mut().for_each(|blob| blob[1500] ^= 1));
    assert!(body(save(saved.to_str().unwrap())).contains("Not saved."));
    assert_eq!(std::fs::read_dir(&saved).unwrap().count(), 2);
}

#[test]
fn what_was_altered_withheld_or_not_meant_for_the_member_is_told_apart() {
    let sitting = Sitting::unlocked(1);
    let hidden = file_report(&sitting.server, &[1]).case;
    let altered = file_report(&sitting.server, &[]).case;
    let shrunk = file_report(&sitting.server, &[]).case;
    let list = sitting.get("/");
    assert!(!list.contains(&hidden.to_string()) && !list.contains("did not pass"));
    assert!(sitting.get(&format!("/case/{hidden}")).contains("no such case for you"));
    sitting.write(shrunk, "note", "One.");
    sitting.server.with(altered, |stored| {
        stored.envelopes[0].signature[0] ^= 1;
        stored.envelopes.push(stored.envelopes[1].clone());
    });
    sitting.server.with(shrunk, |stored| stored.envelopes.truncate(stored.envelopes.len() - 1));
    let list = sitting.get("/");
    assert!(list.contains("2 cases did not pass their checks"));
    for (case, why) in [(altered, ""), (shrunk, "part of it is being withheld")] {
        assert!(list.contains(&format!("<code>{case}</code>")) && list.contains(why));
        let page = sitting.get(&format!("/case/{case}"));
        assert!(page.contains("is not shown") && !page.contains(WHAT));
    }
}

#[test]
fn nothing_is_answered_unseen_and_no_words_are_lost() {
    let sitting = Sitting::unlocked(0);
    let reporter = file_report(&sitting.server, &[]);
    let path = format!("/case/{}", reporter.case);
    let write = format!("{path}/write");
    // The page is fetched with the form's token; the reporter's message comes before the form is sent.
    let stale = [("act", "answer"), ("text", "A long answer."), ("seen", "1")];
    let page = sitting.get(&path);
    reporter.say(&sitting.server, "Wait, there is more.");
    let token = page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let send = |fields: &[(&str, &str)]| {
        let encoded: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let request = Request::post(sitting.address(&write))
            .header("cookie", &sitting.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        sitting.agent.run(request.body(encoded.join("&")).unwrap()).unwrap()
    };
    let fields = [("form", token), stale[0], stale[1], stale[2]];
    let back = body(send(&fields));
    assert!(back.contains("something new has come") && back.contains("A long answer."));
    assert!(back.contains("Wait, there is more."));
    assert!(reporter.own_case(&sitting.server).answers().is_empty());

    sitting.desk.lock();
    let back = body(send(&fields));
    assert!(back.contains("Unlock your key") && back.contains("A long answer.") && !back.contains(WHAT));
    let case = reporter.case.to_string();
    let draft = [("passphrase", PASSPHRASE), ("case", &case), ("act", "answer"), ("text", "A long answer.")];
    let back = body(sitting.post("/", "/unlock", &draft));
    assert!(back.contains("A long answer.") && back.contains(WHAT));
}

#[test]
fn a_restarted_server_and_a_second_link_change_nothing_else() {
    let mut sitting = Sitting::unlocked(0);
    let case = file_report(&sitting.server, &[]).case;
    assert!(sitting.get("/").contains(&case.to_string()));
    sitting.server.kept.lock().unwrap().restart();
    let list = sitting.get("/");
    assert!(list.contains(&case.to_string()) && !list.contains("out of date"));
    let before = sitting.server.kept.lock().unwrap().requests;
    sitting.get("/");
    let asked = sitting.server.kept.lock().unwrap().requests - before;
    assert_eq!(asked, 2, "what has changed and the list are asked for, and an unchanged case is not fetched again");

    let link = sitting.desk.fresh_link().unwrap();
    let opened = sitting.agent.get(&link).call().unwrap();
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(sitting.get("/").contains("Open the desk with its link"));
    sitting.cookie = cookie;
    assert!(sitting.get("/").contains(&case.to_string()));
    assert_eq!(sitting.post("/", "/lock", &[]).status(), 303);
    assert!(sitting.get("/").contains("Unlock your key"));
    let Sitting { runtime, desk, .. } = sitting;
    let address = desk.address;
    runtime.block_on(desk.shutdown());
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn another_authority_and_a_stranger_s_key_do_not_unlock() {
    let sitting = Sitting::unlocked(0);
    let pin = sitting.folder.path().join("desk/pin.json");
    let kept = std::fs::read_to_string(&pin).unwrap();
    let authority = sitting.server.authority.history.authority().to_string();
    std::fs::write(&pin, kept.replace(&authority, &"0".repeat(64))).unwrap();
    let refused = sitting.runtime.block_on(sitting.desk.unlock(SecretText::from(PASSPHRASE)));
    assert!(matches!(refused, Err(UnlockError::Cases(_))));
    std::fs::write(&pin, kept).unwrap();
    let stranger = example::authority(&SystemRandom::new());
    let key = stranger.members[0].seal(&SecretText::from(PASSPHRASE), Some(2)).unwrap();
    std::fs::write(sitting.folder.path().join("member.key"), key).unwrap();
    let refused = sitting.runtime.block_on(sitting.desk.unlock(SecretText::from(PASSPHRASE)));
    assert!(matches!(refused, Err(UnlockError::NotAMember)));
}

/// What is on disk is opened again without asking for it; an older copy, a missing one and another's are told.
#[test]
fn the_desk_s_own_copy_of_the_cases_is_used_again_and_its_loss_is_told() {
    let mut sitting = Sitting::unlocked(0);
    let case = file_report(&sitting.server, &[]).case.to_string();
    assert!(sitting.get("/").contains(&case));
    let cache = sitting.folder.path().join("desk/cache.amparo");
    let older = std::fs::read(&cache).unwrap();
    sitting.get(&format!("/case/{case}"));

    sitting.desk.lock();
    let before = sitting.server.kept.lock().unwrap().requests;
    sitting = sitting.unlock();
    let list = sitting.get("/");
    assert!(list.contains(&case) && !list.contains(">New<") && !list.contains("fetched anew"), "{list}");
    let asked = sitting.server.kept.lock().unwrap().requests - before;
    // Changes and list, for the page and for whoever follows the server.
    assert!(asked <= 4, "{asked} requests, so the case was fetched again");

    let spoils: [(&str, &dyn Fn()); 3] = [
        ("exchanged for an older one", &|| std::fs::write(&cache, &older).unwrap()),
        ("is gone", &|| std::fs::remove_file(&cache).unwrap()),
        ("was damaged or altered", &|| std::fs::write(&cache, b"nothing").unwrap()),
    ];
    for (told, spoil) in spoils {
        sitting.desk.lock();
        spoil();
        sitting = sitting.unlock();
        let list = sitting.get("/");
        assert!(list.contains(told) && list.contains(&case) && list.contains(">New<"), "{told}: {list}");
    }
}
