//! The desk's side: what a member reads and writes in a case they have a grant of.

mod write;

pub use write::Entries;

use std::io::{Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bytes::{Hash, Malformed, MemberId};
use super::card::{CardError, SignedCard, UntrustedCard};
use super::casework::Casework;
use super::content::{Answer, Attachment, DeskEntry, Message, Rekey, Report, from_json};
use super::envelope::{Entry, SealedEnvelope, Timeline, TimelineError, UntrustedEnvelope};
use super::grant::{Grant, GrantError, SealedGrant, UntrustedGrant, key_id};
use super::keys::{CaseKey, DeskKey};
use super::manifest::History;
use super::member::MemberKey;
use super::recipient::{Identity, Recipient};
use super::seal::SealError;
use super::sealed::{Kind, OpenError, open_attachment, open_key, open_text};
use crate::secret::SecretBytes;

/// Why a case cannot be shown at the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskCaseError {
    /// This member has no grant that opens; the desk does not show the case at all.
    #[error("no grant of this case opens for you")]
    NotGranted,
    /// The card is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A grant is wrong.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The report does not list a first grant that the server shows, or lists one that it does not.
    #[error("the grants of this case are not those its reporter made; somebody has altered it")]
    OtherGrants,
    /// An envelope is wrong, or the envelopes contradict each other.
    #[error(transparent)]
    Timeline(#[from] TimelineError),
    /// Something does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<Malformed> for DeskCaseError {
    fn from(error: Malformed) -> Self {
        Self::Open(error.into())
    }
}

/// An envelope's content, opened.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// The report.
    Report(Report),
    /// What the reporter added.
    Message(Message),
    /// What a member said to the reporter.
    Answer(Answer),
    /// What a member said to colleagues.
    Desk(DeskEntry),
    /// The reporter has withdrawn.
    Forget,
    /// The reporter goes on under another token.
    Moved,
    /// A file, listed by the report or message before it.
    Attachment,
    /// The identity, which only custodians open, together.
    Identity,
    /// A new desk key.
    Rekey(Rekey),
    /// Signed by its author, but sealed so that this member cannot read it: to a key they do not have, or wrongly.
    Unreadable,
}

/// An entry of the timeline with its content.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenEntry {
    /// Names it.
    pub hash: Hash,
    /// Who wrote it; `None` is the reporter.
    pub member: Option<MemberId>,
    /// What it says.
    pub content: Content,
}

/// A verified grant with its hash, and its ciphertext where it was sent.
type KnownGrant = (Grant, Hash, Option<Vec<u8>>);

/// The newest desk key of a case, as one member sees it.
enum NewestKey {
    /// Only the case key is there.
    NotMade,
    /// It was granted to this member.
    Held(Recipient),
    /// A colleague made it, and it does not open for this member.
    NotHeld,
}

/// A case that a member has opened: everything checked, and the report readable.
pub struct DeskCase {
    history: Arc<History>,
    card: SignedCard,
    timeline: Timeline,
    case_key: CaseKey,
    desk_keys: Vec<DeskKey>,
    newest_key: NewestKey,
    entries: Vec<OpenEntry>,
    left_out: Vec<MemberId>,
}

impl DeskCase {
    /// Opens a case with a member's key, checking every signature, hash and chain the server shows.
    pub fn open(
        history: Arc<History>,
        key: &MemberKey,
        card: &UntrustedCard,
        grants: &[UntrustedGrant],
        envelopes: Vec<UntrustedEnvelope>,
    ) -> Result<Self, DeskCaseError> {
        let card = card.verify(&history)?;
        let grants = verified_grants(grants, &history, &card)?;
        let case_key = open_case_key(&grants, key, &card)?;
        let timeline = Timeline::open(&history, &card, envelopes)?;
        let desk_keys = open_desk_keys(&grants, key);
        let mut case = Self {
            history,
            card,
            timeline,
            case_key,
            desk_keys,
            newest_key: NewestKey::NotMade,
            entries: Vec::new(),
            left_out: Vec::new(),
        };
        case.read(key.id, &grants)?;
        Ok(case)
    }

    /// Opens every envelope in order, and checks that the first grants are those the report lists.
    ///
    /// Only a report that does not open keeps the case closed. Anything else that its own author sealed wrong stands as
    /// unreadable, or one member could hide a case from their colleagues.
    fn read(&mut self, member: MemberId, grants: &[KnownGrant]) -> Result<(), DeskCaseError> {
        let identities = self.identities();
        // Moves change who speaks, never whose grants came with the report.
        let author = self.card.card().author;
        for entry in self.timeline.entries() {
            let opened = open_entry(entry, &identities, &self.history)?;
            if let Content::Report(report) = &opened.content {
                self.left_out.clone_from(&report.left_out);
                if report.left_out.contains(&member) {
                    return Err(DeskCaseError::NotGranted);
                }
                let mut first: Vec<Hash> =
                    grants.iter().filter(|(grant, ..)| grant.author == author).map(|(_, hash, _)| *hash).collect();
                first.sort_unstable();
                if first != report.grants {
                    return Err(DeskCaseError::OtherGrants);
                }
            }
            if entry.envelope.header.kind == Kind::Rekey {
                self.newest_key = self.key_after(&opened.content);
            }
            self.entries.push(opened);
        }
        Ok(())
    }

