//! What tests of both implementations share.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use amparo::protocol::recipient::Identity;
use serde::Serialize;

/// Runs `web/test/{name}.ts` on a file with `inputs`, and fails with its words.
#[allow(dead_code, reason = "not every test of both sides runs one")]
pub fn script(name: &str, inputs: &impl Serialize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inputs.json");
    std::fs::write(&path, serde_json::to_vec(inputs).unwrap()).unwrap();
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let done = Command::new("node").args(["test/script.mjs", name]).arg(&path).current_dir(&web).output();
    let done = done.unwrap_or_else(|error| panic!("node cannot be started ({error}); install Node 20 or newer"));
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    println!("{said}");
    assert!(done.status.success(), "the implementations disagree:\n{said}");
    said
}

/// Vectors by kind: how many were passed, and how many skipped and why. `web/test/counts.ts` prints the same.
#[derive(Default)]
pub struct Counts(BTreeMap<String, (usize, BTreeMap<String, usize>)>);

#[allow(dead_code, reason = "not every test of both sides counts public vectors")]
impl Counts {
    /// One more was passed.
    pub fn pass(&mut self, kind: &str) {
        self.0.entry(kind.to_owned()).or_default().0 += 1;
    }

    /// One more was skipped.
    pub fn skip(&mut self, kind: &str, why: &str) {
        *self.0.entry(kind.to_owned()).or_default().1.entry(why.to_owned()).or_default() += 1;
    }

    /// How many were passed.
    pub fn passed(&self) -> usize {
        self.0.values().map(|(passed, _)| passed).sum()
    }

    /// One line a kind, and one for all.
    pub fn print(&self, source: &str, side: &str) {
        let mut all = 0;
        for (kind, (passed, skipped)) in &self.0 {
            let total = passed + skipped.values().sum::<usize>();
            all += total;
            let why: Vec<_> = skipped.iter().map(|(why, count)| format!("; {count} skipped: {why}")).collect();
            println!("public vectors, {source}, {kind}, {side}: {passed} of {total} passed{}", why.concat());
        }
        println!("public vectors, {source}, all, {side}: {} of {all} passed", self.passed());
    }
}

/// The classic identity of a scalar, which can only be read from its text.
#[allow(dead_code, reason = "not every test of both sides has one")]
pub fn classic_of(scalar: &[u8; 32]) -> Identity {
    let prefix = bech32::Hrp::parse("AGE-SECRET-KEY-").unwrap();
    let text = bech32::encode::<bech32::Bech32>(prefix, scalar).unwrap();
    Identity::parse(&text.to_uppercase()).unwrap()
}
