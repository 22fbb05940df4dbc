//! The fuzz targets, run for a bounded number of rounds on their seeds and on what chance makes of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[allow(clippy::pedantic, missing_docs, reason = "shared with the folder fuzz/")]
#[path = "../fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rounds for each target.
const ROUNDS: u32 = 400;

/// `SplitMix64` (Steele, Lea, Flood, 2014): the same bytes in every run, so that a failure can be repeated.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    fn byte(&mut self) -> u8 {
        let common = [0, 1, 2, 4, 0x7f, 0x80, 0xff, b'"', b'{', b'}', b'[', b'0', b'\n', b'-'];
        if self.below(2) == 0 { common[self.below(common.len())] } else { self.next().to_le_bytes()[0] }
    }

    /// Changes `bytes` in one to four places.
    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..=self.below(4) {
            let (from, length) = (self.below(bytes.len() + 1), 1 << self.below(7));
            let to = (from + length).min(bytes.len());
            match self.below(6) {
                0 => bytes[from..to].iter_mut().for_each(|byte| *byte = self.byte()),
                1 => bytes[from..to].iter_mut().take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
                2 => drop(bytes.drain(from..to)),
                3 => drop(bytes.splice(from..from, (0..length).map(|_| self.byte()).collect::<Vec<_>>())),
                4 => drop(bytes.splice(from..from, bytes[from..to].to_vec())),
                _ => {
                    let start = self.below(other.len() + 1);
                    let piece = &other[start..(start + length).min(other.len())];
                    drop(bytes.splice(from..to, piece.to_vec()));
                }
            }
        }
    }
}

#[test]
fn no_target_panics_on_its_seeds_or_on_what_chance_makes_of_them() {
    for (name, target, seeds) in targets::TARGETS {
        let seeds = seeds();
        let mut chance = Chance(7);
        let try_one = |bytes: &[u8]| {
            let held = catch_unwind(AssertUnwindSafe(|| target(bytes)));
            assert!(held.is_ok(), "{name} panics on {}", amparo::protocol::bytes::to_hex(bytes));
        };
        try_one(&[]);
        for seed in &seeds {
            try_one(seed);
        }
        for round in 0..ROUNDS {
            let mut bytes = seeds[round as usize % seeds.len()].clone();
            let other = seeds[chance.below(seeds.len())].clone();
            chance.change(&mut bytes, &other);
            try_one(&bytes);
        }
        println!("{name}: {} seeds, {ROUNDS} rounds", seeds.len());
    }
}
