//! What happens to one made-up case, from the report to where it stands today.

use super::dice::Dice;
use super::facts::{Facts, Teller};
use super::files::File;
use super::words::{LANGUAGES, Words};
use crate::clock::Day;
use crate::protocol::content::{Channel, Danger, Record, State};
use crate::protocol::manifest::Manifest;

/// Days over which cases are spread: two years.
pub const SPAN: i64 = 730;

/// How many of the first cases have a token that somebody could come back with; they are neither moved nor withdrawn.
pub const WITH_TOKEN: u64 = 5;

/// Characters that a report, message or answer has at most.
const LONGEST: usize = 4_000;

/// A unit as far as cases depend on it: numbers of people, not who they are.
struct Receivers {
    id: String,
    investigators: usize,
}

/// Gives the same lives for the same seed, day and shape of the authority.
pub struct Recipe {
    seed: u64,
    day: Day,
    units: Vec<Receivers>,
    takes_names: bool,
}

/// What happens to one case. Members are places in the list of the unit's investigators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Whether there is a token to come back with.
    pub has_token: bool,
    /// The unit that reads it.
    pub unit: String,
    /// The day on which it is filed.
    pub day: Day,
    /// Which way it comes.
    pub channel: Channel,
    /// Whether a server seals it.
    pub assisted: bool,
    /// The reporter's language.
    pub language: &'static str,
    /// The kind of corruption.
    pub category: &'static str,
    /// Is somebody in danger?
    pub danger: Danger,
    /// What is answered, by question.
    pub answers: Vec<(&'static str, String)>,
    /// Name, contact and when it is safe, of a confidential reporter.
    pub identity: Option<[String; 3]>,
    /// What the caller said of the record, where it came by the hotline.
    pub record: Option<Record>,
    /// What is attached to the report.
    pub files: Vec<File>,
    /// Who is left out.
    pub left_out: Vec<usize>,
    /// What comes after, by day.
    pub steps: Vec<Step>,
    /// The case of which this one tells again, in other words.
    pub repeats: Option<u64>,
}

/// Something that happens after the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// On which day.
    pub day: Day,
    /// What.
    pub event: Event,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A member answers, or sets a state, or both.
    Answer {
        /// Who.
        member: usize,
        /// The words.
        text: String,
        /// The state from then on.
        state: Option<State>,
    },
    /// A member says something to colleagues.
    Note {
        /// Who.
        member: usize,
        /// The words.
        text: String,
    },
    /// The reporter adds something.
    Message {
        /// The words.
        text: String,
        /// What is attached.
        files: Vec<File>,
    },
    /// The reporter moves the case to another token.
    Move,
    /// The reporter withdraws; nothing comes after it.
    Forget,
}

impl Life {
    /// The state in which it stands at the end, and since when.
    #[must_use]
    pub fn state(&self) -> (State, Day) {
        let set = self.steps.iter().rev().find_map(|step| match &step.event {
            Event::Answer { state: Some(state), .. } => Some((*state, step.day)),
            _ => None,
        });
        set.unwrap_or((State::Received, self.day))
    }

    /// Whether the reporter has withdrawn.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.steps.iter().any(|step| step.event == Event::Forget)
    }
}

impl Recipe {
    /// Lives of cases that `manifest`'s units receive until `day`.
    #[must_use]
    pub fn new(seed: u64, day: Day, manifest: &Manifest) -> Self {
        let units = manifest.units.iter();
        let units = units
            .map(|unit| Receivers { id: unit.id.clone(), investigators: manifest.investigators(unit).count() })
            .collect();
        Self { seed, day, units, takes_names: manifest.identity_threshold > 0 }
    }

    /// The earliest day on which one of them is filed.
    #[must_use]
    pub fn first_day(&self) -> Day {
        self.day.plus(-SPAN).unwrap_or(self.day)
    }

