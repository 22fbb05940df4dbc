//! A text out of what a centre delivers: the body of `deliver_sm` or `data_sm` (SMPP 3.4, 4.6.1 and 4.7.1).
//!
//! The mandatory fields are read to the letter. Of the optional parameters those that are used are looked for, and any
//! other is passed over, whatever is in it.

use std::hash::{Hash, Hasher};

use rusmpp_core::decode::borrowed::Decode;
use rusmpp_core::tlvs::TlvTag;
use rusmpp_core::types::borrowed::COctetString;
use zeroize::Zeroizing;

use super::coding;
use super::pdu::{CommandId, CommandStatus};
use super::submission::HAS_HEADER;
use crate::config::smpp::Alphabet;
use crate::secret::SecretText;
use crate::sms::incoming::{Incoming, Number, Part};
use crate::sms::text::udh;

/// An international number (SMPP 3.4, 5.2.5).
const INTERNATIONAL: u8 = 1;

/// The bits of `esm_class` that tell the type of a message (SMPP 3.4, 5.2.12).
const TYPE: u8 = 0x3c;

/// A number as a centre writes it.
#[derive(Clone)]
pub struct Address {
    /// Type of number (5.2.5).
    pub ton: u8,
    /// Numbering plan (5.2.6).
    pub npi: u8,
    /// The number.
    pub number: Number,
}

impl Address {
    /// Its digits, without the sign of an international one, which `ton` tells.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.number.expose().trim_start_matches('+')
    }

    fn read(ton: u8, npi: u8, digits: &str) -> Option<Self> {
        let number = if ton == INTERNATIONAL && !digits.starts_with('+') {
            let digits = digits.strip_prefix("00").unwrap_or(digits);
            Number::parse(&Zeroizing::new(["+", digits].concat()))
        } else {
            Number::parse(digits)
        };
        Some(Self { ton, npi, number: number? })
    }
}

/// A text that was delivered.
pub struct Delivery {
    /// Who sent it.
    pub from: Address,
    /// What it was sent to.
    pub to: Address,
    /// What it says.
    pub text: SecretText,
    /// Its place among the parts of a longer one.
    pub part: Option<Part>,
    /// The sender's own number of it, where the centre passes one on.
    pub reference: Option<u16>,
}

impl Delivery {
    /// What the conversation is given, under an identifier that is the same when the centre tries again.
    #[must_use]
    pub fn into_incoming(self, id: String) -> Incoming {
        Incoming { from: self.from.number, to: self.to.number, text: self.text, part: self.part, id: Some(id) }
    }
}

impl Hash for Delivery {
    /// All that is the same when a centre tries again.
    fn hash<H: Hasher>(&self, state: &mut H) {
        for text in [self.from.number.expose(), self.to.number.expose(), self.text.expose()] {
            text.hash(state);
        }
        self.part.map(|part| (part.reference, part.total, part.number)).hash(state);
        self.reference.hash(state);
    }
}

/// What a delivery is.
pub enum Delivered {
    /// A text.
    Text(Box<Delivery>),
    /// A receipt for an answer, or something for a program on a telephone: no text that somebody wrote.
    NoText,
}

/// Why a delivery is refused; the centre need not try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is not what the standard says.
    Malformed,
    /// It comes from no number, so that nobody can be answered.
    Source,
    /// It goes to no number.
    Destination,
}

impl Refused {
    /// What the centre is told.
    #[must_use]
    pub fn status(self) -> CommandStatus {
        match self {
            Self::Malformed => CommandStatus::EsmeRinvcmdlen,
            Self::Source => CommandStatus::EsmeRinvsrcadr,
            Self::Destination => CommandStatus::EsmeRinvdstadr,
        }
    }
}

/// Octets that are read from their beginning.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn field<T: Decode<'a>>(&mut self) -> Result<T, Refused> {
        let (field, length) = T::decode(self.0).map_err(|_| Refused::Malformed)?;
        self.0 = self.0.get(length..).ok_or(Refused::Malformed)?;
        Ok(field)
    }

    /// Text of at most `MAX` octets, the zero at its end among them.
    fn text<const MAX: usize>(&mut self) -> Result<&'a str, Refused> {
        let octets = self.0;
        let field: COctetString<'a, 1, MAX> = self.field()?;
        let text = octets.get(..field.len() - 1).ok_or(Refused::Malformed)?;
        std::str::from_utf8(text).map_err(|_| Refused::Malformed)
    }

    fn octets(&mut self, length: usize) -> Result<&'a [u8], Refused> {
        let (octets, rest) = self.0.split_at_checked(length).ok_or(Refused::Malformed)?;
        self.0 = rest;
        Ok(octets)
    }
}

