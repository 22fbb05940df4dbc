//! Postfix with a configuration, queue and ports of its own. Only root can start it: whoever runs the tests, or sudo
//! where it asks for no password.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::server::{AMPARO, Place, Server, wait_for};
use super::sink::Sink;

const DAEMONS: &str = "/usr/lib/postfix/sbin";
/// Who may hand answers over where a login is asked for.
pub const USER: &str = "amparo";
pub const PASSWORD: &str = "right-and-long";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A program that runs as root.
pub fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// Whether there is a way to be root; says loudly when a test has to be passed over.
pub fn can_start() -> bool {
    let can = is_root() || Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|ended| ended.status.success());
    if !can {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        eprintln!("\nNOT PROVEN: {test} was passed over. It needs root, or sudo without a password.\n");
    }
    can
}

/// As whom the server runs: an ordinary user in any case.
fn server_user() -> String {
    if is_root() { "daemon".to_owned() } else { run(Command::new("id").arg("-un")).trim().to_owned() }
}

/// Makes a file the server's own.
pub fn give_to_server(file: &Path) {
    run(as_root("chown").arg(server_user()).arg(file));
}

/// What a program says that ends well.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let ended = command.output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(ended.status.success(), "{command:?}: {said}");
    said
}

/// Starts the server as an ordinary user, with a socket that Postfix may use as well.
pub fn start_server(place: &Place) -> Server {
    for name in ["", "run", "postfix"] {
        run(as_root("chmod").arg("755").arg(place.path(name)));
    }
    // Its own user may not be able to reach the one that was built.
    if !place.path("amparo").exists() {
        fs::copy(AMPARO, place.path("amparo")).unwrap();
    }
    if !place.data().exists() {
        fs::create_dir(place.data()).unwrap();
        fs::set_permissions(place.data(), PermissionsExt::from_mode(0o700)).unwrap();
    }
    let mut owned = as_root("chown");
    owned.args(["-R", &server_user()]);
    run(owned.args(["keys", "home", "tmp", "run", "data"].map(|name| place.path(name))));
    // As docs/mail.md tells operators to; the group of others can only be set by root.
    run(as_root("chgrp").arg("postfix").arg(place.path("run")));
    run(as_root("chmod").arg("2750").arg(place.path("run")));
    let program = place.path("amparo");
    let mut command = if is_root() {
        let mut command = place.command("setpriv");
        command.args(["--reuid", "daemon", "--regid", "daemon", "--groups", "postfix", "--"]).arg(program);
        command
    } else {
        place.command(program.to_str().unwrap())
    };
    command.arg("serve").arg("--config").arg(place.path("amparo.toml"));
    place.run(command)
}

/// Postfix, running; ended when dropped.
pub struct Postfix {
    child: Child,
    /// Where it takes letters, and answers with STARTTLS from this machine.
    pub address: SocketAddr,
    /// Where it takes answers with TLS from the first byte (RFC 8314), after a login.
    pub smtps: SocketAddr,
    /// Where it takes answers with STARTTLS, after a login.
    pub submission: SocketAddr,
    /// Where it takes answers and knows no TLS.
    pub plain: SocketAddr,
    /// The certificate of the authority that signed its own, which is for 127.0.0.1.
    pub ca: PathBuf,
    folder: PathBuf,
}

/// Postfix names ports, so those that are free now are taken.
fn free_addresses() -> [SocketAddr; 4] {
    let listeners = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap())
}

impl Postfix {
    /// Mail for the authority goes to the server in `place`, all other mail to `sink`.
    pub fn start(place: &Place, sink: &Sink) -> Self {
        let folder = place.path("postfix");
        for name in ["", "config", "config/sasl", "queue", "state"] {
            fs::create_dir(folder.join(name)).unwrap();
            fs::set_permissions(folder.join(name), PermissionsExt::from_mode(0o755)).unwrap();
        }
        let addresses @ [address, smtps, submission, plain] = free_addresses();
        fs::write(folder.join("config/main.cf"), main_cf(&folder, place, sink)).unwrap();
        fs::write(folder.join("config/master.cf"), master_cf(addresses, place)).unwrap();
        certificate(&folder);
        logins(&folder);
        run(as_root("chown").arg("postfix").arg(folder.join("state")).arg(folder.join("config/sasl/db")));
        run(as_root("chown").arg("root").arg(folder.join("queue")));
        let mut postfix = as_root("postfix");
        postfix.arg("-c").arg(folder.join("config")).arg("start-fg");
        let child = postfix.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Self { child, address, smtps, submission, plain, ca: folder.join("ca.pem"), folder };
        for address in addresses {
            wait_for("Postfix to listen", || TcpStream::connect(address).ok());
        }
        started
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        let read = as_root("cat").arg(self.folder.join("log")).output();
        read.map_or_else(|_| String::new(), |read| String::from_utf8_lossy(&read.stdout).into_owned())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
        let _ = as_root("postfix").arg("-c").arg(self.folder.join("config")).arg("stop").output();
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        // Its queue is its own users', whom we may not be.
        let _ = as_root("rm").arg("-rf").arg(&self.folder).output();
    }
}

