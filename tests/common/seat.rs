//! A browser at a member's desk, and what a hotline operator does there.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::client::{Answer, Form, between, percent, read_answer, request, talk};
use super::demo::{Demo, MemberDesk};

/// Somebody's place at the desk.
pub struct Seat {
    _desk: MemberDesk,
    pub address: SocketAddr,
    cookie: String,
    pub base: String,
    form: String,
}

impl Seat {
    pub fn at(demo: &Demo, alias: &str) -> Self {
        let desk = MemberDesk::start(demo, alias);
        let (host, path) = desk.link.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let address: SocketAddr = host.parse().unwrap();
        let opened = ask(address, &request("GET", &format!("/{path}"), "", b""), b"");
        let cookie = between(&opened.head, "set-cookie: ", ";").unwrap().to_owned();
        let base = between(&opened.head, "location: ", "\r\n").unwrap_or_else(|| panic!("{}", opened.head));
        let base = base.trim_end_matches('/').to_owned();
        let mut seat = Self { _desk: desk, address, cookie, base, form: String::new() };
        seat.form = seat.get("/").form_number();
        seat
    }

    pub fn headers(&self) -> String {
        format!("cookie: {}\r\norigin: http://{}\r\n", self.cookie, self.address)
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(self.address, &request("GET", &format!("{}{path}", self.base), &self.headers(), b""), b"")
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let own = [("form", &*self.form)];
        let pairs = own.iter().chain(fields).map(|(name, value)| format!("{name}={}", percent(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let headers = format!("content-type: application/x-www-form-urlencoded\r\n{}", self.headers());
        ask(self.address, &request("POST", &format!("{}{path}", self.base), &headers, body.as_bytes()), body.as_bytes())
    }

    /// A form of the hotline with its words.
    pub fn call(&self, fields: &[(&str, &str)]) -> Form {
        Form::report_with(&[&[("form", &*self.form)], fields].concat())
    }

    pub fn send(&self, form: &Form, language: &str) -> Answer {
        let whole = form.request(&format!("{}/hotline/report/{language}", self.base), &self.headers());
        talk(self.address, &named(self.address, &whole)).unwrap()
    }

    /// Sends it as agreed by the caller, with one file.
    pub fn file(&self, fields: &[(&str, &str)], language: &str, record: &str) -> Answer {
        let review = self.send(&self.call(fields), language);
        review.says(200, "Read the record back");
        let number = number_of(&review);
        let form = self.call(&[fields, &[("number", &number), ("reviewed", "yes"), ("record", record)]].concat());
        self.send(&form.file("talk.ogg", "audio/ogg", &vec![7; 300_000]), language)
    }

    /// Adds what a caller says to their case, with files by name and content.
    pub fn say(&self, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        self.ask_whole(&self.message(fields, files))
    }

    pub fn message(&self, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
        let own = [("form", &*self.form)];
        let words = own.iter().chain(fields).fold(Form::default(), |form, (name, value)| form.text(name, value));
        let form = files.iter().fold(words, |form, (name, content)| form.file(name, "audio/ogg", content));
        form.request(&format!("{}/hotline/message", self.base), &self.headers())
    }

    pub fn ask_whole(&self, request: &[u8]) -> Answer {
        talk(self.address, &named(self.address, request)).unwrap()
    }

    /// Sends a request of which the last part comes only after `between`.
    pub fn interrupted(&self, request: &[u8], between: impl FnOnce()) -> Answer {
        let request = named(self.address, request);
        let (first, last) = request.split_at(request.len() - 500_000);
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(first).unwrap();
        // Long enough for what came to be on its way to the server.
        std::thread::sleep(Duration::from_millis(500));
        between();
        stream.write_all(last).unwrap();
        read_answer(&stream).unwrap()
    }

    /// The text of the only case that this desk shows.
    pub fn only_case(&self) -> Answer {
        let list = self.get("/");
        let id =
            between(list.text(), &format!("{}/case/", self.base), "\"").unwrap_or_else(|| panic!("{}", list.text()));
        self.get(&format!("/case/{id}"))
    }
}

fn ask(address: SocketAddr, head: &str, body: &[u8]) -> Answer {
    talk(address, &named(address, &[head.as_bytes(), body].concat())).unwrap()
}

/// The desk answers to its own name only.
pub fn named(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let place = request.windows(15).position(|part| part == b"host: localhost").unwrap();
    let host = format!("host: {address}");
    [&request[..place], host.as_bytes(), &request[place + 15..]].concat()
}

pub fn number_of(review: &Answer) -> String {
    between(review.text(), "name=\"number\" value=\"", "\"").unwrap().to_owned()
}

pub fn token_of(answer: &Answer) -> String {
    between(answer.text(), "data-case-token=\"", "\"").unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

pub fn group_asked(answer: &Answer) -> usize {
    let group = between(answer.text(), "<label for=\"group\">Group ", ",").unwrap();
    group.parse::<usize>().unwrap() - 1
}
