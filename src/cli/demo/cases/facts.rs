//! What a report is about, whatever its language: so that two reports can tell of one thing in other words.

use super::dice::Dice;
use super::words::Words;
use crate::clock::Day;
use crate::questions::Category;

/// Places in the lists of words, which mean the same in every language, and numbers that everybody writes alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub category: &'static str,
    town: usize,
    office: usize,
    stem: usize,
    kind: usize,
    project: usize,
    goods: usize,
    role: usize,
    contract: String,
    amount: u64,
}

impl Facts {
    /// What case `index` of `seed` is about, unless it repeats another; `day` is the day on which cases are made.
    pub fn of(seed: u64, index: u64, day: Day) -> Self {
        let mut dice = Dice::of(seed, index, 1);
        let categories: Vec<_> = Category::all().map(Category::id).collect();
        let (letters, year) = (
            dice.pick(&["PW", "HS", "MB", "CT", "RK"]),
            day.civil().0 - i64::try_from(dice.below(4)).unwrap_or_default(),
        );
        Self {
            category: dice.pick(&categories),
            town: dice.place(16),
            office: dice.place(10),
            stem: dice.place(16),
            kind: dice.place(8),
            project: dice.place(10),
            goods: dice.place(8),
            role: dice.place(10),
            contract: format!("{letters}-{year}-{:04}", dice.between(1..10_000)),
            amount: amount(&mut dice),
        }
    }
}

/// Whole thousands, small ones more often.
fn amount(dice: &mut Dice) -> u64 {
    let most = dice.pick(&[20, 200, 2_000, 20_000]);
    dice.between(1..most + 1) * 1_000
}

/// Somebody who tells of facts in one language.
pub(super) struct Teller<'a> {
    pub language: &'static str,
    pub words: &'static Words,
    pub facts: &'a Facts,
    /// Arabic writers use either kind of digits.
    pub eastern_digits: bool,
    /// Dates that are told lie before this day.
    pub day: Day,
}

impl Teller<'_> {
    /// A sentence of `section` with its slots filled.
    pub fn say(&self, section: &str, dice: &mut Dice) -> String {
        let template = dice.pick(self.words.section(section));
        capital(&self.fill(template, dice))
    }

    /// Sentences until there are `length` characters, and never more than `most`.
    pub fn tell(&self, sections: &[&str], length: usize, most: usize, dice: &mut Dice) -> String {
        let (mut text, mut count, mut sentences) = (String::new(), 0, 0);
        for place in 0.. {
            // The first sections stand once each, in their order; the last two fill the rest.
            let place = if place < sections.len() { place } else { sections.len() - 1 - dice.place(2) };
            let sentence = self.say(sections[place], dice);
            let gap = match sentences {
                0 => "",
                n if n % 5 == 0 => "\n\n",
                _ if self.language == "zh" => "",
                _ => " ",
            };
            let longer = count + gap.chars().count() + sentence.chars().count();
            if count >= length || longer > most {
                break;
            }
            text.push_str(gap);
            text.push_str(&sentence);
            (count, sentences) = (longer, sentences + 1);
        }
        text
    }

    /// A line of a table of payments, for the file of [`super::files`].
    pub fn row(&self, dice: &mut Dice) -> String {
        let payee = self.fill("{company}", dice).replace(['«', '»'], "");
        format!("{},{payee},{},{}", self.earlier(dice), self.facts.contract, amount(dice))
    }

    fn fill(&self, template: &str, dice: &mut Dice) -> String {
        let (mut text, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.slot(slot, dice));
            rest = after;
        }
        text + rest
    }

    fn slot(&self, slot: &str, dice: &mut Dice) -> String {
        let facts = self.facts;
        // Most of what is told is about the one thing, some of it about others.
        let mut mostly = |own: usize| if dice.percent(75) { own } else { own + 1 + dice.place(7) };
        let line = |section, place| self.words.line(section, place).to_owned();
        match slot {
            "town" => line("town", mostly(facts.town)),
            "office" => line("office", mostly(facts.office)),
            "role" => line("role", mostly(facts.role)),
            "role2" => line("role", facts.role + 1 + dice.place(9)),
            "project" => line("project", facts.project),
            "goods" => line("goods", mostly(facts.goods)),
            "company" => {
                let parts = [("{stem}", line("stem", facts.stem)), ("{kind}", line("kind", facts.kind))];
                parts.iter().fold(line("company", 0), |text, (slot, part)| text.replace(slot, part))
            }
            "contract" => facts.contract.clone(),
            "amount" => {
                let amount = if dice.percent(60) { facts.amount } else { amount(dice) };
                line("currency", 0).replace("{n}", &self.digits(&grouped(amount, self.language)))
            }
            "count" => self.digits(&dice.between(3..40).to_string()),
            "date" => self.date(self.earlier(dice)),
            "month" => line("month", usize::try_from(self.earlier(dice).civil().1 - 1).unwrap_or_default()),
            "y" => self.digits(&self.earlier(dice).civil().0.to_string()),
            other => other.to_owned(),
        }
    }

    /// A day up to half a year before the teller's.
    fn earlier(&self, dice: &mut Dice) -> Day {
        let back = i64::try_from(dice.between(3..180)).unwrap_or_default();
        self.day.plus(-back).unwrap_or(self.day)
    }

    fn date(&self, day: Day) -> String {
        let (year, month, day) = day.civil();
        let name = self.words.line("month", usize::try_from(month - 1).unwrap_or_default());
        let parts = [("{d}", day.to_string()), ("{y}", year.to_string()), ("{month}", name.to_owned())];
        let text =
            parts.iter().fold(self.words.line("date", 0).to_owned(), |text, (slot, part)| text.replace(slot, part));
        self.digits(&text)
    }

    /// In the digits that the teller writes.
    fn digits(&self, text: &str) -> String {
        if !self.eastern_digits {
            return text.to_owned();
        }
        let eastern = |c: char| match c.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)) {
            Some(digit) => digit,
            None if c == ',' => '٬',
            None => c,
        };
        text.chars().map(eastern).collect()
    }
}

/// A number in groups of three, as the language writes it.
fn grouped(number: u64, language: &str) -> String {
    let mark = match language {
        "es" => ".",
        "fr" => "\u{202f}",
        "ru" => "\u{a0}",
        _ => ",",
    };
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

/// With a capital where a sentence begins; what has none stays.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::super::words::LANGUAGES;
    use super::*;

    #[test]
    fn one_thing_is_told_in_every_language_without_a_slot_left() {
        let day = "2026-05-04".parse().unwrap();
        let facts = Facts::of(7, 0, day);
        for language in LANGUAGES {
            let words = Words::of(language);
            let teller = Teller { language, words, facts: &facts, eastern_digits: language == "ar", day };
            let text = teller.tell(&["open", facts.category, "detail", "diary"], 3_000, 4_000, &mut Dice::of(7, 0, 2));
            let count = text.chars().count();
            assert!((3_000..=4_000).contains(&count), "{language}: {count}");
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(text.contains(&facts.contract), "{language}: {text}");
        }
    }

    #[test]
    fn numbers_are_written_as_each_language_does() {
        assert_eq!(grouped(1_250_000, "en"), "1,250,000");
        assert_eq!(grouped(20_000, "es"), "20.000");
        assert_eq!(grouped(999, "fr"), "999");
        assert_eq!(capital("élan"), "Élan");
        assert_eq!(capital("«да»"), "«да»");
    }
}
