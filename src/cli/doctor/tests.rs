use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::protocol::example;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A folder with a configuration, closed data and public keys, all in order.
fn healthy() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let text = "[reporter]\nlisten = \"127.0.0.1:0\"\n[member]\nlisten = \"127.0.0.1:0\"\n[limits]\nspare_disk_bytes = \"1 B\"";
    fs::write(place.path().join("amparo.toml"), text).unwrap();
    folder::private(&place.path().join("data")).unwrap();
    fs::create_dir(place.path().join("keys")).unwrap();
    let authority = example::authority_on(Clock::system().today(), &ring::rand::SystemRandom::new());
    let manifest = &authority.history.sources()[0];
    fs::write(place.path().join("keys/manifest-0001.json"), &manifest.bytes).unwrap();
    fs::write(place.path().join("keys/manifest-0001.sig"), &manifest.signatures).unwrap();
    place
}

#[test]
fn a_healthy_server_has_nothing_to_do() {
    let folder = healthy();
    let findings = examine(&folder.path().join("amparo.toml"), &Clock::system());
    let mut out = Vec::new();
    // A test that was compiled without scripts has a program without them.
    let expected = if web_files::all().is_empty() { Level::Warn } else { Level::Ok };
    assert_eq!(print(&findings, &mut out).unwrap(), expected, "{}", String::from_utf8_lossy(&out));
    assert_eq!(findings.len(), 9);
}

#[test]
fn each_fault_is_found_with_its_way_out() {
    let folder = healthy();
    let data = folder.path().join("data");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.path().join("keys/member.age"), "-----BEGIN AGE ENCRYPTED FILE-----").unwrap();
    let findings = examine(&folder.path().join("amparo.toml"), &Clock::fixed(day("2025-12-31")));
    let mut out = Vec::new();
    assert_eq!(print(&findings, &mut out).unwrap(), Level::Fail);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains(&format!("→ take the right away with: chmod 700 {}\n", data.display())), "{out}");
    assert!(out.contains("keys/member.age holds a sealed file"), "{out}");
    assert!(out.contains("2025-12-31, which is past"), "{out}");
    assert_eq!(findings.iter().filter(|finding| finding.level == Level::Fail).count(), 4, "{out}");
}

#[test]
fn a_bad_configuration_ends_the_examination_with_its_line() {
    let folder = healthy();
    let file = folder.path().join("amparo.toml");
    fs::write(&file, "[limits]\nfile_byts = 1").unwrap();
    let findings = examine(&file, &Clock::system());
    assert_eq!(findings.len(), 1);
    assert!(findings[0].what.contains("line 2: unknown field `file_byts`"), "{:?}", findings[0]);
}

/// What is found beyond the nine checks of every server, where the configuration has `more` as well.
fn found(folder: &tempfile::TempDir, more: &str) -> Vec<Finding> {
    let file = folder.path().join("more.toml");
    let before = fs::read_to_string(folder.path().join("amparo.toml")).unwrap();
    fs::write(&file, format!("{before}\n{more}")).unwrap();
    let findings = examine(&file, &Clock::system());
    // Everything that is not right says what to do.
    assert!(findings.iter().all(|finding| finding.level == Level::Ok || finding.todo.is_some()), "{findings:?}");
    findings.into_iter().skip(9).collect()
}

/// The one finding that says `words`.
#[track_caller]
fn one<'f>(findings: &'f [Finding], words: &str) -> &'f Finding {
    let mut saying = findings.iter().filter(|finding| finding.what.contains(words));
    let first = saying.next().unwrap_or_else(|| panic!("nothing says {words}: {findings:?}"));
    assert_eq!(saying.next(), None, "{words}");
    first
}

