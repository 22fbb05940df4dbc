//! `case.json`: one case from report to withdrawal.

use std::sync::Arc;

use amparo::protocol::card::UntrustedCard;
use amparo::protocol::content::State;
use amparo::protocol::desk_case::DeskCase;
use amparo::protocol::envelope::{Header, UntrustedEnvelope};
use amparo::protocol::example::{self, DAY};
use amparo::protocol::files::Files;
use amparo::protocol::grant::{Grant, UntrustedGrant};
use amparo::protocol::manifest::History;
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::sign::Signature;
use amparo::protocol::token::Token;
use amparo::protocol::wire::{CaseBody, Manifests, NewEntries};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use crate::cases::{case_body, desk_of, file_case, member_inside, open_member, own_of, timeline, token_keys};
use crate::{file, list, text};

/// One case from report to withdrawal, with every key in the clear.
fn make_case() -> Value {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let history = &authority.history;
    let day = DAY.parse().unwrap();
    let token = Token::generate(&rng).unwrap();
    let keys = token_keys(&token, history);
    let mut filed = file_case(&authority, &keys);
    let member = &authority.members[0];
    let entries = desk_of(&authority, &filed).rekey(member, day, &rng).unwrap();
    filed.envelopes.extend(entries.envelopes);
    filed.grants.extend(entries.grants);
    let acknowledged = Some(State::Acknowledged);
    let entries = desk_of(&authority, &filed).answer(member, "We have read it.", acknowledged, day, &rng).unwrap();
    filed.envelopes.extend(entries.envelopes);
    let message = own_of(&authority, &filed, &keys).message(&keys, "The deputy.", &Files::default(), day, &rng);
    filed.envelopes.extend(message.unwrap());
    let forget = own_of(&authority, &filed, &keys).forget(&keys, day, &rng).unwrap();
    filed.envelopes.push(forget);
    json!({
        "throwaway": "keys made for this file only", "token": token.expose(), "manifests": Manifests::from(history.as_ref()),
        "members": authority.members.iter().map(member_inside).collect::<Vec<_>>(), "case": case_body(&filed),
        "card_hash": filed.card.hash(), "timeline": timeline(&desk_of(&authority, &filed)),
    })
}

#[test]
fn case() {
    let file = file("case", make_case);
    let manifests: Manifests = serde_json::from_value(file["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let body: CaseBody = serde_json::from_value(file["case"].clone()).unwrap();
    let (card, grants, envelopes) = body.into_untrusted();
    assert_eq!(card.verify(&history).unwrap().hash().to_string(), text(&file, "card_hash"));
    for member in &list(&file, "members")[..2] {
        let desk =
            DeskCase::open(Arc::clone(&history), &open_member(member), &card, &grants, envelopes.clone()).unwrap();
        assert_eq!(timeline(&desk), file["timeline"]);
    }
    let stranger = open_member(&list(&file, "members")[2]);
    assert!(DeskCase::open(Arc::clone(&history), &stranger, &card, &grants, envelopes.clone()).is_err());
    let token = Token::parse(text(&file, "token")).unwrap();
    let keys = token_keys(&token, &history);
    let own = OwnCase::open(Arc::clone(&history), &card, envelopes.clone(), &keys).unwrap();
    assert_eq!((own.answers().len(), own.state().0), (1, State::Acknowledged));

    // Bodies cut short or with a byte more are refused, for each kind of body.
    let cut_and_longer = |body: &[u8]| [body[..body.len() - 1].to_vec(), [body, &[0]].concat()];
    for bad in cut_and_longer(&card.bytes) {
        assert!(UntrustedCard { bytes: bad, signature: card.signature.clone() }.verify(&history).is_err());
    }
    for UntrustedGrant { body, .. } in &grants {
        assert_eq!(&Grant::parse(body).unwrap().to_bytes(), body);
        assert!(cut_and_longer(body).iter().all(|bad| Grant::parse(bad).is_err()));
    }
    for UntrustedEnvelope { header, .. } in &envelopes {
        assert_eq!(&Header::parse(header).unwrap().to_bytes(), header);
        assert!(cut_and_longer(header).iter().all(|bad| Header::parse(bad).is_err()));
    }
    assert!(
        serde_json::from_value::<NewEntries>(json!({"envelopes": [], "grants": [], "state": null, "more": 1})).is_err()
    );
    assert!(Signature::from_slice(&[0; 63]).is_err());
}
