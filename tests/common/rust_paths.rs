//! Finds the paths into this crate that a Rust file names, by its tokens.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the crate, and where it stands in the tree of modules.
pub struct Source {
    pub file: PathBuf,
    /// `["http", "reporter"]` for `http/reporter.rs` and `http/reporter/mod.rs`.
    pub module: Vec<String>,
    pub text: String,
}

impl Source {
    pub fn new(file: &str, text: &str) -> Self {
        let mut module: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        module.pop_if(|last| last == "mod");
        Self { file: file.into(), module, text: text.into() }
    }

    pub fn read(src: &Path, file: &Path) -> Self {
        let relative = file.strip_prefix(src).unwrap().to_str().unwrap();
        Self::new(relative, &fs::read_to_string(file).unwrap())
    }
}

/// The code before the module of tests at the file's end, without comments, quotes and spaces; nothing of a file that
/// holds tests only.
pub fn shipped_code(source: &Source) -> String {
    if source.module.last().is_some_and(|name| name == "tests") {
        return String::new();
    }
    tokens(source.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()).concat()
}

/// Every path that begins at the crate's root, by `crate::`, `amparo::` or enough `super::`, without that beginning.
pub fn within_crate(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let mut found = Vec::new();
    let mut depth = 0_usize;
    // The depths of braces at which modules inside the file began.
    let mut inner: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = at == 0 || tokens[at - 1] != "::";
        match tokens[at].as_str() {
            "{" => {
                depth += 1;
                if at >= 2 && tokens[at - 2] == "mod" {
                    inner.push(depth);
                }
            }
            "}" => {
                inner.pop_if(|began| *began == depth);
                depth = depth.saturating_sub(1);
            }
            "crate" | "amparo" if starts && tokens.get(at + 1).is_some_and(|next| next == "::") => {
                use_tree(&tokens, at + 2, "", &mut found);
            }
            "super" if starts => {
                let mut ups = 1;
                while tokens.get(at + 2 * ups).is_some_and(|next| next == "super") {
                    ups += 1;
                }
                let goes_on = tokens.get(at + 2 * ups - 1).is_some_and(|next| next == "::");
                if goes_on && ups == source.module.len() + inner.len() {
                    use_tree(&tokens, at + 2 * ups, "", &mut found);
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads `a::b`, `a::{b, c::d}` or `*` from `at`, adds the paths to `found`, and returns where it ended.
fn use_tree(tokens: &[String], mut at: usize, prefix: &str, found: &mut Vec<String>) -> usize {
    let mut path = prefix.to_owned();
    while let Some(token) = tokens.get(at) {
        if token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                let before = at;
                at = use_tree(tokens, at, &path, found);
                at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                // `as` and its name, or anything else that is no path.
                at += usize::from(at == before);
            }
            return at + 1;
        }
        if !(token == "*" || token.starts_with(|c: char| c.is_alphabetic() || c == '_')) {
            break;
        }
        path = if path.is_empty() { token.clone() } else { format!("{path}::{token}") };
        at += 1;
        if tokens.get(at).is_none_or(|next| next != "::") {
            break;
        }
        at += 1;
    }
    if path != prefix {
        found.push(path);
    }
    at
}

/// Identifiers, `::` and single marks; comments, and what stands in quotes, left out.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let next = chars.get(at + 1).copied().unwrap_or_default();
        match chars[at] {
            '/' if next == '/' => at = position(&chars, at, |c| c == '\n'),
            '/' if next == '*' => at = after_comment(&chars, at),
            '"' => at = after_quote(&chars, at + 1, '"'),
            // A character, not a lifetime: it is escaped, or closed at once.
            '\'' if next == '\\' || chars.get(at + 2) == Some(&'\'') => at = after_quote(&chars, at + 1, '\''),
            'r' if next == '#' && chars.get(at + 2).is_some_and(|c| is_name(*c)) => at += 2,
            ':' if next == ':' => {
                found.push("::".into());
                at += 2;
            }
            c if is_name(c) => {
                let end = position(&chars, at, |c| !is_name(c));
                let name: String = chars[at..end].iter().collect();
                at = end;
                let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
                if matches!(name.as_str(), "r" | "br" | "cr") && chars.get(at + hashes) == Some(&'"') {
                    at = after_raw(&chars, at + hashes + 1, hashes);
                } else {
                    found.push(name);
                }
            }
            c => {
                if !c.is_whitespace() {
                    found.push(c.into());
                }
                at += 1;
            }
        }
    }
    found
}

fn position(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|at| wanted(chars[*at])).unwrap_or(chars.len())
}

fn after_comment(chars: &[char], mut at: usize) -> usize {
    let mut open = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (open, at) = (open + 1, at + 2),
            ('*', Some('/')) => (open, at) = (open - 1, at + 2),
            _ => at += 1,
        }
        if open == 0 {
            break;
        }
    }
    at
}

fn after_quote(chars: &[char], mut at: usize, mark: char) -> usize {
    while at < chars.len() && chars[at] != mark {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn after_raw(chars: &[char], from: usize, hashes: usize) -> usize {
    let closes = |at: &usize| chars[*at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    (from..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes)
}
