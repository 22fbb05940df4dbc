//! The listener for text messages, on an address or a Unix socket.

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
use crate::sms::Service;
use crate::sms::gateway::configured::Gateways;

/// What is on the listener, and where it is; nothing yet listens.
pub(super) struct Sms {
    router: Router,
    place: Place,
    service: Service,
}

enum Place {
    Address(tokio::net::TcpListener),
    Socket(UnixListener, PathBuf),
}

impl Sms {
    /// Reads the gateways' secrets and takes the address or socket; `None` when the configuration has none.
    pub(super) async fn prepare(
        config: &Config,
        intake: &Arc<Intake>,
        clock: &Clock,
    ) -> Result<Option<Self>, ServeError> {
        let Some(place) = &config.sms_gateways.listen else { return Ok(None) };
        let gateways = Arc::new(Gateways::load(&config.sms_gateways)?);
        let service = Service::start(Arc::clone(intake), config)?;
        let handle: Handle = Arc::new({
            let service = service.clone();
            move |incoming| {
                let service = service.clone();
                Box::pin(async move { service.handle(incoming).await })
            }
        });
        let router = router(SmsApi { gateways, handle, seconds: Seconds::system(), clock: clock.clone() });
        let place = match place {
            Listen::Address(address) => Place::Address(listen(*address).await?),
            Listen::Socket(path) => Place::Socket(socket::listen(path)?, path.clone()),
        };
        Ok(Some(Self { router, place, service }))
    }

    /// Where it is.
    pub(super) fn listens(&self) -> Result<Listen, ServeError> {
        Ok(match &self.place {
            Place::Address(listener) => Listen::Address(address_of(listener)?),
            Place::Socket(_, path) => Listen::Socket(path.clone()),
        })
    }

    /// Listens until `stopped`; then files what came of long texts whose other parts did not.
    pub(super) fn serve(self, of_all: Limits, stopped: watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
        let Self { router, place, service } = self;
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
