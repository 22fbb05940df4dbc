//! The second implementation's own tests, so that `make test` runs them: types, vectors, age's public vectors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;
use std::process::Command;

/// Runs an npm script of `web/` and fails with its words.
fn npm(script: &str) {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let installed = web.join("node_modules/esbuild").exists();
    assert!(installed, "web/node_modules is missing or old; run make test once, it installs it");
    let done = Command::new("npm")
        .args(["run", "--silent", script])
        .current_dir(&web)
        .output()
        .unwrap_or_else(|error| panic!("npm cannot be started ({error}); install Node 20 or newer"));
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    println!("{said}");
    assert!(done.status.success(), "npm run {script} failed:\n{said}");
}

#[test]
fn the_types_hold() {
    npm("check");
}

#[test]
fn the_tests_pass() {
    npm("test");
}
