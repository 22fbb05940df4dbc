//! The way from nothing to signed manifests, by the real program, as the heads and members of an authority go it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use amparo::cli::Cli;
use amparo::keys_folder;
use amparo::protocol::manifest::{History, Manifest};
use clap::CommandFactory;

const PASSPHRASE: &str = "six random words make it long";

/// An authority of two heads and three members in a folder, with one manifest that both heads have signed. Sealing a
/// key file takes a second on purpose, so all tests share it and change copies only.
static AUTHORITY: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_with_mode(&at.join("passphrase"), &format!("{PASSPHRASE}\n"), 0o600);
    for root in ["root-1.key", "root-2.key"] {
        let told = ok(at, &["keys", "new-root", "--out", root, "--passphrase-file", "passphrase"]);
        fs::write(at.join(root).with_extension("hex"), value(&told, "verifying key")).unwrap();
    }
    for name in ["ana", "ben", "cyd"] {
        new_member(at, name, &[]);
    }
    let mut description = ok(at, &["manifest", "new", "--example"]);
    for (place, root) in [("FIRST", "root-1.hex"), ("SECOND", "root-2.hex")] {
        let key = fs::read_to_string(at.join(root)).unwrap();
        description = description.replace(&format!("VERIFYING KEY OF THE {place} HEAD"), &key);
    }
    fs::write(at.join("authority.toml"), description).unwrap();
    ok(at, &["manifest", "new", "--from", "authority.toml", "--keys", "keys"]);
    sign(at, "keys/manifest-0001.json", "root-1.key");
    sign(at, "keys/manifest-0001.json", "root-2.key");
    folder
});

