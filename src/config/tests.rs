use std::path::Path;

use super::*;

const EXAMPLE: &str = include_str!("../../deploy/amparo.example.toml");

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("amparo.toml"))
}

/// The fields a section has, from the list in serde's own refusal of one that it has not.
fn fields(section: &str) -> Vec<String> {
    let refusal = toml::from_str::<Config>(&format!("[{section}]\nno_such_key = 1")).unwrap_err();
    let message = refusal.message();
    message.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_example_is_the_defaults_and_names_every_key() {
    assert_eq!(parse(EXAMPLE).unwrap(), Config::default());
    assert_eq!(parse("").unwrap(), Config::default());
    let sections: Vec<&str> = EXAMPLE.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
    assert_eq!(sections, ["reporter", "member", "storage", "limits", "sms", "sms_gateways", "mail", "desk"]);
    for section in sections {
        let body = EXAMPLE.split(&format!("[{section}]\n")).nth(1).unwrap().split("\n[").next().unwrap();
        let named: Vec<&str> =
            body.lines().filter_map(|line| Some(line.trim_start_matches('#').split_once(" = ")?.0)).collect();
        let known = fields(section);
        assert!(!known.is_empty());
        assert_eq!(named, known, "[{section}]");
    }
}

#[test]
fn the_lines_that_the_example_leaves_out_are_right_when_taken_in() {
    let all: String = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
        .collect();
    let config = parse(&all).unwrap();
    assert!(
        config.sms.numbers.len() == 1
            && config.reporter.onion.is_some()
            && config.reporter.origin.is_some()
            && config.desk.proxy.is_some()
    );
    assert!(config.desk.root_fingerprint().unwrap().is_some());
    assert!(config.sms_gateways.listen.is_some() && config.sms_gateways.android.is_some());
    assert_eq!(config.sms_gateways.smpp.len(), 1);
    assert_eq!(config.mail.socket.as_deref(), Some(Path::new("/run/amparo/mail.sock")));
    assert_eq!((config.mail.addresses.len(), config.mail.smtp_host_and_port()), (1, Some(("mail.example.org", 465))));
    assert_eq!(parse(&config.to_string()).unwrap(), config);
}

#[test]
fn a_configuration_prints_as_a_file_that_reads_back() {
    let config = Config::for_folder(Path::new("/srv/demo"));
    config.check().unwrap();
    assert_eq!(parse(&config.to_string()).unwrap(), config);
    assert_eq!(config.storage.data, Path::new("/srv/demo/data"));
    assert_eq!(config.desk.save_folder, Path::new("/srv/demo/saved"));
}

#[test]
fn paths_are_relative_to_the_file_unless_they_are_absolute() {
    let text = "[storage]\ndata = \"/var/lib/amparo\"\nkeys = \"../keys\"\n[desk]\nkey_file = \"me.age\"";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("amparo.toml");
    std::fs::write(&file, text).unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.storage.data, Path::new("/var/lib/amparo"));
    assert_eq!(config.storage.keys, folder.path().join("../keys"));
    assert_eq!(config.desk.key_file.unwrap(), folder.path().join("me.age"));
}

#[test]
fn a_mistake_is_told_with_its_file_and_line() {
    for (text, line, what) in [
        ("[reporter]\nlissten = \"127.0.0.1:1\"", 2, "unknown field `lissten`"),
        ("[limits]\n\nfile_bytes = \"100 MB\"", 3, "\"100 MB\" is not a size"),
        ("[limits]\nfiles_per_submission = -1", 2, "invalid value"),
        ("[report]", 1, "unknown field `report`"),
        ("[member]\nlisten = \"localhost\"", 2, "invalid socket address"),
        ("[desk]\nserver = \"a\"\nserver = \"b\"", 3, "duplicate key"),
        ("[desk", 1, "]"),
    ] {
        let message = parse(text).unwrap_err().to_string();
        assert!(message.starts_with(&format!("amparo.toml, line {line}: ")), "{text}: {message}");
        assert!(message.contains(what), "{text}: {message}");
        assert!(message.ends_with("take it out and the default holds"), "{message}");
    }
    let message = Config::load(Path::new("/nowhere/amparo.toml")).unwrap_err().to_string();
    assert!(message.starts_with("/nowhere/amparo.toml cannot be read"), "{message}");
}

