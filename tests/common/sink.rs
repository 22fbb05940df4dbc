//! An SMTP server that keeps what it is handed in memory.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::server::wait_for;

/// A letter that arrived.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// As it stood in `MAIL FROM`, without brackets.
    pub sender: String,
    pub recipients: Vec<String>,
    /// With LF line ends.
    pub letter: String,
}

impl Arrived {
    /// The words of one whose body is base64.
    pub fn text(&self) -> String {
        let (_, body) = self.letter.split_once("\n\n").unwrap();
        String::from_utf8(STANDARD.decode(body.replace('\n', "")).unwrap()).unwrap()
    }

    /// The value of a header field that stands on one line.
    pub fn field(&self, name: &str) -> Option<&str> {
        let (header, _) = self.letter.split_once("\n\n")?;
        header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The token that an answer brings.
    pub fn token(&self) -> String {
        let digits = |line: &str| line.chars().filter(char::is_ascii_digit).collect::<String>();
        self.text().lines().map(digits).find(|digits| digits.len() == 24).expect("an answer brings a token")
    }
}

/// The server; it listens until the test ends.
pub struct Sink {
    pub address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrived);
        thread::spawn(move || {
            for client in listener.incoming() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || talk(&client?, &kept));
            }
        });
        Self { address, arrived }
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// Waits for one to this address.
    pub fn wait_for(&self, recipient: &str) -> Arrived {
        let to = |arrived: &Arrived| arrived.recipients.iter().any(|one| one == recipient);
        wait_for("an answer by mail", || self.arrived().into_iter().find(to))
    }
}

fn talk(client: &TcpStream, kept: &Mutex<Vec<Arrived>>) -> std::io::Result<()> {
    let mut writer = client;
    let mut reader = BufReader::new(client);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        Ok::<_, std::io::Error>(line)
    };
    let path = |line: &str| line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    writer.write_all(b"220 sink\r\n")?;
    let mut arrived = Arrived::default();
    loop {
        let command = line()?;
        match command.to_ascii_uppercase().split([' ', ':', '\r']).next().unwrap_or_default() {
            "" => return Ok(()),
            "MAIL" => arrived = Arrived { sender: path(&command), ..Arrived::default() },
            "RCPT" => arrived.recipients.push(path(&command)),
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                loop {
                    let line = line()?;
                    if line == ".\r\n" || line.is_empty() {
                        break;
                    }
                    arrived.letter += line.strip_prefix('.').unwrap_or(&line).trim_end_matches(['\r', '\n']);
                    arrived.letter.push('\n');
                }
                kept.lock().unwrap().push(std::mem::take(&mut arrived));
            }
            _ => {}
        }
        writer.write_all(b"250 ok\r\n")?;
    }
}

/// Hands a letter to the SMTP server at `server`, and fails unless it is taken.
pub fn send(server: SocketAddr, sender: &str, recipient: &str, letter: &str) {
    let stream = TcpStream::connect(server).unwrap();
    let (mut writer, mut reader) = (&stream, BufReader::new(&stream));
    let mut expect = |class: u8| loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.as_bytes().get(3) == Some(&b' ') {
            assert_eq!(line.as_bytes()[0], class, "{line}");
            return;
        }
    };
    let letter = letter.replace('\n', "\r\n").replace("\r\n.", "\r\n..");
    expect(b'2');
    for (command, class) in [
        ("HELO localhost".to_owned(), b'2'),
        (format!("MAIL FROM:<{sender}>"), b'2'),
        (format!("RCPT TO:<{recipient}>"), b'2'),
        ("DATA".to_owned(), b'3'),
        (format!("{letter}\r\n."), b'2'),
        ("QUIT".to_owned(), b'2'),
    ] {
        writer.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        expect(class);
    }
}
