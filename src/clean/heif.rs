//! HEIC, HEIF and AVIF (ISO/IEC 14496-12 and 23008-12).

use std::collections::{BTreeMap, BTreeSet};

use super::bytes::{array, is_blank, long_size_be, part, size_be, take, u16_be};
use super::exif::{read_exif, read_xmp};
use super::found::{Finds, Found, Kind, Result, Stop, check};
use super::icc::clean_profile;
use super::pieces::Pieces;

const META_MAX: usize = 16 * 1024 * 1024;
const EXTENTS_MAX: usize = 65536;
/// Boxes outside `meta`; a real file has fewer than ten.
const BOXES_MAX: usize = 256;

/// Items that are pictures, or put together from pictures.
const PICTURES: [&[u8; 4]; 11] =
    [b"hvc1", b"av01", b"avc1", b"vvc1", b"jpeg", b"j2k1", b"unci", b"grid", b"iden", b"iovl", b"tmap"];

/// Properties that a picture is drawn from.
const DRAWN: [&[u8; 4]; 25] = [
    b"hvcC", b"av1C", b"avcC", b"vvcC", b"jpgC", b"j2kH", b"ispe", b"pixi", b"colr", b"irot", b"imir", b"clap",
    b"pasp", b"auxC", b"lsel", b"a1op", b"a1lx", b"clli", b"mdcv", b"cclv", b"amve", b"rloc", b"oinf", b"lhvC",
    b"tols",
];
const DRAWN_RARELY: [&[u8; 4]; 3] = [b"iscl", b"uncC", b"cmpd"];

/// What stands in `meta` beside the tables of items and properties.
const META: [&[u8; 4]; 9] = [b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat", b"dinf", b"grpl"];

/// A box: where it begins, where its content begins and where it ends.
#[derive(Clone, Copy)]
struct Part {
    kind: [u8; 4],
    at: usize,
    from: usize,
    to: usize,
}

impl Part {
    fn is(self, kind: [u8; 4]) -> bool {
        self.kind == kind
    }
}

type Extent = (usize, usize);

/// Where an item's data stands: in `idat` inside `meta`, or anywhere in the file.
struct Place {
    extents: Vec<Extent>,
    in_meta: bool,
}

/// The header of the box at `at`, which ends at `end` at the latest.
fn read_box(bytes: &[u8], at: usize, end: usize) -> Result<Part> {
    check(at + 8 <= end)?;
    let kind = array(bytes, at + 4)?;
    let (from, to) = match size_be(bytes, at)? {
        0 => (at + 8, end),
        1 => {
            check(at + 16 <= end)?;
            (at + 16, at.checked_add(long_size_be(bytes, at + 8)?).ok_or(Stop::Damaged)?)
        }
        size => (at + 8, at + size),
    };
    check(from <= to && to <= end)?;
    Ok(Part { kind, at, from, to })
}

fn boxes(bytes: &[u8], from: usize, to: usize) -> Result<Vec<Part>> {
    let (mut list, mut at) = (Vec::new(), from);
    while at < to {
        let one = read_box(bytes, at, to)?;
        at = one.to;
        list.push(one);
        check(list.len() <= EXTENTS_MAX)?;
    }
    Ok(list)
}

/// Numbers of 0, 2, 4 or 8 bytes, one after the other.
struct Numbers<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl Numbers<'_> {
    fn next(&mut self, width: usize) -> Result<usize> {
        let at = self.at;
        self.at += width;
        check(self.at <= self.end)?;
        match width {
            0 => Ok(0),
            2 => u16_be(self.bytes, at).map(usize::from),
            4 => size_be(self.bytes, at),
            8 => long_size_be(self.bytes, at),
            _ => Err(Stop::Damaged),
        }
    }
}

/// `meta` as it was and as it becomes; what it names inside itself counts from its own start.
struct Meta<'a, 'f> {
    was: &'a [u8],
    bytes: Vec<u8>,
    found: &'f mut Finds,
}

