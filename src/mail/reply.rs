//! The answer to a letter: the token, and how to go on, handed to the configured SMTP server once.
//!
//! It has an empty envelope sender, so that nobody's program answers it and no bounce comes back (RFC 3834 §3.3); a
//! date of the day, not of the second; and nothing of the letter but its id. What cannot be handed over is dropped.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::address::Envelope;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::correspondent::Correspondent;
use crate::clock::{Clock, Day};
use crate::config::mail::{Mail, MailAddress, SmtpTls};
use crate::config::reporter::Reporter;
use crate::config::secret_file::SecretFileError;
use crate::intake::Receipt;
use crate::locale::{Language, Locale};
use crate::log::{self, Level};
use crate::protocol::bytes::to_hex;
use crate::protocol::manifest::{History, Manifest};
use crate::secret::{Rng, random_bytes};

/// Answers that may be under way at once; more are dropped.
const AT_ONCE: u32 = 32;
/// How long one may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why answers cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The password cannot be read.
    #[error(transparent)]
    Password(#[from] SecretFileError),
    /// The certificate cannot be read.
    #[error("mail.smtp_ca_file cannot be read ({0}); it holds a certificate in PEM, with BEGIN CERTIFICATE")]
    Certificate(String),
}

/// Hands answers over, one connection each.
pub struct Replies {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    places: Arc<Semaphore>,
    origin: Option<String>,
    onion: Option<String>,
    manifest: Box<dyn Fn() -> Arc<History> + Send + Sync>,
    clock: Clock,
    rng: Rng,
}

impl Replies {
    /// Answers through the SMTP server in `mail`; `None` where there is none. `history` tells the units' names.
    pub fn new(
        mail: &Mail,
        reporter: &Reporter,
        history: impl Fn() -> Arc<History> + Send + Sync + 'static,
        clock: Clock,
        rng: Rng,
    ) -> Result<Option<Self>, ReplyError> {
        let Some(transport) = transport(mail)? else { return Ok(None) };
        Ok(Some(Self {
            transport,
            places: Arc::new(Semaphore::new(AT_ONCE as usize)),
            origin: reporter.origin.clone(),
            onion: reporter.onion.clone(),
            manifest: Box::new(history),
            clock,
            rng,
        }))
    }

