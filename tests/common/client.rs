//! A small HTTP client that can also break the rules, and the forms of the reporter's pages.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

/// An answer that arrived whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: Vec<u8>,
    /// The port it was asked from.
    pub port: u16,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The token of a receipt.
    pub fn token(&self) -> Option<String> {
        let token = between(self.text(), "<output data-case-token=\"", "\"")?;
        assert!(token.len() == 24 && token.bytes().all(|byte| byte.is_ascii_digit()), "{token}");
        Some(token.to_owned())
    }

    /// The one-time number of the form in the page.
    pub fn form_number(&self) -> String {
        between(self.text(), "<input type=\"hidden\" name=\"form\" value=\"", "\"").unwrap().to_owned()
    }

    /// Fails unless it has that status and its page says `words`. The marks that keep numbers and names apart from
    /// text of the other direction do not count.
    #[track_caller]
    pub fn says(&self, status: u16, words: &str) {
        let text = String::from_utf8_lossy(&self.body).replace(['\u{2068}', '\u{2069}'], "");
        let main = text.split("<main").nth(1).unwrap_or(&text);
        assert_eq!(self.status, status, "{main}");
        assert!(main.contains(words), "{words:?} is not in {main}");
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

pub fn get(address: SocketAddr, path: &str) -> Answer {
    talk(address, request("GET", path, "", b"").as_bytes()).unwrap()
}

/// Sends `fields` as a form without files is sent.
pub fn post(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Answer {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    let body = pairs.join("&");
    let head = request("POST", path, "content-type: application/x-www-form-urlencoded\r\n", body.as_bytes());
    talk(address, (head + &body).as_bytes()).unwrap()
}

/// The head of a request with that body. `headers` are whole lines.
pub fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    )
}

/// Sends bytes while reading the answer, and fails unless the answer arrives whole.
pub fn talk(address: SocketAddr, bytes: &[u8]) -> io::Result<Answer> {
    talk_in_pieces(address, [bytes])
}

/// The same with bytes that are made piece by piece.
pub fn talk_in_pieces<'a>(
    address: SocketAddr,
    pieces: impl IntoIterator<Item = &'a [u8]> + Send,
) -> io::Result<Answer> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    std::thread::scope(|scope| {
        let mut writing = stream.try_clone()?;
        // A server that refuses may answer before everything was sent; then writing fails, and the answer counts.
        scope.spawn(move || pieces.into_iter().try_for_each(|piece| writing.write_all(piece)));
        let answer = read_answer(&stream);
        let _ = stream.shutdown(Shutdown::Both);
        answer
    })
}

/// Reads to the end and checks that nothing is missing.
pub fn read_answer(mut stream: &TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    let cut = || io::Error::new(io::ErrorKind::UnexpectedEof, "the answer was cut");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| match ended {
        Err(error) => error,
        Ok(_) => cut(),
    })?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = bytes[end + 4..].to_vec();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    if body.len() != length.unwrap_or_default().parse().unwrap_or(0) {
        return Err(cut());
    }
    Ok(Answer { status, head, body, port: stream.local_addr()?.port() })
}

/// Everything but letters and digits as `%XX`.
pub fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(byte.into());
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Every byte as `%XX`.
pub fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    })
}

/// Twenty random lower-case letters and digits.
pub fn random_word() -> String {
    let mut bytes = [0; 20];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(byte % 32)])).collect()
}

/// A form with files, as a browser sends it.
#[derive(Clone)]
pub struct Form {
    boundary: String,
    bytes: Vec<u8>,
}

impl Default for Form {
    fn default() -> Self {
        Self { boundary: random_word(), bytes: Vec::new() }
    }
}

impl Form {
    /// A whole report to *Public works*, but for files.
    pub fn report() -> Self {
        Self::report_with(&[])
    }

    /// The same with some fields otherwise.
    pub fn report_with(fields: &[(&str, &str)]) -> Self {
        let usual = [
            ("form", ""),
            ("unit", "works"),
            ("category", "bribery"),
            ("what", "They asked for ten percent."),
            ("danger", "no"),
            ("identity", "anonymous"),
        ];
        let more = fields.iter().filter(|(name, _)| usual.iter().all(|(usual, _)| usual != name));
        let value = |name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
        let usual = usual.map(|(name, usual)| (name, value(name).unwrap_or(usual)));
        usual.iter().chain(more).fold(Self::default(), |form, (name, value)| form.text(name, value))
    }

    pub fn text(mut self, name: &str, value: &str) -> Self {
        let part = format!("--{}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n", self.boundary);
        self.bytes.extend_from_slice(part.as_bytes());
        self
    }

    /// The beginning of a text whose content and end are still to come.
    pub fn open_text(mut self, name: &str) -> Self {
        let head = format!("--{}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n", self.boundary);
        self.bytes.extend_from_slice(head.as_bytes());
        self
    }

    pub fn file(mut self, name: &str, media_type: &str, content: &[u8]) -> Self {
        self = self.open_file(name, media_type);
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\r\n");
        self
    }

    /// The beginning of a file whose content and end are still to come.
    pub fn open_file(mut self, name: &str, media_type: &str) -> Self {
        let head = format!(
            "--{}\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             content-type: {media_type}\r\n\r\n",
            self.boundary
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self
    }

    pub fn content_type(&self) -> String {
        format!("content-type: multipart/form-data; boundary={}\r\n", self.boundary)
    }

    /// What ends the form.
    pub fn end(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }

    /// What stands in it so far.
    pub fn so_far(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole request; `headers` are whole lines.
    pub fn request(&self, path: &str, headers: &str) -> Vec<u8> {
        let body = [&self.bytes, self.end().as_bytes()].concat();
        let head = request("POST", path, &(self.content_type() + headers), &body);
        [head.as_bytes(), &body].concat()
    }

    pub fn send(&self, address: SocketAddr, path: &str) -> Answer {
        talk(address, &self.request(path, "")).unwrap()
    }
}

/// Files a report and returns its token.
#[track_caller]
pub fn filed(address: SocketAddr, form: &Form) -> String {
    let answer = form.send(address, "/en/report");
    answer.says(200, "Your report has been sealed and filed");
    answer.token().unwrap()
}

/// The case page of a token.
pub fn open_case(address: SocketAddr, token: &str) -> Answer {
    post(address, "/en/case", &[("token", token)])
}
