//! Frames of SMPP (SMPP 3.4, chapters 3 and 4): the head of each, and those that this program writes.

use rusmpp_core::command::borrowed::Command;
use rusmpp_core::encode::{Encode, Length};
use rusmpp_core::pdus::borrowed::{BindTransceiver, DataSmResp, DeliverSmResp, Pdu, SubmitSm};
use rusmpp_core::tlvs::borrowed::MessageSubmissionRequestTlvValue as Parameter;
use rusmpp_core::types::borrowed::{AnyOctetString, COctetString, OctetString};
use rusmpp_core::values::borrowed::MessagePayload;
use rusmpp_core::values::{DataCoding, EsmClass, InterfaceVersion, Npi, Ton};
pub use rusmpp_core::{CommandId, CommandStatus};
use zeroize::Zeroizing;

use super::delivery::Address;
use super::submission::{Place, Submission};
use crate::config::smpp::Smpp;
use crate::secret::SecretText;

/// The head of every frame, in octets.
pub const HEAD: usize = 16;

/// The largest frame that is read, in octets: a text of 255 parts, the longest there is, and room around it.
pub const LARGEST: usize = 48 << 10;

/// The longest password, in octets (SMPP 3.4, 5.2.2).
pub const LONGEST_PASSWORD: usize = 8;

/// The most optional parameters in a frame of ours.
const PARAMETERS: usize = 3;

/// A frame, wiped when it is dropped.
pub type Frame = Zeroizing<Vec<u8>>;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many octets stand behind it.
    pub body: usize,
    /// Which request or response it is.
    pub id: CommandId,
    /// How a request went; only in responses.
    pub status: CommandStatus,
    /// What a response shares with its request.
    pub sequence: u32,
}

/// A frame says that it is shorter than its head, or longer than any that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame was shorter than its head or longer than any that is taken")]
pub struct BadLength {
    /// What it is to be responded to with.
    pub sequence: u32,
}

impl Head {
    /// Reads a head.
    pub fn read(octets: &[u8; HEAD]) -> Result<Self, BadLength> {
        let (words, _) = octets.as_chunks::<4>();
        let word = |index: usize| u32::from_be_bytes(words[index]);
        let (length, sequence) = (word(0) as usize, word(3));
        if !(HEAD..=LARGEST).contains(&length) {
            return Err(BadLength { sequence });
        }
        Ok(Self { body: length - HEAD, id: word(1).into(), status: word(2).into(), sequence })
    }
}

fn write<'a>(status: CommandStatus, sequence: u32, pdu: impl Into<Pdu<'a, PARAMETERS>>) -> Frame {
    let command = Command::new(status, sequence, pdu);
    let length = 4 + command.length();
    let mut frame = Zeroizing::new(vec![0; length]);
    let told = u32::try_from(length).expect("no frame of ours is that long");
    frame[..4].copy_from_slice(&told.to_be_bytes());
    command.encode(&mut frame[4..]);
    frame
}

/// Text with the zero that ends it in a frame.
fn terminated(text: &str) -> Frame {
    let mut octets = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    octets.extend_from_slice(text.as_bytes());
    octets.push(0);
    octets
}

/// A field of at most `MAX` octets, or an empty one: what stands there was checked when it was read.
fn field<const MAX: usize>(terminated: &Frame) -> COctetString<'_, 1, MAX> {
    COctetString::new(terminated).unwrap_or_default()
}

/// Asks for a session in both directions.
#[must_use]
pub fn bind(sequence: u32, centre: &Smpp, password: &SecretText) -> Frame {
    let [system_id, password, system_type, range] =
        [&centre.system_id, password.expose(), &centre.system_type, &centre.address_range].map(terminated);
    let bind = BindTransceiver::builder()
        .system_id(field(&system_id))
        .password(field(&password))
        .system_type(field(&system_type))
        .interface_version(InterfaceVersion::Smpp3_4)
        .address_range(field(&range))
        .build();
    write(CommandStatus::EsmeRok, sequence, bind)
}

