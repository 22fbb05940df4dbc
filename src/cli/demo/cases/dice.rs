//! Chance that falls the same way for the same seed. It chooses words and days, and is never used for keys.

/// `SplitMix64` (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, 2014).
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of their own for each `purpose` in each case, so that no case depends on how many others there are.
    pub fn of(seed: u64, index: u64, purpose: u64) -> Self {
        let mut dice = Self(seed);
        dice.0 = dice.next() ^ index;
        dice.0 = dice.next() ^ purpose;
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end`, without `end`; 0 when that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = (u128::from(self.next()) * u128::from(end)) >> 64;
        u64::try_from(wide).unwrap_or_default()
    }

    /// A number in the range, its end not included.
    pub fn between(&mut self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.below(range.end.saturating_sub(range.start))
    }

    /// True that many times in a hundred.
    pub fn percent(&mut self, of_hundred: u64) -> bool {
        self.below(100) < of_hundred
    }

    /// A place in a list of that length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.place(list.len())]
    }

    /// One of a list in which each has its weight.
    pub fn weighted<T: Copy>(&mut self, list: &[(T, u64)]) -> T {
        let mut left = self.below(list.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in list {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        list[0].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        // The first numbers of seed 1234567 as the reference code gives them.
        let mut dice = Dice(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn weights_and_ranges_are_kept() {
        let mut dice = Dice::of(1, 2, 3);
        let heads = (0..1000).filter(|_| dice.weighted(&[(true, 3), (false, 1)])).count();
        assert!((650..850).contains(&heads), "{heads}");
        assert!((0..1000).all(|_| (5..9).contains(&dice.between(5..9))));
        assert_eq!((dice.below(0), dice.weighted(&[(7, 0)])), (0, 7));
    }
}
