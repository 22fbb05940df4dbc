//! Recipients and identities as texts and bytes.

use bech32::primitives::iter::Fe32IterExt;
use proptest::prelude::*;
use ring::rand::SystemRandom;

use super::*;

/// The one of the public age vectors, and the seed of the first vector of draft-connolly-cfrg-xwing-kem.
const CLASSIC_SECRET: &str = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
const HYBRID_SECRET: &str = "AGE-SECRET-KEY-PQ-107WZHF8G37P86CTQG4G8VPV98MTNHQYN7MHMEZ8TRFH2E7NXAUNQSTZN4F";

fn both() -> [Identity; 2] {
    [CLASSIC_SECRET, HYBRID_SECRET].map(|text| Identity::parse(text).unwrap())
}

#[test]
fn texts_bytes_and_json_round_trip() {
    for identity in both() {
        let again = Identity::parse(identity.to_secret_text().expose()).unwrap();
        assert!(again.to_secret_text() == identity.to_secret_text());
        let recipient = identity.recipient();
        assert_eq!(recipient.to_string().parse(), Ok(recipient.clone()));
        assert_eq!(Recipient::from_bytes(&recipient.to_bytes()), Ok(recipient.clone()));
        assert_eq!(format!("{recipient:?}"), recipient.to_string());
        let json = serde_json::to_string(&recipient).unwrap();
        assert_eq!(json, format!("\"{recipient}\""));
        assert_eq!(serde_json::from_str::<Recipient>(&json).unwrap(), recipient);
    }
    let [classic, hybrid] = both();
    assert_eq!(classic.to_secret_text().expose(), CLASSIC_SECRET);
    assert_eq!(hybrid.to_secret_text().expose(), HYBRID_SECRET);
    assert_eq!((classic.recipient().to_bytes().len(), classic.recipient().to_bytes()[0]), (33, 1));
    assert_eq!((hybrid.recipient().to_bytes().len(), hybrid.recipient().to_bytes()[0]), (1217, 2));
    assert!(hybrid.recipient().is_post_quantum() && !classic.recipient().is_post_quantum());
    assert!(hybrid.recipient().to_string().starts_with("age1pq1"));
}

#[test]
fn other_spellings_of_a_key_are_refused() {
    for identity in both() {
        let secret = identity.to_secret_text();
        assert!(Identity::parse(&secret.expose().to_lowercase()).is_err());
        assert!(Identity::parse(&format!("{} ", secret.expose())).is_err());
        let recipient = identity.recipient().to_string();
        assert_eq!(recipient.to_uppercase().parse::<Recipient>(), Err(RecipientError::Malformed));
        assert!(Identity::parse(&recipient).is_err());
        assert!(secret.expose().parse::<Recipient>().is_err());
    }
    // 32 bytes leave four bits over in Bech32, which must be zero; the checksum is right in both.
    let ending_in = |last| -> String {
        let words = [bech32::Fe32::P; 51].into_iter().chain([last]);
        words.with_checksum::<bech32::Bech32>(&text::CLASSIC_RECIPIENT).chars().collect()
    };
    assert!(ending_in(bech32::Fe32::Q).parse::<Recipient>().is_ok());
    assert_eq!(ending_in(bech32::Fe32::P).parse::<Recipient>(), Err(RecipientError::Malformed));
    for bytes in [&[][..], &[0], &[1], &[2; 33], &[3; 33], &[1; 32], &[1; 1217]] {
        assert!(Recipient::from_bytes(bytes).is_err());
    }
}

#[test]
fn points_that_are_not_canonical_or_of_small_order_are_refused() {
    // A point of order eight (RFC 7748's curve; from the list at https://cr.yp.to/ecdh.html).
    let eight = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
    let eight: Vec<u8> = (0..64).step_by(2).map(|i| u8::from_str_radix(&eight[i..i + 2], 16).unwrap()).collect();
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let (mut one, mut minus_one, mut nine, mut nine_plus_p, mut high_bit) = ([0; 32], p, [0; 32], p, [0; 32]);
    (one[0], minus_one[0], nine[0], nine_plus_p[0]) = (1, 0xec, 9, 0xed + 9);
    (high_bit[0], high_bit[31]) = (9, 0x80);

    let hybrid = both()[1].recipient().to_bytes();
    for (point, sound) in [
        (nine, true),
        ([0; 32], false),
        (one, false),
        (eight.try_into().unwrap(), false),
        (minus_one, false),
        (p, false),
        (nine_plus_p, false),
        (high_bit, false),
    ] {
        for head in [&[1][..], &hybrid[..1185]] {
            let found = Recipient::from_bytes(&[head, &point].concat());
            assert_eq!(found.is_ok(), sound, "{point:x?}");
            assert!(sound || found == Err(RecipientError::UnsafeKey));
        }
    }
}

#[test]
fn a_throwaway_is_of_the_same_kind_and_new_each_time() {
    for identity in both() {
        let real = identity.recipient();
        let [a, b] = [(); 2].map(|()| real.throwaway_like(&SystemRandom::new()).unwrap());
        assert!(a != b && a != real);
        assert_eq!(a.is_post_quantum(), real.is_post_quantum());
        assert_eq!(a.to_string().len(), real.to_string().len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_changed_character_is_noticed(place: prop::sample::Index, to in "[a-z0-9A-Z]") {
        for identity in both() {
            let text = identity.recipient().to_string();
            let place = place.index(text.len());
            let changed = format!("{}{to}{}", &text[..place], &text[place + 1..]);
            prop_assert!(changed == text || changed.parse::<Recipient>().is_err());
        }
    }
}
