//! As little HTTP as it takes to file a report on a connection that is kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use amparo::protocol::bytes::to_hex;
use ring::rand::{SecureRandom, SystemRandom};

use crate::WHAT;

const BOUNDARY: &str = "----a-boundary-as-browsers-make-them";

/// A connection to the reporters' pages.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// What the server said.
pub struct Answer {
    pub status: u16,
    /// Bytes of the status line and the headers.
    pub head: usize,
    pub body: Vec<u8>,
}

impl Answer {
    /// The token of a receipt.
    pub fn token(&self) -> String {
        let page = std::str::from_utf8(&self.body).unwrap();
        assert_eq!(self.status, 200, "{page}");
        let (_, rest) = page.split_once("data-case-token=\"").expect("a receipt carries its token");
        let token = rest.split('"').next().unwrap();
        assert!(token.len() == 24 && token.bytes().all(|byte| byte.is_ascii_digit()), "{token}");
        token.to_owned()
    }
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        write!(self.stream.get_mut(), "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        self.answer()
    }

    /// Files a report as a browser does, with a file when there are bytes of one.
    pub fn report(&mut self, language: &str, file: &[u8]) -> Answer {
        let mut number = [0; 16];
        SystemRandom::new().fill(&mut number).unwrap();
        let number = to_hex(&number);
        let fields = [
            ("form", number.as_str()),
            ("unit", "works"),
            ("category", "bribery"),
            ("what", WHAT),
            ("danger", "no"),
            ("identity", "anonymous"),
        ];
        let mut text = Vec::new();
        for (name, value) in fields {
            let part = "Content-Disposition: form-data; name=";
            write!(text, "--{BOUNDARY}\r\n{part}\"{name}\"\r\n\r\n{value}\r\n").unwrap();
        }
        let name = if file.is_empty() { "" } else { "bill.pdf" };
        let part = format!("Content-Disposition: form-data; name=\"files\"; filename=\"{name}\"");
        write!(text, "--{BOUNDARY}\r\n{part}\r\nContent-Type: application/octet-stream\r\n\r\n").unwrap();
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.post(&format!("/{language}/report"), &media_type, &[&text, file, end.as_bytes()])
    }

    /// Sends the request of a sealed report.
    pub fn file_sealed(&mut self, request: &[u8]) {
        let answer = self.ask(request);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// Sends a whole request.
    pub fn ask(&mut self, request: &[u8]) -> Answer {
        self.stream.get_mut().write_all(request).unwrap();
        self.answer()
    }

    /// Comes back with a token.
    pub fn case(&mut self, language: &str, token: &str) -> Answer {
        let body = format!("token={token}");
        let answer = self.post(&format!("/{language}/case"), "application/x-www-form-urlencoded", &[body.as_bytes()]);
        assert_eq!(answer.status, 200);
        answer
    }

    fn post(&mut self, path: &str, media_type: &str, body: &[&[u8]]) -> Answer {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n",
            body.iter().map(|piece| piece.len()).sum::<usize>()
        );
        for piece in [&[head.as_bytes()], body].concat() {
            self.stream.get_mut().write_all(piece).unwrap();
        }
        self.answer()
    }

    fn answer(&mut self) -> Answer {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).expect("a status").parse().unwrap();
        let (mut head, mut length) = (line.len(), 0);
        loop {
            line.clear();
            head += self.stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        Answer { status, head, body }
    }
}
