//! A server that was taken over: it passes everything on, and alters what one address answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Stands between browsers and a server until the test ends.
pub struct Altering {
    pub address: SocketAddr,
}

impl Altering {
    /// Passes requests on to `server`, and gives `change` the whole answer of `path`, headers too.
    pub fn start(
        server: SocketAddr,
        path: &str,
        change: impl Fn(String) -> String + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (path, change) = (path.to_owned(), Arc::new(change));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (path, change) = (path.clone(), Arc::clone(&change));
                // A client that breaks off is its own business.
                thread::spawn(move || pass(&client?, server, &path, &*change));
            }
        });
        Self { address }
    }
}

/// One request, after which the connection is closed.
fn pass(client: &TcpStream, server: SocketAddr, path: &str, change: &dyn Fn(String) -> String) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_mins(1)))?;
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        // What is altered must be readable, and each connection carries one request.
        if line == "\r\n" {
            head += "connection: close\r\n\r\n";
            break;
        }
        if !lower.starts_with("accept-encoding:") && !lower.starts_with("connection:") {
            head += &line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(head.as_bytes())?;
    upstream.write_all(&body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    if head.split(' ').nth(1) == Some(path) {
        answer = with_length(&change(String::from_utf8(answer).unwrap()));
    }
    (&*client).write_all(&answer)?;
    client.shutdown(Shutdown::Write)
}

/// The answer with the length that its body has now.
fn with_length(answer: &str) -> Vec<u8> {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
