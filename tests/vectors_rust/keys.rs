//! `keys.json`: keys that grow from seeds, root policies, members.

use amparo::protocol::bytes::{hash, to_hex};
use amparo::protocol::keys::{CaseKey, DeskKey, IdentityKey};
use amparo::protocol::manifest::RootPolicy;
use amparo::protocol::recipient::Identity;
use amparo::protocol::sign::SigningKey;
use serde_json::json;

use crate::cases::member_of;
use crate::{computed, secret};

#[test]
fn keys() {
    computed("keys", || {
        let seeds = [0, 1, 0xff].map(|byte| {
            let case = CaseKey(secret(byte));
            json!({
                "key": to_hex(&[byte; 32]), "case_recipient": case.identity().recipient(),
                "case_verifying_key": case.signing().verifying_key(),
                "desk_recipient": DeskKey(secret(byte)).identity().recipient(),
                "identity_recipient": IdentityKey(secret(byte)).recipient(),
            })
        });
        let signer = |byte| SigningKey::from_seed(secret(byte)).verifying_key();
        let policies = [(vec![signer(1)], 1), (vec![signer(2), signer(1), signer(3)], 2)].map(|(keys, threshold)| {
            let policy = RootPolicy { keys, threshold };
            let print = policy.fingerprint();
            json!({"root": policy, "hash": print.0, "fingerprint": print.to_string()})
        });
        let classic = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
        let identities =
            [classic.to_owned(), Identity::hybrid_from_seed(&secret(9)).to_secret_text().expose().to_owned()];
        let members = identities.map(|identity| {
            let member = member_of(&identity, 4).public();
            json!({
                "identity": identity, "signing_seed": to_hex(&[4; 32]), "public": member,
                "recipient_bytes_hash": hash(&member.recipient.to_bytes()), "fingerprint_hash": member.fingerprint().0,
                "fingerprint": member.fingerprint().to_string(),
            })
        });
        json!({"derived": seeds, "root_policies": policies, "members": members})
    });
}
