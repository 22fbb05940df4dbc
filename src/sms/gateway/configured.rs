//! The gateways that the configuration names, with their secrets read.

use std::sync::Arc;

use super::africas_talking::AfricasTalking;
use super::android::Android;
use super::generic::Generic;
use super::kannel::Kannel;
use super::signed::{Seen, SigningKey};
use super::smpp::{Centre, CentreError};
use super::twilio::Twilio;
use crate::config::secret_file::{self, SecretFileError};
use crate::config::sms_gateways::SmsGateways;
use crate::remote::{Remote, RemoteError};
use crate::sms::incoming::Number;

/// The gateways that texts are taken from; nothing of one that is not set up.
#[derive(Default)]
pub struct Gateways {
    /// Kannel.
    pub kannel: Option<Kannel>,
    /// Twilio.
    pub twilio: Option<Twilio>,
    /// Africa's Talking, and where answers go.
    pub africas_talking: Option<(AfricasTalking, Arc<Remote>)>,
    /// A phone, and where answers go.
    pub android: Option<(Android, Arc<Remote>)>,
    /// Any other.
    pub generic: Option<Generic>,
    /// What the phone and any other signed in the last minutes.
    pub seen: Seen,
    /// Message centres that are connected to.
    pub centres: Vec<Centre>,
}

/// A gateway cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// One of its secrets cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
    /// Its server is none that can be spoken to.
    #[error("{gateway}: {source}")]
    Server {
        /// Its key in the configuration.
        gateway: &'static str,
        /// Why not.
        source: RemoteError,
    },
    /// The phone's number is none.
    #[error("sms_gateways.android: {0:?} is not a telephone number; write + and its digits")]
    Number(String),
    /// A message centre cannot be connected to as it is configured.
    #[error(transparent)]
    Centre(#[from] CentreError),
}

impl Gateways {
    /// Reads the secrets of those in `section`.
    pub fn load(section: &SmsGateways) -> Result<Self, GatewayError> {
        let mut gateways = Self::default();
        if let Some(kannel) = &section.kannel {
            let password = secret_file::read(&kannel.password_file)?;
            gateways.kannel = Some(Kannel { user: kannel.user.clone(), password });
        }
        if let Some(twilio) = &section.twilio {
            gateways.twilio = Some(Twilio::new(twilio.url.clone(), &secret_file::read(&twilio.auth_token_file)?));
        }
        if let Some(account) = &section.africas_talking {
            let server = server("sms_gateways.africas_talking", &account.server)?;
            let account = AfricasTalking {
                secret: secret_file::read(&account.secret_file)?,
                username: account.username.clone(),
                api_key: secret_file::read(&account.api_key_file)?,
            };
            gateways.africas_talking = Some((account, server));
        }
        if let Some(phone) = &section.android {
            let server = server("sms_gateways.android", &phone.server)?;
            let phone = Android {
                key: SigningKey::new(&secret_file::read(&phone.signing_key_file)?),
                number: Number::parse(&phone.number).ok_or_else(|| GatewayError::Number(phone.number.clone()))?,
                user: phone.user.clone(),
                password: secret_file::read(&phone.password_file)?,
            };
            gateways.android = Some((phone, server));
        }
        if let Some(generic) = &section.generic {
            gateways.generic = Some(Generic { key: SigningKey::new(&secret_file::read(&generic.secret_file)?) });
        }
        gateways.centres = section.smpp.iter().map(Centre::load).collect::<Result<_, _>>()?;
        Ok(gateways)
    }
}

fn server(gateway: &'static str, address: &str) -> Result<Arc<Remote>, GatewayError> {
    Remote::new(address, None).map(Arc::new).map_err(|source| GatewayError::Server { gateway, source })
}
