//! The public vectors of Project Wycheproof for each primitive that the protocol stands on, in Rust and in TypeScript
//! (`web/test/wycheproof.ts`): what either computes is what the vectors say, and where they leave a choice ("acceptable")
//! both choose alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod interop;

use amparo::protocol::bytes::to_hex;
use amparo::protocol::recipient::Recipient;
use amparo::protocol::sign::VerifyingKey;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use interop::{Counts, script};
use ml_kem::array::Array;
use ml_kem::kem::Decapsulate;
use ml_kem::{B32, EncapsulateDeterministic, EncodedSizeUser, KemCore, MlKem768};
use ring::signature::{ED25519, UnparsedPublicKey};
use ring::{hkdf, hmac};
use serde_json::{Value, json};
use wycheproof::{TestResult, aead, eddsa, hkdf as wycheproof_hkdf, mac, mlkem, xdh};
use x25519_dalek::{PublicKey, StaticSecret};

type Bytes = Vec<u8>;
type Kem = <MlKem768 as KemCore>::EncapsulationKey;

/// All vectors with what both sides must make of them: `expected` is a result in hex, or null where one is refused.
#[derive(Default)]
struct Vectors(Vec<Value>);

impl Vectors {
    /// Adds a vector that Rust passes; anything else fails here.
    fn add(&mut self, kind: &str, id: usize, input: Value, found: Option<&[u8]>, expected: Option<&[u8]>) {
        assert_eq!(found.map(to_hex), expected.map(to_hex), "{kind} {id}");
        let mut vector = input;
        vector["kind"] = json!(kind);
        vector["id"] = json!(id);
        vector["expected"] = json!(expected.map(to_hex));
        self.0.push(vector);
    }
}

fn is_valid(result: TestResult) -> bool {
    assert!(result != TestResult::Acceptable, "a choice that this test does not know of");
    result == TestResult::Valid
}

fn ed25519(vectors: &mut Vectors) {
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = to_hex(&group.key.pk);
        for test in group.tests {
            let holds = key
                .parse::<VerifyingKey>()
                .is_ok_and(|key| UnparsedPublicKey::new(&ED25519, key.as_bytes()).verify(&test.msg, &test.sig).is_ok());
            let input = json!({"key": key, "message": to_hex(&test.msg), "signature": to_hex(&test.sig)});
            let expected = is_valid(test.result).then_some(&[][..]);
            vectors.add("Ed25519", test.tc_id, input, holds.then_some(&[]), expected);
        }
    }
}

/// Points of small order are refused; those that are not canonical give a shared secret, but are no recipients.
fn x25519(vectors: &mut Vectors) {
    for test in xdh::TestSet::load(xdh::TestName::X25519).unwrap().test_groups.into_iter().flat_map(|group| group.tests)
    {
        let public: [u8; 32] = test.public_key[..].try_into().unwrap();
        let scalar: [u8; 32] = test.private_key[..].try_into().unwrap();
        let shared = StaticSecret::from(scalar).diffie_hellman(&PublicKey::from(public));
        let found = shared.was_contributory().then(|| shared.as_bytes().to_vec());
        let is_recipient = Recipient::from_bytes(&[&[1], public.as_slice()].concat()).is_ok();
        let input = json!({"public": to_hex(&public), "scalar": to_hex(&scalar), "is_recipient": is_recipient});
        let expected = Some(&test.shared_secret[..]).filter(|shared| shared.iter().any(|byte| *byte != 0));
        assert!(expected.is_some() || !is_recipient && test.result != TestResult::Valid, "{}", test.tc_id);
        vectors.add("X25519", test.tc_id, input, found.as_deref(), expected);
    }
}

fn chacha20_poly1305(vectors: &mut Vectors) {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let sealed = [&test.ct[..], &test.tag].concat();
        let nonce: Option<[u8; 12]> = test.nonce[..].try_into().ok();
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&test.key));
        let found = nonce
            .and_then(|nonce| cipher.decrypt(Nonce::from_slice(&nonce), Payload { msg: &sealed, aad: &test.aad }).ok());
        if let (true, Some(nonce)) = (is_valid(test.result), nonce) {
            let again = cipher.encrypt(Nonce::from_slice(&nonce), Payload { msg: &test.pt, aad: &test.aad });
            assert_eq!(again.unwrap(), sealed, "{}", test.tc_id);
        }
        let input = json!({
            "key": to_hex(&test.key), "nonce": to_hex(&test.nonce), "data": to_hex(&test.aad), "sealed": to_hex(&sealed),
        });
        vectors.add(
            "ChaCha20-Poly1305",
            test.tc_id,
            input,
            found.as_deref(),
            is_valid(test.result).then_some(&test.pt[..]),
        );
    }
}