#[test]
fn values_out_of_range_are_told_with_their_key() {
    for (text, key) in [
        ("[reporter]\nleave_url = \"javascript:alert(1)\"", "reporter.leave_url"),
        ("[reporter]\nonion = \"http://x.onion\"", "reporter.onion"),
        ("[reporter]\norigin = \"https://example.org/report\"", "reporter.origin"),
        ("[member]\nlisten = \"127.0.0.1:8080\"", "member.listen"),
        ("[storage]\nkeys = \"data/keys\"", "storage.keys"),
        ("[storage]\ndata = \"keys\"", "storage.keys"),
        ("[limits]\nfile_bytes = \"0 B\"", "limits.file_bytes"),
        ("[limits]\nfile_bytes = \"2 GiB\"", "limits.submission_bytes"),
        ("[limits]\ntext_bytes = \"1 MiB\"", "limits.text_bytes"),
        ("[limits]\nfiles_per_submission = 201", "limits.files_per_submission"),
        ("[limits]\nconcurrent_submissions = 0", "limits.concurrent_submissions"),
        ("[limits]\ncalm_submissions = 0", "limits.calm_submissions"),
        ("[limits]\npicture_bytes = \"31 MiB\"", "limits.picture_bytes"),
        ("[limits]\nupload_bytes = \"1023 MiB\"", "limits.upload_bytes"),
        ("[limits]\nuploads = 0", "limits.uploads"),
        ("[limits]\nconnections = 0", "limits.connections"),
        ("[limits]\nheader_seconds = 0", "limits.header_seconds"),
        ("[limits]\nstall_seconds = 601", "limits.stall_seconds"),
        ("[limits]\nrequest_seconds = 20", "limits.request_seconds"),
        ("[sms]\nwindow_seconds = 0", "sms.window_seconds"),
        ("[sms]\nwipe_seconds = 61", "sms.wipe_seconds"),
        ("[sms]\njoin_seconds = 0", "sms.join_seconds"),
        ("[sms]\nconversations = 0", "sms.conversations"),
        ("[sms]\nsender_texts_per_hour = 0", "sms.sender_texts_per_hour"),
        ("[sms]\ntexts_per_minute = 0", "sms.texts_per_minute"),
        ("[sms]\nnumbers = [{ number = \"Bank\", unit = \"works\", language = \"en\" }]", "sms.numbers"),
        ("[sms]\nnumbers = [{ number = \"+1\", unit = \"Works\", language = \"en\" }]", "sms.numbers"),
        ("[sms]\nnumbers = [{ number = \"+1\", unit = \"works\", language = \"tlh\" }]", "sms.numbers"),
        ("[sms_gateways]\nlisten = \"127.0.0.1:8085\"", "sms_gateways.listen"),
        ("[sms_gateways]\ngeneric = { secret_file = \"s\" }", "sms_gateways.listen"),
        ("[sms_gateways]\nlisten = \"0.0.0.0:1\"\ngeneric = { secret_file = \"s\" }", "sms_gateways.listen"),
        ("[sms_gateways]\nlisten = \"unix:s\"\ngeneric = { secret_file = \"s\" }", "sms.numbers"),
        (
            "[sms_gateways]\nlisten = \"unix:s\"\ntwilio = { url = \"sms\", auth_token_file = \"t\" }",
            "sms_gateways.twilio",
        ),
        ("[sms_gateways]\nlisten = \"unix:s\"\nkannel = { user = \"\", password_file = \"p\" }", "sms_gateways.kannel"),
        (
            "[sms_gateways]\nsmpp = [{ name = \"a\", server = \"b\", system_id = \"c\", password_file = \"d\" }]",
            "sms_gateways.smpp",
        ),
        (
            "[sms_gateways]\nsmpp = [{ name = \"a\", server = \"b:1\", system_id = \"c\", password_file = \"d\" }]",
            "sms.numbers",
        ),
        ("[mail]\nsocket = \"s\"", "mail.addresses"),
        ("[mail]\naddresses = [{ address = \"report\", unit = \"works\" }]", "mail.addresses"),
        ("[mail]\nmessage_bytes = \"1 KiB\"", "mail.message_bytes"),
        ("[mail]\nsmtp_server = \"mail.example.org\"", "mail.smtp_server"),
        ("[mail]\nsmtp_server = \"mail.example.org:25\"\nsmtp_tls = \"none\"", "mail.smtp_tls"),
        ("[mail]\nsmtp_server = \"mail.example.org:465\"\nsmtp_user = \"a\"", "mail.smtp_user"),
        ("[desk]\nserver = \"127.0.0.1:8081\"", "desk.server"),
        ("[desk]\nproxy = \"http://127.0.0.1:9050\"", "desk.proxy"),
        ("[desk]\nlisten = \"0.0.0.0:0\"", "desk.listen"),
        ("[desk]\nroot_fingerprint = \"12345 12345\"", "desk.root_fingerprint"),
        ("[desk]\nroot_fingerprint = \"acorn oak\"", "desk.root_fingerprint"),
        ("[desk]\nidle_lock_minutes = 0", "desk.idle_lock_minutes"),
    ] {
        match parse(text) {
            Err(ConfigError::Refused { problem, .. }) => assert_eq!(problem.key, key, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}
