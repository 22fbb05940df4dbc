//! A real browser: Chromium or Firefox, driven by the scripts in `tests/browser/` through puppeteer-core.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long one script may take, unless it is given more.
const PATIENCE: Duration = Duration::from_mins(3);

/// A browser with a fresh profile for every script, which is deleted afterwards.
pub struct Browser {
    kind: &'static str,
    program: PathBuf,
    javascript: bool,
    level: &'static str,
    patience: Duration,
    scripts: PathBuf,
}

impl Browser {
    /// Chromium; each page that a script opens says whether JavaScript is on.
    pub fn find() -> Self {
        Self::installed("chromium", "CHROMIUM", "/usr/bin/chromium", true)
    }

    /// Firefox ESR, which Tor Browser is made of, with JavaScript on or off for all of it.
    pub fn firefox(javascript: bool) -> Self {
        Self::installed("firefox", "FIREFOX", "/usr/bin/firefox-esr", javascript)
    }

    /// The same at Tor Browser's level *Safer*: no script is compiled, and there is no WebAssembly. In Chromium this is
    /// the engine's own interpreter.
    pub fn safer(self) -> Self {
        Self { level: "safer", ..self }
    }

    /// Firefox at Tor Browser's level *Safest*: no script runs.
    pub fn safest() -> Self {
        Self { level: "safest", ..Self::firefox(false) }
    }

    /// The same for scripts that may take longer.
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Its name, as in the name of a folder.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Finds a browser and the npm packages; what is missing, `make test` installs.
    fn installed(kind: &'static str, variable: &str, usual: &str, javascript: bool) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = PathBuf::from(std::env::var_os(variable).unwrap_or_else(|| usual.into()));
        let packages = root.join("web/node_modules/puppeteer-core");
        for needed in [&program, &packages] {
            assert!(needed.exists(), "{} is missing; run make test once, it installs it", needed.display());
        }
        Self { kind, program, javascript, level: "standard", patience: PATIENCE, scripts: root.join("tests/browser") }
    }

    /// Runs `tests/browser/{script}.mjs`, which gets `args` and returns the value it resolves to. Panics with the
    /// script's own words when it fails, or takes longer than three minutes.
    pub fn run(&self, script: &str, args: &Value) -> Value {
        self.run_file(&self.scripts.join(script).with_extension("mjs"), args)
    }

    /// The same for a script that lies elsewhere.
    pub fn run_file(&self, script: &Path, args: &Value) -> Value {
        let profile = tempfile::tempdir().unwrap();
        let input = serde_json::json!({
            "kind": self.kind,
            "program": self.program,
            "javascript": self.javascript,
            "level": self.level,
            "profile": profile.path(),
            "root": rustix::process::geteuid().is_root(),
            "args": args,
        });
        let mut child = Command::new("node")
            .arg(self.scripts.join("run.mjs"))
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("node cannot be started ({error}); install Node 20 or newer"));
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut said = String::new();
            stdout.read_to_string(&mut said).map(|_| said)
        });
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > self.patience {
                // The script ends its browser on SIGTERM; killing node alone would leave Chromium behind.
                let pid = rustix::process::Pid::from_child(&child);
                rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
                child.wait().unwrap();
                panic!("{} took longer than {:?}", script.display(), self.patience);
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let said = reader.join().unwrap().unwrap();
        assert!(status.success(), "{} failed; its words are above\n{said}", script.display());
        serde_json::from_str(&said)
            .unwrap_or_else(|error| panic!("{} gave no JSON ({error}): {said}", script.display()))
    }
}
