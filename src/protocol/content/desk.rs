//! What members say among themselves: a closed set of entries, of which each type has its own fields.
//!
//! A type and its fields never change; what is to be said otherwise one day gets a type of its own. So a desk that meets
//! one it does not know says that a newer desk wrote it, and goes on.

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{is_plain, to_json};
use crate::clock::Day;
use crate::protocol::bytes::{CaseId, Malformed, MemberId, TaskId};
use crate::protocol::json::unique_map;
use crate::protocol::padding::{BLOCK, text_size};
use crate::secret::SecretBytes;

/// The most labels of a case.
pub const LABELS_MAX: usize = 32;
/// The most members a case is assigned to.
pub const MEMBERS_MAX: usize = 64;
/// The longest label, sub-state or name of what was accessed, in bytes.
pub const LINE_MAX: usize = 100;
/// The longest text of a task, in bytes.
pub const TASK_MAX: usize = 400;

/// An entry is not one that readers would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is too long for an entry of its kind, or holds a line break or a doubled label; shorten it, and write the rest \
     as a note"
)]
pub struct UnsoundEntry;

/// What members say among themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskEntry {
    /// Day it was sealed.
    pub day: Day,
    /// What it says.
    pub body: DeskBody,
}

/// What an entry says, by its type.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum DeskBody {
    /// An internal note.
    Note {
        /// The words.
        text: String,
    },
    /// How this case is linked to another from now on.
    Link(Link),
    /// The labels of the case from now on.
    Labels {
        /// Sorted by their bytes, without doubles; at most [`LABELS_MAX`].
        labels: Vec<String>,
    },
    /// Who works on the case from now on.
    Assign {
        /// Sorted, without doubles; at most [`MEMBERS_MAX`].
        #[zeroize(skip)]
        members: Vec<MemberId>,
        /// A word to them; may be empty.
        text: String,
    },
    /// How soon the case has to be looked at, from now on.
    Urgency(#[zeroize(skip)] Urgency),
    /// The authority's own name for where the case stands from now on; empty for none.
    SubState {
        /// One line of at most [`LINE_MAX`] bytes.
        text: String,
    },
    /// A task as it stands from now on.
    Task(Task),
    /// Something was done with what is sealed.
    Access(Access),
    /// Of a type that this version does not know: written by a newer desk. It cannot be written here.
    Newer,
}

/// How one case is linked to another.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Link {
    /// The other case.
    #[zeroize(skip)]
    pub case: CaseId,
    /// What they have to do with each other.
    #[zeroize(skip)]
    pub relation: Relation,
    /// Why; may be empty.
    pub why: String,
}

/// What two cases have to do with each other; the stronger, the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Nothing, or nothing any more.
    #[default]
    None,
    /// They are about the same people or things.
    Related,
    /// They are the same report.
    Same,
}

/// How soon a case has to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// When there is time.
    Low,
    /// As any other.
    #[default]
    Normal,
    /// Before others.
    High,
    /// At once.
    Urgent,
}

/// Something to be done.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Task {
    /// Names it.
    #[zeroize(skip)]
    pub id: TaskId,
    /// One line of at most [`TASK_MAX`] bytes, not empty.
    pub text: String,
    /// The day by which it is to be done, if there is one.
    #[zeroize(skip)]
    pub due: Option<Day>,
    /// Whether it is done.
    #[zeroize(skip)]
    pub done: bool,
}

/// What was done with what is sealed, by whoever signs the entry.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Access {
    /// What was done.
    #[zeroize(skip)]
    pub kind: AccessKind,
    /// With what: one line of at most [`LINE_MAX`] bytes, not empty.
    pub what: String,
    /// Why; may be empty.
    pub why: String,
}

/// What can be done with what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessKind {
    /// It was looked at.
    Opened,
    /// It was put into a bundle that leaves the desk.
    Exported,
    /// It was given to somebody else.
    Disclosed,
    /// A file was saved to a disk.
    Saved,
}

/// The types of version 1.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Note,
    Link,
    Labels,
    Assign,
    Urgency,
    SubState,
    Task,
    Access,
}

/// What every entry has, also of a type that is not known.
#[derive(Deserialize)]
struct Head {
    day: Day,
    r#type: String,
}

/// The names of an object, none of them twice.
struct Names;

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        unique_map::<_, IgnoredAny>(deserializer).map(|_| Self)
    }
}

/// An entry as it is written: the fields of all types together, of which each has some.
#[derive(Default, Serialize, Deserialize, Zeroize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Day>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<Type>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<CaseId>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<String>>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<MemberId>>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    urgency: Option<Urgency>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<TaskId>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Day>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
    #[zeroize(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<AccessKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
}

