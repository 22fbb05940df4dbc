//! The connection to a message centre: TLS from the first byte (rustls with ring), or plain where the configuration
//! says so.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::pdu::LONGEST_PASSWORD;
use super::session::Lost;
use crate::config::secret_file::SecretFileError;
use crate::config::smpp::Smpp;

/// A message centre cannot be connected to as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum CentreError {
    /// The password cannot be read.
    #[error(transparent)]
    Password(#[from] SecretFileError),
    /// The password does not fit the protocol.
    #[error(
        "the password of sms_gateways.smpp {name} is not 1 to {LONGEST_PASSWORD} ASCII characters; SMPP takes no other"
    )]
    BadPassword {
        /// The centre.
        name: String,
    },
    /// The certificates cannot be used.
    #[error("{} cannot be used ({why}); it must hold certificates in PEM, with BEGIN CERTIFICATE", file.display())]
    Certificates {
        /// Their file.
        file: PathBuf,
        /// Why not.
        why: String,
    },
    /// The host cannot stand in a certificate.
    #[error("{0:?} cannot be the name in a certificate; write the name that the centre's certificate has")]
    Host(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up ({0}); report this")]
    Tls(#[from] rustls::Error),
}

/// What bytes go through.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How one centre is connected to.
pub struct Transport {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    patience: Duration,
}

impl Transport {
    /// Reads the certificates that `centre` names.
    pub fn new(centre: &Smpp) -> Result<Self, CentreError> {
        let (host, port) = centre.host_and_port().ok_or_else(|| CentreError::Host(centre.server.clone()))?;
        let tls = if centre.tls { Some(tls(centre, host)?) } else { None };
        Ok(Self { host: host.to_owned(), port, tls, patience: centre.response_time() })
    }

    /// Connects.
    pub async fn connect(&self) -> Result<Box<dyn Stream>, Lost> {
        let connected = tokio::time::timeout(self.patience, async {
            let stream =
                TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|e| Lost::unreachable(&e))?;
            // Frames are small and somebody waits for each.
            let _ = stream.set_nodelay(true);
            let Some((connector, name)) = &self.tls else { return Ok(Box::new(stream) as Box<dyn Stream>) };
            let stream = connector.connect(name.clone(), stream).await.map_err(|error| Lost::no_tls(&error))?;
            Ok(Box::new(stream))
        });
        connected.await.unwrap_or_else(|_| Err(Lost::unreachable(&io::ErrorKind::TimedOut.into())))
    }
}

fn tls(centre: &Smpp, host: &str) -> Result<(TlsConnector, ServerName<'static>), CentreError> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = &centre.ca_file {
        let unusable = |why: String| CentreError::Certificates { file: file.clone(), why };
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(unusable("there is none in it".into()));
        }
    } else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| CentreError::Host(host.to_owned()))?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}