/// Hands a text or a part of one over.
#[must_use]
pub fn submit(sequence: u32, from: &Address, to: &Address, submission: &Submission) -> Frame {
    let (source, destination) = (terminated(from.digits()), terminated(to.digits()));
    let mut submit = SubmitSm::<PARAMETERS>::builder()
        .source_addr_ton(Ton::from(from.ton))
        .source_addr_npi(Npi::from(from.npi))
        .source_addr(field(&source))
        .dest_addr_ton(Ton::from(to.ton))
        .dest_addr_npi(Npi::from(to.npi))
        .destination_addr(field(&destination))
        .esm_class(EsmClass::from(submission.esm_class()))
        .data_coding(DataCoding::from(submission.data_coding));
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    match submission.place {
        Place::Message => submit = submit.short_message(OctetString::new(&submission.octets).unwrap_or_default()),
        Place::Segment(part) => {
            submit = submit.short_message(OctetString::new(&submission.octets).unwrap_or_default());
            parameters.push(Parameter::SarMsgRefNum(part.reference));
            parameters.push(Parameter::SarTotalSegments(part.total));
            parameters.push(Parameter::SarSegmentSeqnum(part.number));
        }
        Place::Payload => {
            parameters.push(Parameter::MessagePayload(MessagePayload::new(AnyOctetString::new(&submission.octets))));
        }
    }
    let mut submit = submit.build();
    for parameter in parameters {
        submit.push_tlv(parameter).expect("there is room for so many");
    }
    write(CommandStatus::EsmeRok, sequence, submit)
}

/// Asks whether the other side is there.
#[must_use]
pub fn enquire_link(sequence: u32) -> Frame {
    write(CommandStatus::EsmeRok, sequence, Pdu::EnquireLink)
}

/// Ends the session.
#[must_use]
pub fn unbind(sequence: u32) -> Frame {
    write(CommandStatus::EsmeRok, sequence, Pdu::Unbind)
}

/// Responds to a request; `None` for one that has no response of its own here, and gets a `generic_nack`.
#[must_use]
pub fn respond(to: Head, status: CommandStatus) -> Option<Frame> {
    let sequence = to.sequence;
    Some(match to.id {
        CommandId::EnquireLink => write(status, sequence, Pdu::EnquireLinkResp),
        CommandId::Unbind => write(status, sequence, Pdu::UnbindResp),
        // The identifier of a message is empty in both (4.6.2, 4.7.2).
        CommandId::DeliverSm => write(status, sequence, DeliverSmResp::default()),
        CommandId::DataSm => write(status, sequence, DataSmResp::default()),
        _ => return None,
    })
}

