//! Conflict of interest: from what was ticked to who will read a report, and who never can.

use std::collections::BTreeSet;

use super::{Draft, Field, Refusal, Site, SiteMember};
use crate::protocol::bytes::MemberId;

/// For whom a report is sealed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Readers {
    /// Id of the unit.
    pub unit: String,
    /// Those of its readers, and of the custodians, who were named: each once, in the order of their ids.
    pub left_out: Vec<MemberId>,
}

impl Readers {
    /// What the form asks for. Whoever was ticked is left out wherever they would take part, under whichever unit they
    /// were ticked; who has no part in this report is not told of. Where the reporter would rather not say who is
    /// involved, the oversight unit reads it, and nobody of the unit chosen does, even if they belong to both.
    pub fn chosen(site: &Site, draft: &Draft) -> Result<Self, Refusal> {
        let chosen = site.unit(draft.get(Field::Unit)).ok_or(Refusal::Unit)?;
        let oversight = site.oversight_of(&chosen.id);
        let unsaid = oversight.filter(|_| draft.is_unsaid(&chosen.id));
        let unit = unsaid.unwrap_or(chosen);
        let mut named = draft.left_out().map(|id| known(site, id)).collect::<Result<BTreeSet<_>, _>>()?;
        if unsaid.is_some() {
            named.extend(chosen.members.iter().map(|member| member.id));
        }
        if unit.members.iter().all(|member| named.contains(&member.id)) {
            let offer = oversight.is_some() && unsaid.is_none();
            return Err(if offer { Refusal::AllNamedOversight } else { Refusal::AllNamed });
        }
        named.retain(|id| unit.members.iter().chain(&site.custodians).any(|member| member.id == *id));
        Ok(Self { unit: unit.id.clone(), left_out: named.into_iter().collect() })
    }

    /// Whether enough custodians are left to open a name.
    pub fn can_open_names(&self, site: &Site) -> bool {
        let left = site.custodians.iter().filter(|custodian| !self.left_out.contains(&custodian.id)).count();
        left as u64 >= site.identity_threshold
    }
}

/// The member with this id, who reads in some unit or is a custodian.
fn known(site: &Site, id: &str) -> Result<MemberId, Refusal> {
    let listed = site.units.iter().flat_map(|unit| &unit.members).chain(&site.custodians);
    let mut ids = listed.map(|member: &SiteMember| member.id);
    ids.find(|known| known.to_string() == id).ok_or(Refusal::NamedUnknown)
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;
    use crate::config::limits::Limits;
    use crate::config::reporter;
    use crate::protocol::example;

    struct Form {
        site: Site,
        ids: Vec<MemberId>,
    }

    fn form() -> Form {
        let authority = example::authority(&SystemRandom::new());
        let site = Site::new(&authority.history, &reporter::Reporter::default(), &Limits::default());
        Form { site, ids: authority.members.iter().map(|member| member.id).collect() }
    }

    impl Form {
        fn choose(&self, unit: &str, named: &[usize], unsaid: &[&str]) -> Result<Readers, Refusal> {
            let mut draft = Draft::default();
            draft.set(Field::Unit, unit.into());
            for member in named {
                draft.tick("left_out", self.ids[*member].to_string().as_str().into());
            }
            for unit in unsaid {
                draft.tick("unsaid", (*unit).into());
            }
            Readers::chosen(&self.site, &draft)
        }

        #[allow(clippy::unnecessary_wraps, reason = "it is compared with what may be refused")]
        fn reads(&self, unit: &str, left_out: &[usize]) -> Result<Readers, Refusal> {
            let mut left_out: Vec<_> = left_out.iter().map(|member| self.ids[*member]).collect();
            left_out.sort_unstable();
            Ok(Readers { unit: unit.to_owned(), left_out })
        }
    }

    #[test]
    fn who_is_ticked_is_left_out_where_they_take_part_and_told_of_nowhere_else() {
        let form = form();
        assert_eq!(form.choose("works", &[], &[]), form.reads("works", &[]));
        assert_eq!(form.choose("works", &[1, 3, 1], &[]), form.reads("works", &[1, 3]));
        assert_eq!(form.choose("works", &[0, 2], &[]), form.reads("works", &[0]));
        assert_eq!(form.choose("oversight", &[0, 1], &[]), form.reads("oversight", &[]));
    }

    #[test]
    fn who_is_named_in_one_unit_is_left_out_of_every_unit_they_are_in() {
        let mut form = form();
        let lead = form.site.units[0].members[0].clone();
        form.site.units[1].members.push(lead.clone());
        form.site.custodians.push(lead);
        assert_eq!(form.choose("oversight", &[0], &[]), form.reads("oversight", &[0]));
        assert_eq!(form.choose("works", &[], &["works"]), form.reads("oversight", &[0]));
    }

    #[test]
    fn somebody_unsaid_leads_to_oversight_for_the_unit_chosen_only() {
        let form = form();
        assert_eq!(form.choose("works", &[4], &["works"]), form.reads("oversight", &[4]));
        assert_eq!(form.choose("works", &[], &["oversight", "other"]), form.reads("works", &[]));
        assert_eq!(form.choose("oversight", &[], &["oversight"]), form.reads("oversight", &[]));
        assert_eq!(form.choose("works", &[0, 1], &["works"]), form.reads("oversight", &[]));
    }

    #[test]
    fn a_report_that_nobody_could_read_and_an_unknown_name_are_refused() {
        let mut form = form();
        assert_eq!(form.choose("works", &[0, 1], &[]), Err(Refusal::AllNamedOversight));
        assert_eq!(form.choose("oversight", &[2], &[]), Err(Refusal::AllNamed));
        assert_eq!(form.choose("works", &[2], &["works"]), Err(Refusal::AllNamed));
        assert_eq!(form.choose("none", &[0], &[]), Err(Refusal::Unit));
        form.site.oversight = None;
        assert_eq!(form.choose("works", &[0, 1], &["works"]), Err(Refusal::AllNamed));
        let mut draft = Draft::default();
        draft.set(Field::Unit, "works".into());
        draft.tick("left_out", "0011223344556677".into());
        assert_eq!(Readers::chosen(&form.site, &draft), Err(Refusal::NamedUnknown));
    }

    #[test]
    fn names_are_taken_only_while_enough_custodians_are_left() {
        let form = form();
        assert!(form.choose("works", &[0], &[]).unwrap().can_open_names(&form.site));
        assert!(!form.choose("works", &[3], &[]).unwrap().can_open_names(&form.site));
    }
}
