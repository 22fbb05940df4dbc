//! Connections: how many at once, how long each may last, and how they end.
//!
//! A client cannot hold a connection for nothing: its header must come within [`Limits::header`] (which also ends a
//! connection that waits idly for its next request), a response that it does not take is given up after
//! [`Limits::stall`], and after [`Limits::age`] the connection ends with the request under way. Whoever reads a body
//! sees to it that this ends too. While somebody waits for a place, a connection is not kept for a next request.
//!
//! A request that is answered before all of it has come ends its connection. What still comes is then read and thrown
//! away for a while ([`Linger`]), because a browser that sends to a closed connection is reset and shows its own error
//! instead of the answer.

pub mod socket;

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};

/// What a listener bears.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; of more, one is waited with here and the others in the system's queue.
    pub connections: usize,
    /// How long a request's header may take, and how long a connection may wait for its next request.
    pub header: Duration,
    /// Bytes of a request's header.
    pub header_size: usize,
    /// How long a client may take nothing of a response.
    pub stall: Duration,
    /// How long a connection takes further requests.
    pub age: Duration,
    /// How long requests under way may go on after shutdown was asked for.
    pub shutdown: Duration,
    /// How much is read past after the last answer.
    pub linger: Linger,
}

/// How much of a request that was answered early is read and thrown away; the first of the three ends it.
#[derive(Clone, Copy, Debug)]
pub struct Linger {
    /// Bytes.
    pub bytes: u64,
    /// How long in all.
    pub whole: Duration,
    /// How long for while nothing comes.
    pub idle: Duration,
}

impl Default for Linger {
    fn default() -> Self {
        Self { bytes: 256 << 20, whole: Duration::from_secs(30), idle: Duration::from_secs(5) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            header: Duration::from_secs(15),
            header_size: 16 << 10,
            stall: Duration::from_secs(30),
            age: Duration::from_mins(5),
            shutdown: Duration::from_secs(20),
            linger: Linger::default(),
        }
    }
}

/// Serves `router` on `listener` until `shutdown` is done; then takes nothing new, lets requests under way end, and
/// returns after [`Limits::shutdown`] at the latest.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use amparo::listener::{Limits, serve};
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
/// serve(listener, axum::Router::new(), Limits::default(), std::future::ready(())).await;
/// # });
/// ```
///
/// # Panics
/// Never: the semaphore inside is not closed.
pub async fn serve<L: Listener>(
    mut listener: L,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (closing, closed) = watch::channel(false);
    let (crowding, _) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            // The address is dropped here and goes nowhere.
            let (io, _) = listener.accept().await;
            if places.available_permits() == 0 {
                crowding.send_replace(());
            }
            (Arc::clone(&places).acquire_owned().await.expect("nobody closes the semaphore"), io)
        };
        let (place, io) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            next = next => next,
        };
        while connections.try_join_next().is_some() {}
        let (router, crowded, closed) = (router.clone(), crowding.subscribe(), closed.clone());
        connections.spawn(async move {
            connection(io, router, limits, crowded, closed).await;
            drop(place);
        });
    }
    drop(listener);
    closing.send_replace(true);
    // What is left after the deadline is cut off when the set is dropped.
    let _ = timeout(limits.shutdown, async { while connections.join_next().await.is_some() {} }).await;
}