    /// Hands an answer over by and by.
    pub fn send(&self, to: &Correspondent, from: &MailAddress, told: Option<Language>, receipt: &Receipt) {
        let dropped = |clock: &Clock, why: &str| {
            log::event(clock, Level::Warn, &format!("an answer by mail was dropped: {why}; its case is filed"));
        };
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return dropped(&self.clock, "too many are under way");
        };
        let envelope = to.address.expose().parse::<Address>().ok().and_then(|to| Envelope::new(None, vec![to]).ok());
        let Some(envelope) = envelope else { return dropped(&self.clock, "its address cannot be used") };
        let Ok(id) = random_bytes::<16>(&*self.rng) else { return dropped(&self.clock, "there is no randomness") };
        let history = (self.manifest)();
        let answer = self.compose(to, from, told, receipt, history.current(), &to_hex(&id));
        let (transport, clock) = (self.transport.clone(), self.clock.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(PATIENCE, transport.send_raw(&envelope, answer.as_bytes())).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => dropped(&clock, &why(&error)),
                Err(_) => dropped(&clock, "the SMTP server is too slow"),
            }
            drop(place);
        });
    }

    /// Waits until no answer is under way.
    pub async fn close(&self) {
        let _ = tokio::time::timeout(PATIENCE / 2, self.places.acquire_many(AT_ONCE)).await;
    }

    fn compose(
        &self,
        to: &Correspondent,
        from: &MailAddress,
        told: Option<Language>,
        receipt: &Receipt,
        manifest: &Manifest,
        id: &str,
    ) -> Zeroizing<String> {
        let own = Language::from_tag(&from.language).unwrap_or_else(|| Language::negotiate(""));
        // Where nothing tells what the writer reads, every language does.
        let languages = match told {
            Some(language) => vec![language],
            None => std::iter::once(own).chain(Language::all().filter(|other| *other != own)).collect(),
        };
        let text = |language: &Language| self.text(language.locale(), receipt, manifest);
        let texts: Vec<_> = languages.iter().map(text).collect();
        let body = Zeroizing::new(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join("\n\n* * *\n\n"));
        let domain = from.address.split_once('@').map_or("", |(_, domain)| domain);
        let mut answer = Zeroizing::new(String::with_capacity(4096 + 2 * body.len()));
        let mut field = |name: &str, value: &str| {
            let _ = write!(*answer, "{name}: {value}\r\n");
        };
        field("From", &format!("<{}>", from.address));
        field("To", &format!("<{}>", to.address.expose()));
        field("Subject", &encoded_words(&languages[0].locale().text("mail-subject")));
        field("Date", &date(self.clock.today()));
        field("Message-ID", &format!("<{id}@{domain}>"));
        if let Some(id) = &to.message_id {
            field("In-Reply-To", &format!("<{}>", id.expose()));
            field("References", &format!("<{}>", id.expose()));
        }
        field("Auto-Submitted", "auto-replied");
        field("X-Auto-Response-Suppress", "All");
        let tags: Vec<_> = languages.iter().map(|language| language.tag()).collect();
        field("Content-Language", &tags.join(", "));
        field("MIME-Version", "1.0");
        field("Content-Type", "text/plain; charset=utf-8");
        field("Content-Transfer-Encoding", "base64");
        let encoded = Zeroizing::new(STANDARD.encode(body.replace('\n', "\r\n")));
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(76));
            *answer += "\r\n";
            *answer += line;
            rest = after;
        }
        *answer += "\r\n";
        answer
    }

    /// What it says in one language; what is to be copied stands on lines of its own.
    fn text(&self, locale: Locale, receipt: &Receipt, manifest: &Manifest) -> Zeroizing<String> {
        let unit = manifest.unit(&receipt.readers.unit).map_or("", |unit| locale.language().pick(&unit.name.0));
        let token = Zeroizing::new(receipt.token.groups().join(" "));
        let mut lines = vec![
            locale.text_with("mail-received", &[("unit", unit.into()), ("day", receipt.day.into())]).into_owned(),
            locale.text("mail-token").into_owned(),
            format!("    {}", *token),
        ];
        let page = format!("/{}/case", locale.language().tag());
        let addresses: Vec<_> = [self.origin.clone(), self.onion.as_ref().map(|host| format!("http://{host}"))]
            .into_iter()
            .flatten()
            .collect();
        if addresses.is_empty() {
            lines.push(locale.text("mail-return").into_owned());
        } else {
            lines.push(locale.text("mail-return-at").into_owned());
            lines.extend(addresses.iter().map(|address| format!("    {address}{page}")));
        }
        for id in ["mail-move", "mail-readable", "mail-delete", "mail-name", "mail-no-thread"] {
            lines.push(locale.text(id).into_owned());
        }
        let text = Zeroizing::new(lines.join("\n\n"));
        lines.iter_mut().for_each(zeroize::Zeroize::zeroize);
        text
    }
}

