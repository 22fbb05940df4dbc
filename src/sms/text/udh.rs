//! User data headers, of which the one that numbers the parts of a long text matters here (3GPP TS 23.040, 9.2.3.24).
//!
//! A header is one octet of length and then elements: an identifier, a length and that many octets.
//!
//! ```
//! use amparo::sms::incoming::Part;
//! use amparo::sms::text::udh;
//! let header = udh::concatenation(7, 2, 1);
//! let read = udh::read(&header).unwrap();
//! assert_eq!((read.part, read.octets), (Part::new(7, 2, 1), 6));
//! ```

use super::shift::Shift;
use crate::sms::incoming::Part;

/// Concatenation with a reference of 8 bits, and of 16.
const CONCATENATION: u8 = 0x00;
const CONCATENATION_16: u8 = 0x08;

/// A national language in the place of the extension table, and of the alphabet.
const SINGLE_SHIFT: u8 = 0x24;
const LOCKING_SHIFT: u8 = 0x25;

/// Ports of an application, of 8 bits and of 16: what is behind them is for a program and no text.
const PORTS: [u8; 2] = [0x04, 0x05];

/// A header that says less, or more, than its lengths do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the user data header is not as long as it says")]
pub struct BadHeader;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The place among the parts of a longer text; `None` for a whole one.
    pub part: Option<Part>,
    /// Whether this is for a program on the telephone, and no text that somebody wrote.
    pub to_port: bool,
    /// The tables that a text in septets is written in.
    pub shift: Shift,
    /// How long the header is, its length octet included; the text stands behind.
    pub octets: usize,
}

/// Reads the header that user data begins with. Elements that are not known, or make no sense, are passed over, and of
/// two that number the part the later one holds, as the standard asks.
pub fn read(user_data: &[u8]) -> Result<Header, BadHeader> {
    let (&length, behind) = user_data.split_first().ok_or(BadHeader)?;
    let mut elements = behind.get(..usize::from(length)).ok_or(BadHeader)?;
    let octets = usize::from(length) + 1;
    let mut header = Header { part: None, to_port: false, shift: Shift::default(), octets };
    while let [identifier, length, rest @ ..] = elements {
        let (data, behind) = rest.split_at_checked(usize::from(*length)).ok_or(BadHeader)?;
        match (*identifier, data) {
            (CONCATENATION, &[reference, total, number]) => {
                header.part = Part::new(reference.into(), total, number).or(header.part);
            }
            (CONCATENATION_16, &[high, low, total, number]) => {
                header.part = Part::new(u16::from_be_bytes([high, low]), total, number).or(header.part);
            }
            (SINGLE_SHIFT, &[language]) => header.shift.single = Some(language),
            (LOCKING_SHIFT, &[language]) => header.shift.locking = Some(language),
            (identifier, _) if PORTS.contains(&identifier) => header.to_port = true,
            _ => {}
        }
        elements = behind;
    }
    if elements.is_empty() { Ok(header) } else { Err(BadHeader) }
}

/// The header of a part of an answer, with an 8-bit reference: six octets, which leave 153 septets or 67 units.
#[must_use]
pub fn concatenation(reference: u8, total: u8, number: u8) -> [u8; 6] {
    [5, CONCATENATION, 3, reference, total, number]
}

/// The same with a 16-bit reference: seven octets, which leave 152 septets or 66 units.
#[must_use]
pub fn concatenation_16(reference: u16, total: u8, number: u8) -> [u8; 7] {
    let [high, low] = reference.to_be_bytes();
    [6, CONCATENATION_16, 4, high, low, total, number]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_read_with_either_reference() {
        let part = |octets: &[u8]| read(octets).unwrap().part;
        assert_eq!(part(&[5, 0, 3, 0xab, 3, 2, b'x']), Part::new(0xab, 3, 2));
        assert_eq!(part(&[6, 8, 4, 0x12, 0x34, 3, 2]), Part::new(0x1234, 3, 2));
        // Behind an element that is not known.
        assert_eq!(part(&[8, 0x70, 1, 1, 0, 3, 9, 2, 1]), Part::new(9, 2, 1));
        // Senseless numbers leave a whole text; of two the later holds.
        assert_eq!(part(&[5, 0, 3, 9, 2, 3]), None);
        assert_eq!(part(&[5, 0, 3, 9, 1, 1]), None);
        assert_eq!(part(&[5, 0, 3, 9, 2, 0]), None);
        assert_eq!(part(&[10, 0, 3, 9, 2, 1, 0, 3, 8, 2, 2]), Part::new(8, 2, 2));
        assert_eq!(part(&[0, b'x']), None);
    }

    #[test]
    fn what_is_for_a_port_is_no_text() {
        assert!(read(&[6, 5, 4, 0x0b, 0x84, 0x23, 0xf0]).unwrap().to_port);
        assert!(!read(&[5, 0, 3, 9, 2, 1]).unwrap().to_port);
    }

    #[test]
    fn a_national_language_is_told() {
        let shift = |octets: &[u8]| read(octets).unwrap().shift;
        assert_eq!(shift(&[3, 0x24, 1, 2]), Shift { locking: None, single: Some(2) });
        assert_eq!(shift(&[6, 0x25, 1, 3, 0x24, 1, 3]), Shift { locking: Some(3), single: Some(3) });
        assert_eq!(shift(&[4, 0x24, 2, 1, 1]), Shift::default());
    }

    #[test]
    fn lengths_are_checked() {
        for octets in [&[][..], &[1], &[5, 0, 3, 9, 2], &[3, 0, 3, 9], &[2, 0, 1], &[1, 0]] {
            assert_eq!(read(octets), Err(BadHeader), "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_a_panic(octets in proptest::collection::vec(any::<u8>(), 0..140)) {
            if let Ok(header) = read(&octets) {
                prop_assert!(header.octets <= octets.len());
            }
        }

        #[test]
        fn what_is_written_is_read(reference: u16, total in 2..=255_u8, number in 1..=255_u8) {
            let [_, low] = reference.to_be_bytes();
            let short = read(&concatenation(low, total, number)).unwrap();
            prop_assert_eq!(short.part, Part::new(low.into(), total, number));
            let long = read(&concatenation_16(reference, total, number)).unwrap();
            prop_assert_eq!(long.part, Part::new(reference, total, number));
        }
    }
}
