//! One session with a message centre: frames in and out, requests and their responses, and whether the other side
//! still responds. What is delivered goes to whoever serves the session.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at, timeout};
use zeroize::Zeroizing;

use super::pdu::{self, BadLength, CommandId, CommandStatus, Frame, HEAD, Head};
use super::transport::Stream;

/// Frames that wait to be written, and such that wait to be looked at.
const QUEUE: usize = 64;

/// How long the other side may take no octet, or leave a frame half sent.
const STALL: Duration = Duration::from_secs(20);

/// The highest number of a request (SMPP 3.4, 5.1.4).
const LAST_SEQUENCE: u32 = 0x7fff_ffff;

/// Why there is no session, or no more. What is told of it names nobody and nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// No connection came about.
    #[error("it cannot be reached ({0}); look at `server` and at the way there")]
    Unreachable(String),
    /// TLS was refused.
    #[error("there is no TLS with it ({0}); look at `server` and `ca_file`")]
    NoTls(String),
    /// It refuses to bind.
    #[error("it refuses to bind, with status {0:#x}; look at `system_id`, `password_file` and `system_type`")]
    Refused(u32),
    /// It did not respond in time.
    #[error("it does not respond")]
    Silent,
    /// The connection ended.
    #[error("the connection ended")]
    Closed,
    /// It ended the session.
    #[error("it ended the session")]
    Unbound,
    /// It sent what is no SMPP.
    #[error("it sent what is no SMPP; look at `server`, and whether TLS is spoken there")]
    Malformed,
    /// This program ends the session.
    #[error("the program stops")]
    Stopped,
}

impl Lost {
    /// From what the system says.
    pub fn unreachable(error: &io::Error) -> Self {
        Self::Unreachable(error.kind().to_string())
    }

    /// From what TLS says.
    pub fn no_tls(error: &io::Error) -> Self {
        Self::NoTls(error.to_string())
    }
}

/// What comes of a session.
pub enum Event {
    /// A `deliver_sm` or `data_sm`, to be responded to.
    Delivered(Head, Frame),
    /// The centre responded to the request of this number.
    Heard(u32),
}

/// The session is no more; whether the request arrived is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// A session, shared by all who send something in it.
pub struct Session {
    /// Which one it is, counted from the first with this centre.
    pub number: u64,
    /// What is to be written; `None` ends the connection.
    out: mpsc::Sender<Option<Frame>>,
    /// Who waits for responses; `None` when the session is no more.
    pending: Mutex<Option<HashMap<u32, oneshot::Sender<CommandStatus>>>>,
    last: AtomicU32,
    lost: watch::Sender<Option<Lost>>,
    patience: Duration,
}

/// What reads and writes for a session; when it is dropped the connection is.
pub struct Connection {
    frames: mpsc::Receiver<Result<(Head, Frame), Broken>>,
    _tasks: JoinSet<()>,
    written: oneshot::Receiver<()>,
}

/// Why no further frame comes.
enum Broken {
    Ended,
    BadLength(BadLength),
}

impl Session {
    /// Begins on a connection; nothing is bound yet. `patience` is how long a response may take.
    pub fn begin(number: u64, stream: Box<dyn Stream>, patience: Duration) -> (Arc<Self>, Connection) {
        let (reader, writer) = tokio::io::split(stream);
        let (out, queue) = mpsc::channel(QUEUE);
        let (taken, frames) = mpsc::channel(QUEUE / 8);
        let (written_to_the_end, written) = oneshot::channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(read(reader, taken));
        tasks.spawn(write(writer, queue, written_to_the_end));
        let pending = Mutex::new(Some(HashMap::new()));
        let session = Self { number, out, pending, last: AtomicU32::new(0), lost: watch::Sender::new(None), patience };
        (Arc::new(session), Connection { frames, _tasks: tasks, written })
    }

    /// Sends a request, and waits for its response. When none comes in time, that is the session's end.
    pub async fn request(&self, frame: impl FnOnce(u32) -> Frame) -> Result<CommandStatus, Gone> {
        let (sender, response) = oneshot::channel();
        let sequence = self.sequence();
        self.pending().as_mut().ok_or(Gone)?.insert(sequence, sender);
        let responded = timeout(self.patience, async {
            self.out.send(Some(frame(sequence))).await.map_err(|_| Gone)?;
            response.await.map_err(|_| Gone)
        });
        let lost = match responded.await {
            Ok(Ok(status)) => return Ok(status),
            Ok(Err(Gone)) => Lost::Closed,
            Err(_) => Lost::Silent,
        };
        self.lose(lost);
        Err(Gone)
    }

    /// Responds to a delivery. Gives the number that the next request behind it will have at least.
    pub async fn respond(&self, to: Head, status: CommandStatus) -> Result<u32, Gone> {
        let frame = pdu::respond(to, status).unwrap_or_else(|| pdu::nack(to.sequence, status));
        self.out.send(Some(frame)).await.map_err(|_| Gone)?;
        Ok(self.last.load(Ordering::SeqCst) + 1)
    }

    /// Responds when that can be done at once; otherwise the centre hears nothing, and tries again.
    pub fn try_respond(&self, to: Head, status: CommandStatus) {
        let frame = pdu::respond(to, status).unwrap_or_else(|| pdu::nack(to.sequence, status));
        let _ = self.out.try_send(Some(frame));
    }