async fn connection<I>(
    io: I,
    router: Router,
    limits: Limits,
    mut crowded: watch::Receiver<()>,
    mut closing: watch::Receiver<bool>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (lingers, heard) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
    let io = Watched {
        io,
        heard: Arc::clone(&heard),
        stall: limits.stall,
        timer: None,
        linger: limits.linger,
        lingers: Arc::clone(&lingers),
        end: None,
    };
    let io = TokioIo::new(io);
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_header_size(limits.header_size)
        .serve_connection(io, TowerToHyperService::new(router));
    let mut serving = pin!(serving);
    let gives_way = async {
        // One whose first request is still on its way would be closed without an answer.
        heard.notified().await;
        crowded.changed().await
    };
    tokio::select! {
        _ = serving.as_mut() => return,
        () = sleep(limits.age) => {}
        _ = gives_way => {}
        _ = closing.wait_for(|closing| *closing) => lingers.store(false, Ordering::Relaxed),
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}

/// A connection whose writing fails when the other side takes nothing for `stall`, and which reads past what still
/// comes once it has said all.
struct Watched<I> {
    io: I,
    /// Told of everything that comes.
    heard: Arc<Notify>,
    stall: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    linger: Linger,
    /// Not any more when the whole server is to end.
    lingers: Arc<AtomicBool>,
    end: Option<End>,
}

/// The end of a connection, from when nothing more is said.
struct End {
    left: u64,
    whole: Pin<Box<Sleep>>,
    idle: Pin<Box<Sleep>>,
}

impl<I: AsyncRead + Unpin> Watched<I> {
    /// Reads past what comes; ready when that has ended, or was enough.
    fn read_past(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Linger { bytes, whole, idle } = self.linger;
        let end = self.end.get_or_insert_with(|| End {
            left: bytes,
            whole: Box::pin(sleep(whole)),
            idle: Box::pin(sleep(idle)),
        });
        let mut piece = [0; 8 << 10];
        loop {
            let mut piece = ReadBuf::new(&mut piece);
            match Pin::new(&mut self.io).poll_read(cx, &mut piece) {
                Poll::Ready(Ok(())) if !piece.filled().is_empty() => {
                    end.left = end.left.saturating_sub(piece.filled().len() as u64);
                    end.idle.as_mut().reset(Instant::now() + idle);
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    let over = [&mut end.whole, &mut end.idle].into_iter().any(|end| end.as_mut().poll(cx).is_ready());
                    return if over { Poll::Ready(()) } else { Poll::Pending };
                }
            }
            if end.left == 0 || end.whole.is_elapsed() {
                return Poll::Ready(());
            }
        }
    }
}

impl<I> Watched<I> {
    fn watch<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.timer = None;
            return poll;
        }
        let stall = self.stall;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(stall)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Watched<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = Pin::new(&mut self.io).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.heard.notify_one();
        }
        poll
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.watch(cx, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_flush(cx);
        self.watch(cx, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.end.is_none() {
            let poll = Pin::new(&mut self.io).poll_shutdown(cx);
            ready!(self.watch(cx, poll))?;
        }
        if !self.lingers.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        self.read_past(cx).map(Ok)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.watch(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    const SHORT: Duration = Duration::from_millis(200);

    async fn start(router: Router, limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = serve(listener, router, limits, async { drop(stopped.await) });
        (address, stop, tokio::spawn(server))
    }

    fn router() -> Router {
        Router::new().route("/", get(|| async { "hello" })).route(
            "/slow",
            get(|| async {
                sleep(2 * SHORT).await;
                "late"
            }),
        )
    }

    /// Everything the server says until it ends the connection.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut text)).await.expect("the server lets go");
        String::from_utf8(text).unwrap()
    }

    #[tokio::test]
    async fn a_client_that_sends_no_header_or_no_next_request_is_let_go() {
        let (address, _stop, _) = start(router(), Limits { header: SHORT, ..Limits::default() }).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        assert_eq!(rest(&mut silent).await, "");
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n").await.unwrap();
        assert!(!rest(&mut half).await.contains("hello"));
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(rest(&mut idle).await.ends_with("hello"));
    }

    #[tokio::test]
    async fn a_connection_ends_when_it_is_old_though_it_is_used() {
        let (address, _stop, _) = start(router(), Limits { age: SHORT, ..Limits::default() }).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(rest(&mut stream).await.ends_with("late"));
    }

    #[tokio::test]
    async fn a_connection_that_is_only_kept_gives_its_place_to_the_next() {
        let (address, _stop, _) = start(router(), Limits { connections: 2, ..Limits::default() }).await;
        let ask = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await.unwrap();
            stream
        };
        let mut kept = ask("/").await;
        let mut said = [0; 15];
        kept.read_exact(&mut said).await.unwrap();
        let mut busy = ask("/slow").await;
        let mut next = ask("/").await;
        next.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"HTTP/1.1 200 OK");
        assert!(rest(&mut kept).await.ends_with("hello"), "and nothing after it");
        assert!(rest(&mut busy).await.ends_with("late"), "what is under way is finished");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_gives_its_place_to_the_next() {
        let large = Router::new().route("/", get(|| async { vec![b'x'; 64 << 20] }));
        let (address, _stop, _) = start(large, Limits { connections: 1, stall: SHORT, ..Limits::default() }).await;
        let mut lazy = TcpStream::connect(address).await.unwrap();
        lazy.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(b"HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(rest(&mut next).await.starts_with("HTTP/1.1 200"));
        let mut taken = Vec::new();
        let _ = lazy.read_to_end(&mut taken).await;
        assert!(taken.len() < 64 << 20);
    }

    #[tokio::test]
    async fn a_client_that_sends_all_before_it_reads_sees_the_answer_to_a_request_that_was_refused_at_once() {
        let refusing = Router::new().route("/", axum::routing::post(|| async { "no" }));
        let (address, _stop, _) = start(refusing, Limits::default()).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = 24 << 20;
        let head = format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..length >> 20 {
            stream.write_all(&vec![b'x'; 1 << 20]).await.unwrap();
        }
        sleep(SHORT).await;
        assert!(rest(&mut stream).await.ends_with("no"));
    }

    #[tokio::test]
    async fn what_is_read_past_is_bounded() {
        let refusing = Router::new().route("/", axum::routing::post(|| async { "no" }));
        let none = Linger { bytes: 1 << 40, whole: Duration::from_mins(1), idle: Duration::from_mins(1) };
        for linger in
            [Linger { bytes: 1 << 20, ..none }, Linger { whole: SHORT, ..none }, Linger { idle: SHORT, ..none }]
        {
            let limits = Limits { connections: 1, linger, ..Limits::default() };
            let (address, _stop, _) = start(refusing.clone(), limits).await;
            let mut endless = TcpStream::connect(address).await.unwrap();
            endless.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 999999999999\r\n\r\n").await.unwrap();
            let sending = tokio::spawn(async move {
                // The last of the three is for a client that sends nothing more.
                while linger.idle > SHORT && endless.write_all(&[b'x'; 1 << 10]).await.is_ok() {}
                endless
            });
            let mut next = TcpStream::connect(address).await.unwrap();
            next.write_all(b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
            assert!(rest(&mut next).await.ends_with("no"), "the one place is free again");
            drop(sending.await);
        }
    }

    #[tokio::test]
    async fn shutdown_lets_requests_end_within_the_deadline_only() {
        for (deadline, finishes) in [(Duration::from_secs(20), true), (SHORT / 10, false)] {
            let (address, stop, server) = start(router(), Limits { shutdown: deadline, ..Limits::default() }).await;
            let mut busy = TcpStream::connect(address).await.unwrap();
            let mut idle = TcpStream::connect(address).await.unwrap();
            idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            busy.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            idle.read_u8().await.unwrap();
            sleep(SHORT / 2).await;
            stop.send(()).unwrap();
            server.await.unwrap();
            assert_eq!(rest(&mut busy).await.ends_with("late"), finishes);
            assert!(rest(&mut idle).await.ends_with("hello"));
            assert!(TcpStream::connect(address).await.is_err());
        }
    }
}
