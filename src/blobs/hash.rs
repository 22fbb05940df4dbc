//! The chunked hash of docs/protocol.md §2.

use sha2::{Digest, Sha256};

const CHUNK: usize = 1 << 20;

/// `H` of the `H`s of the consecutive 1 MiB chunks, computed as the bytes come.
pub(super) struct ChunkedHash {
    outer: Sha256,
    chunk: Sha256,
    filled: usize,
}

impl ChunkedHash {
    pub fn new() -> Self {
        Self { outer: Sha256::new(), chunk: Sha256::new(), filled: 0 }
    }

    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.filled));
            self.chunk.update(now);
            self.filled += now.len();
            if self.filled == CHUNK {
                self.end_chunk();
            }
            bytes = later;
        }
    }

    pub fn finish(mut self) -> [u8; 32] {
        if self.filled > 0 {
            self.end_chunk();
        }
        self.outer.finalize().into()
    }

    fn end_chunk(&mut self) {
        self.outer.update(self.chunk.finalize_reset());
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_whole(bytes: &[u8]) -> [u8; 32] {
        let inner: Vec<u8> = bytes.chunks(CHUNK).flat_map(|chunk| Sha256::digest(chunk).to_vec()).collect();
        Sha256::digest(inner).into()
    }

    #[test]
    fn pieces_of_any_size_give_the_hash_of_the_whole() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 77] {
            let bytes: Vec<u8> = (0..=250_u8).cycle().take(length).collect();
            for piece in [1000, 65_536, CHUNK - 1, 3 * CHUNK] {
                let mut hash = ChunkedHash::new();
                bytes.chunks(piece).for_each(|piece| hash.update(piece));
                assert_eq!(hash.finish(), of_whole(&bytes), "{length} in {piece}");
            }
        }
        assert_eq!(<[u8; 32]>::from(Sha256::digest(b"")), ChunkedHash::new().finish());
    }
}
