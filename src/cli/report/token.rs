//! A new token: shown once, and one group of it typed back.

use std::io::{BufRead, Write};

use ring::rand::SecureRandom;

use super::answers::AnswersError;
use crate::locale::{Language, Value};
use crate::protocol::token::Token;
use crate::secret::random_bytes;

/// How often a wrong group is asked for again.
const TRIES: usize = 3;

/// Shows `token` in its groups of four digits.
pub fn show(output: &mut dyn Write, language: Language, token: &Token) -> Result<(), AnswersError> {
    let locale = language.locale();
    writeln!(output, "\n{}\n\n  {}\n", locale.text("terminal-token"), token.groups().join(" "))?;
    Ok(writeln!(output, "{}", locale.text("terminal-token-why"))?)
}

/// Asks for one group of `token`, any; an empty line, or the end of the input, skips it.
pub fn type_back(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    language: Language,
    token: &Token,
    rng: &dyn SecureRandom,
) -> Result<(), AnswersError> {
    let locale = language.locale();
    let [random] = random_bytes::<1>(rng).unwrap_or_default();
    let group = usize::from(random) % token.groups().len();
    let number = [("number", Value::Number(group as u64 + 1))];
    for _ in 0..TRIES {
        write!(output, "\n{} ", locale.text_with("terminal-type-back", &number))?;
        output.flush()?;
        let mut typed = zeroize::Zeroizing::new(String::new());
        input.read_line(&mut typed)?;
        if typed.trim().is_empty() {
            return Ok(());
        }
        if typed.trim() == token.groups()[group] {
            return Ok(writeln!(output, "{}", locale.text("terminal-typed-right"))?);
        }
        writeln!(output, "{}", locale.text_with("terminal-typed-wrong", &number))?;
        writeln!(output, "\n  {}", token.groups().join(" "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn the_right_group_ends_it_a_wrong_one_shows_the_token_again() {
        let rng = SystemRandom::new();
        let token = Token::generate(&rng).unwrap();
        let language = Language::from_tag("en").unwrap();
        let asked = |typed: &str| {
            let mut said = Vec::new();
            type_back(&mut typed.as_bytes(), &mut said, language, &token, &rng).unwrap();
            String::from_utf8(said).unwrap()
        };
        assert!(!asked("\n").contains(&token.groups().join(" ")) && !asked("").contains("Right"));
        assert!(asked("x\n\n").contains(&token.groups().join(" ")));
        let all = token.groups().map(|group| format!("{group}\n"));
        // The group that is asked for is one of the first three every other time.
        assert!((0..100).any(|_| asked(&all[..3].concat()).contains("Right")));
        assert!((0..100).any(|_| !asked(&all[..3].concat()).contains("Right")));
    }
}
