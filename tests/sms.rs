//! Conversations by text message on a real intake, database and disk, with desk and web pages beside them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use amparo::blobs::Blobs;
use amparo::clock::Clock;
use amparo::config::Config;
use amparo::config::sms::Line;
use amparo::http::body::BodyLimits;
use amparo::http::member;
use amparo::http::reporter::{self, Reporter};
use amparo::intake::{FORGOTTEN_AFTER, Intake, IntakeError, Settings};
use amparo::listener::{Limits, serve};
use amparo::locale::SmsLanguage;
use amparo::protocol::bytes::CaseId;
use amparo::protocol::content::{Channel, State};
use amparo::protocol::desk_case::Content;
use amparo::protocol::example::{self, Authority};
use amparo::protocol::token::Token;
use amparo::sms::Service;
use amparo::sms::incoming::{Incoming, Number, Part};
use amparo::sms::text::fit::{SEGMENTS, fit};
use amparo::store::Store;
use common::browser::Browser;
use common::client::{Form, open_case, post};
use common::desk::Desk;
use common::server::{AMPARO, today};
use ring::rand::SystemRandom;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What people write to: the unit of public works, in English, and the oversight unit, in Spanish and without READ.
const WORKS: &str = "+15550100";
const OVERSIGHT: &str = "555";

const PHONE: &str = "+15551234567";
const OTHER_PHONE: &str = "+15557654321";

struct World {
    authority: Authority,
    intake: Arc<Intake>,
    service: Service,
    reporter: SocketAddr,
    member: SocketAddr,
    /// Days from today to what the server takes for today.
    later: Arc<AtomicI64>,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl World {
    fn start() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let authority = example::authority_on(today(), &SystemRandom::new());
        let mut config = Config::default();
        let line = |number: &str, unit: &str, language: &str, read| Line {
            number: number.to_owned(),
            unit: unit.to_owned(),
            language: language.to_owned(),
            read,
        };
        config.sms.numbers = vec![line(WORKS, "works", "en", true), line(OVERSIGHT, "oversight", "es", false)];
        config.reporter.origin = Some("https://report.example.org".to_owned());
        change(&mut config);
        config.check().unwrap();
        let later = Arc::new(AtomicI64::new(0));
        let days = Arc::clone(&later);
        let clock = Clock::from_fn(move || today().plus(days.load(Ordering::SeqCst)).unwrap());
        let (intake, service, reporter, member) = runtime.block_on(async {
            let store = Store::open(&data.join("amparo.db")).await.unwrap();
            let blobs = Blobs::open(&data.join("blobs")).unwrap();
            let (history, rng) = (Arc::clone(&authority.history), Arc::new(SystemRandom::new()));
            let intake = Arc::new(Intake::new(store, blobs, history, clock, rng, Settings::new(data)));
            let service = Service::start(Arc::clone(&intake), &config).unwrap();
            let reporter = listen(reporter::router(Reporter::new(Arc::clone(&intake), &config).unwrap())).await;
            let second = Duration::from_secs(20);
            let limits = BodyLimits { size: 1 << 20, stall: second, whole: second };
            let member = listen(member::router(Arc::clone(&intake), limits)).await;
            (intake, service, reporter, member)
        });
        Self { authority, intake, service, reporter, member, later, runtime, _folder: folder }
    }

    /// What a text is answered with.
    fn answers(&self, incoming: Incoming) -> Vec<String> {
        let answers = self.runtime.block_on(self.service.handle(incoming));
        answers.iter().map(|text| text.expose().to_owned()).collect()
    }

    /// The one answer to a text from `phone` to the unit of public works.
    #[track_caller]
    fn says(&self, phone: &str, text: &str) -> String {
        let answers = self.answers(sent(phone, WORKS, text));
        assert_eq!(answers.len(), 1, "{text}: {answers:?}");
        answers.into_iter().next().unwrap()
    }

    /// Files a report from `phone` and returns its token.
    #[track_caller]
    fn files(&self, phone: &str, text: &str) -> String {
        token_in(&self.says(phone, text)).expect("a token")
    }