    /// The newest desk key once `rekey` was written.
    fn key_after(&self, rekey: &Content) -> NewestKey {
        match rekey {
            Content::Rekey(rekey) if self.holds(&rekey.recipient) => NewestKey::Held(rekey.recipient.clone()),
            _ => NewestKey::NotHeld,
        }
    }

    /// Goes on with envelopes that were verified or have just been sealed here, each the next of its chain, and with
    /// the grants that came with them, as the member of `key` opens them. Costs no look at what was there before, where
    /// [`DeskCase::open`] checks the whole case.
    ///
    /// On an error the case holds what came before the envelope that is wrong.
    pub fn append(
        &mut self,
        key: &MemberKey,
        envelopes: &[SealedEnvelope],
        grants: &[SealedGrant],
    ) -> Result<(), DeskCaseError> {
        let known = |sealed: &SealedGrant| (sealed.grant.clone(), sealed.hash(), Some(sealed.ciphertext.clone()));
        let grants: Vec<_> = grants.iter().map(known).collect();
        self.desk_keys.extend(open_desk_keys(&grants, key));
        let identities = self.identities();
        for envelope in envelopes {
            let (hash, kind) = (envelope.header.hash(), envelope.header.kind);
            self.timeline.append(&self.history, envelope.clone())?;
            let entries = self.timeline.entries();
            let place = entries.iter().rposition(|entry| entry.hash == hash).ok_or(TimelineError::Missing)?;
            let opened = open_entry(&entries[place], &identities, &self.history)?;
            if kind == Kind::Rekey {
                self.newest_key = self.key_after(&opened.content);
            }
            self.entries.insert(place, opened);
        }
        Ok(())
    }

    fn holds(&self, recipient: &Recipient) -> bool {
        self.desk_keys.iter().any(|key| key.identity().recipient() == *recipient)
    }

    /// Newest desk key first, the case key last: the order in which something is most likely to open.
    fn identities(&self) -> Vec<Identity> {
        let desk = self.desk_keys.iter().rev().map(DeskKey::identity);
        desk.chain(std::iter::once(self.case_key.identity())).collect()
    }

    /// The case's card.
    #[must_use]
    pub fn card(&self) -> &SignedCard {
        &self.card
    }

    /// The reporter's chain, oldest first: never empty. A desk that has seen an end of it takes no other chain later.
    #[must_use]
    pub fn reporters_chain(&self) -> Vec<Hash> {
        self.timeline.of_reporter().map(|entry| entry.hash).collect()
    }

    /// Everything that was said, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[OpenEntry] {
        &self.entries
    }

    /// What was said, without the keys.
    #[must_use]
    pub fn into_entries(self) -> Vec<OpenEntry> {
        self.entries
    }

    /// The report.
    ///
    /// # Panics
    /// Never: a case that opened has one.
    #[must_use]
    pub fn report(&self) -> &Report {
        let report = self.entries.iter().find_map(|entry| match &entry.content {
            Content::Report(report) => Some(report),
            _ => None,
        });
        report.expect("a timeline is only made with a report, and it was opened")
    }

    /// What its members have made of it among themselves.
    #[must_use]
    pub fn casework(&self) -> Casework<'_> {
        let desk = self.entries.iter().filter_map(|entry| match &entry.content {
            Content::Desk(entry) => Some(entry),
            _ => None,
        });
        Casework::of(self.card.card().case, desk)
    }

    /// Members who must never get a grant of this case.
    #[must_use]
    pub fn left_out(&self) -> &[MemberId] {
        &self.left_out
    }

    /// Whether the newest desk key has been made and opens for this member; if not, the desk that opens the case makes
    /// a new one before anything else is written.
    #[must_use]
    pub fn has_desk_key(&self) -> bool {
        matches!(self.newest_key, NewestKey::Held(_))
    }

    /// Every file of the reporter that a report or message lists, in order.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.entries.iter().flat_map(|entry| match &entry.content {
            Content::Report(report) => report.attachments.as_slice(),
            Content::Message(message) => message.attachments.as_slice(),
            _ => &[],
        })
    }

    /// Opens a file, in constant memory, into `out`; see [`open_attachment`] for what an error means.
    pub fn open_attachment(
        &self,
        hash: &Hash,
        mut ciphertext: impl FnMut() -> std::io::Result<Box<dyn Read>>,
        out: &mut impl Write,
    ) -> Result<u64, DeskCaseError> {
        let entry = self.timeline.attachment(hash).ok_or(TimelineError::Missing)?;
        let header = &entry.envelope.header;
        let mut last = Malformed("attachment").into();
        for identity in self.identities() {
            let source = ciphertext().map_err(OpenError::from)?;
            match open_attachment(&identity, &header.binding(), &header.commitment, source, out) {
                Ok(length) => return Ok(length),
                Err(OpenError::Seal(error @ SealError::NotForThisIdentity)) => last = OpenError::Seal(error).into(),
                Err(error) => return Err(error.into()),
            }
        }
        Err(last)
    }
}