impl Meta<'_, '_> {
    fn numbers(&self, from: usize, to: usize) -> Numbers<'_> {
        Numbers { bytes: self.was, at: from, end: to }
    }

    fn version(&self, one: &Part) -> u8 {
        self.was.get(one.from).copied().unwrap_or(0)
    }

    /// Overwrites from `from` to `to`; tells whether something was there.
    fn blank(&mut self, from: usize, to: usize) -> bool {
        let bytes = &mut self.bytes[from..to.max(from)];
        let was = !is_blank(bytes);
        bytes.fill(0);
        was
    }

    fn rename_free(&mut self, at: usize) {
        self.bytes[at..at + 4].copy_from_slice(b"free");
    }

    /// Turns a box into free space.
    fn free(&mut self, one: &Part) {
        if self.blank(one.from, one.to) || !one.is(*b"free") {
            self.found.insert(Found::Other);
        }
        self.rename_free(one.at + 4);
    }

    /// Reads where each item's data stands (ISO/IEC 14496-12, 8.11.3), in a file of `size` bytes.
    fn locations(&self, one: &Part, idat: Option<&Part>, size: usize) -> Result<BTreeMap<usize, Place>> {
        let mut numbers = self.numbers(one.from, one.to);
        let version = numbers.next(4)? >> 24;
        check(version <= 2)?;
        let widths = numbers.next(2)?;
        let (offset, length, base) = (widths >> 12, widths >> 8 & 15, widths >> 4 & 15);
        let index = if version == 0 { 0 } else { widths & 15 };
        let id_width = if version == 2 { 4 } else { 2 };
        let (mut items, mut total) = (BTreeMap::new(), 0);
        for _ in 0..numbers.next(id_width)? {
            let id = numbers.next(id_width)?;
            let method = if version == 0 { 0 } else { numbers.next(2)? & 15 };
            check(numbers.next(2)? == 0 && method <= 1 && !items.contains_key(&id))?;
            let in_meta = method == 1;
            let (start, end) = if in_meta { idat.map_or((0, 0), |idat| (idat.from, idat.to)) } else { (0, size) };
            let start = numbers.next(base)?.checked_add(start).ok_or(Stop::Damaged)?;
            let mut extents = Vec::new();
            for _ in 0..numbers.next(2)? {
                numbers.next(index)?;
                let from = start.checked_add(numbers.next(offset)?).ok_or(Stop::Damaged)?;
                let to = match length {
                    0 => end,
                    _ => from.checked_add(numbers.next(length)?).ok_or(Stop::Damaged)?,
                };
                total += 1;
                check(from <= to && to <= end && total <= EXTENTS_MAX)?;
                extents.push((from, to));
            }
            items.insert(id, Place { extents, in_meta });
        }
        Ok(items)
    }

    /// Reads the ids that are thumbnails, and turns what points from them into free space (ISO/IEC 23008-12, 6.4.3).
    fn take_thumbnails(&mut self, one: Option<&Part>, primary: Option<usize>) -> Result<BTreeSet<usize>> {
        let mut ids = BTreeSet::new();
        let Some(one) = one else { return Ok(ids) };
        let width = if self.version(one) > 0 { 4 } else { 2 };
        for reference in boxes(self.was, one.from + 4, one.to)? {
            if reference.is(*b"thmb") {
                ids.insert(self.numbers(reference.from, reference.to).next(width)?);
                self.rename_free(reference.at + 4);
            }
        }
        check(primary.is_none_or(|primary| !ids.contains(&primary)))?;
        Ok(ids)
    }

    /// The id of the picture that is shown first.
    fn primary(&self, one: Option<&Part>) -> Result<Option<usize>> {
        let Some(one) = one else { return Ok(None) };
        let width = if self.version(one) > 0 { 4 } else { 2 };
        self.numbers(one.from + 4, one.to).next(width).map(Some)
    }

    /// Reads what each item is, and leaves only pictures that are shown (ISO/IEC 14496-12, 8.11.6).
    fn items(&mut self, one: &Part, thumbnails: &BTreeSet<usize>) -> Result<BTreeMap<usize, [u8; 4]>> {
        let mut kinds = BTreeMap::new();
        let first = one.from + if self.version(one) > 0 { 8 } else { 6 };
        for entry in boxes(self.was, first, one.to)? {
            let version = self.version(&entry);
            check(entry.is(*b"infe") && (version == 2 || version == 3))?;
            let mut numbers = self.numbers(entry.from + 4, entry.to);
            let id = numbers.next(if version == 3 { 4 } else { 2 })?;
            numbers.next(2)?;
            numbers.next(4)?;
            let name = numbers.at;
            let kind: [u8; 4] = array(self.was, name - 4)?;
            let is_thumbnail = thumbnails.contains(&id);
            kinds.insert(id, if is_thumbnail { *b"thmb" } else { kind });
            let is_picture = PICTURES.contains(&&kind);
            if self.blank(name, entry.to) && is_picture {
                self.found.insert(Found::Comment);
            }
            // A thumbnail's data is gone: readers are told to show neither it nor anything in its place.
            if !is_picture || is_thumbnail {
                self.rename_free(name - 4);
                self.bytes[entry.from + 3] = 1;
            }
        }
        Ok(kinds)
    }

    /// Leaves only the properties that a picture is drawn from; their order counts, so that others become free space.
    fn clean_properties(&mut self, one: Option<&Part>) -> Result<()> {
        let Some(one) = one else { return Ok(()) };
        for container in boxes(self.was, one.from, one.to)?.into_iter().filter(|container| container.is(*b"ipco")) {
            for property in boxes(self.was, container.from, container.to)? {
                let content = part(self.was, property.from, property.to)?;
                if !DRAWN.contains(&&property.kind) && !DRAWN_RARELY.contains(&&property.kind) {
                    self.free(&property);
                } else if property.is(*b"colr") && (content.starts_with(b"prof") || content.starts_with(b"rICC")) {
                    let clean = clean_profile(&content[4..]);
                    if clean.as_deref() != Some(&content[4..]) {
                        self.found.insert(Found::ColorProfile);
                    }
                    match clean {
                        Some(clean) => self.bytes[property.from + 4..property.to].copy_from_slice(&clean),
                        None => self.free(&property),
                    }
                }
            }
        }
        Ok(())
    }

    /// Cleans what stands in `idat`, of which `kept` belongs to pictures.
    fn clean_idat(&mut self, idat: &Part, kept: &[Extent]) {
        let mut clean = vec![0; idat.to - idat.from];
        for (from, to) in kept {
            clean[from - idat.from..to - idat.from].copy_from_slice(&self.was[*from..*to]);
        }
        if self.was[idat.from..idat.to] != clean && self.found.is_empty() {
            self.found.insert(Found::Other);
        }
        self.bytes[idat.from..idat.to].copy_from_slice(&clean);
    }
}

