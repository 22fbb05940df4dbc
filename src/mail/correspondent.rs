//! Whether a letter may be answered, and to whom (RFC 3834 §2, RFC 5230 §4.5 and §4.6).
//!
//! An answer carries a token, so it goes to a person or not at all: never to bounces, to what other programs sent, to
//! lists, to letters that our own mail server holds for forged or for spam, or to ourselves.

use super::message::{HEADER_MAX, fields};
use crate::config::mail::MailAddress;
use crate::secret::SecretText;

/// Who gets the answer. In memory only, until it is handed over.
pub struct Correspondent {
    /// The address that the letter's envelope came from.
    pub address: SecretText,
    /// The letter's own id, which the answer refers to (RFC 5322 §3.6.4).
    pub message_id: Option<SecretText>,
}

/// Local parts that belong to programs.
const PROGRAMS: [&str; 9] = [
    "mailer-daemon",
    "postmaster",
    "listserv",
    "majordomo",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "bounce",
];

/// The longest message id that is repeated, in bytes.
const MESSAGE_ID_MAX: usize = 250;

/// Who gets an answer to a letter with this header that came from `sender`, empty for a bounce; `None` when nobody
/// should.
#[must_use]
pub fn correspondent(sender: &str, header: &[u8], own: &[MailAddress]) -> Option<Correspondent> {
    let (local, domain) = sender.rsplit_once('@')?;
    let local = local.to_ascii_lowercase();
    let program = PROGRAMS.contains(&local.as_str())
        || local.starts_with("owner-")
        || ["-owner", "-request", "-bounces"].iter().any(|end| local.ends_with(end))
        || local.contains("-bounces+");
    let ours = own.iter().any(|own| own.address.eq_ignore_ascii_case(sender));
    let odd = local.is_empty()
        || domain.is_empty()
        || !sender.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"()[],;:\\".contains(&b));
    if program || ours || odd || header.len() > HEADER_MAX {
        return None;
    }
    let mut message_id = None;
    for field in fields(header).map(String::from_utf8_lossy) {
        let Some((name, value)) = field.split_once(':') else { continue };
        let name = name.trim().to_ascii_lowercase();
        if forbids(&name, &value.trim().to_ascii_lowercase()) {
            return None;
        }
        if name == "message-id" {
            let id = value.trim().strip_prefix('<').and_then(|id| id.strip_suffix('>'));
            message_id = id.filter(|id| is_plain_id(id)).map(SecretText::from);
        }
    }
    Some(Correspondent { address: sender.into(), message_id })
}

fn is_plain_id(id: &str) -> bool {
    id.len() <= MESSAGE_ID_MAX && id.contains('@') && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b))
}

/// Whether a header field, in lower case, says that no answer is wanted.
fn forbids(name: &str, value: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| value.starts_with(word));
    match name {
        // RFC 3834 §5: everything but `no`, comments aside.
        "auto-submitted" => value.split(|c: char| !c.is_ascii_alphabetic()).next() != Some("no"),
        "precedence" => begins(&["bulk", "junk", "list", "auto_reply"]),
        "x-auto-response-suppress" => value != "none",
        "x-spam-flag" | "x-spam" => begins(&["yes", "true"]),
        "x-spam-status" => begins(&["yes"]),
        "authentication-results" => value.contains("dmarc=fail") || value.contains("spf=fail"),
        "x-autoreply" | "x-autorespond" | "x-auto-reply" | "feedback-id" | "x-loop" => true,
        "content-type" => begins(&["multipart/report"]),
        // RFC 2369 and RFC 2919.
        name => name.starts_with("list-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(sender: &str, header: &str) -> Option<Correspondent> {
        let own = [MailAddress { address: "report@example.org".into(), unit: "works".into(), language: "en".into() }];
        correspondent(sender, header.as_bytes(), &own)
    }

    #[test]
    fn a_person_is_answered_at_the_envelopes_address() {
        let header =
            "From: Other <other@example.net>\r\nMessage-ID: <1@example.net>\r\nAuto-Submitted: No (really)\r\n\r\n";
        let found = answered("Ana+x@Example.net", header).unwrap();
        assert_eq!(found.address.expose(), "Ana+x@Example.net");
        assert_eq!(found.message_id.unwrap().expose(), "1@example.net");
        for bare in ["", "X: y\r\n\r\n", "Message-ID: <a b@c>\r\n"] {
            assert!(answered("ana@example.net", bare).unwrap().message_id.is_none());
        }
    }

    #[test]
    fn programs_lists_and_ourselves_are_not_answered() {
        let senders = [
            "",
            "ana",
            "@example.net",
            "MAILER-DAEMON@example.net",
            "owner-list@example.net",
            "list-request@example.net",
            "list-bounces+ana@example.net",
            "no-reply@example.net",
            "REPORT@example.org",
            "a b@example.net",
            "a@b>,<c@d",
        ];
        for sender in senders {
            assert!(answered(sender, "Subject: s\r\n\r\n").is_none(), "{sender}");
        }
        for field in [
            "Auto-Submitted: auto-replied",
            "auto-submitted: nobody",
            "Precedence: Bulk",
            "List-Id: <l.example.net>",
            "List-Unsubscribe: <mailto:a@b>",
            "X-Auto-Response-Suppress: OOF, AutoReply",
            "X-Spam-Flag: YES",
            "X-Spam-Status: Yes, score=9",
            "Authentication-Results: mx; spf=pass; dmarc=fail (p=none)",
            "X-Loop: a",
            "Content-Type: multipart/report; report-type=delivery-status",
        ] {
            assert!(answered("ana@example.net", &format!("Subject: s\r\n{field}\r\n\r\n")).is_none(), "{field}");
        }
    }
    proptest::proptest! {
        #[test]
        fn what_stands_in_an_answer_cannot_add_a_line_to_it(sender in "\\PC{0,20}@\\PC{0,20}", header: Vec<u8>, id: String) {
            let own = [];
            let id = format!("Message-ID: <{id}@b>\r\n");
            for header in [header.as_slice(), id.as_bytes()] {
                let Some(found) = correspondent(&sender, header, &own) else { continue };
                let id = found.message_id.as_ref().map_or("", SecretText::expose);
                let plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
                proptest::prop_assert!(plain(found.address.expose()) && plain(id) && id.len() <= MESSAGE_ID_MAX);
            }
        }
    }
}
