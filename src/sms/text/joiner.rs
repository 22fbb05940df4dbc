//! Parts of long texts, joined again where the gateway leaves that to us.
//!
//! Parts come in any order, twice, or never. A text is given out when it is complete, when its time is over, or when
//! too much waits; where parts are missing, [`GAP`] stands in their place, and nothing that came is lost. The time is
//! that of a clock of the caller's, counted from any beginning.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::ucs2;
use crate::secret::SecretText;
use crate::sms::incoming::{Incoming, Number, Part};

/// What stands where parts are missing.
pub const GAP: &str = " […] ";

/// How much may wait, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first part that came until what came is given out.
    pub time: Duration,
    /// Unfinished texts of all senders together.
    pub texts: usize,
    /// Unfinished texts of one sender.
    pub texts_of_one: usize,
    /// Bytes of all unfinished texts together.
    pub bytes: usize,
}

/// A text that was given out.
pub struct Joined {
    /// Who sent it.
    pub from: Number,
    /// What it was sent to.
    pub to: Number,
    /// What it says, with [`GAP`] where parts are missing.
    pub text: SecretText,
    /// The gateway's identifiers of its parts, in their order.
    pub ids: Vec<String>,
    /// Whether parts are missing.
    pub gaps: bool,
}

/// A part's text and the gateway's identifier of it.
type Piece = (SecretText, Option<String>);

/// A text of which parts are missing.
struct Unfinished {
    from: Number,
    to: Number,
    reference: u16,
    since: Duration,
    /// One place for each part.
    parts: Vec<Option<Piece>>,
}

impl Unfinished {
    fn begin(incoming: &Incoming, part: Part, now: Duration) -> Self {
        let parts = std::iter::repeat_with(|| None).take(usize::from(part.total)).collect();
        let (from, to) = (incoming.from.clone(), incoming.to.clone());
        Self { from, to, reference: part.reference, since: now, parts }
    }

    fn takes(&self, incoming: &Incoming, part: Part) -> bool {
        self.reference == part.reference
            && self.parts.len() == usize::from(part.total)
            && self.from == incoming.from
            && self.to == incoming.to
    }

    /// What this holds of memory, with the places of parts that are missing, of which somebody may claim 255.
    fn bytes(&self) -> usize {
        let held = |(text, id): &Piece| text.expose().len() + id.as_ref().map_or(0, String::len);
        self.parts.len() * size_of::<Option<Piece>>() + self.parts.iter().flatten().map(held).sum::<usize>()
    }

    fn join(self) -> Joined {
        let gaps = self.parts.iter().any(Option::is_none);
        // Enough for all, for a string that grew would leave copies behind.
        let mut text = String::with_capacity(self.bytes() + self.parts.len() * GAP.len());
        let mut in_gap = false;
        for part in &self.parts {
            match part {
                Some((part, _)) => text.push_str(part.expose()),
                None if !in_gap => text.push_str(GAP),
                None => {}
            }
            in_gap = part.is_none();
        }
        let text = SecretText::new(text);
        let text = SecretText::new(ucs2::mend(text.expose()));
        let ids = self.parts.into_iter().flatten().filter_map(|(_, id)| id).collect();
        Joined { from: self.from, to: self.to, text, ids, gaps }
    }
}

/// Joins parts, in bounded memory.
///
/// ```
/// use std::time::Duration;
/// use amparo::sms::incoming::{Incoming, Number, Part};
/// use amparo::sms::text::joiner::{Joiner, Limits};
///
/// let minute = Duration::from_mins(1);
/// let mut joiner = Joiner::new(Limits { time: 5 * minute, texts: 1000, texts_of_one: 4, bytes: 1 << 20 });
/// let part = |text: &str, number| Incoming {
///     from: Number::parse("+6757000001").unwrap(),
///     to: Number::parse("16321").unwrap(),
///     text: text.into(),
///     part: Part::new(9, 2, number),
///     id: None,
/// };
/// assert!(joiner.add(part("ten percent.", 2), minute).is_empty());
/// let joined = joiner.add(part("They asked for ", 1), minute);
/// assert_eq!(joined[0].text.expose(), "They asked for ten percent.");
/// ```
pub struct Joiner {
    limits: Limits,
    /// Oldest first.
    unfinished: VecDeque<Unfinished>,
    /// What the unfinished texts hold.
    bytes: usize,
    /// Hashes of the parts of texts that were given out lately, so that a gateway's second try begins no text. The
    /// hash is keyed, and the key dies with this.
    given: VecDeque<(Duration, u64)>,
    hasher: RandomState,
}

