//! What a reporter says: asked for on the terminal, or read from a file.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::cli::files::{self, FileError};
use crate::cli::text::plain;
use crate::locale::{Language, Locale};
use crate::protocol::content::{Danger, IdentityCard};
use crate::protocol::manifest::{Manifest, Member, Unit};
use crate::protocol::readers::{Readers, ReadersError, oversight_of};
use crate::questions::{Category, Question};

/// The largest file of answers, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// Why there are no answers.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file does not hold answers.
    #[error("the answers are not understood: {0}; see the example in `amparo report new --help`")]
    Malformed(String),
    /// A choice that does not exist.
    #[error("there is no {what} {value:?}; choose one of: {choices}")]
    Unknown {
        /// What it was to be.
        what: &'static str,
        /// What was written.
        value: String,
        /// What there is.
        choices: String,
    },
    /// Nobody can be told to read it as it was asked for.
    #[error(transparent)]
    Readers(#[from] ReadersError),
    /// The one question that must be answered was not.
    #[error("nothing is written under what happened; a few words are enough to begin")]
    Nothing,
    /// The questions ended in the middle.
    #[error("the answers ended too soon, so nothing was sent; run this on a terminal, or give --answers FILE")]
    Ended,
    /// The terminal cannot be used.
    #[error("the terminal cannot be used ({0}); give --answers FILE instead")]
    Terminal(#[from] io::Error),
}

/// A report's words, as a file of answers holds them.
#[derive(Default, Deserialize, Zeroize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// Id of the unit that should read it.
    pub unit: String,
    /// Ids of members who must never read it.
    pub left_out: Vec<String>,
    /// Whether somebody in the unit is involved whom the reporter would rather not name.
    pub unsaid: bool,
    /// Id of what it is about.
    pub category: String,
    /// `no`, `yes` or `unsure`.
    pub danger: String,
    /// What happened; must not be empty.
    pub what: String,
    /// When.
    pub when: String,
    /// Where.
    pub r#where: String,
    /// Who is involved.
    pub who: String,
    /// What is at stake.
    pub how_much: String,
    /// How the reporter knows.
    pub how_known: String,
    /// Who has been told.
    pub told: String,
    /// The reporter's name, sealed apart; all three empty for an anonymous report.
    pub name: String,
    /// How to reach the reporter.
    pub contact: String,
    /// When and how that is safe.
    pub safe_contact: String,
}

impl Answers {
    /// Reads a file in TOML.
    pub fn read(path: &Path) -> Result<Zeroizing<Self>, AnswersError> {
        let bytes = Zeroizing::new(files::read(path, FILE_MAX)?);
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::NotText(path.to_owned()))?;
        // The error's own text would quote a line of the report.
        toml::from_str(text).map(Zeroizing::new).map_err(|error| AnswersError::Malformed(error.message().to_owned()))
    }

    /// The answer to a question of the form.
    #[must_use]
    pub fn answer(&self, question: &str) -> &str {
        match question {
            "what" => &self.what,
            "when" => &self.when,
            "where" => &self.r#where,
            "who" => &self.who,
            "how_much" => &self.how_much,
            "how_known" => &self.how_known,
            "told" => &self.told,
            _ => "",
        }
    }

    fn answer_mut(&mut self, question: &str) -> Option<&mut String> {
        Some(match question {
            "what" => &mut self.what,
            "when" => &mut self.when,
            "where" => &mut self.r#where,
            "who" => &mut self.who,
            "how_much" => &mut self.how_much,
            "how_known" => &mut self.how_known,
            "told" => &mut self.told,
            _ => return None,
        })
    }

    /// What is said on danger; nothing counts as unsure.
    pub fn danger(&self) -> Result<Danger, AnswersError> {
        match &*self.danger {
            "no" => Ok(Danger::No),
            "yes" => Ok(Danger::Yes),
            "" | "unsure" => Ok(Danger::Unsure),
            other => Err(unknown("answer on danger", other, ["no", "yes", "unsure"])),
        }
    }

    /// The id of what it is about; nothing counts as something else.
    pub fn category(&self) -> Result<&'static str, AnswersError> {
        let id = if self.category.is_empty() { "other" } else { &self.category };
        let found = Category::from_id(id);
        found.map(Category::id).ok_or_else(|| unknown("category", id, Category::all().map(Category::id)))
    }

    /// The unit in `manifest`; the only one when none was named.
    pub fn unit<'a>(&self, manifest: &'a Manifest) -> Result<&'a Unit, AnswersError> {
        match (&*self.unit, &manifest.units[..]) {
            ("", [only]) => Ok(only),
            (id, units) => {
                manifest.unit(id).ok_or_else(|| unknown("unit", id, units.iter().map(|unit| unit.id.as_str())))
            }
        }
    }

    /// Who will read it, and who never can.
    pub fn readers(&self, manifest: &Manifest) -> Result<Readers, AnswersError> {
        let unit = self.unit(manifest)?;
        let named: Vec<_> = self.left_out.iter().map(String::as_str).collect();
        Ok(Readers::chosen(manifest, &unit.id, &named, self.unsaid)?)
    }

    /// The identity that is sealed apart, if one is given.
    #[must_use]
    pub fn identity(&self) -> Option<IdentityCard> {
        let given = [&self.name, &self.contact, &self.safe_contact].iter().any(|text| !text.trim().is_empty());
        given.then(|| {
            let mut card = IdentityCard::default();
            card.name.clone_from(&self.name);
            card.contact.clone_from(&self.contact);
            card.safe_contact.clone_from(&self.safe_contact);
            card
        })
    }

    /// Refuses a report in which nothing is said.
    pub fn check(&self) -> Result<(), AnswersError> {
        if self.what.trim().is_empty() { Err(AnswersError::Nothing) } else { Ok(()) }
    }
}

