//! `signatures.json`: signatures of each purpose, and keys and signatures that are refused.

use amparo::protocol::bytes::{from_hex, to_hex};
use amparo::protocol::sign::{Purpose, SigningKey, VerifyingKey};
use serde_json::json;

use crate::{AUTHORITY, computed, secret};

const PURPOSES: [(&str, Purpose); 8] = [
    ("manifest", Purpose::Manifest),
    ("card", Purpose::Card),
    ("envelope", Purpose::Envelope),
    ("envelope-case", Purpose::EnvelopeCase),
    ("grant", Purpose::Grant),
    ("grant-case", Purpose::GrantCase),
    ("request", Purpose::Request),
    ("move", Purpose::Move),
];

#[test]
fn signatures() {
    const L: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    computed("signatures", || {
        let key = SigningKey::from_seed(secret(3));
        let good = PURPOSES.map(|(name, purpose)| {
            let signature = to_hex(&key.sign(purpose, &AUTHORITY, b"body").0);
            json!({
                "seed": to_hex(&[3; 32]), "verifying_key": key.verifying_key(), "purpose": name, "authority": AUTHORITY,
                "body": to_hex(b"body"), "signature": signature,
            })
        });
        let mut refused = Vec::new();
        for (name, purpose) in PURPOSES {
            let signature = key.sign(purpose, &AUTHORITY, b"body");
            for (other_name, other) in PURPOSES.iter().filter(|(other, _)| *other != name) {
                assert!(key.verifying_key().verify(*other, &AUTHORITY, b"body", &signature).is_err());
                refused.push(json!({
                    "why": format!("made for {name}"), "verifying_key": key.verifying_key(), "purpose": other_name,
                    "authority": AUTHORITY, "body": to_hex(b"body"), "signature": to_hex(&signature.0),
                }));
            }
        }
        let mut large = key.sign(Purpose::Card, &AUTHORITY, b"body");
        let mut carry = 0;
        for (byte, add) in large.0[32..].iter_mut().zip(from_hex::<32>(L).unwrap()) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert!(key.verifying_key().verify(Purpose::Card, &AUTHORITY, b"body", &large).is_err());
        refused.push(json!({
            "why": "S >= L", "verifying_key": key.verifying_key(), "purpose": "card", "authority": AUTHORITY,
            "body": to_hex(b"body"), "signature": to_hex(&large.0),
        }));
        let mut keys: Vec<[u8; 32]> = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        .map(|y| from_hex(y).unwrap())
        .to_vec();
        keys.extend((0xed..=0xff).map(|low| {
            let mut y = [0xff; 32];
            (y[0], y[31]) = (low, 0x7f);
            y
        }));
        let with_sign = |mut y: [u8; 32]| {
            y[31] |= 0x80;
            y
        };
        let keys: Vec<_> = keys.iter().flat_map(|y| [*y, with_sign(*y)]).collect();
        assert!(keys.iter().all(|key| VerifyingKey::from_bytes(*key).is_err()));
        json!({"good": good, "refused": refused, "refused_keys": keys.iter().map(|key| to_hex(key)).collect::<Vec<_>>()})
    });
}
