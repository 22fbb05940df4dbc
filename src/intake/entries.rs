//! What a member adds to a case: answers, notes, new desk keys and the grants that go with them. All or nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::read::{receives, visible};
use super::{Intake, IntakeError, Limits, blocking, rows};
use crate::protocol::bytes::{CaseId, Hash, MemberId, hash};
use crate::protocol::card::{SignedCard, UntrustedCard};
use crate::protocol::content::State;
use crate::protocol::envelope::{Header, Reporter, SealedEnvelope, UntrustedEnvelope};
use crate::protocol::grant::{Grant, UntrustedGrant};
use crate::protocol::manifest::{History, Manifest};
use crate::protocol::sealed::Kind;
use crate::protocol::sign::VerifyingKey;
use crate::protocol::wire::NewEntries;
use crate::store::envelopes::{self, Lane};
use crate::store::grants::{self, NewGrant};
use crate::store::{Tx, cases};

/// Entries that hold by themselves; their place in the case is still to be seen.
struct Checked {
    envelopes: Vec<SealedEnvelope>,
    grants: Vec<NewGrant>,
    state: Option<State>,
}

impl Intake {
    /// Adds a member's entries to a case and shows the state they set from today on.
    ///
    /// Entries that stand there already are taken as sent again, and nothing changes. [`IntakeError::Conflict`] when a
    /// chain or the state has moved on.
    pub async fn add_entries(&self, member: MemberId, case: CaseId, new: NewEntries) -> Result<(), IntakeError> {
        let history = self.history();
        let stored = visible(&mut self.store.read().await?, &history, member, case).await?;
        let card = UntrustedCard { bytes: stored.card, signature: stored.card_signature };
        let limits = self.settings.limits.clone();
        let checking = Arc::clone(&history);
        let checked = blocking(move || check(&checking, member, &card, new, &limits)).await?;

        let mut tx = self.store.begin("entries").await?;
        let stored = visible(&mut tx, &history, member, case).await?;
        let mut chains = Chains::of(case);
        if chains.hold_all(&mut tx, &checked.envelopes).await?
            && self.grants_stand(&mut tx, case, &checked.grants).await?
        {
            return Ok(());
        }
        if envelopes::count_of_case(&mut tx, &case.0).await? + checked.envelopes.len()
            > self.settings.limits.envelopes_of_case
        {
            return Err(refused("this case holds as many entries as allowed; have the operator raise that limit"));
        }
        for mut sealed in checked.envelopes {
            chains.push(&mut tx, &sealed.header).await?;
            if stored.withdrawn {
                sealed.reply = None;
            }
            rows::insert_envelope(&mut tx, &sealed).await?;
        }
        for grant in &checked.grants {
            grants::insert(&mut tx, grant).await?;
        }
        if let Some(state) = checked.state {
            if !stored.state.may_become(state) {
                return Err(IntakeError::Conflict);
            }
            cases::set_state(&mut tx, &case.0, state, self.clock.today()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whether all of `new` is stored already.
    async fn grants_stand(&self, tx: &mut Tx, case: CaseId, new: &[NewGrant]) -> Result<bool, IntakeError> {
        if new.is_empty() {
            return Ok(true);
        }
        let known: HashSet<_> = grants::of_case(tx, &case.0).await?.into_iter().map(|grant| grant.hash).collect();
        Ok(new.iter().all(|grant| known.contains(&grant.hash)))
    }
}

fn refused(why: &str) -> IntakeError {
    IntakeError::Refused(why.to_owned())
}

/// Checks everything that needs no look at the other entries of the case.
fn check(
    history: &History,
    member: MemberId,
    card: &UntrustedCard,
    new: NewEntries,
    limits: &Limits,
) -> Result<Checked, IntakeError> {
    let card = card.verify(history).map_err(|_| IntakeError::Damaged("the card of this case"))?;
    let key = history.current().member(member).ok_or(IntakeError::NotAllowed)?.verifying_key;
    if new.envelopes.is_empty() && new.grants.is_empty() {
        return Err(refused("there is no entry in it; send at least one"));
    }
    if new.envelopes.len() > limits.envelopes_at_once || new.grants.len() > limits.grants_at_once {
        return Err(IntakeError::TooLarge);
    }
    let check_envelope = |wire| check_envelope(history, &card, &key, UntrustedEnvelope::from(wire), limits);
    let envelopes = new.envelopes.into_iter().map(check_envelope).collect::<Result<Vec<_>, _>>()?;
    let check_grant = |wire| check_grant(history, &card, &key, UntrustedGrant::from(wire), limits);
    let grants = new.grants.into_iter().map(check_grant).collect::<Result<Vec<_>, _>>()?;
    let outsides: Vec<_> = grants.iter().map(|(grant, _)| grant).collect();
    check_grants(history.current(), &card.card().unit, &envelopes, &outsides)?;
    if new.state.is_some() && !envelopes.iter().any(|envelope| envelope.header.kind == Kind::Answer) {
        return Err(refused("a state comes with the answer that tells it to the reporter; send that answer too"));
    }
    Ok(Checked { envelopes, grants: grants.into_iter().map(|(_, stored)| stored).collect(), state: new.state })
}

fn check_envelope(
    history: &History,
    card: &SignedCard,
    key: &VerifyingKey,
    untrusted: UntrustedEnvelope,
    limits: &Limits,
) -> Result<SealedEnvelope, IntakeError> {
    let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
    if length(&untrusted.ciphertext).max(length(&untrusted.reply)) > limits.text {
        return Err(IntakeError::TooLarge);
    }
    let sealed = untrusted.verify(history, card, &Reporter::of(card)).map_err(|error| {
        IntakeError::Refused(format!("{error}; read the case and the manifests again, and seal it anew"))
    })?;
    if !sealed.header.kind.is_by_member() {
        return Err(refused("members add answers, notes and desk keys only; send nothing else"));
    }
    if sealed.header.author != *key {
        return Err(IntakeError::NotAllowed);
    }
    let whole = sealed.ciphertext.as_ref().is_some_and(|bytes| bytes.len() as u64 == sealed.size)
        && sealed.reply.is_some() == sealed.header.reply.is_some();
    if whole { Ok(sealed) } else { Err(refused("an entry came without all its ciphertexts; send them with it")) }
}

fn check_grant(
    history: &History,
    card: &SignedCard,
    key: &VerifyingKey,
    untrusted: UntrustedGrant,
    limits: &Limits,
) -> Result<(Grant, NewGrant), IntakeError> {
    if untrusted.ciphertext.as_ref().is_some_and(|bytes| bytes.len() > limits.grant) {
        return Err(IntakeError::TooLarge);
    }
    let grant = untrusted.verify(history, card).map_err(|error| {
        IntakeError::Refused(format!("{error}; read the case and the manifests again, and grant anew"))
    })?;
    // Also refuses first grants, which are the reporter's and unsigned: one more of them and no desk opens the case.
    if grant.author != *key {
        return Err(IntakeError::NotAllowed);
    }
    let ciphertext =
        untrusted.ciphertext.ok_or_else(|| refused("a grant came without its ciphertext; send it with it"))?;
    let stored = NewGrant {
        hash: hash(&untrusted.body).0,
        case_id: grant.case.0,
        kind: grant.kind as u8,
        member_id: grant.member.to_string(),
        body: untrusted.body,
        ciphertext,
        signature: untrusted.signature,
        case_signature: untrusted.case_signature,
    };
    Ok((grant, stored))
}

/// A new desk key comes with one grant for every investigator of the unit, and desk grants come with nothing else. A
/// case key is passed on to investigators of the unit only.
fn check_grants(
    manifest: &Manifest,
    unit: &str,
    envelopes: &[SealedEnvelope],
    grants: &[&Grant],
) -> Result<(), IntakeError> {
    let rekeys = envelopes.iter().filter(|envelope| envelope.header.kind == Kind::Rekey).count();
    let desk: Vec<_> = grants.iter().filter(|grant| grant.kind == Kind::DeskGrant).collect();
    let others = grants.iter().filter(|grant| grant.kind != Kind::DeskGrant);
    if others.into_iter().any(|grant| grant.kind != Kind::CaseGrant || !receives(manifest, grant.member, unit)) {
        return Err(refused("members pass case and desk keys on to the unit's investigators only; grant nothing else"));
    }
    if rekeys > 1 || (rekeys == 0 && !desk.is_empty()) {
        return Err(refused("desk grants come with the one new desk key they are of; send them together"));
    }
    let granted: HashSet<_> = desk.iter().map(|grant| grant.member).collect();
    let keys: HashSet<_> = desk.iter().map(|grant| grant.key_id).collect();
    let investigators: HashSet<_> = manifest
        .unit(unit)
        .into_iter()
        .flat_map(|unit| manifest.investigators(unit))
        .map(|investigator| investigator.id)
        .collect();
    let complete = granted == investigators && granted.len() == desk.len() && keys.len() == 1;
    if rekeys == 1 && !complete {
        let why = "a new desk key must be granted once to every investigator of the unit; take the manifests again \
                   and make a new key";
        return Err(refused(why));
    }
    Ok(())
}

/// The chains of a case, as far as they are asked for.
struct Chains {
    case: CaseId,
    /// Sequence and hash of the newest envelope of each chain that was added to.
    ends: HashMap<ChainId, (u64, Hash)>,
}

type ChainId = ([u8; 32], Lane);

impl Chains {
    fn of(case: CaseId) -> Self {
        Self { case, ends: HashMap::new() }
    }

    /// The chain of an envelope of this case.
    async fn chain_of(&self, tx: &mut Tx, hash: &Hash) -> Result<Option<ChainId>, IntakeError> {
        let row = envelopes::by_hash(tx, &hash.0).await?;
        Ok(row.filter(|row| row.case_id == self.case.0).map(|row| (row.author, row.lane)))
    }

    async fn hold_all(&self, tx: &mut Tx, new: &[SealedEnvelope]) -> Result<bool, IntakeError> {
        for sealed in new {
            if self.chain_of(tx, &sealed.header.hash()).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Looks at the next envelope of its chain, those before it being stored already.
    async fn push(&mut self, tx: &mut Tx, header: &Header) -> Result<(), IntakeError> {
        let chain = (*header.author.as_bytes(), rows::lane(header.lane()));
        let end = match self.ends.get(&chain) {
            Some(end) => Some(*end),
            None => envelopes::newest_of_chain(tx, &self.case.0, &chain.0, chain.1)
                .await?
                .map(|row| (row.sequence, Hash(row.hash))),
        };
        let (sequence, previous) = end.map_or((0, None), |(sequence, hash)| (sequence + 1, Some(hash)));
        if header.sequence != sequence || header.previous != previous {
            return Err(IntakeError::Conflict);
        }
        // A member has always seen something outside of this chain: the report. Only notes point at notes, which the
        // reporter is not shown: an answer that did would break the case for them.
        let seen = match &header.seen {
            Some(seen) => self.chain_of(tx, seen).await?,
            None => None,
        };
        let is_shown = |lane| lane == Lane::Main || chain.1 == Lane::Desk;
        if seen.is_none_or(|seen| seen == chain || !is_shown(seen.1)) {
            return Err(refused("an entry names nothing of others as seen; read the case and seal it anew"));
        }
        self.ends.insert(chain, (sequence, header.hash()));
        Ok(())
    }
}