/// Tells that a frame made no sense.
#[must_use]
pub fn nack(sequence: u32, status: CommandStatus) -> Frame {
    write(status, sequence, Pdu::GenericNack)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sms::incoming::{Number, Part};

    fn centre() -> Smpp {
        toml::from_str(
            "name = \"a\"\nserver = \"b:1\"\nsystem_id = \"SMPP3TEST\"\npassword_file = \"p\"\nsystem_type = \"SUBMIT1\"",
        )
        .unwrap()
    }

    fn head(frame: &Frame) -> Head {
        Head::read(frame[..HEAD].try_into().unwrap()).unwrap()
    }

    #[test]
    fn a_bind_is_the_standards_but_for_its_name() {
        // The example of the standard, 3.2.2, with bind_transceiver in the place of bind_transmitter, version 3.4 and
        // no addresses.
        let expected = b"\x00\x00\x00\x2f\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01\
                         SMPP3TEST\0secret08\0SUBMIT1\0\x34\0\0\0";
        assert_eq!(bind(1, &centre(), &"secret08".into())[..], expected[..]);
    }

    #[test]
    fn requests_and_responses_are_the_heads_they_should_be() {
        let request = |id| Head { body: 0, id, status: CommandStatus::EsmeRok, sequence: 7 };
        for (id, response) in [
            (CommandId::EnquireLink, &[0, 0, 0, 16, 0x80, 0, 0, 0x15, 0, 0, 0, 0x64, 0, 0, 0, 7][..]),
            (CommandId::Unbind, &[0, 0, 0, 16, 0x80, 0, 0, 6, 0, 0, 0, 0x64, 0, 0, 0, 7]),
            (CommandId::DeliverSm, &[0, 0, 0, 17, 0x80, 0, 0, 5, 0, 0, 0, 0x64, 0, 0, 0, 7, 0]),
            (CommandId::DataSm, &[0, 0, 0, 17, 0x80, 0, 1, 3, 0, 0, 0, 0x64, 0, 0, 0, 7, 0]),
        ] {
            assert_eq!(respond(request(id), CommandStatus::EsmeRxTAppn).unwrap()[..], response[..]);
        }
        assert!(respond(request(CommandId::SubmitSm), CommandStatus::EsmeRok).is_none());
        assert_eq!(head(&enquire_link(3)).id, CommandId::EnquireLink);
        assert_eq!(head(&unbind(3)).id, CommandId::Unbind);
        let nack = nack(3, CommandStatus::EsmeRinvcmdid);
        assert_eq!(nack[..], [0, 0, 0, 16, 0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3]);
    }

    #[test]
    fn an_answer_is_the_frame_that_the_standard_says() {
        let address = |ton, number: &str| Address { ton, npi: 1, number: Number::parse(number).unwrap() };
        let (from, to) = (address(0, "16321"), address(1, "+6757123"));
        let mut submission = Submission {
            data_coding: 8,
            octets: Zeroizing::new(vec![5, 0, 3, 1, 2, 1, 6, 0x33]),
            has_header: true,
            place: Place::Message,
        };
        let text = b"\0\0\x0116321\0\x01\x016757123\0\x40\0\0\0\0\0\0\x08\0\x08\x05\0\x03\x01\x02\x01\x06\x33";
        assert_eq!(submit(9, &from, &to, &submission)[HEAD..], text[..]);
        assert_eq!(head(&submit(9, &from, &to, &submission)).id, CommandId::SubmitSm);

        submission = Submission {
            data_coding: 0,
            octets: Zeroizing::new(b"ab".to_vec()),
            has_header: false,
            place: Place::Payload,
        };
        let payload = b"\0\0\x0116321\0\x01\x016757123\0\0\0\0\0\0\0\0\0\0\0\x04\x24\0\x02ab";
        assert_eq!(submit(9, &from, &to, &submission)[HEAD..], payload[..]);

        submission.place = Place::Segment(Part::new(0x102, 3, 2).unwrap());
        let segment = b"\0\0\x0116321\0\x01\x016757123\0\0\0\0\0\0\0\0\0\0\x02ab\
                        \x02\x0c\0\x02\x01\x02\x02\x0e\0\x01\x03\x02\x0f\0\x01\x02";
        assert_eq!(submit(9, &from, &to, &submission)[HEAD..], segment[..]);
    }

    proptest! {
        #[test]
        fn a_head_is_taken_when_its_length_can_be(octets: [u8; HEAD], length in 0..200_u32) {
            let mut octets = octets;
            let _ = Head::read(&octets);
            octets[..4].copy_from_slice(&length.to_be_bytes());
            let read = Head::read(&octets);
            prop_assert_eq!(read.map(|head| head.body).ok(), (length as usize).checked_sub(HEAD));
            if let Ok(head) = read {
                prop_assert_eq!(u32::from(head.id).to_be_bytes(), &octets[4..8]);
                prop_assert_eq!(u32::from(head.status).to_be_bytes(), &octets[8..12]);
            }
        }
    }
}