/// A copy of the authority's folder.
fn authority() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_all(AUTHORITY.path(), copy.path());
    copy
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn write_with_mode(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn amparo(at: &Path, arguments: &[&str], input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_amparo"));
    program.args(arguments).current_dir(at).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = program.spawn().unwrap();
    // A program that refuses at once may be gone before it is written to.
    let _ = running.stdin.take().unwrap().write_all(input.as_bytes());
    running.wait_with_output().unwrap()
}

fn ok(at: &Path, arguments: &[&str]) -> String {
    let output = amparo(at, arguments, "");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a refusal says; it must be a pair of what happened and what to do.
fn refused(at: &Path, arguments: &[&str]) -> String {
    refusal(arguments, &amparo(at, arguments, ""))
}

fn refusal(arguments: &[&str], output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(told.starts_with("amparo: ") && told.contains("; ") && !told.contains(PASSPHRASE), "{told}");
    told
}

/// The first value after `label` in what was printed.
fn value(told: &str, label: &str) -> String {
    let line = told.lines().find_map(|line| line.trim_start().strip_prefix(label)).expect(label);
    line.split("  (").next().unwrap().trim().to_owned()
}

fn new_member(at: &Path, name: &str, more: &[&str]) -> String {
    let (key, public) = (format!("{name}.key"), format!("{name}.json"));
    let mut arguments = vec!["member", "new", "--alias", name, "--out", &key, "--public", &public];
    arguments.extend(["--passphrase-file", "passphrase"]);
    arguments.extend(more);
    ok(at, &arguments)
}

fn sign(at: &Path, manifest: &str, root: &str) -> String {
    let arguments = ["manifest", "sign", manifest, "--root", root, "--passphrase-file", "passphrase"];
    let output = amparo(at, &arguments, "yes\n");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

const NEXT: [&str; 6] = ["manifest", "new", "--from", "authority.toml", "--keys", "keys"];
const VERIFY: [&str; 4] = ["manifest", "verify", "--keys", "keys"];

#[test]
fn the_first_manifest_holds_and_is_known_by_its_fingerprint() {
    let folder = authority();
    let at = folder.path();
    let told = ok(at, &VERIFY);
    let fingerprint = value(&told, "fingerprint");
    assert!(told.contains("ends in 92 days"), "{told}");
    assert!(ok(at, &[&VERIFY[..], &["--fingerprint", &fingerprint]].concat()).contains("the same as the one given"));
    let words = told.lines().skip_while(|line| !line.starts_with("in words")).take(2);
    let words: Vec<_> = words.flat_map(|line| line.trim_start_matches("in words").split_whitespace()).collect();
    let in_words = ok(at, &[&VERIFY[..], &["--fingerprint", &words.join("-").to_uppercase()]].concat());
    assert!(words.len() == 16 && in_words.contains("the same as the one given"), "{told}");
    let other = "00000 00000 00000 00000 00000 00000 00000 00000";
    assert!(refused(at, &[&VERIFY[..], &["--fingerprint", other]].concat()).contains(&fingerprint));

    let shown = ok(at, &["manifest", "show"]);
    for part in [&fingerprint, "Anti-Corruption Office of Exampleland", "محقق، الأشغال العامة", "2 of 2 keys"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(shown.matches("Signed by ").count(), 2, "{shown}");
    let json = ok(at, &["manifest", "show", "keys/manifest-0001.json", "--json"]);
    assert_eq!(json.as_bytes(), fs::read(at.join("keys/manifest-0001.json")).unwrap());
    let mode = |name: &str| fs::metadata(at.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("root-1.key"), mode("ana.key")), (0o600, 0o600));
    assert_eq!(
        (mode("keys/manifest-0001.json"), mode("keys/manifest-0001.sig"), mode("ana.json")),
        (0o644, 0o644, 0o644)
    );

    let key = ok(at, &["member", "show", "ana.key", "--passphrase-file", "passphrase"]);
    let public = ok(at, &["member", "show", "ana.json"]);
    assert_eq!(key, format!("  alias          ana\n{public}"));
    assert!(shown.contains(&value(&public, "fingerprint")));
    assert_eq!(ok(at, &["member", "show", "ana.json", "--json"]), fs::read_to_string(at.join("ana.json")).unwrap());
}

#[test]
fn the_next_manifest_gives_a_member_new_keys_and_is_signed_on_sticks() {
    let folder = authority();
    let at = folder.path();
    let first: Manifest = serde_json::from_slice(&fs::read(at.join("keys/manifest-0001.json")).unwrap()).unwrap();
    let id = value(&ok(at, &["member", "show", "ana.json"]), "id");
    let told = new_member(at, "ana-2", &["--id", &id]);
    assert_eq!(value(&told, "id"), id);
    change(&at.join("authority.toml"), "ana.json", "ana-2.json");
    let told = ok(at, &NEXT);
    assert!(
        told.contains(&format!("New keys for {id}"))
            && told.contains(&value(&ok(at, &["member", "show", "ana-2.json"]), "fingerprint"))
    );

    // The first head has everything beside the manifest, the second has it alone.
    let told = sign(at, "keys/manifest-0002.json", "root-1.key");
    assert!(told.contains("It follows from manifest 1") && told.contains("New keys for"), "{told}");
    assert!(told.contains("1 of the 2 signatures it needs of the root keys are there."), "{told}");
    assert!(refused(at, &VERIFY).contains("manifest 2 has 1 of the 2 signatures"));
    fs::create_dir(at.join("stick")).unwrap();
    for name in ["manifest-0002.json", "manifest-0002.sig"] {
        fs::copy(at.join("keys").join(name), at.join("stick").join(name)).unwrap();
    }
    assert!(sign(at, "stick/manifest-0002.json", "root-2.key").contains("not in its folder"));
    fs::copy(at.join("stick/manifest-0002.sig"), at.join("keys/manifest-0002.sig")).unwrap();
    assert!(ok(at, &VERIFY).contains("manifest 2: signed"));

    let history = History::verify(keys_folder::read(&at.join("keys")).unwrap()).unwrap();
    let ana = first.member(id.parse().unwrap()).unwrap();
    let retired = &history.current().retired;
    assert_eq!((retired.len(), retired[0].member, retired[0].verifying_key), (1, ana.id, ana.verifying_key));
    assert!(history.member_of_key(&ana.verifying_key).is_some());
    assert_eq!(history.current().members.len(), 3);

    // Signing once more changes nothing.
    let before = fs::read(at.join("keys/manifest-0002.sig")).unwrap();
    sign(at, "keys/manifest-0002.json", "root-2.key");
    assert_eq!(fs::read(at.join("keys/manifest-0002.sig")).unwrap(), before);
}

#[test]
fn a_changed_manifest_is_refused_by_everything_that_reads_it() {
    let folder = authority();
    let at = folder.path();
    let path = at.join("keys/manifest-0001.json");
    change(&path, "Travaux publics", "Travaux Publics");
    assert!(refused(at, &VERIFY).contains("manifest 1 and its signatures do not fit together"));
    assert!(refused(at, &NEXT).contains("manifest 1 and its signatures do not fit together"));
    let arguments = ["manifest", "sign", "keys/manifest-0001.json", "--root", "root-1.key", "--yes"];
    assert!(refused(at, &arguments).contains("changed after it was signed"));
    change(&path, "\"serial\": 1", "\"serial\": 2");
    assert!(refused(at, &["manifest", "show"]).contains("`authority` must stand"));
}

#[test]
fn missing_signatures_and_manifests_are_told() {
    let folder = authority();
    let at = folder.path();
    let signatures = at.join("keys/manifest-0001.sig");
    let lines = fs::read_to_string(&signatures).unwrap();
    fs::write(&signatures, lines.lines().next().unwrap()).unwrap();
    assert!(refused(at, &VERIFY).contains("1 of the 2 signatures"));
    fs::remove_file(&signatures).unwrap();
    assert!(refused(at, &VERIFY).contains("amparo manifest sign keys/manifest-0001.json"));
    fs::rename(at.join("keys/manifest-0001.json"), at.join("keys/manifest-0002.json")).unwrap();
    assert!(refused(at, &VERIFY).contains("manifest-0001.json is missing"));
    fs::remove_file(at.join("keys/manifest-0002.json")).unwrap();
    assert!(refused(at, &VERIFY).contains("there is no manifest"));
}

#[test]
fn a_draft_is_not_lost_and_not_signed_by_anybody_else() {
    let folder = authority();
    let at = folder.path();
    ok(at, &NEXT);
    assert!(refused(at, &NEXT).contains("--replace-draft"));
    change(&at.join("authority.toml"), "valid_days = 92", "valid_days = 30");
    assert!(ok(at, &[&NEXT[..], &["--replace-draft"]].concat()).contains("Nothing changes but the dates."));

    let arguments = ["manifest", "sign", "keys/manifest-0002.json", "--root", "root-1.key"];
    for answer in ["no\n", "", "y\n", "YES"] {
        let output = amparo(at, &arguments, answer);
        assert!(refusal(&arguments, &output).contains("nothing was signed"));
        assert!(String::from_utf8(output.stdout).unwrap().contains("(30 days)"));
    }
    let by = |key: &str| {
        let more =
            ["manifest", "sign", "keys/manifest-0002.json", "--yes", "--passphrase-file", "passphrase", "--root", key];
        refused(at, &more)
    };
    assert!(by("ana.key").contains("this file is not a root-key"));
    write_with_mode(&at.join("passphrase"), "not the right words at all", 0o600);
    assert!(by("root-1.key").contains("the passphrase does not open this file"));
    assert!(!at.join("keys/manifest-0002.sig").exists());
}

#[test]
fn one_head_alone_signs_only_their_own_authority_and_only_until_it_ends() {
    let folder = authority();
    let at = folder.path();
    let second = fs::read_to_string(at.join("root-2.hex")).unwrap();
    let description = fs::read_to_string(at.join("authority.toml")).unwrap();
    let description =
        description.replace("threshold = 2\nkeys", "threshold = 1\nkeys").replace(&format!("    \"{second}\",\n"), "");
    fs::write(at.join("alone.toml"), description).unwrap();
    ok(at, &["manifest", "new", "--from", "alone.toml", "--keys", "alone", "--issued", "2026-01-01"]);
    let arguments =
        ["manifest", "sign", "alone/manifest-0001.json", "--yes", "--passphrase-file", "passphrase", "--root"];
    assert!(refused(at, &[&arguments[..], &["root-2.key"]].concat()).contains("is not one of the root keys"));
    ok(at, &[&arguments[..], &["root-1.key"]].concat());
    assert!(refused(at, &["manifest", "verify", "--keys", "alone"]).contains("ended on 2026-04-03"));

    let root = ok(at, &["keys", "show", "root-1.key", "--passphrase-file", "passphrase"]);
    let shown = ok(at, &["manifest", "show", "--keys", "alone"]);
    assert!(shown.contains(&value(&root, "fingerprint")), "{shown}");

    // The manifest of another authority cannot take its place in the row.
    fs::copy(at.join("alone/manifest-0001.json"), at.join("keys/manifest-0002.json")).unwrap();
    fs::copy(at.join("alone/manifest-0001.sig"), at.join("keys/manifest-0002.sig")).unwrap();
    assert!(refused(at, &VERIFY).contains("does not follow"));
}

#[test]
fn the_root_is_handed_over_by_those_who_hold_it() {
    let folder = authority();
    let at = folder.path();
    let [first, second] = ["root-1.hex", "root-2.hex"].map(|name| fs::read_to_string(at.join(name)).unwrap());
    let description = fs::read_to_string(at.join("authority.toml")).unwrap();
    let alone =
        description.replace("threshold = 2\nkeys", "threshold = 1\nkeys").replace(&format!("    \"{second}\",\n"), "");
    fs::write(at.join("authority.toml"), &alone).unwrap();
    fs::remove_dir_all(at.join("keys")).unwrap();
    ok(at, &NEXT);
    sign(at, "keys/manifest-0001.json", "root-1.key");

    fs::write(at.join("authority.toml"), alone.replace(&first, &second)).unwrap();
    assert!(ok(at, &NEXT).contains("OTHER ROOT KEYS take over; both the old and the new ones sign this manifest"));
    for root in ["root-2.key", "root-1.key"] {
        assert!(refused(at, &VERIFY).contains("manifest"), "one side alone hands nothing over");
        sign(at, "keys/manifest-0002.json", root);
    }
    let fingerprint = value(&ok(at, &VERIFY), "fingerprint");
    assert!(ok(at, &NEXT).contains("Nothing changes but the dates."));
    sign(at, "keys/manifest-0003.json", "root-2.key");
    assert!(ok(at, &[&VERIFY[..], &["--fingerprint", &fingerprint]].concat()).contains("manifest 3: signed"));
}

#[test]
fn private_keys_stay_out_of_the_keys_folder() {
    let folder = authority();
    let at = folder.path();
    for out in ["keys/root.key", "keys/../keys/root.key"] {
        let arguments = ["keys", "new-root", "--out", out, "--passphrase-file", "passphrase"];
        assert!(refused(at, &arguments).contains("a folder of public manifests"));
    }
    fs::create_dir(at.join("keys/deeper")).unwrap();
    let arguments = ["member", "new", "--alias", "x", "--out", "keys/deeper/x.key", "--passphrase-file", "passphrase"];
    assert!(refused(at, &arguments).contains("a folder of public manifests"));
    fs::copy(at.join("root-1.key"), at.join("keys/deeper/notes.txt")).unwrap();
    for arguments in [&VERIFY[..], &NEXT[..]] {
        assert!(refused(at, arguments).contains("keys/deeper/notes.txt holds a sealed file"));
    }
}

#[test]
fn key_files_are_not_overwritten_and_weak_passphrases_not_taken() {
    let folder = authority();
    let at = folder.path();
    let before = fs::read(at.join("root-1.key")).unwrap();
    let new_root = |out: &str| refused(at, &["keys", "new-root", "--out", out, "--passphrase-file", "passphrase"]);
    assert!(new_root("root-1.key").contains("never overwritten"));
    assert_eq!(fs::read(at.join("root-1.key")).unwrap(), before);
    assert!(new_root("none/root.key").contains("check that its folder exists"));
    write_with_mode(&at.join("passphrase"), "elevenchars", 0o600);
    assert!(new_root("new.key").contains("fewer than 12 characters"));
    for mode in [0o644, 0o640, 0o604] {
        write_with_mode(&at.join("passphrase"), PASSPHRASE, mode);
        assert!(new_root("new.key").contains("can be read by others"));
    }
    assert!(!at.join("new.key").exists());
}

#[test]
fn descriptions_that_make_no_sound_manifest_are_refused_with_the_reason() {
    let folder = authority();
    let at = folder.path();
    let original = fs::read_to_string(at.join("authority.toml")).unwrap();
    let ben = fs::read_to_string(at.join("ben.json")).unwrap();
    for (from, to, told) in [
        ("identity_threshold = 2", "identity_threshold = 3", "`identity_threshold` is more than there are custodians"),
        ("valid_days = 92", "valid_days = 93", "`expires` must be 0 to 92 days after `issued`"),
        ("valid_days = 92", "valid_dayz = 92", "unknown field `valid_dayz`"),
        ("members = [\"cyd\"]", "members = [\"dan\"]", "names dan, who has no [members.dan]"),
        ("public = \"ben.json\"", "public = \"ana.json\"", "stands twice"),
        ("public = \"ben.json\"", "public = \"none.json\"", "none.json cannot be read"),
        ("public = \"ben.json\"", "public = \"ben.key\"", "not the public half of a member key"),
        ("[\"investigator\", \"custodian\"]", "[\"boss\"]", "unknown variant `boss`"),
        ("oversight_unit = \"oversight\"", "oversight_unit = \"none\"", "`oversight_unit` is not one of the units"),
        ("threshold = 2\nkeys", "threshold = 3\nkeys", "a threshold they can reach"),
    ] {
        fs::write(at.join("authority.toml"), original.replacen(from, to, 1)).unwrap();
        let found = refused(at, &NEXT);
        assert!(found.contains(told), "{to}: {found}");
    }
    fs::write(at.join("authority.toml"), &original).unwrap();
    fs::write(at.join("ben.json"), ben.replace("age1pq1", "age1pq2")).unwrap();
    assert!(refused(at, &NEXT).contains("ben.json is refused"));
    fs::write(at.join("ben.json"), ben).unwrap();
    assert!(refused(at, &[&NEXT[..], &["--issued", "2020-01-01"]].concat()).contains("issued on"));
    assert!(!at.join("keys/manifest-0002.json").exists());
    let unfinished = ok(at, &["manifest", "new", "--example"]);
    fs::write(at.join("authority.toml"), unfinished).unwrap();
    assert!(refused(at, &NEXT).contains("VERIFYING KEY OF THE FIRST HEAD"));
}

/// Runs a command on a terminal of its own, types a line whenever `question` is asked, and returns all that was shown.
fn typed(at: &Path, command: &str, answers: &[(&str, &str)]) -> Option<String> {
    let line = format!("{} {command}", env!("CARGO_BIN_EXE_amparo"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(at).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = script.spawn().ok()?;
    let (mut input, mut output) = (running.stdin.take().unwrap(), running.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (question, answer) in answers {
        let from = shown.len();
        while !String::from_utf8_lossy(&shown[from..]).contains(question) {
            let mut byte = [0];
            assert_eq!(output.read(&mut byte).unwrap(), 1, "{question}: {}", String::from_utf8_lossy(&shown));
            shown.push(byte[0]);
        }
        // The question comes just before echo is switched off.
        std::thread::sleep(std::time::Duration::from_millis(500));
        input.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    output.read_to_end(&mut shown).unwrap();
    running.wait().unwrap();
    Some(String::from_utf8(shown).unwrap())
}

#[test]
fn passphrases_are_typed_without_echo() {
    let folder = authority();
    let at = folder.path();
    let Some(shown) = typed(at, "keys show root-1.key", &[("Passphrase of root-1.key: ", PASSPHRASE)]) else {
        eprintln!("not proven here: there is no `script` to type on a terminal with");
        return;
    };
    assert!(shown.contains(&fs::read_to_string(at.join("root-1.hex")).unwrap()), "{shown}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");
    let answers = [("six random words are good): ", PASSPHRASE), ("The same again: ", "six random words make it lang")];
    let shown = typed(at, "keys new-root --out new.key", &answers).unwrap();
    assert!(shown.contains("the two passphrases differ; ") && !shown.contains("make it"), "{shown}");
    assert!(!at.join("new.key").exists());
}

#[test]
fn every_command_has_help_with_an_example_and_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    ok(folder.path(), &["man", "--dir", "man/man1"]);
    let mut rest = vec![(Vec::<String>::new(), Cli::command())];
    let mut seen = 0;
    while let Some((path, command)) = rest.pop() {
        let name = [&["amparo".to_owned()][..], &path].concat();
        let arguments: Vec<_> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let help = ok(folder.path(), &arguments);
        let examples = help.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{name:?} has no example"));
        let own = format!("  {}", name.join(" "));
        assert!(examples.lines().any(|line| line.starts_with(&own)), "{own}: {examples}");
        let page: PathBuf = pages.join(name.join("-") + ".1");
        let page = fs::read_to_string(&page).unwrap_or_else(|_| panic!("{} is missing", page.display()));
        assert!(page.contains(".SH NAME") && page.contains(".SH EXAMPLES\n.nf\n\\&  amparo"), "{page}");
        for sub in command.get_subcommands() {
            rest.push(([&path[..], &[sub.get_name().to_owned()]].concat(), sub.clone()));
        }
        seen += 1;
    }
    assert_eq!(fs::read_dir(&pages).unwrap().count(), seen);
    assert!(seen >= 14, "{seen}");
    assert!(ok(folder.path(), &["man"]).contains(".TH amparo 1"));
}

#[test]
fn every_shell_gets_completions() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = ok(folder.path(), &["completions", shell]);
        for word in ["manifest", "new-root", "passphrase-file", "replace-draft"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(amparo(folder.path(), &["completions", "none"], "").status.code(), Some(2));
}
