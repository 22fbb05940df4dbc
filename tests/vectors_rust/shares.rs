//! `shares.json`: a key split among custodians.

use amparo::protocol::bytes::to_hex;
use amparo::protocol::share::{Share, combine, split};
use amparo::secret::Secret;
use ring::rand::SystemRandom;
use serde_json::json;

use crate::{bytes, file, list, text};

#[test]
fn shares() {
    let made = || {
        let rng = SystemRandom::new();
        let key = Secret::<32>::random(&rng).unwrap();
        let shares = split(&key, 3, 5, &rng).unwrap().unwrap();
        let shares = shares.iter().map(|one| json!({"index": one.index, "value": to_hex(one.value.expose())}));
        json!({"splits": [{"k": 3, "n": 5, "key": to_hex(key.expose()), "shares": shares.collect::<Vec<_>>()}]})
    };
    for split in list(&file("shares", made), "splits") {
        let shares: Vec<_> = list(split, "shares")
            .iter()
            .map(|one| Share {
                index: u8::try_from(one["index"].as_u64().unwrap()).unwrap(),
                value: Secret::from_slice(&bytes(text(one, "value"))).unwrap(),
            })
            .collect();
        let key = |shares: &[Share]| to_hex(combine(shares).unwrap().expose());
        for chosen in shares.windows(3) {
            assert_eq!(key(chosen), text(split, "key"));
        }
        assert_ne!(key(&shares[..2]), text(split, "key"));
    }
}