fn write(folder: &tempfile::TempDir, name: &str, text: &str, mode: u32) {
    let file = folder.path().join(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
}

const MAIL: &str =
    "[mail]\nsocket = \"mail.sock\"\naddresses = [{ address = \"report@example.org\", unit = \"works\" }]\n";
const SMTP: &str = "smtp_server = \"mail.example.org:465\"\n";

#[test]
fn what_letters_need_is_looked_at_where_they_are_taken() {
    let folder = healthy();
    let levels = |more: &str| found(&folder, more).iter().map(|finding| finding.level).collect::<Vec<_>>();
    assert_eq!(levels(&format!("{MAIL}{SMTP}")), [Level::Warn, Level::Ok, Level::Ok, Level::Ok]);
    let wrong = MAIL.replace("mail.sock", "no/mail.sock").replace("works", "none");
    assert_eq!(levels(&wrong), [Level::Warn, Level::Fail, Level::Fail, Level::Warn]);
    let strange = MAIL.replace("\"works\"", "\"works\", language = \"de\"");
    assert_eq!(one(&found(&folder, &strange), "\"de\", which Amparo does not speak").level, Level::Fail);
}

#[test]
fn answers_to_letters_go_out_protected_or_not_at_all() {
    let folder = healthy();
    let answers = |more: &str| found(&folder, &format!("{MAIL}{more}"));
    let password = format!("{SMTP}smtp_user = \"a\"\nsmtp_password_file = \"password\"");
    assert_eq!(one(&answers(&password), "password cannot be read").level, Level::Fail);
    write(&folder, "password", "secret\n", 0o644);
    assert!(one(&answers(&password), "others can read").todo.as_ref().unwrap().starts_with("run: chmod 600"));
    write(&folder, "password", "\n", 0o600);
    assert_eq!(one(&answers(&password), "is not one line of text").level, Level::Fail);
    write(&folder, "password", "secret\n", 0o600);
    assert_eq!(one(&answers(&password), "with TLS or not at all").level, Level::Ok);

    write(&folder, "ca.pem", "no certificate", 0o644);
    let certificate = one(&answers(&format!("{SMTP}smtp_ca_file = \"ca.pem\"")), "smtp_ca_file").clone();
    assert_eq!((certificate.level, certificate.todo.is_some()), (Level::Fail, true));
    for (port, tls) in [("587", "tls"), ("25", "tls"), ("465", "starttls")] {
        let server = format!("smtp_server = \"mail.example.org:{port}\"\nsmtp_tls = \"{tls}\"");
        assert_eq!(one(&answers(&server), "answers may be dropped").level, Level::Warn, "{port}");
    }
    let plain = |host: &str| format!("{MAIL}smtp_server = \"{host}:25\"\nsmtp_tls = \"none\"");
    assert_eq!(one(&found(&folder, &plain("127.0.0.1")), "this very machine").level, Level::Ok);
    fs::write(folder.path().join("plain.toml"), plain("mail.example.org")).unwrap();
    let refused = examine(&folder.path().join("plain.toml"), &Clock::system());
    assert_eq!(one(&refused, "answers to mail.example.org would be readable").level, Level::Fail);
}

const SMS: &str = "[sms]\nnumbers = [{ number = \"+15550100\", unit = \"works\", language = \"en\" }]\n";

#[test]
fn text_messages_need_a_gateway_a_unit_and_a_name_for_it() {
    let folder = healthy();
    assert_eq!(one(&found(&folder, SMS), "no gateway that brings their texts").level, Level::Fail);
    assert_eq!(one(&found(&folder, SMS), "which the telephone company can read").level, Level::Warn);
    assert_eq!(one(&found(&folder, SMS), "1 numbers for reports have their units").level, Level::Ok);
    let other = |from: &str, to: &str| found(&folder, &SMS.replace(from, to));
    assert_eq!(one(&other("works", "none"), "which the newest manifest does not have").level, Level::Fail);
    assert_eq!(one(&other("\"en\"", "\"zh\""), "the unit \"works\" has no name").level, Level::Warn);
    fs::write(folder.path().join("none.toml"), SMS.replace("\"en\"", "\"de\"")).unwrap();
    let refused = examine(&folder.path().join("none.toml"), &Clock::system());
    assert_eq!(one(&refused, "there are no text messages in \"de\"").level, Level::Fail);
}

#[test]
fn a_gateways_secrets_place_and_number_are_looked_at() {
    let folder = healthy();
    let with = |listen: &str, gateway: &str| {
        found(&folder, &format!("{SMS}[sms_gateways]\nlisten = \"{listen}\"\nanywhere = true\n{gateway}\n"))
    };
    let kannel = "kannel = { user = \"k\", password_file = \"secret\" }";
    let generic = "generic = { secret_file = \"secret\" }";
    for gateway in [kannel, generic] {
        let _ = fs::remove_file(folder.path().join("secret"));
        assert_eq!(one(&with("127.0.0.1:0", gateway), "secret cannot be read").level, Level::Fail);
        write(&folder, "secret", "0123456789abcdef", 0o640);
        assert_eq!(one(&with("127.0.0.1:0", gateway), "others can read").level, Level::Fail);
        write(&folder, "secret", "", 0o600);
        assert_eq!(one(&with("127.0.0.1:0", gateway), "is not one line of text").level, Level::Fail);
        write(&folder, "secret", "0123456789abcde\n", 0o600);
        assert_eq!(one(&with("127.0.0.1:0", gateway), "can be guessed").level, Level::Fail);
        write(&folder, "secret", "0123456789abcdef\n", 0o600);
        let good = with("127.0.0.1:0", gateway);
        assert_eq!(good.iter().map(|finding| finding.level).max(), Some(Level::Warn), "{good:?}");
        assert_eq!(one(&good, "every gateway can be set up").level, Level::Ok);
    }
    assert_eq!(one(&with("0.0.0.0:0", kannel), "0.0.0.0:0, for gateways, can be reached").level, Level::Warn);
    assert_eq!(one(&with("unix:none/sms.sock", kannel), "does not exist").level, Level::Fail);
    fs::create_dir(folder.path().join("run")).unwrap();
    fs::set_permissions(folder.path().join("run"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(one(&with("unix:run/sms.sock", kannel), "put another socket in the place").level, Level::Fail);

    // What others chose is as long as they made it.
    write(&folder, "token", "short", 0o600);
    let twilio = "twilio = { url = \"http://sms.example.org/twilio\", auth_token_file = \"token\" }";
    let found = with("127.0.0.1:0", twilio);
    assert_eq!(one(&found, "without TLS, so texts can be read").level, Level::Warn);
    assert!(found.iter().all(|finding| finding.level != Level::Fail), "{found:?}");
    let phone = |number: &str, server: &str| {
        let files = "signing_key_file = \"secret\", password_file = \"token\"";
        format!("android = {{ number = \"{number}\", {files}, server = \"{server}\", user = \"u\" }}")
    };
    let found = with("127.0.0.1:0", &phone("+1 555 0100", "http://127.0.0.1:8080"));
    assert!(found.iter().all(|finding| finding.level != Level::Fail), "{found:?}");
    let found = with("127.0.0.1:0", &phone("+15550199", "http://phone.example"));
    assert_eq!(one(&found, "+15550199, which no unit has").level, Level::Fail);
    assert_eq!(one(&found, "sms_gateways.android: \"http://phone.example\"").level, Level::Fail);
}

#[test]
fn listeners_that_other_machines_reach_are_told() {
    let folder = healthy();
    let file = folder.path().join("amparo.toml");
    let open = fs::read_to_string(&file).unwrap().replace("127.0.0.1:0", "[::]:0");
    fs::write(&file, open).unwrap();
    let findings = found(&folder, "");
    assert_eq!(one(&findings, "for reporters, can be reached from other machines").level, Level::Warn);
    assert_eq!(one(&findings, "for members, can be reached from other machines").level, Level::Warn);
}

#[test]
fn a_message_centre_is_looked_at_before_it_is_connected_to() {
    let folder = healthy();
    let file = folder.path().join("amparo.toml");
    let before = fs::read_to_string(&file).unwrap();
    let password = folder.path().join("password");
    let levels = |secret: &str, keys: &str| {
        fs::write(&password, secret).unwrap();
        fs::set_permissions(&password, PermissionsExt::from_mode(0o600)).unwrap();
        let numbers = "[sms]\nnumbers = [{ number = \"16321\", unit = \"works\", language = \"en\" }]";
        let centre =
            "name = \"carrier\"\nserver = \"192.0.2.1:2775\"\nsystem_id = \"amparo\"\npassword_file = \"password\"";
        fs::write(&file, format!("{before}\n{numbers}\n[[sms_gateways.smpp]]\n{centre}\n{keys}")).unwrap();
        examine(&file, &Clock::system())[11..].iter().map(|finding| finding.level).collect::<Vec<_>>()
    };
    assert_eq!(levels("secret", ""), [Level::Ok]);
    assert_eq!(levels("secret", "tls = false\ntunnel = true"), [Level::Ok, Level::Warn]);
    assert_eq!(levels("ninechars", ""), [Level::Fail]);
    assert_eq!(levels("secret", "ca_file = \"none.pem\""), [Level::Fail]);
}

#[test]
fn a_clock_that_went_back_is_a_failure_and_one_far_ahead_a_warning() {
    let level = |today, newest: Option<&str>| system_clock(day(today), newest.map(day)).level;
    assert_eq!(level("2026-05-04", None), Level::Ok);
    assert_eq!(level("2026-05-04", Some("2026-05-05")), Level::Ok);
    assert_eq!(level("2026-05-04", Some("2026-05-06")), Level::Fail);
    assert_eq!(level("2036-05-06", Some("2026-05-04")), Level::Warn);
    assert_eq!(level("2025-12-31", None), Level::Fail);
}

#[test]
fn the_newest_file_counts() {
    let folder = healthy();
    assert!(newest_file(folder.path()).unwrap() > day("2026-01-01"));
    assert_eq!(newest_file(&folder.path().join("none")), None);
}

#[test]
fn scarce_disk_space_warns_and_then_fails() {
    let level = |mib: u64| judge_free(mib << 20, ByteSize::mib(100), "").level;
    assert_eq!([level(99), level(100), level(399), level(400)], [Level::Fail, Level::Warn, Level::Warn, Level::Ok]);
    let folder = healthy();
    assert_eq!(free_disk(&folder.path().join("not/yet"), ByteSize::new(1)).level, Level::Ok);
    assert_eq!(free_disk(folder.path(), ByteSize::new(u64::MAX)).level, Level::Fail);
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let finding = port("reporters", taken.local_addr().unwrap());
    assert_eq!(finding.level, Level::Warn);
    assert!(finding.what.ends_with("is in use"), "{finding:?}");
    // 192.0.2.0/24 is for documentation (RFC 5737): no machine has such an address.
    assert_eq!(port("members", "192.0.2.1:1".parse().unwrap()).level, Level::Fail);
}
