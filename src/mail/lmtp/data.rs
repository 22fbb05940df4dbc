//! The content of a letter on the line (RFC 5321 §4.5.2): dots at the beginning of lines are doubled, and a lone one
//! ends it. Only CR LF ends a line here, so that nobody can smuggle a second letter inside the first.

use zeroize::Zeroizing;

/// Content while it comes in.
pub struct Data {
    bytes: Zeroizing<Vec<u8>>,
    most: usize,
    too_large: bool,
    at: At,
}

/// Where in a line the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Line,
    Cr,
    Dot,
    DotCr,
}

impl Data {
    /// Nothing yet, and `most` bytes of room.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::new()), most, too_large: false, at: At::LineStart }
    }

    /// Takes bytes up to the end of the content. Tells how many were taken, and whether it has ended.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        self.make_room(bytes.len());
        for (taken, byte) in bytes.iter().copied().enumerate() {
            self.at = match (self.at, byte) {
                (At::LineStart, b'.') => At::Dot,
                (At::Dot, b'\r') => At::DotCr,
                (At::DotCr, b'\n') => return (taken + 1, true),
                (At::DotCr, byte) => {
                    self.push(b'\r');
                    self.next(byte, At::Line)
                }
                (at, byte) => self.next(byte, at),
            };
        }
        (bytes.len(), false)
    }

    fn next(&mut self, byte: u8, at: At) -> At {
        self.push(byte);
        match byte {
            b'\r' => At::Cr,
            b'\n' if at == At::Cr => At::LineStart,
            _ => At::Line,
        }
    }

    /// Grows in steps that leave no unwiped copy behind.
    fn make_room(&mut self, more: usize) {
        let needed = (self.bytes.len() + more + 1).min(self.most);
        if self.bytes.capacity() < needed {
            let mut larger = Vec::with_capacity((2 * needed).max(64 << 10).min(self.most));
            larger.extend_from_slice(&self.bytes);
            self.bytes = Zeroizing::new(larger);
        }
    }

    fn push(&mut self, byte: u8) {
        if self.bytes.len() < self.most {
            self.bytes.push(byte);
        } else {
            self.too_large = true;
        }
    }

    /// The content; `None` when it was larger than there was room for.
    #[must_use]
    pub fn finish(self) -> Option<Zeroizing<Vec<u8>>> {
        (!self.too_large).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bytes: &[u8], piece: usize) -> Option<(Vec<u8>, usize)> {
        let mut data = Data::new(1000);
        let mut at = 0;
        for piece in bytes.chunks(piece) {
            let (taken, ended) = data.take(piece);
            at += taken;
            if ended {
                return Some((data.finish().unwrap().to_vec(), at));
            }
        }
        None
    }

    #[test]
    fn a_lone_dot_ends_it_and_doubled_dots_are_one() {
        for piece in [1, 2, 3, 100] {
            let found = taken(b"a\r\n..b\r\n...\r\n.c\r\n.\r\nQUIT\r\n", piece).unwrap();
            assert_eq!(found, (b"a\r\n.b\r\n..\r\nc\r\n".to_vec(), 20));
            assert_eq!(taken(b".\r\n", piece).unwrap(), (Vec::new(), 3));
        }
    }

    #[test]
    fn nothing_but_cr_lf_dot_cr_lf_ends_it() {
        for odd in ["a\n.\n", "a\n.\r\n", "a\r.\r", "a\r\n.\n", "a\r\n.\r\r\n", "a\r\n.\r.\r\n"] {
            assert_eq!(taken(odd.as_bytes(), 1), None, "{odd:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_was_stuffed_comes_out_again(lines: Vec<Vec<u8>>, piece in 1usize..50) {
            let clean = |line: &Vec<u8>| line.iter().copied().filter(|b| !b"\r\n".contains(b)).collect::<Vec<u8>>();
            let lines: Vec<_> = lines.iter().map(clean).collect();
            let plain: Vec<u8> = lines.iter().flat_map(|line| [line, &b"\r\n"[..]].concat()).collect();
            let stuffed: Vec<u8> = lines.iter().flat_map(|line| {
                let dot = if line.starts_with(b".") { &b"."[..] } else { b"" };
                [dot, line, b"\r\n"].concat()
            }).collect();
            let mut data = Data::new(plain.len());
            let all = [&stuffed[..], b".\r\n"].concat();
            let ended = all.chunks(piece).map(|piece| data.take(piece).1).collect::<Vec<_>>();
            proptest::prop_assert!(ended.last() == Some(&true) && ended.iter().filter(|end| **end).count() == 1);
            proptest::prop_assert_eq!(data.finish().map(|bytes| bytes.to_vec()), Some(plain));
        }
    }
}
