//! All rows and words in memory, and the cache behind them.

use std::collections::BTreeMap;
use std::path::Path;

use ring::rand::SecureRandom;

use super::filed::{Filed, REPORTER_ENDS};
use super::reading::Reading;
use super::row::{Kept, Row, What};
use crate::desk::cache::{BodyRef, Cache, CacheError, Change, Notice, Put};
use crate::desk::search::{Found, Query, Slot, Texts};
use crate::protocol::bytes::CaseId;
use crate::secret::{Secret, SecretBytes};

/// A case on the shelf.
pub struct Place {
    /// Which one.
    pub id: CaseId,
    /// What is kept of it.
    pub kept: Kept,
    body: Option<BodyRef>,
}

/// Every case a desk knows. Dropping it wipes what was opened; what is on disk is sealed.
pub struct Shelf {
    memory: Memory,
    cache: Cache,
}

#[derive(Default)]
struct Memory {
    places: Vec<Option<Place>>,
    by_id: BTreeMap<CaseId, Slot>,
    free: Vec<Slot>,
    texts: Texts,
}

impl Shelf {
    /// Takes everything out of the cache in `folder`; tells when what was there could not be used.
    pub fn open(
        folder: &Path,
        member: &Secret<32>,
        rng: &dyn SecureRandom,
    ) -> Result<(Self, Option<Notice>), CacheError> {
        let mut memory = Memory::default();
        let (cache, notice) = Cache::open(folder, member, rng, Kept::from_json, |change| match change {
            Change::Put { id, row, words, body } => memory.put(id, row, words, Some(body)),
            Change::Row { id, row } => memory.put_row(id, row),
            Change::Gone(id) => memory.remove(id),
        })?;
        Ok((Self { memory, cache }, notice))
    }

    /// What is kept of a case.
    pub fn get(&self, id: CaseId) -> Option<&Kept> {
        self.memory.place(id).map(|place| &place.kept)
    }

    /// All that is kept, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Place)> {
        (0..).zip(&self.memory.places).filter_map(|(slot, place)| Some((slot, place.as_ref()?)))
    }

    /// The case in a slot that [`Shelf::iter`] or [`Shelf::find`] gave, while nothing was filed meanwhile.
    pub fn at(&self, slot: Slot) -> Option<&Place> {
        self.memory.places.get(slot as usize)?.as_ref()
    }

    /// Cases in which all of `query` stands.
    pub fn find(&self, query: &Query) -> Vec<Found> {
        self.memory.texts.find(query)
    }

    /// The row of a case that is open.
    pub fn row(&self, id: CaseId) -> Option<&Row> {
        self.get(id)?.row()
    }

    /// Cases that are open, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (Slot, CaseId, &Row)> {
        self.iter().filter_map(|(slot, place)| Some((slot, place.id, place.kept.row()?)))
    }

    /// What the reporter of a case wrote, folded.
    pub fn reporters_words(&self, id: CaseId) -> &str {
        let words = self.memory.by_id.get(&id).map_or("", |slot| self.memory.texts.get(*slot));
        words.split_once(REPORTER_ENDS).map_or("", |(reporter, _)| reporter)
    }

    /// Opens a whole case; `None` when there is none that can be shown.
    pub fn reading(&self, id: CaseId) -> Result<Option<Reading>, CacheError> {
        let place = self.memory.place(id).filter(|place| matches!(place.kept.what, What::Case(_)));
        let Some(body) = place.and_then(|place| place.body) else { return Ok(None) };
        Ok(Reading::from_json(&self.cache.body(body)?))
    }

    /// Puts opened cases on the shelf and takes away those that are `gone`; on disk first.
    pub fn file(&mut self, filed: Vec<Filed>, gone: &[CaseId], rng: &dyn SecureRandom) -> Result<(), CacheError> {
        let rows: Vec<SecretBytes> = filed.iter().map(|filed| filed.kept.to_json()).collect();
        let puts: Vec<Put> = filed
            .iter()
            .zip(&rows)
            .map(|(filed, row)| Put {
                id: filed.id,
                row: row.expose(),
                words: filed.words.expose(),
                body: Some(filed.body.expose()),
            })
            .collect();
        let bodies = self.cache.write(&puts, gone, rng)?;
        for (filed, body) in filed.into_iter().zip(bodies) {
            self.memory.put(filed.id, filed.kept, filed.words.expose(), body);
        }
        for id in gone {
            self.memory.remove(*id);
        }
        if self.cache.is_wasteful() { self.compact(rng) } else { Ok(()) }
    }

    /// Remembers that the member has seen everything in a case.
    pub fn look(&mut self, id: CaseId, rng: &dyn SecureRandom) -> Result<(), CacheError> {
        let Some(place) = self.memory.place_mut(id) else { return Ok(()) };
        let Some(seen) = place.kept.seen.as_mut().filter(|seen| seen.is_new()) else { return Ok(()) };
        seen.looked = seen.entries;
        let row = place.kept.to_json();
        self.cache.write(&[Put { id, row: row.expose(), words: "", body: None }], &[], rng).map(drop)
    }

    fn compact(&mut self, rng: &dyn SecureRandom) -> Result<(), CacheError> {
        let Self { memory, cache } = self;
        let whole = |slot: &Slot| {
            let place = memory.places.get(*slot as usize)?.as_ref()?;
            Some((*slot, place.id, place.body?))
        };
        let order: Vec<(Slot, CaseId, BodyRef)> = memory.by_id.values().filter_map(whole).collect();
        let puts = order.iter().filter_map(|(slot, id, body)| {
            let row = memory.places[*slot as usize].as_ref()?.kept.to_json();
            Some((*id, row, memory.texts.get(*slot), *body))
        });
        let bodies = cache.compact(puts, rng)?;
        for ((slot, ..), body) in order.iter().zip(bodies) {
            if let Some(place) = memory.places[*slot as usize].as_mut() {
                place.body = Some(body);
            }
        }
        Ok(())
    }
}