/// Notes what an item that is overwritten told.
fn note(kind: [u8; 4], content: &[u8], found: &mut Finds) {
    if is_blank(content) {
        return;
    }
    match &kind {
        b"thmb" => drop(found.insert(Found::Thumbnail)),
        b"mime" => read_xmp(content, found),
        b"Exif" if content.len() > 4 => {
            let mut told = Finds::new();
            if let Some(block) = size_be(content, 0).ok().and_then(|header| content.get(4 + header..)) {
                let _ = read_exif(block, &mut told);
            }
            if told.is_empty() {
                told.insert(Found::Other);
            }
            found.append(&mut told);
        }
        _ => drop(found.insert(Found::Other)),
    }
}

/// Refuses a file in which a byte belongs to a picture and to something that is overwritten.
fn check_apart(kept: &[Extent], dropped: &[Extent]) -> Result<()> {
    let mut all: Vec<_> = kept.iter().map(|one| (*one, 0)).chain(dropped.iter().map(|one| (*one, 1))).collect();
    all.sort_unstable();
    let mut ends = [0, 0];
    for ((from, to), side) in all.into_iter().filter(|((from, to), _)| from < to) {
        check(from >= ends[1 - side])?;
        ends[side] = to.max(ends[side]);
    }
    Ok(())
}