    fn desk(&self) -> Desk<'_> {
        Desk::new(self.member, &self.authority, 0)
    }

    fn cases(&self) -> Vec<CaseId> {
        self.desk().cases().cases.iter().map(|case| case.id).collect()
    }

    /// The report and the messages of a case, as the desk reads them.
    fn told(&self, case: &CaseId) -> Vec<String> {
        let opened = self.desk().open(case);
        let told = opened.entries().iter().filter_map(|entry| match &entry.content {
            Content::Report(report) => Some(report.fields.get("what").to_owned()),
            Content::Message(message) => Some(message.text.clone()),
            _ => None,
        });
        told.collect()
    }

    fn opens(&self, token: &str) -> Result<(), IntakeError> {
        let token = Token::parse(token).unwrap();
        self.runtime.block_on(self.intake.return_with_token(&token)).map(drop)
    }
}

async fn listen(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, router, Limits::default(), std::future::pending()));
    address
}

fn sent(from: &str, to: &str, text: &str) -> Incoming {
    let number = |text| Number::parse(text).unwrap();
    Incoming { from: number(from), to: number(to), text: text.into(), part: None, id: None }
}

/// The first 24 digits in groups of four.
fn token_in(text: &str) -> Option<String> {
    // In Arabic a mark keeps the groups in their order.
    let text = text.replace('\u{200e}', "");
    let words: Vec<_> = text.split_whitespace().collect();
    let group = |word: &&str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    words.windows(6).find(|six| six.iter().all(group)).map(<[&str]>::concat)
}

/// A token that finds nothing.
fn no_token() -> String {
    Token::generate(&SystemRandom::new()).unwrap().expose().to_owned()
}

#[test]
fn a_report_is_filed_and_what_follows_joins_it_in_order() {
    let world = World::start();
    let token = world.files(PHONE, "The harbour master asked for ten percent.");
    for text in ["In April.", "His deputy was there.", "It was the dredging contract."] {
        let answer = world.says(PHONE, text);
        assert!(answer.contains("Added") && token_in(&answer).is_none(), "{answer}");
    }
    let cases = world.cases();
    let told = world.told(&cases[0]);
    assert_eq!(
        told,
        [
            "The harbour master asked for ten percent.",
            "In April.",
            "His deputy was there.",
            "It was the dredging contract."
        ]
    );
    let mut desk = world.desk();
    let opened = desk.open(&cases[0]);
    assert_eq!((opened.report().channel, opened.report().assisted), (Channel::Sms, true));
    assert_eq!(opened.report().language, "en");
    open_case(world.reporter, &token).says(200, "Received");

    // Another phone is another conversation; another number another unit.
    let second = world.files(OTHER_PHONE, "Bribes at the school.");
    assert_ne!(token, second);
    let answers = world.answers(sent(PHONE, OVERSIGHT, "El jefe pide dinero."));
    assert!(token_in(&answers[0]).is_some(), "{answers:?}");
    assert_eq!(world.cases().len(), 2, "the lead of works does not see what oversight gets");
    let mut oversight = Desk::new(world.member, &world.authority, 2);
    assert_eq!(oversight.cases().cases.len(), 1);
}

