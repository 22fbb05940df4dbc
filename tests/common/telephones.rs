//! Many telephones at once: the lines that fakesmsc writes to Kannel's stand-in for a telephone company, written and
//! read here, because fakesmsc sends one message after the other and shows answers one at a time.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use amparo::sms::gateway::fields::Fields;
use amparo::sms::text::fit::{Encoding, fit, segments};
use amparo::sms::text::{ucs2, udh};

use super::client::escape;
use super::kannel::decoded;
use super::texts::{LINES, Text};

/// How long nothing may come while answers are waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The telephones, on a line to Kannel that is closed when they are dropped.
pub struct Telephones {
    line: TcpStream,
    came: Arc<Mutex<Came>>,
}

/// What has come for each number.
#[derive(Default)]
struct Came {
    whole: HashMap<String, Vec<String>>,
    /// The parts of a longer one, by number and reference.
    parts: HashMap<(String, u16), Vec<Option<Vec<u8>>>>,
    /// For whom the last whole one was, and when it came.
    last: Option<(String, Instant)>,
}

impl Telephones {
    /// On that line to Kannel.
    pub fn on(line: TcpStream) -> Self {
        let came = Arc::new(Mutex::new(Came::default()));
        let (reader, kept) = (BufReader::new(line.try_clone().unwrap()), Arc::clone(&came));
        thread::spawn(move || {
            for line in reader.split(b'\n').map_while(Result::ok) {
                let mut came = kept.lock().unwrap();
                if begins(&line) { came.take(&line) } else { came.go_on(&line) }
            }
        });
        Self { line, came }
    }

    /// Sends all of `texts` at once, the parts of all of them mixed.
    pub fn send(&self, texts: &[Text]) {
        let mut lines: Vec<_> = texts.iter().enumerate().flat_map(|(at, text)| lines(at, text)).collect();
        // Any order that is the same every time and keeps no parts together.
        lines.sort_by_key(|line| line.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte)));
        (&self.line).write_all(lines.concat().as_bytes()).unwrap();
    }

    /// Whole messages that have come for `number` so far.
    pub fn answers(&self, number: &str) -> Vec<String> {
        self.came.lock().unwrap().whole.get(number).cloned().unwrap_or_default()
    }

    /// How many numbers have got an answer.
    pub fn answered(&self) -> usize {
        self.came.lock().unwrap().whole.len()
    }

    /// Waits until `count` numbers have got an answer, and tells when the last one came.
    pub fn wait_for(&self, count: usize) -> Instant {
        let (mut before, mut since) = (self.answered(), Instant::now());
        loop {
            let answered = self.answered();
            if answered >= count {
                return self.came.lock().unwrap().last.as_ref().unwrap().1;
            }
            if answered > before {
                (before, since) = (answered, Instant::now());
            }
            assert!(since.elapsed() < PATIENCE, "nothing comes any more; {answered} of {count} are answered");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Telephones {
    fn drop(&mut self) {
        let _ = self.line.shutdown(Shutdown::Both);
    }
}

/// A text as fakesmsc writes it, in as many lines as it has segments. UCS-2 has none with a header in that language, so
/// a long one comes as it does from companies that join the parts themselves.
fn lines(at: usize, text: &Text) -> Vec<String> {
    let Text { from, to, words } = text;
    if fit(words).encoding == Encoding::Ucs2 {
        return vec![format!("{from} {to} ucs2 {}\n", escape(&ucs2::encode(words)))];
    }
    let parts = segments(words);
    if let [whole] = parts[..] {
        return vec![format!("{from} {to} text {whole}\n")];
    }
    let reference = u8::try_from(at % 256).unwrap();
    let total = u8::try_from(parts.len()).unwrap();
    let part = |(number, part): (u8, &&str)| {
        let header = escape(&udh::concatenation(reference, total, number));
        format!("{from} {to} udh-text {header} {part}\n")
    };
    (1..).zip(&parts).map(part).collect()
}

/// Whether a line is the first of a message: from a number that people write to, to one that is a telephone's.
fn begins(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let is_ours = words.next().is_some_and(|from| LINES.iter().any(|(number, _)| number.as_bytes() == from));
    is_ours && words.next().is_some_and(|to| to.first() == Some(&b'+'))
}

impl Came {
    fn take(&mut self, message: &[u8]) {
        let words: Vec<&[u8]> = message.splitn(4, |byte| *byte == b' ').collect();
        let [_, to, kind, rest] = words[..] else { return };
        let to = String::from_utf8(to.to_vec()).unwrap();
        match kind {
            b"text" => self.whole(to, rest),
            b"ucs-2" => self.whole(to, &unescaped(rest)),
            b"udh" => {
                let rest: Vec<&[u8]> = rest.splitn(3, |byte| *byte == b' ').collect();
                let [header, b"data", data] = rest[..] else { panic!("an unknown message of Kannel's") };
                let part = udh::read(&unescaped(header)).unwrap().part.expect("a part of a longer message");
                let parts = self.parts.entry((to.clone(), part.reference)).or_default();
                parts.resize(usize::from(part.total), None);
                parts[usize::from(part.number) - 1] = Some(unescaped(data));
                if parts.iter().all(Option::is_some) {
                    let bytes = self.parts.remove(&(to.clone(), part.reference)).unwrap();
                    self.whole(to, &bytes.into_iter().flatten().flatten().collect::<Vec<_>>());
                }
            }
            kind => panic!("an unknown kind of message: {}", String::from_utf8_lossy(kind)),
        }
    }

    fn whole(&mut self, to: String, bytes: &[u8]) {
        self.whole.entry(to.clone()).or_default().push(decoded(bytes));
        self.last = Some((to, Instant::now()));
    }

    /// A further line of a message that is shown as it is.
    fn go_on(&mut self, line: &[u8]) {
        let last = self.last.as_ref().and_then(|(to, _)| self.whole.get_mut(to)?.last_mut());
        last.expect("a message has begun").extend(["\n", &decoded(line)]);
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    Fields::parse(&[b"x=", text].concat()).unwrap().bytes("x").unwrap().to_vec()
}