impl Fields {
    fn of(day: Day, body: &DeskBody) -> Option<Zeroizing<Self>> {
        let mut fields = Zeroizing::new(Self { day: Some(day), ..Self::default() });
        fields.r#type = Some(match body {
            DeskBody::Note { text } => {
                fields.text = Some(text.clone());
                Type::Note
            }
            DeskBody::Link(link) => {
                (fields.case, fields.relation) = (Some(link.case), Some(link.relation));
                fields.why = Some(link.why.clone());
                Type::Link
            }
            DeskBody::Labels { labels } => {
                fields.labels = Some(labels.clone());
                Type::Labels
            }
            DeskBody::Assign { members, text } => {
                (fields.members, fields.text) = (Some(members.clone()), Some(text.clone()));
                Type::Assign
            }
            DeskBody::Urgency(urgency) => {
                fields.urgency = Some(*urgency);
                Type::Urgency
            }
            DeskBody::SubState { text } => {
                fields.text = Some(text.clone());
                Type::SubState
            }
            DeskBody::Task(task) => {
                (fields.task, fields.due, fields.done) = (Some(task.id), task.due, Some(task.done));
                fields.text = Some(task.text.clone());
                Type::Task
            }
            DeskBody::Access(access) => {
                fields.access = Some(access.kind);
                (fields.what, fields.why) = (Some(access.what.clone()), Some(access.why.clone()));
                Type::Access
            }
            DeskBody::Newer => return None,
        });
        Some(fields)
    }

    /// The body of this type, when all of its fields are there and no other.
    fn take_body(&mut self) -> Option<DeskBody> {
        let body = match self.r#type.take()? {
            Type::Note => DeskBody::Note { text: self.text.take()? },
            Type::Link => {
                DeskBody::Link(Link { case: self.case.take()?, relation: self.relation.take()?, why: self.why.take()? })
            }
            Type::Labels => DeskBody::Labels { labels: self.labels.take()? },
            Type::Assign => DeskBody::Assign { members: self.members.take()?, text: self.text.take()? },
            Type::Urgency => DeskBody::Urgency(self.urgency.take()?),
            Type::SubState => DeskBody::SubState { text: self.text.take()? },
            Type::Task => DeskBody::Task(Task {
                id: self.task.take()?,
                text: self.text.take()?,
                due: self.due.take(),
                done: self.done.take()?,
            }),
            Type::Access => {
                DeskBody::Access(Access { kind: self.access.take()?, what: self.what.take()?, why: self.why.take()? })
            }
        };
        let Self {
            day: _,
            r#type: None,
            text: None,
            case: None,
            relation: None,
            why: None,
            labels: None,
            members: None,
            urgency: None,
            task: None,
            due: None,
            done: None,
            access: None,
            what: None,
        } = self
        else {
            return None;
        };
        Some(body)
    }
}

impl DeskEntry {
    /// Reads opened JSON. A type that is not known is [`DeskBody::Newer`]; of it, only day and type are looked at.
    pub fn from_json(json: &SecretBytes) -> Result<Self, Malformed> {
        Self::read(json.expose()).ok_or(Malformed("content"))
    }

    fn read(json: &[u8]) -> Option<Self> {
        if !is_plain(json) {
            return None;
        }
        let head: Head = serde_json::from_slice(json).ok()?;
        if !is_known(&head.r#type) {
            let Names = serde_json::from_slice(json).ok()?;
            return is_type(&head.r#type).then_some(Self { day: head.day, body: DeskBody::Newer });
        }
        let mut fields: Zeroizing<Fields> = Zeroizing::new(serde_json::from_slice(json).ok()?);
        let body = fields.take_body()?;
        (body.is_sound() && fits(&body, json)).then_some(Self { day: head.day, body })
    }

    /// Writes the JSON that is sealed.
    pub fn to_json(&self) -> Result<SecretBytes, UnsoundEntry> {
        let fields = Fields::of(self.day, &self.body).filter(|_| self.body.is_sound()).ok_or(UnsoundEntry)?;
        Some(to_json(&*fields)).filter(|json| fits(&self.body, json.expose())).ok_or(UnsoundEntry)
    }
}

/// As a desk keeps opened entries on its own disk; one of a newer desk has a day only. What travels is read by
/// [`DeskEntry::from_json`], which checks more.
impl Serialize for DeskEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let newer = || Zeroizing::new(Fields { day: Some(self.day), ..Fields::default() });
        Fields::of(self.day, &self.body).unwrap_or_else(newer).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DeskEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Zeroizing::new(Fields::deserialize(deserializer)?);
        let day = fields.day.ok_or_else(|| D::Error::missing_field("day"))?;
        let body = if fields.r#type.is_none() { Some(DeskBody::Newer) } else { fields.take_body() };
        Ok(Self { day, body: body.ok_or_else(|| D::Error::custom("fields of another type"))? })
    }
}

impl DeskBody {
    fn is_sound(&self) -> bool {
        match self {
            Self::Labels { labels } => {
                labels.len() <= LABELS_MAX && is_sorted(labels) && labels.iter().all(|label| is_line(label, LINE_MAX))
            }
            Self::Assign { members, .. } => members.len() <= MEMBERS_MAX && is_sorted(members),
            Self::SubState { text } => text.is_empty() || is_line(text, LINE_MAX),
            Self::Task(task) => is_line(&task.text, TASK_MAX),
            Self::Access(access) => is_line(&access.what, LINE_MAX),
            Self::Note { .. } | Self::Link(_) | Self::Urgency(_) | Self::Newer => true,
        }
    }
}

fn is_known(name: &str) -> bool {
    let name = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
    Type::deserialize(name).is_ok()
}

/// Whether `name` could be a type: a small letter, then at most 31 of small letters, digits and `_`.
fn is_type(name: &str) -> bool {
    let of_type = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    name.len() <= 32 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(of_type)
}

/// Whether an entry has no more JSON than it may: all but notes fit the smallest padded size, so that from outside
/// nobody tells a task from a link.
fn fits(body: &DeskBody, json: &[u8]) -> bool {
    matches!(body, DeskBody::Note { .. }) || text_size(json.len()) == BLOCK
}

fn is_line(text: &str, most: usize) -> bool {
    let is_blunt = text.starts_with(' ') || text.ends_with(' ');
    !text.is_empty() && text.len() <= most && !is_blunt && !text.contains(char::is_control)
}

fn is_sorted<T: Ord>(list: &[T]) -> bool {
    list.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests;