/// The clean bytes of the box `meta`, and what is kept of the data outside it, in order; `data` are the boxes for it.
fn clean_meta(file: &[u8], meta: &Part, data: &[Part], found: &mut Finds) -> Result<(Vec<u8>, Vec<Extent>)> {
    let was = part(file, meta.at, meta.to)?;
    check(was.len() <= META_MAX)?;
    let children = boxes(was, meta.from - meta.at + 4, was.len())?;
    let child = |kind: &[u8; 4]| children.iter().find(|one| one.is(*kind));
    let (locations, items) = (child(b"iloc").ok_or(Stop::Damaged)?, child(b"iinf").ok_or(Stop::Damaged)?);
    let mut meta = Meta { was, bytes: was.to_vec(), found };
    let places = meta.locations(locations, child(b"idat"), file.len())?;
    let primary = meta.primary(child(b"pitm"))?;
    let thumbnails = meta.take_thumbnails(child(b"iref"), primary)?;
    let kinds = meta.items(items, &thumbnails)?;
    meta.clean_properties(child(b"iprp"))?;
    // Extents outside `meta` and inside it; nothing that is dropped is read twice.
    let (mut kept, mut dropped) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    let mut left = file.len();
    for (id, place) in places {
        let kind = kinds.get(&id).copied().unwrap_or(*b"free");
        let side = usize::from(place.in_meta);
        if PICTURES.contains(&&kind) {
            kept[side].extend(place.extents);
        } else if kind != *b"free" {
            // What was free space before is seen to with all else that is no picture.
            for (from, to) in place.extents {
                check(place.in_meta || data.iter().any(|one| one.from <= from && to <= one.to))?;
                left = left.checked_sub(to - from).ok_or(Stop::Damaged)?;
                note(kind, part(if place.in_meta { was } else { file }, from, to)?, meta.found);
                dropped[side].push((from, to));
            }
        }
    }
    check_apart(&kept[0], &dropped[0])?;
    check_apart(&kept[1], &dropped[1])?;
    for (index, one) in children.iter().enumerate() {
        let is_first = children.iter().position(|other| other.kind == one.kind) == Some(index);
        if !META.contains(&&one.kind) || !is_first || (one.is(*b"dinf") && one.to - one.at > 36) {
            meta.free(one);
        }
        // The handler's name is for people.
        if one.is(*b"hdlr") && meta.blank((one.from + 24).min(one.to), one.to) {
            meta.found.insert(Found::Software);
        }
    }
    if let Some(idat) = child(b"idat") {
        meta.clean_idat(idat, &kept[1]);
    }
    let [mut outside, _] = kept;
    outside.sort_unstable();
    Ok((meta.bytes, outside))
}

/// A HEIC, HEIF or AVIF of the same length, with zeros in place of everything that is not a picture: Exif, XMP,
/// thumbnails, descriptions, free space. How it is turned stands in properties of its own.
pub fn clean_heif(file: &[u8], found: &mut Finds) -> Result<Pieces> {
    let (mut list, mut end): (Vec<Part>, _) = (Vec::new(), 0);
    while end < file.len() {
        let Ok(one) = read_box(file, end, file.len()) else { break };
        if !one.kind.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            break;
        }
        end = one.to;
        list.push(one);
        check(list.len() <= BOXES_MAX)?;
    }
    if list.iter().any(|one| one.is(*b"moov") || one.is(*b"moof")) {
        return Err(Stop::Cannot(Kind::Media));
    }
    let mut metas = list.iter().filter(|one| one.is(*b"meta"));
    let (Some(meta), None) = (metas.next(), metas.next()) else { return Err(Stop::Damaged) };
    let data: Vec<_> = list.iter().filter(|one| one.is(*b"mdat")).copied().collect();
    let (bytes, kept) = clean_meta(file, meta, &data, found)?;
    let mut bytes = Some(bytes);
    let mut kept = kept.into_iter().peekable();
    let mut out = Pieces::default();
    for one in &list {
        if let (b"meta", Some(bytes)) = (&one.kind, bytes.take_if(|_| one.is(*b"meta"))) {
            out.bytes(bytes)?;
        } else if one.is(*b"ftyp") {
            out.keep(one.at, one.to)?;
        } else if one.is(*b"mdat") {
            out.keep(one.at, one.from)?;
            let mut at = one.from;
            while let Some((from, to)) = kept.next_if(|(from, _)| *from < one.to) {
                check(from >= one.from && to <= one.to)?;
                blank_to(file, at, from.max(at), &mut out, found)?;
                out.keep(from.max(at).min(to.max(at)), to.max(at))?;
                at = at.max(to);
            }
            blank_to(file, at, one.to, &mut out, found)?;
        } else {
            if !one.is(*b"free") {
                found.insert(Found::Other);
            }
            out.keep(one.at, one.at + 4)?;
            out.bytes(b"free".to_vec())?;
            out.keep(one.at + 8, one.from)?;
            blank_to(file, one.from, one.to, &mut out, found)?;
        }
    }
    check(kept.next().is_none())?;
    if end < file.len() {
        found.insert(Found::AfterEnd);
    }
    Ok(out)
}

/// Adds zeros in place of what stands from `from` to `to`.
fn blank_to(file: &[u8], from: usize, to: usize, out: &mut Pieces, found: &mut Finds) -> Result<()> {
    let bytes = take(file, from, to.saturating_sub(from))?;
    if found.is_empty() && !is_blank(bytes) {
        found.insert(Found::Other);
    }
    out.zeros(bytes.len())
}
