//! Secrets that cannot be printed, logged or left behind.
//!
//! All of them stand on the heap, so that moving one copies a pointer, and never the secret into one more place of a
//! stack. What ciphers and hashes leave on the stack while they work, [`on_wiped_stack`] overwrites.
//!
//! [`Secret`] holds key material of a fixed size, [`SecretText`] and [`SecretBytes`] what somebody wrote. All of
//! them overwrite their memory when dropped, have no `Debug`, `Display` or serialisation, and compare in constant
//! time. Reading one takes a call to `expose`, which is easy to find in a review.

use std::sync::Arc;

use ring::rand::SecureRandom;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Randomness that threads share.
pub type Rng = Arc<dyn SecureRandom + Send + Sync>;

/// The system's random generator failed; nothing secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("the system's random generator gave no bytes")]
pub struct NoRandomness;

/// Fills `N` bytes from `rng`; for values that are random but not secret, such as a case id.
pub fn random_bytes<const N: usize>(rng: &dyn SecureRandom) -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    rng.fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Makes room for `more` bytes without leaving a copy of what was there in freed memory.
pub fn grow(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        let mut larger = Vec::with_capacity((bytes.len() + more).next_power_of_two() * 2);
        larger.extend_from_slice(bytes);
        bytes.zeroize();
        *bytes = larger;
    }
}

/// How much of a stack is overwritten, in bytes: more than anything here reaches down, and less than a thread has.
const STACK: usize = 256 << 10;

/// Runs `work`, and overwrites the part of the stack that it stood on: copies of secrets are there that no type can
/// wipe, since ciphers, hashes and compilers make them.
pub fn on_wiped_stack<T>(work: impl FnOnce() -> T) -> T {
    let value = deeper(work);
    wipe_stack();
    value
}

#[inline(never)]
fn deeper<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Overwrites the stack below the caller with zeros; takes some microseconds.
#[expect(clippy::large_stack_arrays, reason = "to reach down the stack is what it is for")]
#[inline(never)]
pub fn wipe_stack() {
    let mut stack = [0_u64; STACK / 8];
    stack.as_mut_slice().zeroize();
}

/// Key material of `N` bytes.
///
/// ```
/// use amparo::secret::Secret;
/// let key = Secret::<32>::random(&ring::rand::SystemRandom::new()).unwrap();
/// assert_eq!(key.expose().len(), 32);
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Takes over `bytes` and overwrites the caller's copy.
    pub fn take(bytes: &mut [u8; N]) -> Self {
        let mut secret = Self::zeroed();
        secret.0.copy_from_slice(bytes);
        bytes.zeroize();
        secret
    }

    /// Copies `bytes` when they are exactly `N` long.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self::zeroed();
        (bytes.len() == N).then(|| secret.0.copy_from_slice(bytes))?;
        Some(secret)
    }

    fn zeroed() -> Self {
        Self(Box::new([0; N]))
    }

    /// `N` fresh random bytes.
    pub fn random(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let mut secret = Self::zeroed();
        rng.fill(&mut *secret.0).map_err(|_| NoRandomness)?;
        Ok(secret)
    }

    /// Calls `fill` on a zeroed secret, so that the bytes never stand anywhere else.
    pub fn fill_with<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self::zeroed();
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

/// Text that must not outlive its use: a passphrase, a message, a name.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(String);

impl SecretText {
    /// Takes over `text`.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretText {}

/// Bytes that must not outlive their use: an opened envelope, an attachment.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes over `bytes`.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretBytes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_bytes_over_wipes_the_callers_copy() {
        let mut bytes = [7; 4];
        let secret = Secret::take(&mut bytes);
        assert_eq!(bytes, [0; 4]);
        assert_eq!(secret.expose(), &[7; 4]);
    }

    #[test]
    fn moving_a_secret_leaves_it_where_it_is() {
        let secret = Secret::take(&mut [7; 4]);
        let place = secret.expose().as_ptr();
        let moved = Box::new(Some(secret));
        assert_eq!(moved.unwrap().expose().as_ptr(), place);
    }

    #[test]
    fn secrets_of_other_length_are_refused_and_equality_holds() {
        assert!(Secret::<4>::from_slice(&[1; 3]).is_none());
        assert!(Secret::<4>::from_slice(&[1; 4]) == Secret::from_slice(&[1; 4]));
        assert!(Secret::<4>::from_slice(&[1; 4]) != Secret::from_slice(&[2; 4]));
        assert!(SecretText::from("a") != SecretText::from("ab"));
    }
}