    /// Serves the session until it is lost: enquires after the other side every `enquire`, answers its enquiries, and
    /// tells `on` what comes.
    pub async fn serve(
        self: &Arc<Self>,
        connection: &mut Connection,
        enquire: Duration,
        mut on: impl FnMut(Event),
    ) -> Lost {
        let mut enquiries = interval_at(Instant::now() + enquire, enquire);
        loop {
            let ended = tokio::select! {
                frame = connection.frames.recv() => self.look_at(frame.unwrap_or(Err(Broken::Ended)), &mut on).await,
                _ = enquiries.tick() => {
                    let session = Arc::clone(self);
                    tokio::spawn(async move { session.request(pdu::enquire_link).await });
                    None
                }
                lost = self.lost() => Some(lost),
            };
            if let Some(lost) = ended {
                self.lose(lost.clone());
                return lost;
            }
        }
    }

    async fn look_at(&self, frame: Result<(Head, Frame), Broken>, on: &mut impl FnMut(Event)) -> Option<Lost> {
        let (head, body) = match frame {
            Ok(frame) => frame,
            Err(Broken::Ended) => return Some(Lost::Closed),
            Err(Broken::BadLength(BadLength { sequence })) => {
                self.send(pdu::nack(sequence, CommandStatus::EsmeRinvcmdlen)).await;
                return Some(Lost::Malformed);
            }
        };
        match head.id {
            CommandId::DeliverSm | CommandId::DataSm => on(Event::Delivered(head, body)),
            CommandId::EnquireLink => self.respond(head, CommandStatus::EsmeRok).await.map(drop).unwrap_or_default(),
            CommandId::Unbind => {
                let _ = self.respond(head, CommandStatus::EsmeRok).await;
                return Some(Lost::Unbound);
            }
            // Needs no response (4.12.1).
            CommandId::AlertNotification => {}
            id if id.is_response() => {
                let waiting = self.pending().as_mut().and_then(|pending| pending.remove(&head.sequence));
                if let Some(waiting) = waiting {
                    on(Event::Heard(head.sequence));
                    // Whoever asked may have given it up.
                    let _ = waiting.send(head.status);
                }
            }
            _ => self.send(pdu::nack(head.sequence, CommandStatus::EsmeRinvcmdid)).await,
        }
        None
    }

    async fn send(&self, frame: Frame) {
        // Without a writer there is no session, which the reader finds too.
        let _ = self.out.send(Some(frame)).await;
    }

    /// Ends the session for all who wait in it.
    fn lose(&self, lost: Lost) {
        *self.pending() = None;
        self.lost.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(lost);
            is_first
        });
    }

    /// Waits until the session is lost.
    async fn lost(&self) -> Lost {
        let mut lost = self.lost.subscribe();
        let found = lost.wait_for(Option::is_some).await;
        found.ok().and_then(|lost| lost.clone()).unwrap_or(Lost::Closed)
    }

    /// Lets what is still to be written go out, and ends the connection.
    pub async fn hang_up(&self, connection: Connection) {
        let _ = timeout(Duration::from_secs(2), async {
            let _ = self.out.send(None).await;
            let _ = connection.written.await;
        })
        .await;
    }

    fn sequence(&self) -> u32 {
        let next = |last: u32| Some(if last >= LAST_SEQUENCE { 1 } else { last + 1 });
        let last = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap_or_default();
        next(last).unwrap_or(1)
    }

    fn pending(&self) -> MutexGuard<'_, Option<HashMap<u32, oneshot::Sender<CommandStatus>>>> {
        // Nothing that is done under this lock panics half way through a change.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(mut reader: ReadHalf<Box<dyn Stream>>, taken: mpsc::Sender<Result<(Head, Frame), Broken>>) {
    loop {
        let frame = read_frame(&mut reader).await;
        let is_last = frame.is_err();
        if taken.send(frame).await.is_err() || is_last {
            return;
        }
    }
}

async fn read_frame(reader: &mut ReadHalf<Box<dyn Stream>>) -> Result<(Head, Frame), Broken> {
    let mut head = [0; HEAD];
    reader.read_exact(&mut head[..1]).await.map_err(|_| Broken::Ended)?;
    let rest = async {
        reader.read_exact(&mut head[1..]).await.map_err(|_| Broken::Ended)?;
        let head = Head::read(&head).map_err(Broken::BadLength)?;
        let mut body = Zeroizing::new(vec![0; head.body]);
        reader.read_exact(&mut body).await.map_err(|_| Broken::Ended)?;
        Ok((head, body))
    };
    timeout(STALL, rest).await.unwrap_or(Err(Broken::Ended))
}

async fn write(
    mut writer: WriteHalf<Box<dyn Stream>>,
    mut queue: mpsc::Receiver<Option<Frame>>,
    to_the_end: oneshot::Sender<()>,
) {
    while let Some(Some(frame)) = queue.recv().await {
        let written = timeout(STALL, async {
            writer.write_all(&frame).await?;
            writer.flush().await
        });
        if !matches!(written.await, Ok(Ok(()))) {
            return;
        }
    }
    let _ = writer.shutdown().await;
    let _ = to_the_end.send(());
}

#[cfg(test)]
mod tests;
