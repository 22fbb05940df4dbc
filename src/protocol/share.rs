//! Splitting a key so that any k of n holders have it together, and k − 1 have nothing.
//!
//! Shamir, *How to share a secret*, 1979, byte by byte over GF(2⁸) with the polynomial x⁸ + x⁴ + x³ + x + 1 (0x11b).
//! Arithmetic takes the same steps whatever the values. The shares carry no check of their own: whoever combines them
//! sees by the key that comes out whether they were right.

use ring::rand::SecureRandom;
use zeroize::Zeroize;

use crate::secret::{NoRandomness, Secret};

/// One holder's share.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    /// x, from 1.
    pub index: u8,
    /// y, byte by byte.
    pub value: Secret<32>,
}

/// Splits `secret` into `n` shares of which any `k` give it back; `None` unless 1 ≤ k ≤ n.
pub fn split(secret: &Secret<32>, k: u8, n: u8, rng: &dyn SecureRandom) -> Result<Option<Vec<Share>>, NoRandomness> {
    if k == 0 || k > n {
        return Ok(None);
    }
    let mut coefficients = vec![secret.clone()];
    for _ in 1..k {
        coefficients.push(Secret::random(rng)?);
    }
    let shares = (1..=n).map(|x| {
        let mut value = [0; 32];
        for coefficient in coefficients.iter().rev() {
            for (y, c) in value.iter_mut().zip(coefficient.expose()) {
                *y = multiply(*y, x) ^ c;
            }
        }
        Share { index: x, value: Secret::take(&mut value) }
    });
    Ok(Some(shares.collect()))
}

/// The secret that `shares` have in common; `None` when none is given, or two of the same index, or index 0.
#[must_use]
pub fn combine(shares: &[Share]) -> Option<Secret<32>> {
    let distinct = shares
        .iter()
        .enumerate()
        .all(|(place, share)| share.index != 0 && shares[..place].iter().all(|other| other.index != share.index));
    if shares.is_empty() || !distinct {
        return None;
    }
    let mut secret = [0; 32];
    for share in shares {
        let others = shares.iter().filter(|other| other.index != share.index);
        let mut weight =
            others.fold(1, |weight, other| multiply(weight, multiply(other.index, inverse(other.index ^ share.index))));
        for (s, y) in secret.iter_mut().zip(share.value.expose()) {
            *s ^= multiply(*y, weight);
        }
        weight.zeroize();
    }
    Some(Secret::take(&mut secret))
}

/// Product in GF(2⁸), without branches or tables that depend on the values.
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        let overflow = (a >> 7).wrapping_neg();
        a = (a << 1) ^ (0x1b & overflow);
        b >>= 1;
    }
    product
}

/// a²⁵⁴, the inverse of `a` in GF(2⁸).
fn inverse(a: u8) -> u8 {
    let mut power = 1;
    for _ in 0..254 {
        power = multiply(power, a);
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn the_field_is_that_of_aes() {
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
        assert!((1..=255).all(|a| multiply(a, inverse(a)) == 1));
    }

    #[test]
    fn every_k_of_n_gives_the_secret_and_fewer_do_not() {
        let rng = SystemRandom::new();
        for n in 1..=5_u8 {
            for k in 1..=n {
                let secret = Secret::random(&rng).unwrap();
                let shares = split(&secret, k, n, &rng).unwrap().unwrap();
                for chosen in 1_u32..1 << n {
                    let some: Vec<_> =
                        shares.iter().filter(|share| chosen >> (share.index - 1) & 1 == 1).cloned().collect();
                    let combined = combine(&some).unwrap();
                    assert_eq!(combined == secret, some.len() >= usize::from(k), "{k} of {n}, {chosen:b}");
                }
            }
        }
    }

    #[test]
    fn senseless_input_is_refused() {
        let rng = SystemRandom::new();
        let secret = Secret::random(&rng).unwrap();
        assert!(split(&secret, 0, 3, &rng).unwrap().is_none());
        assert!(split(&secret, 4, 3, &rng).unwrap().is_none());
        let share = Share { index: 1, value: secret };
        assert!(combine(&[]).is_none());
        assert!(combine(&[share.clone(), share.clone()]).is_none());
        assert!(combine(&[Share { index: 0, ..share }]).is_none());
    }
}
