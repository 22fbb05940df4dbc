//! A bad line: it stands between a browser and a server, and is cut and mended.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The line. While it is cut, whoever calls is hung up on.
#[derive(Clone)]
pub struct Line {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Where it leads; `None` while it is cut.
    server: Option<SocketAddr>,
    /// Bytes that have gone to the server so far.
    carried: u64,
    /// Cut once it has carried so many.
    cut_at: Option<u64>,
    /// Both ends of every call.
    calls: Vec<TcpStream>,
}

impl Line {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { server: Some(server), ..State::default() }));
        let line = Self { address, state };
        let lines = line.clone();
        thread::spawn(move || {
            for caller in listener.incoming() {
                let line = lines.clone();
                // A call that breaks off is what a bad line is for.
                thread::spawn(move || line.pass(caller?));
            }
        });
        line
    }

    /// Cuts it after so many more bytes to the server, once.
    pub fn cut_after(&self, bytes: u64) {
        let mut state = self.state.lock().unwrap();
        state.cut_at = Some(state.carried + bytes);
    }

    /// Cuts it.
    pub fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.cut_at = Some(0);
        state.carry(0);
    }

    /// Lets it lead to `server` from now on.
    pub fn mend(&self, server: SocketAddr) {
        self.state.lock().unwrap().server = Some(server);
    }

    /// How many bytes have gone to the server.
    pub fn carried(&self) -> u64 {
        self.state.lock().unwrap().carried
    }

    fn pass(&self, mut caller: TcpStream) -> std::io::Result<()> {
        let Some(server) = self.state.lock().unwrap().server else { return Ok(()) };
        let mut server = TcpStream::connect(server)?;
        self.state.lock().unwrap().calls.extend([caller.try_clone()?, server.try_clone()?]);
        let (mut from_server, mut to_caller) = (server.try_clone()?, caller.try_clone()?);
        thread::spawn(move || {
            let _ = std::io::copy(&mut from_server, &mut to_caller);
            let _ = to_caller.shutdown(Shutdown::Both);
        });
        let mut piece = vec![0; 64 << 10];
        while let read @ 1.. = caller.read(&mut piece)? {
            self.state.lock().unwrap().carry(read as u64);
            server.write_all(&piece[..read])?;
        }
        server.shutdown(Shutdown::Write)
    }
}

impl State {
    fn carry(&mut self, bytes: u64) {
        self.carried += bytes;
        if self.cut_at.is_some_and(|most| self.carried >= most) {
            (self.server, self.cut_at) = (None, None);
            for end in self.calls.drain(..) {
                let _ = end.shutdown(Shutdown::Both);
            }
        }
    }
}