fn main_cf(folder: &Path, place: &Place, sink: &Sink) -> String {
    format!(
        "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/state\n\
         command_directory = /usr/sbin\ndaemon_directory = {DAEMONS}\nmail_owner = postfix\nsetgid_group = postdrop\n\
         myhostname = mx.example.org\nmydestination =\nmynetworks = 127.0.0.0/8\ninet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\nrelay_domains = example.org\nlocal_recipient_maps =\nalias_maps =\n\
         transport_maps = inline:{{report@example.org=lmtp:unix:{socket}, pipe@example.org=amparo:}}\n\
         default_transport = smtp:[127.0.0.1]:{port}\nsmtp_tls_security_level = none\ndisable_dns_lookups = yes\n\
         smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {at}/mx.pem\nsmtpd_tls_key_file = {at}/mx.key\n\
         maillog_file = {at}/log\nmaillog_file_prefixes = {at}\n\
         minimal_backoff_time = 1s\nqueue_run_delay = 1s\namparo_destination_recipient_limit = 1\n",
        at = folder.display(),
        socket = place.path("run/mail.sock").display(),
        port = sink.address.port(),
    )
}

fn master_cf([address, smtps, submission, plain]: [SocketAddr; 4], place: &Place) -> String {
    let login = "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes \
                 -o smtpd_relay_restrictions=permit_sasl_authenticated,reject";
    let mut master = format!(
        "{address} inet n - n - - smtpd\n\
         {smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {login}\n\
         {submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {login}\n\
         {plain} inet n - n - - smtpd -o smtpd_tls_security_level=none\n\
         postlog unix-dgram n - n - 1 postlogd\n\
         amparo unix - n n - - pipe flags=Rq user={user} argv={amparo} receive-mail --config {config} --to ${{recipient}}\n",
        user = server_user(),
        amparo = place.path("amparo").display(),
        config = place.path("amparo.toml").display(),
    );
    for (service, limit, program) in [
        ("cleanup unix n", "0", "cleanup"),
        ("qmgr unix n", "1", "qmgr"),
        ("tlsmgr unix -", "1", "tlsmgr"),
        ("rewrite unix -", "-", "trivial-rewrite"),
        ("bounce unix -", "0", "bounce"),
        ("defer unix -", "0", "bounce"),
        ("trace unix -", "0", "bounce"),
        ("proxymap unix -", "-", "proxymap"),
        ("smtp unix -", "-", "smtp"),
        ("error unix -", "-", "error"),
        ("retry unix -", "-", "error"),
        ("lmtp unix -", "-", "lmtp"),
        ("anvil unix -", "1", "anvil"),
        ("scache unix -", "1", "scache"),
        ("showq unix n", "-", "showq"),
        ("flush unix n", "0", "flush"),
    ] {
        let _ = writeln!(master, "{service} - n - {limit} {program}");
    }
    master
}

/// An authority of its own with a certificate for this machine's address, and another authority, of strangers.
pub fn certificate(folder: &Path) {
    let openssl = |arguments: &str| {
        run(Command::new("openssl").current_dir(folder).args(arguments.split(' ')));
    };
    let key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(&format!("{key} -subj /CN=throwaway -keyout ca.key -out ca.pem"));
    openssl(&format!("{key} -subj /CN=stranger -keyout stranger.key -out stranger.pem"));
    openssl(&format!(
        "{key} -subj /CN=mx -keyout mx.key -out mx.pem -CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1 \
         -addext basicConstraints=critical,CA:FALSE"
    ));
}

/// Cyrus SASL with a password database of its own. Debian's Postfix looks for its settings beside its own.
fn logins(folder: &Path) {
    let database = folder.join("config/sasl/db");
    let text = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path:";
    fs::write(folder.join("config/sasl/smtpd.conf"), format!("{text} {}\n", database.display())).unwrap();
    let mut add = Command::new("/usr/sbin/saslpasswd2");
    add.arg("-f").arg(&database).args(["-p", "-c", "-u", "mx.example.org", USER]).stdin(Stdio::piped());
    let mut add = add.spawn().expect("saslpasswd2; run make test");
    std::io::Write::write_all(&mut add.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
    assert!(add.wait().unwrap().success());
}