#[test]
fn a_token_asks_reads_and_adds_from_any_phone() {
    let world = World::start();
    let token = world.files(PHONE, "They ask for ten percent.");
    let case = world.cases()[0];
    assert!(world.says(OTHER_PHONE, &format!("STATUS {token}")).contains("No answer yet"));
    assert!(world.says(OTHER_PHONE, &format!("READ {token}")).contains("no answer yet"));
    let long = "Which month was it, and who else was in the room? ".repeat(12);
    let mut desk = world.desk();
    desk.answer(&case, long.trim(), Some(State::Open));
    desk.answer(&case, "Thank you.", None);
    let status = world.says(OTHER_PHONE, &format!("status {}", Token::parse(&token).unwrap().groups().join(" ")));
    assert!(status.contains("working on your case") && status.contains("2 answers"), "{status}");
    let read = world.answers(sent(OTHER_PHONE, WORKS, &format!("READ {token}")));
    assert!(read.len() > 2 && read.iter().all(|text| fit(text).segments <= SEGMENTS), "{read:?}");
    assert_eq!(read.concat().matches("Which month").count(), 12);
    assert!(read.last().unwrap().contains("Thank you."), "{read:?}");

    assert!(world.says(OTHER_PHONE, &format!("MORE {token} In April, by the quay.")).contains("Added"));
    // What follows goes on with that case.
    assert!(world.says(OTHER_PHONE, "And in May.").contains("Added"));
    assert_eq!(world.told(&case), ["They ask for ten percent.", "In April, by the quay.", "And in May."]);
    assert!(world.says(OTHER_PHONE, &format!("MORE {token}")).contains("no words"));

    for (typed, told) in [
        ("STATUS", "24 digits, behind the word"),
        (&token[..23], "has 23"),
        (&format!("{}{}", &token[1..], &token[..1]), "not right"),
    ] {
        let text = if typed == "STATUS" { typed.to_owned() } else { format!("STATUS {typed}") };
        let answer = world.says(PHONE, &text);
        assert!(answer.contains(told) || Token::parse(typed).is_ok(), "{text}: {answer}");
    }
    assert_eq!(world.cases().len(), 1, "no command became a report");
}

#[test]
fn every_language_is_understood_and_answered_in_and_every_answer_fits() {
    let world = World::start();
    let helps = [("en", "HELP"), ("fr", "AIDE"), ("es", "AYUDA"), ("ar", "مساعدة"), ("ru", "ПОМОЩЬ"), ("zh", "帮助")];
    let mut receipts = BTreeSet::new();
    for (number, (tag, help)) in helps.into_iter().enumerate() {
        let phone = format!("+1555200000{number}");
        let language = SmsLanguage::from_tag(tag).unwrap();
        let help = world.answers(sent(&phone, WORKS, help));
        assert!(help.len() >= 3 && help[1].contains("https://report.example.org"), "{tag}: {help:?}");
        assert!(help.iter().all(|text| fit(text).segments <= SEGMENTS), "{tag}: {help:?}");
        let fingerprint = world.authority.history.fingerprint().to_string();
        assert!(help.last().unwrap().contains(&fingerprint), "{tag}: {help:?}");
        let receipt = world.says(&phone, "They ask for money at the customs office.");
        assert!(fit(&receipt).segments <= SEGMENTS, "{tag}: {receipt}");
        let token = token_in(&receipt).unwrap_or_else(|| panic!("{tag}: {receipt}"));
        world.opens(&token).unwrap();
        let spoken = amparo::sms::text::fit::plain(&language.text("sms-joined")).into_owned();
        assert_eq!(world.says(&phone, "And at the port."), spoken, "{tag}");
        receipts.insert(receipt.replace(|c: char| c.is_ascii_digit(), ""));
    }
    assert_eq!(receipts.len(), 6, "one language is another's");
}

#[test]
fn guide_asks_five_questions_and_the_desk_reads_them_with_their_answers() {
    let world = World::start();
    assert!(world.says(PHONE, "GUIDE").contains("First text us what happened"));
    world.files(PHONE, "They ask for ten percent.");
    assert!(world.says(PHONE, "GUIDE").starts_with("1/5"));
    assert!(world.says(PHONE, "At the harbour.").starts_with("2/5"));
    assert!(world.says(PHONE, "SKIP").starts_with("3/5"));
    // Help in between changes nothing.
    assert!(world.answers(sent(PHONE, WORKS, "HELP")).len() > 1);
    assert!(world.says(PHONE, "The harbour master.").starts_with("4/5"));
    assert!(world.says(PHONE, "Ten percent.").starts_with("5/5"));
    assert!(world.says(PHONE, "I was there.").contains("Those were the questions"));
    assert!(world.says(PHONE, "One more thing.").contains("Added"));
    let told = world.told(&world.cases()[0]);
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(told[1].starts_with("1/5 Where") && told[1].ends_with("\nAt the harbour."), "{}", told[1]);
    assert!(told[2].starts_with("3/5 Who") && told[4].ends_with("\nI was there."), "{told:?}");
    assert_eq!(told[5], "One more thing.");
}

