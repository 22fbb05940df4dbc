//! Kannel as Debian ships it, with its stand-in for a telephone company: bearerbox, smsbox and fakesmsc on loopback.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use amparo::sms::gateway::charset::Charset;
use amparo::sms::gateway::fields::Fields;

use super::server::wait_for;
use super::telephones::Telephones;

const FAKESMSC: &str = "/usr/lib/kannel/test/fakesmsc";

/// Kannel, running; ended when dropped.
pub struct Kannel {
    folder: PathBuf,
    smsc: u16,
    boxes: Vec<Child>,
}

impl Kannel {
    /// Starts it in `folder`, asking at `address`, which has its credentials, as docs/sms.md tells operators to; only
    /// that it asks again each second when it gets no answer, for ten minutes.
    pub fn start(folder: &Path, address: &str) -> Self {
        fs::create_dir_all(folder).unwrap();
        let (admin, smsbox, smsc) = (free_port(), free_port(), free_port());
        let manual = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sms.md")).unwrap();
        let service = manual.split("```kannel\n").nth(1).expect("the configuration").split("```").next().unwrap();
        let place = "http://127.0.0.1:8085/kannel?user=kannel&password=PASSWORD";
        let again = "http-request-retry = 10\nhttp-queue-delay = 10\n";
        assert!(service.contains(place) && service.contains(again), "{service}");
        let configuration = format!(
            "group = core\nadmin-port = {admin}\nadmin-password = x\nadmin-interface = 127.0.0.1\n\
             smsbox-port = {smsbox}\nsmsbox-interface = 127.0.0.1\nbox-allow-ip = \"127.0.0.1\"\n\n\
             group = smsc\nsmsc = fake\nsmsc-id = FAKE\nport = {smsc}\nconnect-allow-ip = 127.0.0.1\n\n{}",
            service.replace(place, address).replace(again, "http-request-retry = 600\nhttp-queue-delay = 1\n")
        );
        let file = folder.join("kannel.conf");
        fs::write(&file, configuration).unwrap();
        let start = |program: &str| {
            let log = File::create(folder.join(program)).unwrap();
            let mut command = Command::new(format!("/usr/sbin/{program}"));
            command.args(["-v", "1"]).arg(&file).current_dir(folder).stdin(Stdio::null());
            command.stdout(log.try_clone().unwrap()).stderr(log).spawn().expect("Kannel; run make test")
        };
        let said = |program: &str| String::from_utf8_lossy(&fs::read(folder.join(program)).unwrap()).into_owned();
        let mut kannel = Self { folder: folder.to_owned(), smsc, boxes: vec![start("bearerbox")] };
        wait_for("bearerbox", || said("bearerbox").contains("entering mainloop").then_some(()));
        wait_for("its SMSC", || TcpStream::connect((Ipv4Addr::LOCALHOST, smsbox)).ok());
        kannel.boxes.push(start("smsbox"));
        wait_for("smsbox", || said("smsbox").contains("Connected to bearerbox").then_some(()));
        kannel
    }

    /// Telephones that send many texts at once. While they are there, [`Kannel::send`] gets nothing through.
    pub fn telephones(&self) -> Telephones {
        Telephones::on(TcpStream::connect((Ipv4Addr::LOCALHOST, self.smsc)).unwrap())
    }

    /// Sends messages in fakesmsc's words, one after the other, and returns what comes back once it contains `answer`,
    /// without the marks between its parts.
    pub fn send(&self, messages: &[&str], answer: &str) -> String {
        let logs: Vec<_> = (0..messages.len()).map(|n| self.folder.join(format!("fakesmsc-{n}"))).collect();
        for (number, (message, log)) in messages.iter().zip(&logs).enumerate() {
            let out = File::create(log).unwrap();
            let mut telephone = Command::new(FAKESMSC)
                .args(["-H", "127.0.0.1", "-r", &self.smsc.to_string(), "-m", "1", message])
                .stdin(Stdio::null())
                .stdout(out.try_clone().unwrap())
                .stderr(out)
                .spawn()
                .unwrap();
            let said = || String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned();
            wait_for("the text to go out", || said().contains("sent message 1").then_some(()));
            if number + 1 == messages.len() {
                let came = wait_for("an answer", || Some(read(&said())).filter(|came| came.contains(answer)));
                let _ = telephone.kill();
                let _ = telephone.wait();
                return came;
            }
            // Bearerbox takes one telephone company at a time.
            std::thread::sleep(Duration::from_secs(1));
            let _ = telephone.kill();
            let _ = telephone.wait();
        }
        unreachable!("there is a last message")
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        for child in self.boxes.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The text of the messages in fakesmsc's log. It shows a part of a longer one, and all of UCS-2, escaped.
fn read(log: &str) -> String {
    let messages = log.lines().filter_map(|line| line.split_once(": <")?.1.strip_suffix('>'));
    messages.map(|message| read_message(message).unwrap_or_else(|| message.to_owned())).collect()
}

/// `None` for a further line of a message that is shown as it is.
fn read_message(message: &str) -> Option<String> {
    let words: Vec<&str> = message.splitn(4, ' ').collect();
    let escaped = match words.as_slice() {
        [_, _, "udh", rest] => rest.split_once(" data ")?.1,
        [_, _, "ucs-2", data] => data,
        [_, _, "text", plain] => return Some((*plain).to_owned()),
        _ => return None,
    };
    let fields = Fields::parse(format!("text={escaped}").as_bytes()).unwrap();
    let bytes = fields.bytes("text").unwrap();
    Some(decoded(bytes))
}

/// The text of an answer, of which a part does not tell its coding: the high bytes of Latin and of Arabic letters stand
/// in no text of the other one, and every whole answer has a digit or a space.
pub fn decoded(bytes: &[u8]) -> String {
    let is_wide = bytes.contains(&0) || bytes.contains(&6);
    (if is_wide { Charset::Utf16Be } else { Charset::Utf8 }).decode(bytes).expose().to_owned()
}

/// The case token in `text`.
pub fn token(text: &str) -> Option<String> {
    // In Arabic a mark keeps the groups in their order.
    let digits: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '\u{200e}')).collect();
    let run = digits.split(|c| !c.is_ascii_digit()).find(|run| run.len() == 24)?;
    Some(run.iter().collect())
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