fn hkdf_sha256(vectors: &mut Vectors) {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let set = wycheproof_hkdf::TestSet::load(wycheproof_hkdf::TestName::HkdfSha256).unwrap();
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &test.salt).extract(&test.ikm);
        let info = [&test.info[..]];
        let found = key.expand(&info, Length(test.size)).ok().map(|okm| {
            let mut bytes = vec![0; test.size];
            okm.fill(&mut bytes).unwrap();
            bytes
        });
        let input = json!({
            "ikm": to_hex(&test.ikm), "salt": to_hex(&test.salt), "info": to_hex(&test.info), "size": test.size,
        });
        vectors.add("HKDF-SHA256", test.tc_id, input, found.as_deref(), is_valid(test.result).then_some(&test.okm[..]));
    }
}

/// Some tags are cut; `expected` is the tag that must come out, or null when the one in the vector is wrong.
fn hmac_sha256(vectors: &mut Vectors) {
    for test in
        mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups.into_iter().flat_map(|group| group.tests)
    {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &test.key), &test.msg);
        let found = (tag.as_ref()[..test.tag.len()] == test.tag[..]).then(|| test.tag.to_vec());
        let input = json!({"key": to_hex(&test.key), "message": to_hex(&test.msg), "tag": to_hex(&test.tag)});
        vectors.add("HMAC-SHA256", test.tc_id, input, found.as_deref(), is_valid(test.result).then_some(&test.tag[..]));
    }
}

fn decapsulated(seed: &[u8], ciphertext: &[u8]) -> Option<Bytes> {
    let (d, z) = seed.split_at_checked(32)?;
    let (d, z) = (B32::try_from(d).ok()?, B32::try_from(z).ok()?);
    let (key, _) = MlKem768::generate_deterministic(&d, &z);
    key.decapsulate(&Array::try_from(ciphertext).ok()?).ok().map(|secret| secret.to_vec())
}

/// A key is checked as the first part of a hybrid recipient; its other part is X25519's base point.
fn hybrid_of(key: &[u8]) -> Bytes {
    let mut base = [0; 32];
    base[0] = 9;
    [&[2], key, &base].concat()
}

fn encapsulated(key: &[u8], message: &[u8]) -> Option<Bytes> {
    Recipient::from_bytes(&hybrid_of(key)).ok()?;
    let key = Kem::from_bytes(&Array::try_from(key).ok()?);
    let (ciphertext, secret) = key.encapsulate_deterministic(&B32::try_from(message).ok()?).ok()?;
    Some([&ciphertext[..], &secret].concat())
}

fn ml_kem_768(vectors: &mut Vectors) {
    let tests = |name| mlkem::TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests);
    for test in tests(mlkem::TestName::MlKem768) {
        let (seed, ciphertext) = (test.seed.unwrap(), test.ct.unwrap());
        let input = json!({"seed": to_hex(&seed), "ciphertext": to_hex(&ciphertext)});
        let expected = test.shared_secret.as_ref().map(|secret| &secret[..]).filter(|_| is_valid(test.result));
        vectors.add(
            "ML-KEM-768 decapsulation",
            test.tc_id,
            input,
            decapsulated(&seed, &ciphertext).as_deref(),
            expected,
        );
    }
    for test in tests(mlkem::TestName::MlKem768Encaps) {
        let (key, message) = (test.encaps_key.unwrap(), test.msg.unwrap());
        let input = json!({"key": to_hex(&key), "recipient": to_hex(&hybrid_of(&key)), "message": to_hex(&message)});
        let made = [test.ct, test.shared_secret].into_iter().flatten().flat_map(|part| part.to_vec());
        let made: Bytes = made.collect();
        let expected = is_valid(test.result).then_some(&made[..]);
        vectors.add("ML-KEM-768 encapsulation", test.tc_id, input, encapsulated(&key, &message).as_deref(), expected);
    }
}

#[test]
fn every_vector_is_passed_on_both_sides() {
    let mut vectors = Vectors::default();
    ed25519(&mut vectors);
    x25519(&mut vectors);
    chacha20_poly1305(&mut vectors);
    hkdf_sha256(&mut vectors);
    hmac_sha256(&mut vectors);
    ml_kem_768(&mut vectors);
    let mut counts = Counts::default();
    for vector in &vectors.0 {
        counts.pass(vector["kind"].as_str().unwrap());
    }
    counts.print("Wycheproof", "Rust");
    assert!(vectors.0.len() > 1500, "vectors are missing from the package: {}", vectors.0.len());
    let said = script("wycheproof", &vectors.0);
    let refused = vectors.0.iter().filter(|vector| vector["expected"].is_null()).count();
    println!("{refused} of {} are refused, as they must be", vectors.0.len());
    assert!(said.contains(&format!("{} vectors read", vectors.0.len())), "{said}");
}