/// The optional parameters that matter here.
#[derive(Default)]
struct Parameters<'a> {
    payload: Option<&'a [u8]>,
    reference: Option<u16>,
    total: Option<u8>,
    number: Option<u8>,
    user_reference: Option<u16>,
    is_receipt: bool,
}

impl<'a> Parameters<'a> {
    /// One that is cut off ends them; what stands before it counts.
    fn read(mut rest: Rest<'a>) -> Self {
        let mut parameters = Self::default();
        let mut next = || -> Result<(TlvTag, &'a [u8]), Refused> {
            let (tag, length): (TlvTag, u16) = (rest.field()?, rest.field()?);
            Ok((tag, rest.octets(length.into())?))
        };
        while let Ok((tag, value)) = next() {
            match (tag, value) {
                (TlvTag::MessagePayload, value) => parameters.payload = Some(value),
                (TlvTag::SarMsgRefNum, &[high, low]) => parameters.reference = Some(u16::from_be_bytes([high, low])),
                (TlvTag::SarTotalSegments, &[total]) => parameters.total = Some(total),
                (TlvTag::SarSegmentSeqnum, &[number]) => parameters.number = Some(number),
                (TlvTag::UserMessageReference, &[high, low]) => {
                    parameters.user_reference = Some(u16::from_be_bytes([high, low]));
                }
                (TlvTag::ReceiptedMessageId, _) => parameters.is_receipt = true,
                _ => {}
            }
        }
        parameters
    }

    fn part(&self) -> Option<Part> {
        Part::new(self.reference?, self.total?, self.number?)
    }
}