fn verified_grants(
    grants: &[UntrustedGrant],
    history: &History,
    card: &SignedCard,
) -> Result<Vec<KnownGrant>, GrantError> {
    let verify = |grant: &UntrustedGrant| {
        let verified = grant.verify(history, card)?;
        Ok((verified, super::bytes::hash(&grant.body), grant.ciphertext.clone()))
    };
    grants.iter().map(verify).collect()
}

/// The case key from whichever of the member's grants opens and gives the card's keys.
fn open_case_key(grants: &[KnownGrant], key: &MemberKey, card: &SignedCard) -> Result<CaseKey, DeskCaseError> {
    let opens = |(grant, _, ciphertext): &KnownGrant| {
        let own = grant.kind == Kind::CaseGrant && grant.member == key.id;
        let ciphertext = ciphertext.as_ref().filter(|_| own)?;
        let case_key = CaseKey(open_key(key.identity(), &grant.binding(), ciphertext).ok()?);
        let fits = case_key.identity().recipient() == card.card().case_recipient
            && case_key.signing().verifying_key() == card.card().case_verifying_key;
        fits.then_some(case_key)
    };
    grants.iter().find_map(opens).ok_or(DeskCaseError::NotGranted)
}

/// Every desk key that opens for the member and has the recipient its grant names.
fn open_desk_keys(grants: &[KnownGrant], key: &MemberKey) -> Vec<DeskKey> {
    let opens = |(grant, _, ciphertext): &KnownGrant| {
        let own = grant.kind == Kind::DeskGrant && grant.member == key.id;
        let ciphertext = ciphertext.as_ref().filter(|_| own)?;
        let desk_key = DeskKey(open_key(key.identity(), &grant.binding(), ciphertext).ok()?);
        (Some(key_id(&desk_key.identity().recipient())) == grant.key_id).then_some(desk_key)
    };
    grants.iter().filter_map(opens).collect()
}

fn open_entry(entry: &Entry, identities: &[Identity], history: &History) -> Result<OpenEntry, DeskCaseError> {
    let header = &entry.envelope.header;
    let by_member = header.kind.is_by_member();
    let member = by_member.then(|| history.member_of_key(&header.author).map(|member| member.id)).flatten();
    Ok(OpenEntry { hash: entry.hash, member, content: open_content(entry, identities)? })
}

fn open_content(entry: &Entry, identities: &[Identity]) -> Result<Content, DeskCaseError> {
    let envelope = &entry.envelope;
    let kind = envelope.header.kind;
    match kind {
        Kind::Attachment => return Ok(Content::Attachment),
        Kind::Identity => return Ok(Content::Identity),
        Kind::Move => return Ok(Content::Moved),
        _ => {}
    }
    // The server has every ciphertext, so one that is not there is being withheld.
    let ciphertext = envelope.ciphertext.as_deref().ok_or(TimelineError::Missing)?;
    match open_with_any(envelope, ciphertext, identities).and_then(|json| Ok(content_of(kind, &json)?)) {
        Err(_) if kind != Kind::Report => Ok(Content::Unreadable),
        opened => Ok(opened?),
    }
}

fn content_of(kind: Kind, json: &SecretBytes) -> Result<Content, Malformed> {
    Ok(match kind {
        Kind::Report => Content::Report(from_json(json)?),
        Kind::Message => Content::Message(from_json(json)?),
        Kind::Answer => Content::Answer(from_json(json)?),
        Kind::Desk => Content::Desk(DeskEntry::from_json(json)?),
        Kind::Rekey => Content::Rekey(from_json(json)?),
        Kind::Forget => Content::Forget,
        _ => return Err(Malformed("envelope")),
    })
}

/// Tries each key; the one it was sealed to is not named outside, so that the server cannot tell either.
fn open_with_any(
    envelope: &SealedEnvelope,
    ciphertext: &[u8],
    identities: &[Identity],
) -> Result<SecretBytes, OpenError> {
    let header = &envelope.header;
    let mut last = OpenError::Malformed(Malformed("envelope"));
    for identity in identities {
        match open_text(identity, &header.binding(), &header.commitment, ciphertext) {
            Err(OpenError::Seal(error @ SealError::NotForThisIdentity)) => last = OpenError::Seal(error),
            other => return other,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests;
