//! An answer as the centre takes it: one `submit_sm`, or several.

use zeroize::Zeroizing;

use super::coding;
use crate::config::smpp::{Alphabet, LongAnswers};
use crate::sms::incoming::Part;
use crate::sms::text::{fit, udh};

/// The flag in `esm_class` for a user data header (SMPP 3.4, 5.2.12).
pub const HAS_HEADER: u8 = 0x40;

/// Where the text of a `submit_sm` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In `short_message`.
    Message,
    /// The same, as a segment that the parameters `sar_*` tell of.
    Segment(Part),
    /// In the parameter `message_payload`.
    Payload,
}

/// What one `submit_sm` carries.
pub struct Submission {
    /// What the octets are.
    pub data_coding: u8,
    /// The text, behind its user data header where it has one.
    pub octets: Zeroizing<Vec<u8>>,
    /// Whether it has one.
    pub has_header: bool,
    /// Where they stand.
    pub place: Place,
}

impl Submission {
    /// How it says what is in it.
    #[must_use]
    pub fn esm_class(&self) -> u8 {
        if self.has_header { HAS_HEADER } else { 0 }
    }
}

/// `text` as it is submitted, in order. `reference` tells the parts of one text from those of another.
#[must_use]
pub fn submissions(text: &str, alphabet: Alphabet, long: LongAnswers, reference: u16) -> Vec<Submission> {
    let (data_coding, encoding) = coding::choose(text, alphabet);
    // A centre makes headers of either kind of what sar_* tells.
    let header = if long == LongAnswers::Udh { 6 } else { 7 };
    let segments = fit::segments_behind(text, encoding, header);
    let submission = |text: &str, header: &[u8], place| {
        let body = coding::encode(text, encoding, alphabet);
        let mut octets = Zeroizing::new(Vec::with_capacity(header.len() + body.len()));
        octets.extend_from_slice(header);
        octets.extend_from_slice(&body);
        Submission { data_coding, octets, has_header: !header.is_empty(), place }
    };
    let total = match (segments.len(), u8::try_from(segments.len())) {
        (0 | 1, _) => return vec![submission(text, &[], Place::Message)],
        (_, Ok(total)) if long != LongAnswers::Payload => total,
        // A text of more than 255 parts cannot be numbered either.
        _ => return vec![submission(text, &[], Place::Payload)],
    };
    let [_, low] = reference.to_be_bytes();
    let parts = segments.iter().zip(1..=total).map(|(segment, number)| match long {
        LongAnswers::Udh => submission(segment, &udh::concatenation(low, total, number), Place::Message),
        LongAnswers::Udh16 => submission(segment, &udh::concatenation_16(reference, total, number), Place::Message),
        LongAnswers::Sar | LongAnswers::Payload => {
            submission(segment, &[], Place::Segment(Part { reference, total, number }))
        }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sms::text::fit::SEGMENTS;
    use crate::sms::text::shift::Shift;
    use crate::sms::text::ucs2;

    const ALL: [LongAnswers; 4] = [LongAnswers::Udh, LongAnswers::Udh16, LongAnswers::Sar, LongAnswers::Payload];

    #[test]
    fn what_fits_one_message_is_one_whatever_long_ones_are() {
        for long in ALL {
            for (text, octets) in [("a".repeat(160), 160), ("я".repeat(70), 140), (String::new(), 0)] {
                let one = submissions(&text, Alphabet::Gsm7, long, 7);
                assert_eq!((one.len(), one[0].octets.len(), one[0].esm_class()), (1, octets, 0));
                assert_eq!(one[0].place, Place::Message);
            }
        }
    }

    #[test]
    fn a_long_one_is_cut_as_it_is_told_to() {
        let text = "a".repeat(306);
        let udh = submissions(&text, Alphabet::Gsm7, LongAnswers::Udh, 0x1234);
        assert_eq!(udh.len(), SEGMENTS);
        assert_eq!((udh[1].esm_class(), udh[1].octets[..6].to_vec()), (HAS_HEADER, vec![5, 0, 3, 0x34, 2, 2]));
        let udh16 = submissions(&text, Alphabet::Gsm7, LongAnswers::Udh16, 0x1234);
        assert_eq!(udh16.iter().map(|one| one.octets.len()).collect::<Vec<_>>(), [159, 159, 9]);
        assert_eq!(udh16[2].octets[..7], [6, 8, 4, 0x12, 0x34, 3, 3]);
        let sar = submissions(&text, Alphabet::Gsm7, LongAnswers::Sar, 0x1234);
        assert_eq!(sar[0].place, Place::Segment(Part { reference: 0x1234, total: 3, number: 1 }));
        let payload = submissions(&text, Alphabet::Gsm7, LongAnswers::Payload, 7);
        assert_eq!((payload.len(), payload[0].octets.len(), payload[0].place), (1, 306, Place::Payload));
    }

    #[test]
    fn a_centre_of_latin_1_gets_no_sign_that_it_has_not() {
        let plain = submissions("café {1}", Alphabet::Latin1, LongAnswers::Udh, 7);
        assert_eq!((plain[0].data_coding, &plain[0].octets[..]), (0, &b"caf\xe9 {1}"[..]));
        let euro = submissions("5 €", Alphabet::Latin1, LongAnswers::Udh, 7);
        assert_eq!((euro[0].data_coding, &euro[0].octets[..]), (8, &ucs2::encode("5 €")[..]));
    }

    proptest! {
        #[test]
        fn parts_joined_are_the_text_and_each_fits(
            text in "[a-zé€{}я😀 ]{0,500}|[a-z€{}]{0,500}",
            latin_1: bool,
            way in 0..4_usize,
            reference: u16,
        ) {
            let alphabet = if latin_1 { Alphabet::Latin1 } else { Alphabet::Gsm7 };
            let mut joined = String::new();
            for one in submissions(&text, alphabet, ALL[way], reference) {
                let header = if one.has_header { udh::read(&one.octets).unwrap().octets } else { 0 };
                let body = &one.octets[header..];
                joined += coding::decode(one.data_coding, alphabet, Shift::default(), false, body).expose();
                let most = if one.data_coding == 8 { 140 } else { 160 };
                prop_assert!(one.octets.len() <= most || one.place == Place::Payload);
            }
            prop_assert_eq!(joined, text);
        }
    }
}
