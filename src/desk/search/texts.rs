//! The folded words of all cases in memory.

use std::sync::Mutex;

use memchr::memmem::Finder;
use zeroize::Zeroize;

use super::query::Query;
use crate::desk::whole::whole;

/// Bytes of a piece of memory. A case that is longer gets one of its own.
const PIECE: usize = 4 << 20;

/// How often a word is counted in one case.
const COUNTED: u32 = 8;

/// The caller's number for a case.
pub type Slot = u32;

/// A case in which everything was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which case.
    pub slot: Slot,
    /// The higher, the better it fits.
    pub score: u32,
}

/// Words of one case in a piece. What was replaced is overwritten with zeros, so that nothing is found in it.
struct Words {
    start: u32,
    end: u32,
    slot: Slot,
}

struct Piece {
    bytes: Vec<u8>,
    words: Vec<Words>,
    dead: usize,
}

impl Piece {
    /// An empty one in which at least `room` bytes fit.
    fn with_room(room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room.max(PIECE)), words: Vec::new(), dead: 0 }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// The words of all cases. Wiped when dropped.
#[derive(Default)]
pub struct Texts {
    pieces: Vec<Piece>,
    /// By slot: piece, and place in it.
    places: Vec<Option<(u32, u32)>>,
}

impl Texts {
    /// Puts the folded words of a case in the place of those it had.
    ///
    /// # Panics
    /// When the words have more than 2 GiB.
    pub fn put(&mut self, slot: Slot, words: &str) {
        self.remove(slot);
        let fits = |piece: &Piece| piece.bytes.capacity() - piece.bytes.len() >= words.len();
        if !self.pieces.last().is_some_and(fits) {
            self.pieces.push(Piece::with_room(words.len()));
        }
        let number = self.pieces.len() - 1;
        let piece = &mut self.pieces[number];
        let start = to_u32(piece.bytes.len());
        piece.bytes.extend_from_slice(words.as_bytes());
        piece.words.push(Words { start, end: to_u32(piece.bytes.len()), slot });
        let place = slot as usize;
        if self.places.len() <= place {
            self.places.resize(place + 1, None);
        }
        self.places[place] = Some((to_u32(number), to_u32(piece.words.len() - 1)));
    }

    /// Wipes the words of a case.
    pub fn remove(&mut self, slot: Slot) {
        let Some((number, place)) = self.places.get_mut(slot as usize).and_then(Option::take) else { return };
        let piece = &mut self.pieces[number as usize];
        let words = &piece.words[place as usize];
        let range = words.start as usize..words.end as usize;
        piece.dead += range.len();
        piece.bytes[range].zeroize();
        if piece.dead > piece.bytes.len() / 2 && piece.dead > PIECE / 4 {
            self.tidy(number);
        }
    }

    /// Moves what is left in a piece together.
    fn tidy(&mut self, number: u32) {
        let piece = &mut self.pieces[number as usize];
        let room = piece.bytes.len() - piece.dead;
        let old = std::mem::replace(piece, Piece::with_room(room));
        for (place, words) in old.words.iter().enumerate() {
            let known = self.places.get_mut(words.slot as usize);
            let Some(known) = known.filter(|known| **known == Some((number, to_u32(place)))) else { continue };
            let start = to_u32(piece.bytes.len());
            piece.bytes.extend_from_slice(&old.bytes[words.start as usize..words.end as usize]);
            piece.words.push(Words { start, end: to_u32(piece.bytes.len()), slot: words.slot });
            *known = Some((number, to_u32(piece.words.len() - 1)));
        }
    }

    /// The words of a case, empty when it has none.
    pub fn get(&self, slot: Slot) -> &str {
        let Some((piece, place)) = self.places.get(slot as usize).copied().flatten() else { return "" };
        let piece = &self.pieces[piece as usize];
        let words = &piece.words[place as usize];
        std::str::from_utf8(&piece.bytes[words.start as usize..words.end as usize]).unwrap_or("")
    }