impl Joiner {
    /// Nothing waits yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let hasher = RandomState::new();
        Self { limits, unfinished: VecDeque::new(), bytes: 0, given: VecDeque::new(), hasher }
    }

    /// Takes what came in, and gives out what is whole by it, or has to make room for it: none, one or more. What is no
    /// part is given out at once.
    pub fn add(&mut self, incoming: Incoming, now: Duration) -> Vec<Joined> {
        let mut out = self.due(now);
        let Some(part) = incoming.part.and_then(|part| Part::new(part.reference, part.total, part.number)) else {
            let text = SecretText::new(ucs2::mend(incoming.text.expose()));
            let ids = incoming.id.into_iter().collect();
            out.push(Joined { from: incoming.from, to: incoming.to, text, ids, gaps: false });
            return out;
        };
        let place = usize::from(part.number) - 1;
        let found = self.unfinished.iter().position(|text| text.takes(&incoming, part));
        let index = match found.map(|index| (index, self.unfinished[index].parts[place].as_ref())) {
            Some((_, Some((held, _)))) if *held == incoming.text => return out,
            Some((index, None)) => index,
            None if self.was_given(&incoming, part) => return out,
            None => self.begin(&incoming, part, now),
            Some((index, Some(_))) => {
                // Another text, with a reference that is used again.
                out.extend(self.give_out(index, now));
                self.begin(&incoming, part, now)
            }
        };
        let unfinished = &mut self.unfinished[index];
        let before = unfinished.bytes();
        unfinished.parts[place] = Some((incoming.text, incoming.id));
        self.bytes += unfinished.bytes() - before;
        if unfinished.parts.iter().all(Option::is_some) {
            out.extend(self.give_out(index, now));
        }
        self.make_room(&incoming.from, now, &mut out);
        out
    }

    /// Begins a text, and gives its index.
    fn begin(&mut self, incoming: &Incoming, part: Part, now: Duration) -> usize {
        let begun = Unfinished::begin(incoming, part, now);
        self.bytes += begun.bytes();
        self.unfinished.push_back(begun);
        self.unfinished.len() - 1
    }

    /// Gives out what has waited its time, oldest first.
    pub fn due(&mut self, now: Duration) -> Vec<Joined> {
        let over = |since: Duration| now.saturating_sub(since) >= self.limits.time;
        while self.given.front().is_some_and(|(since, _)| over(*since)) {
            self.given.pop_front();
        }
        let count = self.unfinished.iter().take_while(|text| over(text.since)).count();
        (0..count).filter_map(|_| self.give_out(0, now)).collect()
    }

    /// Gives out everything, as when the program ends.
    pub fn finish(&mut self) -> Vec<Joined> {
        self.bytes = 0;
        self.given.clear();
        self.unfinished.drain(..).map(Unfinished::join).collect()
    }

    /// When [`due`](Self::due) has something to give out or to forget next.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        let unfinished = self.unfinished.front().map(|text| text.since);
        let given = self.given.front().map(|(since, _)| *since);
        Some(unfinished.into_iter().chain(given).min()?.saturating_add(self.limits.time))
    }

    /// How many texts are unfinished.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.unfinished.len()
    }

    fn make_room(&mut self, from: &Number, now: Duration, out: &mut Vec<Joined>) {
        let of_one = |joiner: &Self| joiner.unfinished.iter().filter(|text| text.from == *from).count();
        while of_one(self) > self.limits.texts_of_one {
            let oldest = self.unfinished.iter().position(|text| text.from == *from);
            out.extend(oldest.and_then(|index| self.give_out(index, now)));
        }
        while self.unfinished.len() > self.limits.texts || self.bytes > self.limits.bytes {
            out.extend(self.give_out(0, now));
        }
    }

    fn give_out(&mut self, index: usize, now: Duration) -> Option<Joined> {
        let text = self.unfinished.remove(index)?;
        self.bytes -= text.bytes();
        let total = u8::try_from(text.parts.len()).unwrap_or(u8::MAX);
        for (number, piece) in (1..=u8::MAX).zip(&text.parts) {
            let part = Part { reference: text.reference, total, number };
            self.given.extend(piece.as_ref().map(|(words, _)| (now, self.hash(&text.from, &text.to, part, words))));
        }
        // A second try follows soon, so the last few are enough; a text has at most 255 parts.
        let surplus = self.given.len().saturating_sub(self.limits.texts.max(255));
        self.given.drain(..surplus);
        Some(text.join())
    }

    fn was_given(&self, incoming: &Incoming, part: Part) -> bool {
        let hash = self.hash(&incoming.from, &incoming.to, part, &incoming.text);
        self.given.iter().any(|(_, given)| *given == hash)
    }

    fn hash(&self, from: &Number, to: &Number, part: Part, text: &SecretText) -> u64 {
        let Part { reference, total, number } = part;
        self.hasher.hash_one((from.expose(), to.expose(), reference, total, number, text.expose()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;

    const MINUTE: Duration = Duration::from_mins(1);

    fn joiner() -> Joiner {
        Joiner::new(Limits { time: 5 * MINUTE, texts: 8, texts_of_one: 2, bytes: 1500 })
    }

    fn part(from: &str, text: &str, (reference, total, number): (u16, u8, u8)) -> Incoming {
        Incoming {
            from: Number::parse(from).unwrap(),
            to: Number::parse("16321").unwrap(),
            text: text.into(),
            part: Some(Part { reference, total, number }),
            id: Some(format!("{from}-{number}")),
        }
    }

    fn said(joined: &[Joined]) -> Vec<&str> {
        joined.iter().map(|one| one.text.expose()).collect()
    }

    #[test]
    fn senders_with_one_reference_are_kept_apart() {
        let mut joiner = joiner();
        assert!(joiner.add(part("+1", "a", (7, 2, 1)), MINUTE).is_empty());
        assert!(joiner.add(part("+2", "x", (7, 2, 2)), MINUTE).is_empty());
        let joined = joiner.add(part("+1", "b", (7, 2, 2)), MINUTE);
        assert_eq!(said(&joined), ["ab"]);
        assert_eq!((joined[0].from.expose(), joined[0].gaps), ("+1", false));
        assert_eq!(joined[0].ids, ["+1-1", "+1-2"]);
        assert_eq!(said(&joiner.add(part("+2", "w", (7, 2, 1)), MINUTE)), ["wx"]);
        assert_eq!((joiner.waiting(), joiner.bytes), (0, 0));
    }

    #[test]
    fn a_second_try_begins_no_text() {
        let mut joiner = joiner();
        joiner.add(part("+1", "a", (7, 2, 1)), MINUTE);
        assert!(joiner.add(part("+1", "a", (7, 2, 1)), MINUTE).is_empty());
        assert_eq!(said(&joiner.add(part("+1", "b", (7, 2, 2)), MINUTE)), ["ab"]);
        assert!(joiner.add(part("+1", "b", (7, 2, 2)), 2 * MINUTE).is_empty());
        assert_eq!(joiner.waiting(), 0);
        // The reference may come round again.
        joiner.add(part("+1", "c", (7, 2, 1)), 2 * MINUTE);
        assert_eq!(said(&joiner.add(part("+1", "d", (7, 2, 2)), 2 * MINUTE)), ["cd"]);
        assert!(joiner.due(7 * MINUTE).is_empty());
        assert_eq!(joiner.next_due(), None);
    }

    #[test]
    fn a_reference_used_again_does_not_mix_two_texts() {
        let mut joiner = joiner();
        joiner.add(part("+1", "a", (7, 2, 1)), MINUTE);
        assert_eq!(said(&joiner.add(part("+1", "c", (7, 2, 1)), MINUTE)), ["a […] "]);
        assert_eq!(said(&joiner.add(part("+1", "d", (7, 2, 2)), MINUTE)), ["cd"]);
    }

    #[test]
    fn after_its_time_a_text_is_given_out_with_its_gaps() {
        let mut joiner = joiner();
        for number in [1, 4, 6] {
            joiner.add(part("+1", &number.to_string(), (7, 6, number)), MINUTE);
        }
        assert_eq!(joiner.next_due(), Some(6 * MINUTE));
        assert!(joiner.due(Duration::from_millis(359_999)).is_empty());
        let joined = joiner.due(6 * MINUTE);
        assert_eq!(said(&joined), ["1 […] 4 […] 6"]);
        assert!(joined[0].gaps);
        // A late part stands alone between gaps, and the clock may even go back.
        assert!(joiner.add(part("+1", "2", (7, 6, 2)), 5 * MINUTE).is_empty());
        assert_eq!(said(&joiner.finish()), [" […] 2 […] "]);
    }

    #[test]
    fn memory_is_bounded_and_nothing_is_lost() {
        let mut joiner = joiner();
        let mut out = Vec::new();
        for reference in 0..4 {
            out.extend(joiner.add(part("+1", &format!("{reference}"), (reference, 3, 1)), MINUTE));
        }
        assert_eq!(said(&out), ["0 […] ", "1 […] "]);
        for sender in 2..20 {
            out.extend(joiner.add(part(&format!("+{sender}"), &"x".repeat(100), (1, 3, 1)), MINUTE));
            assert!(joiner.waiting() <= 8 && joiner.bytes <= 1500);
        }
        let long = joiner.add(part("+99", &"y".repeat(2000), (1, 3, 2)), MINUTE);
        assert_eq!(joiner.waiting(), 0);
        assert_eq!(out.len() + long.len(), 4 + 18 + 1);
        assert!(joiner.given.len() <= 255);
    }

    #[test]
    fn a_text_may_have_255_parts() {
        let mut joiner = Joiner::new(Limits { time: MINUTE, texts: 1, texts_of_one: 1, bytes: 100_000 });
        for number in 1..255 {
            assert!(joiner.add(part("+1", "a", (7, 255, number)), MINUTE).is_empty());
        }
        assert_eq!(said(&joiner.add(part("+1", "b", (7, 255, 255)), MINUTE)), [format!("{}b", "a".repeat(254))]);
    }

    #[test]
    fn what_is_no_part_passes_whole() {
        let mut joiner = joiner();
        for numbers in [(1, 1, 1), (1, 0, 0), (1, 2, 3), (1, 2, 0)] {
            assert_eq!(said(&joiner.add(part("+1", "all", numbers), MINUTE)), ["all"]);
        }
    }

    #[test]
    fn an_emoji_cut_in_two_is_one_again() {
        let mut joiner = joiner();
        let octets = ucs2::encode("a😀b");
        joiner.add(part("+1", &ucs2::decode(&octets[4..]), (7, 2, 2)), MINUTE);
        assert_eq!(said(&joiner.add(part("+1", &ucs2::decode(&octets[..4]), (7, 2, 1)), MINUTE)), ["a😀b"]);
    }

    proptest! {
        #[test]
        fn parts_in_any_order_and_repeated_give_the_text(
            text in "[a-zя😀 ]{2,300}",
            count in 2..12_usize,
            order in proptest::collection::vec(any::<Index>(), 0..40),
        ) {
            let chars: Vec<char> = text.chars().collect();
            let parts: Vec<String> = chars.chunks(chars.len().div_ceil(count)).map(|part| part.iter().collect()).collect();
            prop_assume!(parts.len() > 1);
            let total = u8::try_from(parts.len()).unwrap();
            let mut joiner = Joiner::new(Limits { time: MINUTE, texts: 4, texts_of_one: 4, bytes: 10_000 });
            let mut out = Vec::new();
            // As chance has it and some of them twice, then all, so that none is missing.
            let numbers = order.iter().map(|index| index.index(parts.len())).chain(0..parts.len());
            for number in numbers {
                let place = (3, total, u8::try_from(number).unwrap() + 1);
                out.extend(joiner.add(part("+1", &parts[number], place), Duration::ZERO));
            }
            prop_assert_eq!(said(&out), [text.as_str()]);
            prop_assert_eq!((joiner.waiting(), joiner.bytes), (0, 0));
        }

        #[test]
        fn bounds_hold_whatever_comes(
            steps in proptest::collection::vec((1..6_u8, 0..3_u16, 0..5_u8, 0..6_u8, "[a-z]{0,80}", 0..90_u64), 0..120)
        ) {
            let limits = Limits { time: MINUTE, texts: 5, texts_of_one: 2, bytes: 800 };
            let mut joiner = Joiner::new(limits);
            let mut now = Duration::ZERO;
            for (sender, reference, total, number, text, seconds) in steps {
                now += Duration::from_secs(seconds / 10);
                joiner.add(part(&format!("+{sender}"), &text, (reference, total, number)), now);
                prop_assert!(joiner.waiting() <= limits.texts && joiner.bytes <= limits.bytes);
                prop_assert_eq!(joiner.bytes, joiner.unfinished.iter().map(Unfinished::bytes).sum::<usize>());
                prop_assert!(joiner.next_due().is_none_or(|due| due > now));
            }
        }
    }
}