#[test]
fn a_gateway_that_tries_again_makes_no_second_case_and_gets_the_same_answer() {
    let world = World::start();
    let tried = |text: &str| Incoming { id: Some("message-1".to_owned()), ..sent(PHONE, WORKS, text) };
    let (first, second) = world.runtime.block_on(async {
        tokio::join!(world.service.handle(tried("Ten percent.")), world.service.handle(tried("Ten percent.")))
    });
    assert!(first[0] == second[0] && token_in(first[0].expose()).is_some());
    assert_eq!(world.answers(tried("Ten percent.")), [first[0].expose()]);
    assert_eq!(world.told(&world.cases()[0]), ["Ten percent."]);
    assert_eq!(world.cases().len(), 1);
    // The same identifier of another sender is another message.
    let other = Incoming { id: Some("message-1".to_owned()), ..sent(OTHER_PHONE, WORKS, "Other.") };
    assert!(token_in(&world.answers(other)[0]).is_some());
}

#[test]
fn guessing_tokens_slows_and_then_closes_the_door_to_that_sender_alone() {
    let world = World::start();
    let token = world.files(OTHER_PHONE, "They ask for ten percent.");
    let mut waits = Vec::new();
    for _ in 0..8 {
        let started = Instant::now();
        assert!(world.says(PHONE, &format!("STATUS {}", no_token())).contains("No case has this token"));
        waits.push(started.elapsed());
    }
    assert!(waits[7] > Duration::from_secs(4) && waits[3] > Duration::from_millis(250), "{waits:?}");
    for text in [no_token(), token.clone()] {
        assert!(world.says(PHONE, &format!("READ {text}")).contains("Too many tokens"), "closed, also for a right one");
    }
    // STOP does not open it again, and what is said as a report is still taken.
    assert!(world.says(PHONE, "STOP").contains("forgotten here"));
    assert!(world.says(PHONE, &format!("STATUS {token}")).contains("Too many tokens"));
    assert!(token_in(&world.says(PHONE, "They ask for twenty.")).is_some());
    assert!(world.says(OTHER_PHONE, &format!("STATUS {token}")).contains("Received"));
}

#[test]
fn what_is_remembered_is_bounded_and_gone_when_its_time_is_over() {
    let world = World::with(|config| {
        (config.sms.window_seconds, config.sms.wipe_seconds, config.sms.conversations) = (1, 1, 3);
    });
    for number in 0..6 {
        world.files(&format!("+1555300000{number}"), "They ask for ten percent.");
        assert!(world.service.remembered() <= 3);
    }
    let first = world.files(PHONE, "First.");
    std::thread::sleep(Duration::from_millis(1100));
    let second = world.files(PHONE, "Second, much later.");
    assert_ne!(first, second);
    std::thread::sleep(Duration::from_millis(2100));
    assert_eq!(world.service.remembered(), 0);
    assert_eq!(world.cases().len(), 8);
}

#[test]
fn stop_ends_the_conversation_and_nothing_of_it_is_left() {
    let world = World::with(|config| config.sms.wipe_seconds = 1);
    let token = world.files(PHONE, "They ask for ten percent.");
    assert!(world.says(PHONE, "STOP").contains("forgotten here"));
    assert_ne!(world.files(PHONE, "Something else."), token);
    assert!(world.says(PHONE, "STOP").contains("forgotten here"));
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(world.service.remembered(), 0);
    world.opens(&token).unwrap();
}

#[test]
fn a_sender_of_too_many_texts_is_told_once() {
    let world = World::with(|config| config.sms.sender_texts_per_hour = 3);
    world.files(PHONE, "One.");
    world.says(PHONE, "Two.");
    world.says(PHONE, "Three.");
    assert!(world.says(PHONE, "Four.").contains("NOT taken"));
    assert_eq!(world.answers(sent(PHONE, WORKS, "Five.")), Vec::<String>::new());
    world.files(OTHER_PHONE, "Another sender.");
    let mut told: Vec<_> = world.cases().iter().map(|case| world.told(case).join(" ")).collect();
    told.sort();
    assert_eq!(told, ["Another sender.", "One. Two. Three."]);
}