/// Reads the body of a `deliver_sm`, or of a `data_sm` where `id` says so.
pub fn read(id: CommandId, body: &[u8], alphabet: Alphabet) -> Result<Delivered, Refused> {
    let mut rest = Rest(body);
    let is_data = id == CommandId::DataSm;
    let address = |rest: &mut Rest<'_>| -> Result<(u8, u8, Zeroizing<String>), Refused> {
        let (ton, npi) = (rest.field()?, rest.field()?);
        let digits = if is_data { rest.text::<65>()? } else { rest.text::<21>()? };
        Ok((ton, npi, Zeroizing::new(digits.to_owned())))
    };
    rest.text::<6>()?;
    let (from, to) = (address(&mut rest)?, address(&mut rest)?);
    let esm_class: u8 = rest.field()?;
    if !is_data {
        // protocol_id, priority_flag, two times that are empty here.
        rest.octets(2)?;
        rest.text::<17>()?;
        rest.text::<17>()?;
    }
    let _registered_delivery: u8 = rest.field()?;
    if !is_data {
        let _replace_if_present: u8 = rest.field()?;
    }
    let data_coding: u8 = rest.field()?;
    let mut message: &[u8] = &[];
    if !is_data {
        let _default_message: u8 = rest.field()?;
        let length: u8 = rest.field()?;
        message = rest.octets(length.into())?;
    }
    let parameters = Parameters::read(rest);
    // Receipts, acknowledgements, aborts: of these 0x10 alone holds what a person wrote.
    if parameters.is_receipt || !matches!(esm_class & TYPE, 0 | 0x10) {
        return Ok(Delivered::NoText);
    }
    let octets = parameters.payload.filter(|payload| !payload.is_empty()).unwrap_or(message);
    let header = if esm_class & HAS_HEADER == 0 { None } else { udh::read(octets).ok() };
    if header.is_some_and(|header| header.to_port) {
        return Ok(Delivered::NoText);
    }
    // A header that is none is taken for text: better a few odd signs before what somebody wrote.
    let text = header.and_then(|header| octets.get(header.octets..)).unwrap_or(octets);
    let part = header.and_then(|header| header.part).or_else(|| parameters.part());
    let shift = header.map(|header| header.shift).unwrap_or_default();
    Ok(Delivered::Text(Box::new(Delivery {
        from: Address::read(from.0, from.1, &from.2).ok_or(Refused::Source)?,
        to: Address::read(to.0, to.1, &to.2).ok_or(Refused::Destination)?,
        text: coding::decode(data_coding, alphabet, shift, part.is_some(), text),
        part,
        reference: parameters.user_reference,
    })))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sms::text::{gsm7, ucs2};

    /// The body of a `deliver_sm` from +6757123 to 16321.
    fn deliver(esm_class: u8, data_coding: u8, message: &[u8], parameters: &[u8]) -> Vec<u8> {
        let length = u8::try_from(message.len()).unwrap();
        let mut body = b"\0\x01\x016757123\0\0\x0116321\0".to_vec();
        body.extend([esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, length]);
        body.extend_from_slice(message);
        body.extend_from_slice(parameters);
        body
    }

    fn text(body: &[u8]) -> Delivery {
        match read(CommandId::DeliverSm, body, Alphabet::Gsm7) {
            Ok(Delivered::Text(delivery)) => *delivery,
            _ => panic!("no text"),
        }
    }

    fn is_no_text(body: &[u8]) -> bool {
        matches!(read(CommandId::DeliverSm, body, Alphabet::Gsm7), Ok(Delivered::NoText))
    }

    #[test]
    fn a_text_is_read_with_both_numbers_and_its_alphabet() {
        let read = text(&deliver(0, 0, &gsm7::encode("5 € {é}").unwrap(), &[]));
        assert_eq!((read.from.number.expose(), read.to.number.expose()), ("+6757123", "16321"));
        assert_eq!((read.from.ton, read.from.npi, read.from.digits()), (1, 1, "6757123"));
        assert_eq!((read.text.expose(), read.part, read.reference), ("5 € {é}", None, None));
        assert_eq!(text(&deliver(0, 8, &ucs2::encode("سلام 😀"), &[])).text.expose(), "سلام 😀");
        assert_eq!(text(&deliver(0x83, 3, b"caf\xe9", &[])).text.expose(), "café");
        assert_eq!(text(&deliver(0x10, 3, b"yes", &[])).text.expose(), "yes");
    }

    #[test]
    fn a_payload_holds_what_a_message_cannot() {
        let payload = [&[4, 0x24, 1, 0x2c][..], &[b'a'; 300]].concat();
        assert_eq!(text(&deliver(0, 0, b"", &payload)).text.expose(), "a".repeat(300));
        let data = [&b"\0\x01\x016757123\0\0\x0116321\0\0\0\x08"[..], &[4, 0x24, 0, 2, 6, 0x33]].concat();
        let Ok(Delivered::Text(read)) = read(CommandId::DataSm, &data, Alphabet::Gsm7) else { panic!("no text") };
        assert_eq!((read.text.expose(), read.from.number.expose()), ("س", "+6757123"));
    }

    #[test]
    fn parts_are_told_by_a_header_or_by_parameters() {
        let short = text(&deliver(0x40, 0, b"\x05\0\x03\x2a\x03\x02abc", &[]));
        assert_eq!((short.part, short.text.expose()), (Part::new(0x2a, 3, 2), "abc"));
        let long = text(&deliver(0x40, 8, b"\x06\x08\x04\x01\x2a\x03\x02\x06\x33\xd8\x3d", &[]));
        assert_eq!(long.part, Part::new(0x12a, 3, 2));
        let sar = [2, 0xc, 0, 2, 1, 0x2a, 2, 0xe, 0, 1, 3, 2, 0xf, 0, 1, 2, 2, 4, 0, 2, 0, 9];
        let sar = text(&deliver(0, 0, b"abc", &sar));
        assert_eq!((sar.part, sar.text.expose(), sar.reference), (Part::new(0x12a, 3, 2), "abc", Some(9)));
        // A number that makes no sense leaves a whole text, and a header that is none stays in it.
        assert_eq!(text(&deliver(0, 0, b"a", &[2, 0xc, 0, 2, 0, 1, 2, 0xe, 0, 1, 1, 2, 0xf, 0, 1, 1])).part, None);
        assert_eq!(text(&deliver(0x40, 3, b"abc", &[])).text.expose(), "abc");
    }

    #[test]
    fn a_national_language_is_read_with_its_accents() {
        assert_eq!(text(&deliver(0x40, 0, b"\x03\x24\x01\x02corrupci\x1b\x6fn", &[])).text.expose(), "corrupción");
        let part = text(&deliver(0x40, 0, b"\x08\0\x03\x2a\x02\x01\x25\x01\x03corrup\x09\x7bo", &[]));
        assert_eq!((part.text.expose(), part.part), ("corrupção", Part::new(0x2a, 2, 1)));
    }

    #[test]
    fn receipts_and_what_is_for_programs_are_no_texts() {
        let receipt = b"id:77 sub:001 dlvrd:001 stat:DELIVRD err:000 text:Your case token";
        for kind in [0x04, 0x08, 0x18, 0x20, 0x24] {
            assert!(is_no_text(&deliver(kind, 0, receipt, &[])), "{kind:#x}");
        }
        assert!(is_no_text(&deliver(0, 0, receipt, &[0, 0x1e, 0, 2, b'7', b'7'])));
        assert!(is_no_text(&deliver(0x40, 4, &[6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 1, 2], &[])));
    }

    #[test]
    fn a_parameter_that_is_off_loses_no_text() {
        for parameters in [
            // Lengths that the standard does not know, one without an end, one that claims too much.
            &[2, 0xc, 0, 1, 7, 2, 4, 0, 3, 1, 2, 3][..],
            &[0, 0x1d, 0, 2, b'a', b'b'],
            &[0x14, 1, 0, 0, 4, 0x26, 0, 0],
            &[4, 0x24],
            &[4, 0x24, 0, 9, b'a'],
            &[4, 0x24, 0, 0],
        ] {
            let read = text(&deliver(0, 0, b"bribe", parameters));
            assert_eq!((read.text.expose(), read.part, read.reference), ("bribe", None, None), "{parameters:?}");
        }
    }

    #[test]
    fn what_is_cut_or_comes_from_nobody_is_refused() {
        let whole = deliver(0, 0, b"abc", &[]);
        for end in 0..whole.len() {
            let cut = read(CommandId::DeliverSm, &whole[..end], Alphabet::Gsm7);
            assert_eq!(cut.err(), Some(Refused::Malformed), "{end}");
        }
        let with = |from: &[u8], to: &[u8]| {
            let body = [b"\0\x05\0", from, b"\0\0\x01", to, b"\0\0\0\0\0\0\0\0\0\0\x01a"].concat();
            read(CommandId::DeliverSm, &body, Alphabet::Gsm7).err()
        };
        assert_eq!(with(b"+6757123", b"16321"), None);
        assert_eq!(with(b"Bank", b"16321"), Some(Refused::Source));
        assert_eq!(with(b"7123", b""), Some(Refused::Destination));
        assert_eq!(with(b"7\xff23", b"16321"), Some(Refused::Malformed));
        assert_eq!(with(&[b'1'; 21], b"16321"), Some(Refused::Malformed));
    }

    proptest! {
        #[test]
        fn any_octets_are_a_text_or_none(octets in proptest::collection::vec(any::<u8>(), 0..200), data: bool) {
            let id = if data { CommandId::DataSm } else { CommandId::DeliverSm };
            if let Ok(Delivered::Text(delivery)) = read(id, &octets, Alphabet::Gsm7) {
                prop_assert!(delivery.text.expose().chars().count() <= octets.len());
                prop_assert!(delivery.part.is_none_or(|part| part.total > 1));
            }
        }

        #[test]
        fn a_text_comes_as_it_was_written(words in "\\PC{0,60}", latin_1: bool) {
            let alphabet = if latin_1 { Alphabet::Latin1 } else { Alphabet::Gsm7 };
            let (data_coding, encoding) = coding::choose(&words, alphabet);
            let octets = coding::encode(&words, encoding, alphabet);
            let body = deliver(0, data_coding, &octets, &[]);
            let Ok(Delivered::Text(read)) = read(CommandId::DeliverSm, &body, alphabet) else { panic!("no text") };
            prop_assert_eq!(read.text.expose(), words.strip_prefix('\u{feff}').unwrap_or(&words));
        }
    }
}