impl Memory {
    fn place(&self, id: CaseId) -> Option<&Place> {
        self.places.get(*self.by_id.get(&id)? as usize)?.as_ref()
    }

    fn place_mut(&mut self, id: CaseId) -> Option<&mut Place> {
        self.places.get_mut(*self.by_id.get(&id)? as usize)?.as_mut()
    }

    fn put(&mut self, id: CaseId, kept: Kept, words: &str, body: Option<BodyRef>) {
        let slot = self.by_id.get(&id).copied().or_else(|| self.free.pop()).unwrap_or_else(|| {
            self.places.push(None);
            Slot::try_from(self.places.len() - 1).expect("there are fewer than four thousand million cases")
        });
        self.by_id.insert(id, slot);
        self.places[slot as usize] = Some(Place { id, kept, body });
        self.texts.put(slot, words);
    }

    fn put_row(&mut self, id: CaseId, kept: Kept) {
        if let Some(place) = self.place_mut(id) {
            place.kept = kept;
        }
    }

    fn remove(&mut self, id: CaseId) {
        if let Some(slot) = self.by_id.remove(&id) {
            self.places[slot as usize] = None;
            self.texts.remove(slot);
            self.free.push(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ring::rand::SystemRandom;

    use super::*;

    fn bare(number: u8, what: What) -> Filed {
        let kept = Kept { entries: 1, seen: None, what };
        let words = format!("case of {number}").as_str().into();
        Filed { id: CaseId([number; 16]), kept, words, body: SecretBytes::default() }
    }

    fn found(shelf: &Shelf, typed: &str) -> BTreeSet<u8> {
        let found = shelf.find(&Query::parse(typed));
        found.into_iter().map(|found| shelf.at(found.slot).unwrap().id.0[0]).collect()
    }

    #[test]
    fn what_was_filed_is_found_now_and_after_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let rng = SystemRandom::new();
        let member = Secret::random(&rng).unwrap();
        let (mut shelf, _) = Shelf::open(folder.path(), &member, &rng).unwrap();
        let problem = || What::Problem("it is wrong".to_owned());
        shelf.file(vec![bare(1, problem()), bare(2, What::Hidden), bare(3, problem())], &[], &rng).unwrap();
        shelf.file(vec![bare(4, problem())], &[CaseId([3; 16])], &rng).unwrap();
        for _ in 0..2 {
            assert_eq!((shelf.iter().count(), found(&shelf, "case of")), (3, BTreeSet::from([1, 2, 4])));
            assert!(matches!(shelf.get(CaseId([1; 16])).unwrap().what, What::Problem(_)));
            assert!(shelf.get(CaseId([3; 16])).is_none() && shelf.reading(CaseId([1; 16])).unwrap().is_none());
            drop(shelf);
            shelf = Shelf::open(folder.path(), &member, &rng).unwrap().0;
        }
    }
}
