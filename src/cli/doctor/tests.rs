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

#[test]
fn what_letters_need_is_looked_at_where_they_are_taken() {
    let folder = healthy();
    let file = folder.path().join("amparo.toml");
    let before = fs::read_to_string(&file).unwrap();
    let levels = |socket: &str, unit: &str, more: &str| {
        let addresses = format!("[{{ address = \"report@example.org\", unit = \"{unit}\" }}]");
        fs::write(&file, format!("{before}\n[mail]\nsocket = \"{socket}\"\naddresses = {addresses}\n{more}")).unwrap();
        examine(&file, &Clock::system())[9..].iter().map(|finding| finding.level).collect::<Vec<_>>()
    };
    let smtp = "smtp_server = \"mail.example.org:465\"";
    assert_eq!(levels("mail.sock", "works", smtp), [Level::Warn, Level::Ok, Level::Ok, Level::Ok]);
    assert_eq!(levels("no/mail.sock", "none", ""), [Level::Warn, Level::Fail, Level::Fail, Level::Warn]);
    let password = format!("{smtp}\nsmtp_user = \"a\"\nsmtp_password_file = \"none\"");
    assert_eq!(levels("mail.sock", "works", &password)[3], Level::Fail);
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
        examine(&file, &Clock::system())[9..].iter().map(|finding| finding.level).collect::<Vec<_>>()
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
