//! What a mail server says on the socket (RFC 2033, RFC 5321 §4.1, RFC 1870, RFC 6152), one line a command.

/// The longest command line, in bytes with its end (RFC 5321 §4.5.3.1.4, and room for the parameters of RFC 1870).
pub const LINE_MAX: usize = 1024;
/// The longest path (RFC 5321 §4.5.3.1.3).
const PATH_MAX: usize = 256;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The mail server names itself; what it says is not looked at.
    Lhlo,
    /// A letter begins.
    Mail {
        /// Where it came from; empty for a bounce.
        sender: String,
        /// How large it will be, in bytes, when it was said.
        size: Option<u64>,
    },
    /// It is also for this address.
    Rcpt(String),
    /// Its content follows.
    Data,
    /// It is called off.
    Rset,
    /// Nothing.
    Noop,
    /// Whether an address is known; not told.
    Vrfy,
    /// The end.
    Quit,
}

/// Why a line is no command, with the code that answers it (RFC 5321 §4.2.4, RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotACommand {
    /// No such command here.
    Unknown,
    /// It is written wrongly.
    Syntax,
    /// A parameter of a kind that is not offered.
    Parameter,
}

impl Command {
    /// Reads a line without its end.
    pub fn parse(line: &[u8]) -> Result<Self, NotACommand> {
        let line = std::str::from_utf8(line).map_err(|_| NotACommand::Syntax)?;
        if line.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(NotACommand::Syntax);
        }
        let line = line.trim_end_matches(' ');
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let alone = |command| if rest.is_empty() { Ok(command) } else { Err(NotACommand::Syntax) };
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" if !rest.trim().is_empty() => Ok(Self::Lhlo),
            "LHLO" => Err(NotACommand::Syntax),
            "MAIL" => Self::mail(rest),
            "RCPT" => {
                let (path, parameters) = path_after("TO:", rest)?;
                let path = Some(path).filter(|path| !path.is_empty()).ok_or(NotACommand::Syntax)?;
                if parameters.is_empty() { Ok(Self::Rcpt(path.to_owned())) } else { Err(NotACommand::Parameter) }
            }
            "DATA" => alone(Self::Data),
            "RSET" => alone(Self::Rset),
            "QUIT" => alone(Self::Quit),
            "NOOP" => Ok(Self::Noop),
            "VRFY" => Ok(Self::Vrfy),
            _ => Err(NotACommand::Unknown),
        }
    }

    fn mail(rest: &str) -> Result<Self, NotACommand> {
        let (sender, parameters) = path_after("FROM:", rest)?;
        let mut size = None;
        for parameter in parameters.split(' ').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
                ("SIZE", digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                    size = Some(digits.parse().unwrap_or(u64::MAX));
                }
                ("BODY", "7BIT" | "8BITMIME") => {}
                ("SIZE" | "BODY", _) => return Err(NotACommand::Syntax),
                _ => return Err(NotACommand::Parameter),
            }
        }
        Ok(Self::Mail { sender: sender.to_owned(), size })
    }
}

/// The path in angle brackets after `word`, without a source route, and what follows it.
fn path_after<'a>(word: &str, text: &'a str) -> Result<(&'a str, &'a str), NotACommand> {
    let (start, rest) = text.split_at_checked(word.len()).ok_or(NotACommand::Syntax)?;
    let rest = rest.trim_start_matches(' ').strip_prefix('<').filter(|_| start.eq_ignore_ascii_case(word));
    let rest = rest.ok_or(NotACommand::Syntax)?;
    let end = end_of_path(rest).ok_or(NotACommand::Syntax)?;
    let (path, after) = (&rest[..end], &rest[end + 1..]);
    if path.len() > PATH_MAX || !(after.is_empty() || after.starts_with(' ')) {
        return Err(NotACommand::Syntax);
    }
    // RFC 5321 §4.1.1.3: routes are taken and not looked at.
    let path = if path.starts_with('@') { path.split_once(':').ok_or(NotACommand::Syntax)?.1 } else { path };
    Ok((path, after))
}

/// Where the bracket closes; one inside a quoted string does not count.
fn end_of_path(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            b'<' | b' ' if !quoted => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_mail_servers_write_them() {
        let mail = |sender: &str, size| Ok(Command::Mail { sender: sender.into(), size });
        for (line, command) in [
            ("LHLO mx.example.org", Ok(Command::Lhlo)),
            ("mail from:<a@b>", mail("a@b", None)),
            ("MAIL FROM:<> SIZE=12 BODY=8BITMIME", mail("", Some(12))),
            ("MAIL FROM: <@x,@y:a@b> size=99999999999999999999", mail("a@b", Some(u64::MAX))),
            ("MAIL FROM:<\"a > b\"@c>", mail("\"a > b\"@c", None)),
            ("RCPT TO:<r@e>", Ok(Command::Rcpt("r@e".into()))),
            ("DATA ", Ok(Command::Data)),
            ("NOOP what ever", Ok(Command::Noop)),
            ("quit", Ok(Command::Quit)),
        ] {
            assert_eq!(Command::parse(line.as_bytes()), command, "{line}");
        }
    }

    #[test]
    fn what_is_no_command_is_refused() {
        use NotACommand::{Parameter, Syntax, Unknown};
        for (line, error) in [
            ("HELO x", Unknown),
            ("EHLO x", Unknown),
            ("", Unknown),
            ("LHLO", Syntax),
            ("MAIL", Syntax),
            ("MAIL FROM:a@b", Syntax),
            ("MAIL FROM:<a@b", Syntax),
            ("MAIL FROM:<a@b>SIZE=1", Syntax),
            ("MAIL FROM:<a@b> SIZE=", Syntax),
            ("MAIL FROM:<a@b> SIZE=-1", Syntax),
            ("MAIL FROM:<a@b> BODY=BINARYMIME", Syntax),
            ("MAIL FROM:<a@b> SMTPUTF8", Parameter),
            ("MAIL FROM:<a@b> X=1", Parameter),
            ("RCPT TO:<>", Syntax),
            ("RCPT TO:<a@b> NOTIFY=NEVER", Parameter),
            ("RCPT FROM:<a@b>", Syntax),
            ("DATA now", Syntax),
            ("RCPT TO:<a <b>", Syntax),
            ("MAIL FROM:<@x>", Syntax),
            ("MAIL FROM:\u{7f}<a@b>", Syntax),
            ("RCPT TO", Syntax),
        ] {
            assert_eq!(Command::parse(line.as_bytes()), Err(error), "{line}");
        }
        assert_eq!(Command::parse(format!("RCPT TO:<{}>", "a".repeat(PATH_MAX + 1)).as_bytes()), Err(Syntax));
        assert_eq!(Command::parse(b"NOOP \xff"), Err(Syntax));
    }
    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_refused(any: Vec<u8>, path in "[ -~]{0,30}", tail in "[ -~]{0,20}") {
            let _ = Command::parse(&any);
            for line in [format!("MAIL FROM:<{path}>{tail}"), format!("RCPT TO:<{path}>{tail}")] {
                if let Ok(Command::Mail { sender: path, .. } | Command::Rcpt(path)) = Command::parse(line.as_bytes()) {
                    let closed = format!("{path}>");
                    proptest::prop_assert!(path.len() <= PATH_MAX && line.contains(&closed));
                }
            }
        }
    }
}