fn unknown<T: ToString>(what: &'static str, value: &str, choices: impl IntoIterator<Item = T>) -> AnswersError {
    let choices = choices.into_iter().map(|choice| choice.to_string()).collect::<Vec<_>>().join(", ");
    AnswersError::Unknown { what, value: plain(value), choices }
}

/// Who would hold a key of a report to `unit`, or a share of its reporter's identity.
fn concerned<'a>(manifest: &'a Manifest, unit: &'a Unit) -> Vec<&'a Member> {
    let mut concerned: Vec<_> = manifest.investigators(unit).collect();
    for custodian in manifest.custodians().filter(|_| manifest.identity_threshold > 0) {
        if concerned.iter().all(|member| member.id != custodian.id) {
            concerned.push(custodian);
        }
    }
    concerned
}

/// Asks one question after another, in the reporter's language.
pub struct Interview<'a> {
    /// Where answers come from.
    pub input: &'a mut dyn BufRead,
    /// Where questions go.
    pub output: &'a mut dyn Write,
    /// In which language they are asked.
    pub language: Language,
}

impl Interview<'_> {
    /// Asks for everything that `answers` does not hold yet.
    pub fn complete(&mut self, answers: &mut Answers, manifest: &Manifest) -> Result<(), AnswersError> {
        let locale = self.language.locale();
        writeln!(self.output, "{}\n", locale.text("terminal-intro"))?;
        self.readers(answers, manifest, locale)?;
        if answers.category.is_empty() {
            let categories: Vec<_> = Category::all().collect();
            let names: Vec<_> =
                categories.iter().map(|category| locale.text(category.text_id()).into_owned()).collect();
            let chosen = self.choose(&locale.text("report-category"), &names)?;
            categories[chosen].id().clone_into(&mut answers.category);
        }
        for question in Question::ALL {
            self.ask(answers, &question, locale)?;
        }
        if answers.danger.is_empty() {
            let names = ["danger-no", "danger-yes", "danger-unsure"].map(|id| locale.text(id).into_owned());
            let chosen = self.choose(&locale.text("report-danger"), &names)?;
            ["no", "yes", "unsure"][chosen].clone_into(&mut answers.danger);
        }
        if manifest.identity_threshold > 0 && answers.identity().is_none() {
            self.identity(answers, locale)?;
        }
        Ok(())
    }

    /// Asks whether originals are sealed beside their clean copies.
    pub fn originals(&mut self) -> Result<bool, AnswersError> {
        let locale = self.language.locale();
        let names = ["danger-no", "danger-yes"].map(|id| locale.text(id).into_owned());
        Ok(self.choose(&locale.text("terminal-originals"), &names)? == 1)
    }

    /// Asks for the unit and who is left out, until somebody is left who can read it.
    fn readers(&mut self, answers: &mut Answers, manifest: &Manifest, locale: Locale) -> Result<(), AnswersError> {
        loop {
            if answers.unit.is_empty() && manifest.units.len() > 1 {
                let names: Vec<_> =
                    manifest.units.iter().map(|unit| self.language.pick(&unit.name.0).to_owned()).collect();
                let chosen = self.choose(&locale.text("report-unit"), &names)?;
                answers.unit.clone_from(&manifest.units[chosen].id);
            }
            if answers.left_out.is_empty() && !answers.unsaid {
                self.leave_out(answers, manifest)?;
            }
            let oversight = match answers.readers(manifest) {
                Err(AnswersError::Readers(ReadersError::AllNamed { oversight })) => oversight,
                found => return found.map(|_| ()),
            };
            let refusal = if oversight { "refusal-all-named-oversight" } else { "refusal-all-named" };
            writeln!(self.output, "\n{}", locale.text(refusal))?;
            answers.unit.clear();
            answers.left_out.clear();
            answers.unsaid = false;
        }
    }

    fn leave_out(&mut self, answers: &mut Answers, manifest: &Manifest) -> Result<(), AnswersError> {
        let locale = self.language.locale();
        let unit = answers.unit(manifest)?;
        let members = concerned(manifest, unit);
        let oversight = oversight_of(manifest, unit);
        writeln!(self.output, "{}", locale.text("terminal-left-out"))?;
        for (number, member) in members.iter().enumerate() {
            writeln!(self.output, "  {}  {}", number + 1, plain(self.language.pick(&member.title.0)))?;
        }
        if let Some(oversight) = oversight {
            let name = plain(self.language.pick(&oversight.name.0));
            let hint = locale.text_with("conflict-unsaid-hint", &[("unit", (&*name).into())]);
            writeln!(self.output, "  0  {}. {hint}", locale.text("conflict-unsaid"))?;
        }
        let line = self.line()?;
        let least = usize::from(oversight.is_none());
        let numbers: Result<BTreeSet<usize>, _> = line.split_whitespace().map(str::parse).collect();
        let known = |numbers: &BTreeSet<usize>| numbers.iter().all(|number| (least..=members.len()).contains(number));
        let Some(numbers) = numbers.ok().filter(known) else {
            return Err(unknown("member with the number", &line, least..=members.len()));
        };
        answers.unsaid = numbers.contains(&0);
        let named = numbers.iter().filter_map(|number| members.get(number.checked_sub(1)?));
        answers.left_out = named.map(|member| member.id.to_string()).collect();
        Ok(())
    }

    fn ask(&mut self, answers: &mut Answers, question: &Question, locale: Locale) -> Result<(), AnswersError> {
        let Some(answer) = answers.answer_mut(question.field.name()) else { return Ok(()) };
        while answer.is_empty() {
            writeln!(self.output, "\n{}", locale.text(question.label))?;
            if let Some(hint) = question.hint {
                writeln!(self.output, "  {}", locale.text(hint))?;
            }
            *answer = paragraph(self.input, self.output)?;
            if !question.required {
                break;
            }
        }
        Ok(())
    }

    fn identity(&mut self, answers: &mut Answers, locale: Locale) -> Result<(), AnswersError> {
        let names = ["identity-anonymous", "identity-confidential"].map(|id| locale.text(id).into_owned());
        if self.choose(&locale.text("report-identity"), &names)? == 0 {
            return Ok(());
        }
        let texts = ["identity-name", "identity-contact", "identity-safe-contact"];
        let fields = [&mut answers.name, &mut answers.contact, &mut answers.safe_contact];
        for (text, field) in texts.into_iter().zip(fields) {
            write!(self.output, "{}: ", locale.text(text))?;
            self.output.flush()?;
            *field = line(self.input)?.to_string();
        }
        Ok(())
    }

    /// Asks until one of `choices` was chosen by its number.
    fn choose(&mut self, question: &str, choices: &[String]) -> Result<usize, AnswersError> {
        loop {
            writeln!(self.output, "\n{question}")?;
            for (number, choice) in choices.iter().enumerate() {
                writeln!(self.output, "  {}  {}", number + 1, plain(choice))?;
            }
            let chosen = self.line()?.parse::<usize>().ok().filter(|number| (1..=choices.len()).contains(number));
            if let Some(number) = chosen {
                return Ok(number - 1);
            }
        }
    }

    fn line(&mut self) -> Result<Zeroizing<String>, AnswersError> {
        write!(self.output, "> ")?;
        self.output.flush()?;
        line(self.input)
    }
}