fn part(number: u8, text: &str) -> Incoming {
    let id = Some(format!("part-{number}"));
    Incoming { part: Part::new(7, 3, number), id, ..sent(PHONE, WORKS, text) }
}

#[test]
fn parts_are_joined_in_any_order_and_answered_once() {
    let world = World::start();
    let answers = world.runtime.block_on(async {
        let (first, second) = (world.service.handle(part(3, "percent.")), world.service.handle(part(1, "They ask ")));
        let last = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            world.service.handle(part(2, "for ten ")).await
        };
        let (first, second, last) = tokio::join!(first, second, last);
        [first, second, last]
    });
    assert_eq!(answers.each_ref().map(Vec::len), [0, 0, 1]);
    assert!(token_in(answers[2][0].expose()).is_some());
    assert_eq!(world.told(&world.cases()[0]), ["They ask for ten percent."]);
}

#[test]
fn what_came_of_a_long_text_is_filed_when_the_rest_does_not_come() {
    let world = World::with(|config| config.sms.join_seconds = 1);
    let (first, second) = world.runtime.block_on(async {
        tokio::join!(world.service.handle(part(1, "They ask ")), world.service.handle(part(3, "percent.")))
    });
    let answers: Vec<_> = first.iter().chain(&second).collect();
    assert_eq!(answers.len(), 1);
    assert!(token_in(answers[0].expose()).is_some());
    assert_eq!(world.told(&world.cases()[0]), ["They ask  […] percent."]);
}

#[test]
fn a_case_is_forgotten_after_seven_days_unless_its_token_is_used() {
    let world = World::start();
    let (kept, gone) = (world.files(PHONE, "To be kept."), world.files(OTHER_PHONE, "To be forgotten."));
    for (phone, token) in [(PHONE, &kept), (OTHER_PHONE, &gone)] {
        let due = today().plus(FORGOTTEN_AFTER).unwrap().to_string();
        assert!(world.says(phone, &format!("FORGET {token}")).contains(&due));
    }
    let answers = world.answers(sent(PHONE, WORKS, &format!("STATUS {kept}")));
    assert!(answers.len() == 2 && answers[1].contains("will not be forgotten"), "{answers:?}");
    world.later.store(FORGOTTEN_AFTER - 1, Ordering::SeqCst);
    assert_eq!(world.runtime.block_on(world.intake.forget_due()).unwrap(), 0);
    world.later.store(FORGOTTEN_AFTER, Ordering::SeqCst);
    assert_eq!(world.runtime.block_on(world.intake.forget_due()).unwrap(), 1);
    world.opens(&kept).unwrap();
    assert!(matches!(world.opens(&gone), Err(IntakeError::NotFound)));
    assert!(world.says(OTHER_PHONE, &format!("STATUS {gone}")).contains("No case has this token"));
    assert_eq!(open_case(world.reporter, &gone).status, 404);
    let mut desk = world.desk();
    let withdraws =
        |case: &CaseId| desk.open(case).entries().iter().any(|entry| matches!(entry.content, Content::Forget));
    assert_eq!(world.cases().iter().map(withdraws).filter(|withdrawn| *withdrawn).count(), 1);
}

