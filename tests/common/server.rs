//! `amparo serve` as it runs in earnest, on a folder of its own and on free ports.

use std::fs::{self, DirBuilder, File};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use amparo::clock::{Clock, Day};
use amparo::protocol::example::{self, Authority};
use ring::rand::SystemRandom;

/// How long anything of the server may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program under test.
pub const AMPARO: &str = env!("CARGO_BIN_EXE_amparo");

/// Today, as the server sees it.
pub fn today() -> Day {
    Clock::system().today()
}

/// A folder with all a server needs: `amparo.toml`, `keys/` with one signed manifest, and folders of its own for what
/// it says (`said/`), its home (`home/`) and its temporary files (`tmp/`).
pub struct Place {
    pub authority: Authority,
    folder: tempfile::TempDir,
}

impl Place {
    /// With `limits` as the lines of that section.
    pub fn new(limits: &str) -> Self {
        Self::issued(today(), limits)
    }

    /// The same with a manifest that was issued on `day`.
    pub fn issued(day: Day, limits: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["keys", "said", "home", "tmp", "disk"] {
            DirBuilder::new().mode(0o700).create(folder.path().join(name)).unwrap();
        }
        let authority = example::authority_on(day, &SystemRandom::new());
        let place = Self { authority, folder };
        let manifest = &place.authority.history.sources()[0];
        fs::write(place.path("keys/manifest-0001.json"), &manifest.bytes).unwrap();
        fs::write(place.path("keys/manifest-0001.sig"), &manifest.signatures).unwrap();
        place.configure("127.0.0.1:0", "data", limits);
        place
    }

    /// Writes the configuration.
    pub fn configure(&self, listen: &str, data: &str, limits: &str) {
        let text = format!(
            "[reporter]\nlisten = \"{listen}\"\n[member]\nlisten = \"127.0.0.1:0\"\n\
             [storage]\ndata = \"{data}\"\n[limits]\n{limits}\n"
        );
        fs::write(self.path("amparo.toml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// What the server has said so far, on both outputs.
    pub fn said(&self) -> String {
        ["out", "err"].map(|name| fs::read_to_string(self.path("said").join(name)).unwrap_or_default()).concat()
    }

    /// `program`, to be run with what it says, its home and its temporary files watched.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let append = |name| File::options().create(true).append(true).open(self.path("said").join(name)).unwrap();
        command
            .env_clear()
            .envs([("TMPDIR", self.path("tmp")), ("HOME", self.path("home"))])
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .current_dir(self.path("home"))
            .stdin(Stdio::null())
            .stdout(append("out"))
            .stderr(append("err"));
        command
    }

    /// Starts the server and waits until it listens.
    pub fn start(&self) -> Server {
        let mut command = self.command(AMPARO);
        command.arg("serve").arg("--config").arg(self.path("amparo.toml"));
        self.run(command)
    }

    /// The same with a command that becomes the server.
    pub fn run(&self, mut command: Command) -> Server {
        let before = self.said().len();
        let child = command.spawn().unwrap();
        let mut server = Server { child, reporter: ([127, 0, 0, 1], 0).into(), member: ([127, 0, 0, 1], 0).into() };
        (server.reporter, server.member) = self.wait_for_addresses(before, || server.child.try_wait().unwrap());
        server
    }

    /// Waits until the log, from `before` on, tells where the server listens.
    pub fn wait_for_addresses(
        &self,
        before: usize,
        mut ended: impl FnMut() -> Option<ExitStatus>,
    ) -> (SocketAddr, SocketAddr) {
        let said = || self.said()[before..].to_owned();
        wait_for("the server to listen", || {
            let said = said();
            let after = |mark: &str| {
                let rest = said.split(mark).nth(1)?;
                rest.split([',', '\n']).next()?.trim().parse().ok()
            };
            let addresses = (after("reporters at http://"), after("members at http://"));
            if let (Some(reporter), Some(member)) = addresses
                && said.ends_with('\n')
            {
                return Some((reporter, member));
            }
            if let Some(status) = ended() {
                panic!("the server ended with {status}: {said}");
            }
            None
        })
    }

    /// Runs the server where it must refuse to start, and returns what it said.
    pub fn refused(&self) -> String {
        let before = self.said().len();
        let mut child =
            self.command(AMPARO).arg("serve").arg("--config").arg(self.path("amparo.toml")).spawn().unwrap();
        let status = wait_for("the server to refuse", || child.try_wait().unwrap());
        let said = self.said()[before..].to_owned();
        assert!(!status.success(), "it did not refuse: {said}");
        said
    }
}

/// A server that runs; killed when dropped.
pub struct Server {
    child: Child,
    pub reporter: SocketAddr,
    pub member: SocketAddr,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and a clean end.
    pub fn stop(mut self) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM)
            .unwrap();
        let status = wait_for("the server to stop", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The most memory it has had resident so far, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The memory that it has resident now, in bytes.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// A line of proc(5), in bytes.
    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Polls until there is something.
pub fn wait_for<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Every file and folder under `folder`.
pub fn everything_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // What is gone between listing and opening was temporary.
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}

/// The names of the stored attachments and of what lies in their temporary folder.
pub fn blobs_in(data: &Path) -> Vec<String> {
    let files = everything_under(&data.join("blobs")).into_iter().filter(|path| path.is_file());
    files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}
