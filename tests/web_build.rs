//! The scripts are the same bytes wherever they are built, and what the program holds is what the source gives.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use amparo::web_files;

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("web")
}

/// Copies what a build reads into a repository at `root`, and gives its `web/`; the packages are linked, as they are the
/// lockfile's anyway.
fn copy_to(root: &Path) -> PathBuf {
    assert!(web().join("node_modules/esbuild").exists(), "the npm packages are missing; run make test once");
    let folder = root.join("web");
    for folder in [&folder, &root.join("src/protocol")] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::copy(web().join("../src/protocol/words.txt"), root.join("src/protocol/words.txt")).unwrap();
    for name in ["build.mjs", "package.json"] {
        fs::copy(web().join(name), folder.join(name)).unwrap();
    }
    copy_tree(&web().join("src"), &folder.join("src"));
    symlink(web().join("node_modules"), folder.join("node_modules")).unwrap();
    folder
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let copy = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).unwrap();
        }
    }
}

fn build(folder: &Path) -> Output {
    Command::new("node").arg("build.mjs").current_dir(folder).env("SOURCE_DATE_EPOCH", "1").output().unwrap()
}

/// What was built, by name.
fn built(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let output = build(folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = fs::read_dir(folder.join("dist")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().into(), fs::read(path).unwrap())).collect()
}

#[test]
fn two_builds_in_different_folders_are_the_same_and_are_what_the_program_holds() {
    let place = tempfile::tempdir().unwrap();
    let near = copy_to(&place.path().join("a"));
    let far = copy_to(&place.path().join("a longer name/with é/and depth"));
    let (first, second) = (built(&near), built(&far));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(*bytes == second[name], "{name} differs between two folders");
        let here = place.path().to_str().unwrap().as_bytes();
        assert!(!bytes.windows(here.len()).any(|part| part == here), "{name} names the folder it was built in");
    }
    assert_eq!(first.len(), 15, "{:?}", first.keys());
    for file in web_files::all() {
        assert!(first[file.name] == file.bytes, "{} in this program is of another source; run make web", file.name);
    }
    assert!(!web_files::all().is_empty(), "this program was compiled without scripts; run make test");
}

#[test]
fn a_build_refuses_what_weighs_too_much_and_what_may_not_run() {
    let place = tempfile::tempdir().unwrap();
    let folder = copy_to(place.path());
    let entry = folder.join("src/worker/main.ts");
    let original = fs::read_to_string(&entry).unwrap();
    // Digits of a number that no compression shortens.
    let noise =
        (0_u32..20_000).fold(String::new(), |noise, n| noise + &(n.wrapping_mul(2_654_435_761) ^ (n << 7)).to_string());
    for (added, told) in [
        (format!("self.postMessage(\"{noise}\");"), "weigh more than they may"),
        ("self.postMessage(typeof WebAssembly);".to_owned(), "contains WebAssembly"),
        ("self.postMessage(eval(\"1\"));".to_owned(), "contains eval("),
    ] {
        fs::write(&entry, format!("{original}\n{added}\n")).unwrap();
        let output = build(&folder);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(told), "{told}: {said}");
        assert!(!folder.join("dist").exists(), "something was written");
    }
}
