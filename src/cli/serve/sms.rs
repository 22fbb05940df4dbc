//! Where text messages come in: a listener for gateways that ask, on an address or a Unix socket, and message centres
//! that this program connects to.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{ServeError, address_of, asked, listen};
use crate::clock::{Clock, Seconds};
use crate::config::Config;
use crate::config::sms_gateways::Listen;
use crate::http::sms::{Handle, SmsApi, limits, router};
use crate::intake::Intake;
use crate::listener::{self, Limits, socket};
use crate::secret::Rng;
use crate::sms::Service;
use crate::sms::gateway::configured::Gateways;
use crate::sms::gateway::smpp::Centre;

/// Everything that brings texts; nothing listens yet, and nothing is connected.
pub(super) struct Sms {
    listener: Option<(Router, Place)>,
    centres: Vec<Centre>,
    service: Service,
    clock: Clock,
    rng: Rng,
}

enum Place {
    Address(tokio::net::TcpListener),
    Socket(UnixListener, PathBuf),
}

impl Sms {
    /// Reads the gateways' secrets and takes the address or socket; `None` when the configuration has no gateway.
    pub(super) async fn prepare(
        config: &Config,
        intake: &Arc<Intake>,
        clock: &Clock,
        rng: Rng,
    ) -> Result<Option<Self>, ServeError> {
        if !config.sms_gateways.is_any() {
            return Ok(None);
        }
        let mut gateways = Gateways::load(&config.sms_gateways)?;
        let centres = std::mem::take(&mut gateways.centres);
        let service = Service::start(Arc::clone(intake), config)?;
        let listener = match &config.sms_gateways.listen {
            Some(place) => Some((routes(gateways, &service, clock), Place::take(place).await?)),
            None => None,
        };
        Ok(Some(Self { listener, centres, service, clock: clock.clone(), rng }))
    }

    /// Where gateways ask, when one may.
    pub(super) fn listens(&self) -> Result<Option<Listen>, ServeError> {
        Ok(match self.listener.as_ref().map(|(_, place)| place) {
            Some(Place::Address(listener)) => Some(Listen::Address(address_of(listener)?)),
            Some(Place::Socket(_, path)) => Some(Listen::Socket(path.clone())),
            None => None,
        })
    }

    /// Takes texts until `stopped`; then files what came of long texts whose other parts did not.
    pub(super) fn serve(self, of_all: Limits, stopped: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
        for centre in self.centres {
            tasks.spawn(centre.run(self.service.clone(), self.clock.clone(), Arc::clone(&self.rng), stopped.clone()));
        }
        let Some((router, place)) = self.listener else { return };
        let (service, stopped) = (self.service, stopped.clone());
        tasks.spawn(async move {
            match place {
                Place::Address(listener) => listener::serve(listener, router, limits(of_all), asked(stopped)).await,
                Place::Socket(listener, path) => {
                    listener::serve(listener, router, limits(of_all), asked(stopped)).await;
                    // One that stays is taken for a dead one at the next start.
                    let _ = std::fs::remove_file(path);
                }
            }
            service.finish().await;
        });
    }
}

impl Place {
    async fn take(place: &Listen) -> Result<Self, ServeError> {
        Ok(match place {
            Listen::Address(address) => Self::Address(listen(*address).await?),
            Listen::Socket(path) => Self::Socket(socket::listen(path)?, path.clone()),
        })
    }
}

fn routes(gateways: Gateways, service: &Service, clock: &Clock) -> Router {
    let service = service.clone();
    let handle: Handle = Arc::new(move |incoming| {
        let service = service.clone();
        Box::pin(async move { service.handle(incoming).await })
    });
    router(SmsApi { gateways: Arc::new(gateways), handle, seconds: Seconds::system(), clock: clock.clone() })
}
