//! A telephone company's message centre that speaks SMPP: the npm package `smpp`, driven by `tests/smpp/centre.mjs`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// A message centre on loopback; ended when dropped.
pub struct Centre {
    child: Child,
    orders: Option<ChildStdin>,
    events: Receiver<Value>,
    /// What came and was not asked for yet.
    waiting: Vec<Value>,
    pub port: u16,
}

impl Centre {
    /// Starts it without TLS; it knows `amparo` by the password `secret`.
    pub fn start() -> Self {
        Self::with(&json!({ "systemId": "amparo", "password": "secret" }))
    }

    /// Starts it with an account, and with a port, certificate and key where they are told.
    pub fn with(account: &Value) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(root.join("web/node_modules/smpp").exists(), "web/node_modules is old; run make test, it installs it");
        let mut child = Command::new("node")
            .arg(root.join("tests/smpp/centre.mjs"))
            .arg(account.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node cannot be started ({error}); install Node 20 or newer"));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let orders = child.stdin.take();
        let mut centre = Self { child, orders, events, waiting: Vec::new(), port: 0 };
        centre.port = centre.wait("listening")["port"].as_u64().unwrap().try_into().unwrap();
        centre
    }

    /// Gives an order.
    pub fn order(&mut self, order: &Value) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
    }

    /// Delivers a message under a number of the test's, and waits for nothing.
    pub fn deliver(&mut self, id: u64, message: &Value) {
        self.deliver_by("deliver", &[(id, message)]);
    }

    /// Delivers messages in one go, by an order that says when: `deliver`, `deliverAndCut` or `deliverAtBind`, the next.
    pub fn deliver_by(&mut self, order: &str, messages: &[(u64, &Value)]) {
        let numbered = |(id, message): &(u64, &Value)| {
            let mut numbered = json!({ "id": id });
            numbered.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
            numbered
        };
        let messages: Vec<Value> = messages.iter().map(numbered).collect();
        self.order(&json!({ "do": order, "messages": messages }));
    }

    /// The status that a delivery was responded to with.
    pub fn status(&mut self, id: u64) -> u64 {
        self.wait_for("a response", |event| event["event"] == "response" && event["id"] == id)["status"]
            .as_u64()
            .unwrap()
    }

    /// The next event of that kind.
    pub fn wait(&mut self, kind: &str) -> Value {
        self.wait_for(kind, |event| event["event"] == kind)
    }

    /// The next event for which `is` holds.
    pub fn wait_for(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            if let Some(index) = self.waiting.iter().position(&is) {
                return self.waiting.remove(index);
            }
            let left = PATIENCE.saturating_sub(since.elapsed());
            match self.events.recv_timeout(left) {
                Ok(event) => self.waiting.push(event),
                Err(error) => panic!("waited for {what} ({error}); there was {:?}", self.waiting),
            }
        }
    }

    /// What was submitted until `end` stands in it, joined; a part that comes twice counts once.
    pub fn answer(&mut self, end: &str) -> String {
        let mut joined: Vec<Value> = Vec::new();
        loop {
            let text: String = joined.iter().map(|part| part["text"].as_str().unwrap()).collect();
            if text.contains(end) {
                return text;
            }
            let part = self.wait("submit");
            let same =
                |other: &Value| !part["header"].as_array().unwrap().is_empty() && other["header"] == part["header"];
            if !joined.iter().any(same) {
                joined.push(part);
            }
        }
    }

    /// How many events of that kind came within `time` and before.
    pub fn count(&mut self, kind: &str, time: Duration) -> usize {
        let until = Instant::now() + time;
        while let Ok(event) = self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.waiting.push(event);
        }
        let before = self.waiting.len();
        self.waiting.retain(|event| event["event"] != kind);
        before - self.waiting.len()
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
