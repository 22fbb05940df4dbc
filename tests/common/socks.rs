//! A SOCKS 5 proxy such as Tor's, for one server.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the proxy was asked for: the kind of address (RFC 1928, section 5), the name, the port.
pub type Asked = Arc<Mutex<Vec<(u8, String, u16)>>>;

/// A SOCKS 5 proxy that knows one way only, and writes down what it was asked for.
pub fn proxy(target: SocketAddr) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let notes = Arc::clone(&asked);
    thread::spawn(move || {
        for client in listener.incoming() {
            let notes = Arc::clone(&notes);
            thread::spawn(move || pass(client.unwrap(), target, &notes));
        }
    });
    (address, asked)
}

fn pass(mut client: TcpStream, target: SocketAddr, notes: &Asked) {
    let mut greeting = [0; 3];
    client.read_exact(&mut greeting).unwrap();
    assert_eq!(greeting, [5, 1, 0]);
    client.write_all(&[5, 0]).unwrap();
    let mut head = [0; 5];
    client.read_exact(&mut head).unwrap();
    // For a name the fifth byte is its length; for an address of four or sixteen bytes it is the first of them.
    let left = match head[3] {
        3 => usize::from(head[4]),
        1 => 3,
        _ => 15,
    };
    let mut rest = vec![0; left + 2];
    client.read_exact(&mut rest).unwrap();
    let port = u16::from_be_bytes([rest[left], rest[left + 1]]);
    notes.lock().unwrap().push((head[3], String::from_utf8_lossy(&rest[..left]).into_owned(), port));
    let mut server = TcpStream::connect(target).unwrap();
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}
