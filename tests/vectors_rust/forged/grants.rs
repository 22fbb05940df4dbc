//! Grants that are not what they were, which only desks read.

use amparo::protocol::bytes::{CaseId, Hash, MemberId};
use amparo::protocol::grant::{Grant, UntrustedGrant};
use amparo::protocol::sealed::Kind;
use amparo::protocol::sign::{Purpose, SigningKey};
use amparo::protocol::wire::WireGrant;
use serde_json::json;

use super::{Forger, READS};
use crate::cases::open_member;
use crate::list;

impl Forger {
    fn lead(&self) -> MemberId {
        open_member(&list(&self.shown.file, "members")[0]).id
    }

    /// The newest grant of that kind, the lead's or another member's.
    fn place(&self, kind: Kind, of_lead: bool) -> usize {
        let lead = self.lead();
        let fits = |grant: Grant| grant.kind == kind && (grant.member == lead) == of_lead;
        self.shown.grants.iter().rposition(|grant| fits(Grant::parse(&grant.body).unwrap())).unwrap()
    }

    /// The grant of that place with another body, under the signatures that it has.
    fn bent(&self, place: usize, change: impl FnOnce(&mut Grant)) -> UntrustedGrant {
        let sound = &self.shown.grants[place];
        let mut grant = Grant::parse(&sound.body).unwrap();
        change(&mut grant);
        UntrustedGrant { body: grant.to_bytes(), ..sound.clone() }
    }

    /// The grant of that place with another body, signed by `signer` and `case`.
    fn granted(
        &self,
        place: usize,
        change: impl FnOnce(&mut Grant),
        signer: &SigningKey,
        case: &SigningKey,
    ) -> UntrustedGrant {
        let author = |grant: &mut Grant| {
            change(grant);
            grant.author = signer.verifying_key();
        };
        let bent = self.bent(place, author);
        let authority = self.shown.history.authority();
        let signature = Some(signer.sign(Purpose::Grant, authority, &bent.body).0.to_vec());
        let case_signature = Some(case.sign(Purpose::GrantCase, authority, &bent.body).0.to_vec());
        UntrustedGrant { signature, case_signature, ..bent }
    }

    /// Shows `instead` in place of a grant; the reporter reads none.
    fn exchange(&mut self, why: &str, desk: &str, place: usize, instead: UntrustedGrant) {
        let add = WireGrant::from(instead);
        self.add(why, desk, READS, json!({"grants": {"drop": [place], "add": [add]}}));
    }

    fn withhold(&mut self, why: &str, desk: &str, place: usize) {
        self.add(why, desk, READS, json!({"grants": {"drop": [place]}}));
    }

    /// Those that came with the report, which lists them.
    pub(super) fn first_grants(&mut self) {
        let [own, colleague] = [true, false].map(|of_lead| self.place(Kind::CaseGrant, of_lead));
        let share = self.place(Kind::Share, false);
        let lead = self.lead();
        let other = Grant::parse(&self.shown.grants[colleague].body).unwrap().member;
        self.withhold("the member's own grant withheld", "not-granted", own);
        self.withhold("a colleague's grant withheld", "other-grants", colleague);
        self.withhold("a share withheld", "other-grants", share);
        let bent = self.bent(colleague, |grant| grant.member = lead);
        self.exchange("a first grant for another member", "other-grants", colleague, bent);
        let bent = self.bent(own, |grant| grant.member = other);
        self.exchange("the member's grant under another's name", "not-granted", own, bent);
        let bent = self.bent(colleague, |grant| grant.case = CaseId([9; 16]));
        self.exchange("a grant of another case", "grant-misplaced", colleague, bent);
        let bent = self.bent(colleague, |grant| grant.card = Hash([9; 32]));
        self.exchange("a grant under another card", "grant-misplaced", colleague, bent);
        let grants = &self.shown.grants;
        let swapped = UntrustedGrant { ciphertext: grants[colleague].ciphertext.clone(), ..grants[own].clone() };
        self.exchange("a grant with a colleague's ciphertext", "grant-altered", own, swapped);
        let signed = self.granted(colleague, |_| (), &self.members[0], &self.case);
        self.exchange("a first grant as a member's", "other-grants", colleague, signed);
    }

    /// Those that came with a rekey, which a member and the case signed.
    pub(super) fn desk_grants(&mut self) {
        let place = self.place(Kind::DeskGrant, true);
        let sound = self.shown.grants[place].clone();
        let other = open_member(&list(&self.shown.file, "members")[1]).id;
        let word = "grant-signature";
        let mut cut = sound.clone();
        cut.body.pop();
        self.exchange("a desk grant cut short", "grant-malformed", place, cut);
        let unsigned = UntrustedGrant { signature: None, case_signature: None, ..sound.clone() };
        self.exchange("a desk grant without signatures", word, place, unsigned);
        let half = UntrustedGrant { case_signature: None, ..sound };
        self.exchange("a desk grant without case signature", word, place, half);
        let bent = self.bent(place, |grant| grant.member = other);
        self.exchange("a desk grant for another member", word, place, bent);
        let signed = self.granted(place, |_| (), &self.members[3], &self.case);
        self.exchange("a desk grant by a custodian", word, place, signed);
        let signed = self.granted(place, |_| (), &self.stranger, &self.case);
        self.exchange("a desk grant by a stranger", word, place, signed);
        let signed = self.granted(place, |_| (), &self.members[0], &self.members[0]);
        self.exchange("a desk grant without the case key", word, place, signed);
        let signed = self.granted(place, |grant| grant.key_id = Some(Hash([9; 32])), &self.members[0], &self.case);
        self.exchange("a desk grant of another key", "3 unreadable", place, signed);
        self.withhold("the newest desk grant withheld", "3 unreadable", place);
    }
}
