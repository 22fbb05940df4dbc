//! The chunked hash that names every ciphertext: `CH(x) = H(H(x₀) ‖ H(x₁) ‖ …)` over chunks of 1 MiB, H being SHA-256.
//!
//! A part of a file can be checked without the rest by whoever has the list of the chunks' hashes. It is no keyed
//! hash, and says nothing about the length beyond the number of chunks.

use ring::digest::{Context, SHA256};

/// Bytes of a chunk; the last one may be shorter.
pub const CHUNK_SIZE: usize = 1 << 20;

/// Computes the chunked hash of what it is fed, in constant memory.
///
/// ```
/// use amparo::protocol::seal::{ChunkedHash, chunked_hash};
/// let mut hash = ChunkedHash::new();
/// hash.update(b"abc");
/// hash.update(b"def");
/// assert_eq!(hash.finish(), chunked_hash(b"abcdef"));
/// ```
#[derive(Clone)]
pub struct ChunkedHash {
    whole: Context,
    chunk: Context,
    /// Bytes in `chunk`; less than [`CHUNK_SIZE`] between calls.
    filled: usize,
}

impl ChunkedHash {
    /// Of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { whole: Context::new(&SHA256), chunk: Context::new(&SHA256), filled: 0 }
    }

    /// Goes on with `bytes`, in pieces of any size.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_SIZE - self.filled));
            self.chunk.update(now);
            self.filled += now.len();
            if self.filled == CHUNK_SIZE {
                self.close_chunk();
            }
            bytes = later;
        }
    }

    /// The hash of all that was fed.
    #[must_use]
    pub fn finish(mut self) -> [u8; 32] {
        if self.filled > 0 {
            self.close_chunk();
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(self.whole.finish().as_ref());
        hash
    }

    fn close_chunk(&mut self) {
        let chunk = std::mem::replace(&mut self.chunk, Context::new(&SHA256));
        self.whole.update(chunk.finish().as_ref());
        self.filled = 0;
    }
}

impl Default for ChunkedHash {
    fn default() -> Self {
        Self::new()
    }
}

/// The chunked hash of `bytes`.
#[must_use]
pub fn chunked_hash(bytes: &[u8]) -> [u8; 32] {
    let mut hash = ChunkedHash::new();
    hash.update(bytes);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256(bytes: &[u8]) -> [u8; 32] {
        ring::digest::digest(&SHA256, bytes).as_ref().try_into().unwrap()
    }

    #[test]
    fn it_is_the_hash_of_the_chunks_hashes_at_every_edge() {
        let bytes: Vec<u8> = (0..=2 * CHUNK_SIZE).map(|i| u8::try_from(i % 251).unwrap()).collect();
        assert_eq!(chunked_hash(&[]), sha256(&[]));
        assert_eq!(chunked_hash(b"abc"), sha256(&sha256(b"abc")));
        assert_eq!(chunked_hash(&bytes[..CHUNK_SIZE]), sha256(&sha256(&bytes[..CHUNK_SIZE])));
        for end in [CHUNK_SIZE - 1, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 2 * CHUNK_SIZE + 1] {
            let hashes: Vec<u8> = bytes[..end].chunks(CHUNK_SIZE).flat_map(sha256).collect();
            assert_eq!(chunked_hash(&bytes[..end]), sha256(&hashes), "{end}");
        }
    }

    #[test]
    fn the_size_of_the_pieces_does_not_matter() {
        let bytes: Vec<u8> = (0..CHUNK_SIZE + 4321).map(|i| u8::try_from(i % 253).unwrap()).collect();
        for size in [1000, 65_537, CHUNK_SIZE - 1, CHUNK_SIZE + 4321] {
            let mut hash = ChunkedHash::new();
            bytes.chunks(size).for_each(|piece| hash.update(piece));
            assert_eq!(hash.finish(), chunked_hash(&bytes), "{size}");
        }
    }
}