/// The way to the SMTP server in `mail`, with its secrets read and nothing said yet; `None` where there is none.
pub fn transport(mail: &Mail) -> Result<Option<AsyncSmtpTransport<Tokio1Executor>>, ReplyError> {
    let Some((host, port)) = mail.smtp_host_and_port() else { return Ok(None) };
    let tls = match mail.smtp_tls {
        SmtpTls::None => Tls::None,
        SmtpTls::Tls => Tls::Wrapper(tls(mail, host)?),
        SmtpTls::Starttls => Tls::Required(tls(mail, host)?),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(tls);
    // The name of this machine is nobody's business.
    transport = transport.hello_name(ClientId::Domain("amparo.invalid".into())).timeout(Some(PATIENCE / 2));
    if let (Some(user), Some(password)) = (&mail.smtp_user, mail.smtp_password()?) {
        transport = transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(Some(transport.build()))
}

fn tls(mail: &Mail, host: &str) -> Result<TlsParameters, ReplyError> {
    let refused = |error: &dyn std::error::Error| ReplyError::Certificate(error.to_string());
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(file) = &mail.smtp_ca_file {
        let pem = std::fs::read(file).map_err(|error| refused(&error))?;
        // Without any certificate the library would trust nobody, and every answer would be dropped.
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(ReplyError::Certificate("there is none in it".to_owned()));
        }
        let certificate = Certificate::from_pem(&pem).map_err(|error| refused(&error))?;
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    tls.build().map_err(|error| refused(&error))
}

/// Why an answer was not taken, in words of our own: what the server says may hold the address.
fn why(error: &smtp::Error) -> String {
    let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
    // Below, TLS tells whatever it does not accept by this kind of error.
    let is_tls = |cause: &io::Error| cause.kind() == io::ErrorKind::InvalidData;
    match error.status() {
        Some(code) => format!("the SMTP server says {code}"),
        None if error.is_client() => "the SMTP server does not offer what is asked of it".to_owned(),
        None if causes.any(|cause| cause.downcast_ref().is_some_and(is_tls)) => {
            "there is no TLS with the SMTP server that can be trusted".to_owned()
        }
        None => "the SMTP server cannot be reached".to_owned(),
    }
}

/// The day as RFC 5322 §3.3 writes a date, at midnight.
fn date(day: Day) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // 1970-01-01 was a Thursday.
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let (year, month, number) = day.civil();
    let name = |names: &[&'static str], index: i64| names[usize::try_from(index).unwrap_or(0) % names.len()];
    let weekday = name(&WEEKDAYS, day.unix_days() % 7);
    format!("{weekday}, {number} {} {year} 00:00:00 +0000", name(&MONTHS, month - 1))
}

/// A header's text as encoded words (RFC 2047), of whole letters and on lines of at most 76 bytes; as it is when ASCII.
fn encoded_words(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for letter in text.chars() {
        if words.last().is_some_and(|word| word.len() + letter.len_utf8() > 39) {
            words.push(String::new());
        }
        words.last_mut().expect("there is one from the start").push(letter);
    }
    let words: Vec<_> = words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days() {
        assert_eq!(date("2026-11-25".parse().unwrap()), "Wed, 25 Nov 2026 00:00:00 +0000");
        assert_eq!(date("2000-02-29".parse().unwrap()), "Tue, 29 Feb 2000 00:00:00 +0000");
    }

    #[test]
    fn subjects_read_back_whatever_their_letters() {
        for text in ["Plain", "Votre message est arrivé", &"وصلت رسالتك ".repeat(9)] {
            let header = format!("Subject: {}\r\n\r\n", encoded_words(text));
            assert!(header.lines().all(|line| line.len() <= 76));
            let head = crate::mail::message::read_header(header.as_bytes()).unwrap();
            assert_eq!(head.subject().unwrap().trim(), text.trim());
        }
    }
    proptest::proptest! {
        #[test]
        fn encoded_words_are_ascii_lines_that_say_the_text(text in "\\PC{1,80}") {
            let encoded = encoded_words(&text);
            proptest::prop_assert!(encoded.is_ascii() && !encoded.replace("\r\n ", "").contains(['\r', '\n']));
            if !text.is_ascii() {
                let header = format!("Subject: {encoded}\r\n\r\n");
                let head = crate::mail::message::read_header(header.as_bytes()).unwrap();
                proptest::prop_assert_eq!(head.subject().unwrap().trim(), text.trim());
            }
        }
    }
}