    /// What happens to case `index`; it depends on no other number.
    #[must_use]
    pub fn life(&self, index: u64) -> Life {
        let mut dice = Dice::of(self.seed, index, 2);
        let repeats = self.repeated_by(index);
        let first = self.first_of(index);
        let facts = Facts::of(self.seed, first, self.day);
        let language = dice.weighted(&[("en", 30), ("fr", 18), ("es", 16), ("ar", 14), ("ru", 12), ("zh", 10)]);
        let eastern_digits = language == "ar" && dice.percent(50);
        // The product of two even numbers lies near nothing more often: most cases are of the last months.
        let back = dice.below(SPAN.cast_unsigned() + 1) * dice.below(SPAN.cast_unsigned() + 1) / SPAN.cast_unsigned();
        let day = self.day.plus(-back.cast_signed()).unwrap_or(self.day);
        let teller = Teller { language, words: Words::of(language), facts: &facts, eastern_digits, day };
        let unit = self.unit(first);
        let mut life = self.report(&teller, unit, &mut dice);
        life.has_token = index < WITH_TOKEN;
        life.repeats = repeats;
        life.steps = steps(&life, &teller, self.day, unit.investigators, &mut dice);
        life
    }

    /// The earlier case of which case `index` tells again.
    fn repeated_by(&self, index: u64) -> Option<u64> {
        let mut dice = Dice::of(self.seed, index, 4);
        (index > 0 && dice.percent(5)).then(|| dice.below(index))
    }

    /// The first case that told of what case `index` tells.
    fn first_of(&self, index: u64) -> u64 {
        let mut first = index;
        while let Some(earlier) = self.repeated_by(first) {
            first = earlier;
        }
        first
    }

    /// The unit that a case goes to: the first one most often.
    fn unit(&self, index: u64) -> &Receivers {
        let weights: Vec<_> = self.units.iter().zip([5, 3, 2].into_iter().chain(std::iter::repeat(2))).collect();
        Dice::of(self.seed, index, 3).weighted(&weights)
    }

    fn report(&self, teller: &Teller<'_>, unit: &Receivers, dice: &mut Dice) -> Life {
        use Channel::{Cli, Hotline, Mail, Sms, Web};
        let (channel, assisted) = dice.weighted(&[
            ((Web, false), 43),
            ((Web, true), 20),
            ((Sms, true), 15),
            ((Mail, true), 10),
            ((Hotline, false), 10),
            ((Cli, false), 2),
        ]);
        // Text messages and letters are words alone: nobody asked for more.
        let is_words = matches!(channel, Sms | Mail);
        let category = if is_words { "other" } else { teller.facts.category };
        let (length, most) = if channel == Sms {
            (dice.between(60..400), 600)
        } else {
            let longest = dice.weighted(&[(200, 22), (500, 35), (1_200, 27), (2_500, 11), (3_900, 5)]);
            (dice.between(60..longest), LONGEST)
        };
        let length = usize::try_from(length).unwrap_or_default();
        let sections = ["open", teller.facts.category, "detail", "end", "detail", "diary"];
        let sections = &sections[usize::from(dice.percent(20))..];
        let mut answers = vec![("what", teller.tell(sections, length, most, dice))];
        for question in ["when", "where", "who", "how_much", "how_known", "told"] {
            if !is_words && dice.percent(55) {
                answers.push((question, teller.say(question, dice)));
            }
        }
        let files = if channel != Sms && dice.percent(39) { dice.weighted(&[(1, 70), (2, 20), (3, 10)]) } else { 0 };
        let confidential = self.takes_names && !is_words && dice.percent(25);
        let left_out = !is_words && unit.investigators > 1 && dice.percent(7);
        Life {
            has_token: false,
            unit: unit.id.clone(),
            day: teller.day,
            channel,
            assisted,
            language: teller.language,
            category,
            danger: if is_words {
                Danger::Unsure
            } else {
                dice.weighted(&[(Danger::No, 75), (Danger::Unsure, 17), (Danger::Yes, 8)])
            },
            answers,
            identity: confidential.then(|| identity(teller, dice)),
            record: (channel == Hotline).then(|| dice.weighted(&[(Record::Agreed, 3), (Record::Unchecked, 1)])),
            files: (0..files).map(|_| File::of(teller, dice)).collect(),
            left_out: if left_out { vec![dice.place(unit.investigators)] } else { Vec::new() },
            steps: Vec::new(),
            repeats: None,
        }
    }
}