    /// Cases in which all of `query` stands, in no order; on all cores.
    pub fn find(&self, query: &Query) -> Vec<Found> {
        let finders: Vec<Finder> = query.terms().iter().map(|term| Finder::new(term.as_bytes())).collect();
        let Some((rarest, others)) = finders.split_first() else { return Vec::new() };
        let next = Mutex::new(self.pieces.iter());
        let work = || {
            let mut found = Vec::new();
            loop {
                let piece = whole(&next).next();
                let Some(piece) = piece else { return found };
                piece.find(rarest, others, &mut found);
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(self.pieces.len());
        if cores <= 1 {
            return work();
        }
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    }

    #[cfg(test)]
    fn size(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.capacity()).sum()
    }
}

impl Piece {
    fn find(&self, rarest: &Finder, others: &[Finder], found: &mut Vec<Found>) {
        let mut at = 0;
        let mut place = 0;
        while let Some(hit) = rarest.find(&self.bytes[at..]).map(|hit| at + hit) {
            place += self.words[place..].partition_point(|words| words.end as usize <= hit);
            let Some(words) = self.words.get(place) else { return };
            let (start, end) = (words.start as usize, words.end as usize);
            // Else the hit runs over into the next case.
            if hit + rarest.needle().len() <= end {
                let text = &self.bytes[start..end];
                let others = others.iter().map(|finder| score(text, 0, finder)).sum::<Option<u32>>();
                if let (Some(others), Some(rarest)) = (others, score(text, hit - start, rarest)) {
                    found.push(Found { slot: words.slot, score: others + rarest });
                }
                at = end;
            } else {
                at = hit + 1;
            }
        }
    }
}

/// How well a text fits one word: how often it stands there, most for whole words, less for beginnings, least for parts.
/// `None` when it does not. `at` is where to begin.
fn score(text: &[u8], mut at: usize, finder: &Finder) -> Option<u32> {
    let (mut best, mut count) = (0, 0);
    while let Some(hit) = finder.find(&text[at..]).map(|hit| at + hit) {
        let end = hit + finder.needle().len();
        let begins = hit.checked_sub(1).is_none_or(|before| is_edge(text[before]));
        let ends = text.get(end).is_none_or(|after| is_edge(*after));
        best = best.max(match (begins, ends) {
            (true, true) => 20,
            (true, false) => 10,
            _ => 4,
        });
        count += 1;
        if count == COUNTED {
            break;
        }
        at = end;
    }
    (count > 0).then_some(best + count)
}

/// Letters and digits are ASCII ones or have bytes above it.
fn is_edge(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a piece is far below four gibibytes")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn slots(texts: &Texts, typed: &str) -> Vec<Slot> {
        let mut found = texts.find(&Query::parse(typed));
        found.sort_by_key(|found| (std::cmp::Reverse(found.score), found.slot));
        found.into_iter().map(|found| found.slot).collect()
    }

    #[test]
    fn all_words_must_stand_in_one_case_and_whole_words_come_first() {
        let mut texts = Texts::default();
        texts.put(7, "the bridgehead");
        texts.put(2, "a bridge in the north\nlot 7");
        texts.put(3, "drawbridges");
        assert_eq!(slots(&texts, "bridge"), [2, 7, 3]);
        assert_eq!(slots(&texts, "BRIDGE nörth"), [2]);
        assert_eq!(slots(&texts, "\"north lot\""), [0; 0]);
        assert_eq!(slots(&texts, "headdraw"), [0; 0]);
        texts.put(2, "nothing of it");
        assert_eq!(slots(&texts, "bridge"), [7, 3]);
        texts.remove(7);
        assert_eq!(slots(&texts, "bridge"), [3]);
        assert_eq!((texts.get(2), texts.get(7), texts.get(99)), ("nothing of it", "", ""));
    }

    #[test]
    fn replaced_words_do_not_fill_the_memory() {
        let mut texts = Texts::default();
        let long = "word ".repeat(20_000);
        for round in 0..400 {
            texts.put(round % 3, &long);
        }
        assert!(texts.size() <= 4 * PIECE, "{} bytes", texts.size());
        assert_eq!(slots(&texts, "word").len(), 3);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put(Slot, String),
        Remove(Slot),
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_looking_through_every_text_finds(
            steps in prop::collection::vec(
                prop_oneof![
                    (0..6_u32, "[ab ]{0,12}").prop_map(|(slot, text)| Step::Put(slot, text)),
                    (0..6_u32).prop_map(Step::Remove),
                ],
                0..40,
            ),
            typed in "[ab]{1,3}( [ab]{1,2})?",
        ) {
            let (mut texts, mut plain) = (Texts::default(), BTreeMap::new());
            for step in steps {
                match step {
                    Step::Put(slot, text) => {
                        texts.put(slot, &text);
                        plain.insert(slot, text);
                    }
                    Step::Remove(slot) => {
                        texts.remove(slot);
                        plain.remove(&slot);
                    }
                }
            }
            let expected: Vec<Slot> =
                plain.iter().filter(|(_, text)| typed.split(' ').all(|term| text.contains(term))).map(|(slot, _)| *slot).collect();
            let mut found = slots(&texts, &typed);
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
