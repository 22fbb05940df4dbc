//! Whatever a browser sends, as it came over the wire.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Stands before a server on loopback and keeps every byte that is sent to it.
pub struct Recorder {
    /// Where it listens: `http://127.0.0.1:port/`.
    pub address: String,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    /// Starts before the server at `address`, an HTTP address with a port.
    pub fn before(address: &str) -> Self {
        let target: SocketAddr =
            address.strip_prefix("http://").and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let sent = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let notes = Arc::clone(&sent);
        thread::spawn(move || {
            for client in listener.incoming() {
                let notes = Arc::clone(&notes);
                thread::spawn(move || pass(client.unwrap(), target, &notes));
            }
        });
        Self { address, sent }
    }

    /// What was sent since the last call, one entry a connection.
    pub fn take(&self) -> Vec<Vec<u8>> {
        self.sent.lock().unwrap().iter_mut().map(std::mem::take).collect()
    }
}

fn pass(mut client: TcpStream, target: SocketAddr, notes: &Mutex<Vec<Vec<u8>>>) {
    let Ok(mut server) = TcpStream::connect(target) else { return };
    let place = {
        let mut notes = notes.lock().unwrap();
        notes.push(Vec::new());
        notes.len() - 1
    };
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut piece = vec![0; 64 << 10];
    while let Ok(read @ 1..) = client.read(&mut piece) {
        notes.lock().unwrap()[place].extend_from_slice(&piece[..read]);
        if server.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}