/// One line without its end.
fn line(input: &mut dyn BufRead) -> Result<Zeroizing<String>, AnswersError> {
    let mut line = Zeroizing::new(String::new());
    if input.read_line(&mut line)? == 0 {
        return Err(AnswersError::Ended);
    }
    let length = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(length);
    Ok(line)
}

/// Lines up to an empty one.
pub fn paragraph(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<String, AnswersError> {
    let mut text = String::new();
    loop {
        write!(output, "> ")?;
        output.flush()?;
        let line = line(input)?;
        if line.is_empty() {
            return Ok(text);
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::example;
    use ring::rand::SystemRandom;

    fn asked(typed: &str) -> Result<Answers, AnswersError> {
        let authority = example::authority(&SystemRandom::new());
        let mut answers = Answers::default();
        let language = Language::from_tag("en").unwrap();
        let mut questions = Vec::new();
        let mut interview = Interview { input: &mut typed.as_bytes(), output: &mut questions, language };
        interview.complete(&mut answers, authority.history.current()).map(|()| answers)
    }

    #[test]
    fn the_terminal_asks_until_it_has_what_it_needs() {
        let unit = "1\n";
        let answers = asked(&format!("{unit}1\n7\n\nIt rained\nmoney\n\n\n\n\n\n\n\n9\n2\n1\n")).unwrap();
        assert_eq!((&*answers.what, &*answers.when), ("It rained\nmoney", ""));
        assert_eq!((&*answers.category, &*answers.danger), ("procurement", "yes"));
        assert_eq!(answers.left_out.len(), 1);
        assert!(matches!(asked("1\n"), Err(AnswersError::Ended)));
        assert!(matches!(asked("1\n99\n"), Err(AnswersError::Unknown { .. })));
    }

    #[test]
    fn a_file_holds_known_answers_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.toml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Answers::read(&path)
        };
        let answers = read("what = \"a\"\ndanger = \"yes\"\ncategory = \"bribery\"").unwrap();
        assert!(answers.check().is_ok() && answers.danger().unwrap() == Danger::Yes && answers.identity().is_none());
        assert!(
            matches!(read("waht = \"secret words\"").err(), Some(AnswersError::Malformed(text)) if !text.contains("secret"))
        );
        assert!(matches!(read("danger = \"perhaps\"").unwrap().danger(), Err(AnswersError::Unknown { .. })));
        assert!(matches!(read("category = \"x\"").unwrap().category(), Err(AnswersError::Unknown { .. })));
        assert!(matches!(read("what = \" \"").unwrap().check(), Err(AnswersError::Nothing)));
        let authority = example::authority(&SystemRandom::new());
        let manifest = authority.history.current();
        let elsewhere = read("unit = \"moon\"").unwrap();
        assert!(matches!(elsewhere.unit(manifest), Err(AnswersError::Unknown { .. })));
        let mut nobody = read("left_out = [\"0000000000000000\"]").unwrap();
        nobody.unit = "works".to_owned();
        assert!(matches!(nobody.readers(manifest), Err(AnswersError::Readers(ReadersError::Unknown(_)))));
    }

    #[test]
    fn the_terminal_asks_again_when_nobody_is_left_and_offers_the_oversight_unit() {
        let rest = "7\n\nIt rained\n\n\n\n\n\n\n\n9\n2\n1\n";
        let answers = asked(&format!("1\n1 2\n1\n0\n{rest}")).unwrap();
        assert!(answers.unsaid && answers.unit == "works" && answers.left_out.is_empty());
        let answers = asked(&format!("1\n1 2\n2\n2\n{rest}")).unwrap();
        assert_eq!((&*answers.unit, answers.left_out.len(), answers.unsaid), ("oversight", 1, false));
        // The oversight unit has nobody above it to turn to.
        assert!(matches!(asked("2\n0\n"), Err(AnswersError::Unknown { .. })));
    }
}