/// A name that nobody bears: the family's is that of a made-up town or company.
fn identity(teller: &Teller<'_>, dice: &mut Dice) -> [String; 3] {
    let given = dice.pick(teller.words.section("given"));
    let family = if dice.percent(50) { "town" } else { "stem" };
    let family = dice.pick(teller.words.section(family));
    let space = if teller.language == "zh" { "·" } else { " " };
    [format!("{given}{space}{family}"), teller.say("contact", dice), teller.say("safe", dice)]
}

/// Everything after the report, up to `today`.
fn steps(life: &Life, teller: &Teller<'_>, today: Day, investigators: usize, dice: &mut Dice) -> Vec<Step> {
    let readers: Vec<_> = (0..investigators).filter(|place| !life.left_out.contains(place)).collect();
    let mut steps = Vec::new();
    let lead = dice.pick(&readers);
    let mut at = life.day;
    let later = |at: &mut Day, days: std::ops::Range<u64>, dice: &mut Dice| {
        *at = at.plus(dice.between(days).cast_signed()).unwrap_or(*at);
        *at <= today
    };
    // In time, late, or not at all.
    let (soonest, latest) = dice.weighted(&[((1, 8), 78), ((8, 40), 17), ((4_000, 4_001), 5)]);
    let mut lives = later(&mut at, soonest..latest, dice);
    // Each state, and after how many days how many in a hundred go on to the next.
    for (state, section, days, percent) in [
        (State::Acknowledged, "ack", 2..60, 78),
        (State::Open, "opened", 20..220, 62),
        (State::Closed, "closed", 10..90, 4),
        (State::Open, "opened", 0..1, 0),
    ] {
        if !lives {
            break;
        }
        let text = teller.say(section, dice);
        steps.push(Step { day: at, event: Event::Answer { member: lead, text, state: Some(state) } });
        lives = dice.percent(percent) && later(&mut at, days, dice);
    }
    let age = today.days_since(life.day).cast_unsigned();
    let some_day = |dice: &mut Dice| life.day.plus(dice.between(0..age + 1).cast_signed()).unwrap_or(today);
    for _ in 0..dice.weighted(&[(0, 50), (1, 22), (2, 12), (3, 7), (4, 4), (5, 3), (6, 2)]) {
        let (day, length) = (some_day(dice), dice.between(60..700));
        let sections = ["message", "diary", "detail"];
        let text = teller.tell(&sections, usize::try_from(length).unwrap_or_default(), LONGEST, dice);
        let files =
            if life.channel != Channel::Sms && dice.percent(12) { vec![File::of(teller, dice)] } else { Vec::new() };
        steps.push(Step { day, event: Event::Message { text, files } });
    }
    // Colleagues write once somebody has acknowledged, and among themselves in a language of their own.
    if let Some(first) = steps.iter().find(|step| matches!(step.event, Event::Answer { .. })).map(|step| step.day) {
        let since = today.days_since(first).cast_unsigned();
        let some_day = |dice: &mut Dice| first.plus(dice.between(0..since + 1).cast_signed()).unwrap_or(today);
        for _ in 0..dice.weighted(&[(0, 45), (1, 30), (2, 15), (3, 7), (5, 3)]) {
            let language = if dice.percent(60) { "en" } else { dice.pick(&LANGUAGES) };
            let own = Teller { language, words: Words::of(language), eastern_digits: false, ..*teller };
            let event = Event::Note { member: dice.pick(&readers), text: own.say("note", dice) };
            steps.push(Step { day: some_day(dice), event });
        }
        for _ in 0..dice.weighted(&[(0, 65), (1, 25), (2, 10)]) {
            let event = Event::Answer { member: dice.pick(&readers), text: teller.say("reply", dice), state: None };
            steps.push(Step { day: some_day(dice), event });
        }
    }
    let (moves, forgets) = (dice.percent(3), dice.percent(3));
    if moves && !life.has_token {
        steps.push(Step { day: some_day(dice), event: Event::Move });
    }
    steps.sort_by_key(|step| step.day);
    if forgets && !life.has_token {
        let last = steps.last().map_or(life.day, |step| step.day);
        let day = last.plus(dice.below(30).cast_signed()).unwrap_or(last).min(today);
        steps.push(Step { day, event: Event::Forget });
    }
    steps
}