#[test]
fn whoever_comes_back_is_told_of_a_forget_that_they_called_off() {
    const TOLD: &str = "A request to forget this case was cancelled";
    let world = World::start();
    let token = world.files(PHONE, "They ask for ten percent.");
    let ask = || world.says(PHONE, &format!("FORGET {token}"));
    ask();
    let page = open_case(world.reporter, &token);
    page.says(200, TOLD);
    page.says(200, "choose “Forget this case…” on the page of your case");
    let again = open_case(world.reporter, &token);
    assert!(!again.text().contains(TOLD));

    // A page that was open before.
    ask();
    let message = Form::default().text("form", &again.form_number()).text("token", &token).text("text", "More.");
    message.send(world.reporter, "/en/case/message").says(200, TOLD);
    ask();
    post(world.reporter, "/ar/case/forget", &[("token", &token)]).says(200, "أُلغي طلب نسيان هذه القضية");
    assert!(!open_case(world.reporter, &token).text().contains(TOLD));

    // The reporter's own device, in a browser and without.
    ask();
    let args = json!({ "reporter": format!("http://{}/", world.reporter), "token": token });
    let said = Browser::find().run("called_off_forget", &args);
    let told = |visit: usize| said[visit].as_str().unwrap().contains(TOLD);
    assert!(told(0) && !told(1), "{said}");
    ask();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, &token).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let read = || {
        let mut command = Command::new(AMPARO);
        command.args(["case", "read", "--server", &format!("http://{}", world.reporter), "--token-file"]).arg(&file);
        command.args(["--fingerprint", &world.authority.history.fingerprint().to_string()]);
        let ended = command.output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success(), "{said}");
        said
    };
    assert!(read().contains("was cancelled because you came back"));
    assert_eq!(read(), "");
}

#[test]
fn words_for_a_case_that_was_forgotten_meanwhile_become_a_report() {
    let world = World::start();
    let token = world.files(PHONE, "First.");
    post(world.reporter, "/en/case/forget", &[("token", &token), ("confirm", "yes")]).says(200, "forgotten");
    let second = world.files(PHONE, "Second.");
    assert_ne!(token, second);
    assert_eq!(world.cases().len(), 2);
}

#[test]
fn a_unit_can_keep_its_answers_off_text_messages() {
    let world = World::start();
    let answers = world.answers(sent(PHONE, OVERSIGHT, "El jefe pide dinero."));
    let token = token_in(&answers[0]).unwrap();
    let mut desk = Desk::new(world.member, &world.authority, 2);
    let case = desk.cases().cases[0].id;
    desk.answer(&case, "Gracias, lo investigamos.", Some(State::Open));
    // Whichever number it is asked at.
    for number in [OVERSIGHT, WORKS] {
        let answers = world.answers(sent(PHONE, number, &format!("READ {token}")));
        assert!(answers.len() == 1 && !answers[0].contains("investigamos"), "{answers:?}");
    }
}

#[test]
fn a_crowd_at_once_is_answered_whole_while_the_web_goes_on() {
    let world = World::start();
    let crowd = (0..60).map(|number| {
        let incoming = sent(&format!("+15554{number:06}"), WORKS, &format!("Report {number}."));
        world.service.handle(incoming)
    });
    let (answers, web) = world.runtime.block_on(async {
        let address = world.reporter;
        let web = tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(100));
            let started = Instant::now();
            assert_eq!(open_case(address, &no_token()).status, 404);
            started.elapsed()
        });
        (futures_util::future::join_all(crowd).await, web.await.unwrap())
    });
    let tokens: BTreeSet<_> = answers.iter().map(|answer| token_in(answer[0].expose()).expect("a token")).collect();
    assert_eq!((tokens.len(), world.cases().len()), (60, 60));
    for token in tokens {
        world.opens(&token).unwrap();
    }
    assert!(web < Duration::from_secs(2), "a look-up on the web took {web:?}");
}

#[test]
fn the_conversation_can_be_tried_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(AMPARO)
        .args(["sms", "simulate", "--language", "fr", "--dir"])
        .arg(folder.path().join("demo"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let texts = "Ils demandent dix pour cent.\nAu port.\n:from +15550123\nUne autre affaire.\n";
    child.stdin.take().unwrap().write_all(texts.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    let answers: Vec<_> = said.split("\n\n").collect();
    assert!(ended.status.success() && answers.len() == 4, "{said}");
    let [first, joined, other] = [0, 1, 2].map(|answer| token_in(answers[answer]));
    assert!(first.is_some() && joined.is_none() && other.is_some() && first != other, "{said}");
    assert!(answers[0].ends_with("of at most 2 segments)"), "{said}");
}
