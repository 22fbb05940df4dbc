//! Inputs bent in small ways, the same in every run of one seed.

/// splitmix64: the same numbers in every run.
pub struct Numbers(pub u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap()
    }
}

/// Pieces that readers of JSON and of text disagree about.
const PIECES: [&str; 30] = [
    "null",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\"text\":\"b\",",
    "\\u0041",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\udc00",
    "1e3",
    "-0",
    "-1",
    "01",
    "1.0",
    "18446744073709551615",
    "18446744073709551616",
    " ",
    "\n",
    "\u{feff}",
    "\u{0}",
    "\u{7f}",
    "true",
    "\r",
    "\\/",
    "\u{85}",
    "٣",
];

/// `sample`, bent in one to three places.
pub fn bend(sample: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=numbers.below(3) {
        // Half of the time near the front or the end, where lengths and marks stand.
        let place = match numbers.below(4) {
            0 => numbers.below(bytes.len().min(64)),
            1 => bytes.len() - 1 - numbers.below(bytes.len().min(24)),
            _ => numbers.below(bytes.len()),
        };
        match numbers.below(8) {
            0 | 1 => bytes[place] ^= 1 << numbers.below(8),
            2 => bytes[place] = [0, 1, 0x0a, 0x20, 0x2d, 0x7f, 0xff][numbers.below(7)],
            3 => drop(bytes.remove(place)),
            4 => bytes.insert(place, bytes[numbers.below(bytes.len())]),
            5 => drop(bytes.splice(place..place, PIECES[numbers.below(PIECES.len())].bytes())),
            6 => {
                let end = (place + numbers.below(40)).min(bytes.len());
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
            _ => bytes.truncate(place.max(1)),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}
