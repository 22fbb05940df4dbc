//! A message centre for as long as the program runs: bound, and bound again when the session is lost, each time after
//! a longer wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::pdu::{self, CommandStatus, LONGEST_PASSWORD};
use super::session::{Event, Lost, Session};
use super::text::{Link, Texts, jittered};
use super::transport::{CentreError, Transport};
use crate::clock::Clock;
use crate::config::secret_file;
use crate::config::smpp::Smpp;
use crate::log::Level;
use crate::secret::{Rng, SecretText};
use crate::sms::Service;

/// The first wait before it is tried to bind again; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest of them.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A session that held for so long makes the next wait the first again.
const HELD: Duration = Duration::from_secs(10);

/// How long what is under way may take when the program stops.
const END: Duration = Duration::from_secs(10);

/// A centre that the configuration names, with its secrets read; not connected yet.
pub struct Centre {
    config: Smpp,
    password: SecretText,
    transport: Transport,
}

impl Centre {
    /// Reads the secrets of one.
    pub fn load(config: &Smpp) -> Result<Self, CentreError> {
        let password = secret_file::read(&config.password_file)?;
        let is_fit = |text: &str| text.len() <= LONGEST_PASSWORD && text.bytes().all(|b| b.is_ascii() && b != 0);
        if !is_fit(password.expose()) {
            return Err(CentreError::BadPassword { name: config.name.clone() });
        }
        Ok(Self { transport: Transport::new(config)?, config: config.clone(), password })
    }

    /// Takes texts and hands answers over until `stopped`. Then what came of long texts whose other parts did not is
    /// filed, what is under way ends, and the session is unbound.
    pub async fn run(self, service: Service, clock: Clock, rng: Rng, mut stopped: watch::Receiver<bool>) {
        let texts = Arc::new(Texts::new(self.config.clone(), service.clone(), clock, Arc::clone(&rng)));
        let mut wait = FIRST_WAIT;
        let mut told = None;
        for number in 1.. {
            let begun = Instant::now();
            let lost = self.session(number, &texts, &service, &mut stopped, &mut told).await;
            texts.link(Link::Down);
            if lost == Lost::Stopped {
                break;
            }
            // A centre that stays away is told of once.
            if told.as_ref() != Some(&lost) {
                texts.log(Level::Error, &format!("no texts are taken from it: {lost}; it is tried again"));
            }
            told = Some(lost);
            wait = if begun.elapsed() >= HELD { FIRST_WAIT } else { wait };
            tokio::select! {
                () = asked(&mut stopped) => break,
                () = sleep(jittered(wait, &rng)) => wait = LONGEST_WAIT.min(2 * wait),
            }
        }
        texts.link(Link::Over);
        service.finish().await;
    }

    /// One session, from the connection to its end. `told` is what the operator was told last.
    async fn session(
        &self,
        number: u64,
        texts: &Arc<Texts>,
        service: &Service,
        stopped: &mut watch::Receiver<bool>,
        told: &mut Option<Lost>,
    ) -> Lost {
        let stream = tokio::select! {
            () = asked(stopped) => return Lost::Stopped,
            connected = self.transport.connect() => match connected {
                Ok(stream) => stream,
                Err(lost) => return lost,
            },
        };
        let (session, mut connection) = Session::begin(number, stream, self.config.response_time());
        let on = |event| match event {
            Event::Delivered(head, body) => texts.deliver(&session, head, body),
            Event::Heard(sequence) => texts.heard(&session, sequence),
        };
        let lost = {
            let mut serving = std::pin::pin!(session.serve(&mut connection, self.config.enquire_time(), on));
            let bind = session.request(|sequence| pdu::bind(sequence, &self.config, &self.password));
            let bound = tokio::select! {
                biased;
                bound = bind => bound.map_err(|_| None),
                lost = &mut serving => Err(Some(lost)),
                () = asked(stopped) => Err(Some(Lost::Stopped)),
            };
            match bound {
                Ok(CommandStatus::EsmeRok) => {
                    texts.log(Level::Info, "bound");
                    *told = None;
                    texts.link(Link::Up(Arc::clone(&session)));
                    tokio::select! {
                        lost = &mut serving => lost,
                        () = asked(stopped) => tokio::select! {
                            _ = &mut serving => Lost::Stopped,
                            () = end(&session, texts, service) => Lost::Stopped,
                        },
                    }
                }
                Ok(status) => Lost::Refused(status.into()),
                Err(Some(lost)) => lost,
                Err(None) => serving.await,
            }
        };
        session.hang_up(connection).await;
        lost
    }
}

/// Ends what is under way, and then the session.
async fn end(session: &Session, texts: &Texts, service: &Service) {
    texts.close();
    let _ = timeout(END, async {
        // Parts that wait for others hold their texts up.
        service.finish().await;
        texts.done().await;
    })
    .await;
    let _ = session.request(pdu::unbind).await;
}

async fn asked(stopped: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is as good as being asked.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
