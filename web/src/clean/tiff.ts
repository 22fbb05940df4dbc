import { byteOrder, type Entry, type Ifd, noteTags, readIfd, readNumber } from "./exif";
import { Cannot, check, type Found } from "./found";
import { cleanProfile, PROFILE_MAX } from "./icc";
import { newPieces, type Pieces } from "./pieces";
import { isBlank, latin, putU16, putU32, same, type Source, u16, u32 } from "./source";

/** Directories in one file; each is a page. */
const IFDS_MAX = 1024;
/** Entries of all directories, and strips or tiles of all pages. */
const ENTRIES_MAX = 1 << 17;
const STRIPS_MAX = 1 << 20;

const ASCII = 2;
const REDUCED = 254;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const PROFILE = 34675;
const DNG_VERSION = 50706;
const OLD_JPEG = 6;

/** Compressions and colours of raw photos, which need their makers' own tags to be developed. */
const RAW_COMPRESSIONS = [32767, 34713, 65000, 65535];
const RAW_COLORS = [32803, 34892];

/** Where the picture's data stands: offsets and lengths of strips, and of tiles. */
const DATA = [[273, 279], [324, 325]] as const;

/** The tags that a picture is drawn from (TIFF 6.0 and its supplements). */
const DRAWN = new Set([
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 286, 287,
    290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339, 340, 341,
    342, 347, 529, 530, 531, 532, PROFILE, 50674,
]);

/** What is kept of the file, with other bytes in its place where they change. */
type Kept = { from: number; to: number; bytes?: Uint8Array<ArrayBuffer> };

/** What may still be read of the file: strips, and bytes of colour profiles. */
type Left = { strips: number; profile: number };

const find = (ifd: Ifd, tag: number): Entry | undefined => ifd.entries.find((entry) => entry.tag === tag);

const number = async (source: Source, ifd: Ifd, tag: number, little: boolean): Promise<number> => {
    const entry = find(ifd, tag);
    return entry ? readNumber(source, entry, little) : 0;
};

const numbers = async (source: Source, entry: Entry, little: boolean): Promise<number[]> => {
    check(entry.type === 3 || entry.type === 4);
    const bytes = await source.read(entry.at, entry.size);
    const width = entry.type === 3 ? 2 : 4;
    const read = entry.type === 3 ? u16 : u32;
    return Array.from({ length: entry.count }, (_, index) => read(bytes, index * width, little));
};

/** Refuses raw photos and old ways of putting JPEG into TIFF, which need more than the tags kept here. */
const refuseOthers = async (source: Source, ifd: Ifd, little: boolean): Promise<void> => {
    const compression = await number(source, ifd, COMPRESSION, little);
    const color = await number(source, ifd, PHOTOMETRIC, little);
    const raw = RAW_COMPRESSIONS.includes(compression) || RAW_COLORS.includes(color) || find(ifd, DNG_VERSION);
    if (raw || compression === OLD_JPEG) throw new Cannot("image");
};

/** What is kept of a directory; `next` is where the one that follows it will stand. */
const keepIfd = async (
    source: Source, ifd: Ifd, next: number, little: boolean, left: Left, found: Set<Found>,
): Promise<Kept[]> => {
    const kept: Kept[] = [];
    const dropped: Entry[] = [];
    const table = new Uint8Array(2 + ifd.entries.length * 12 + 4);
    let length = 2;
    for (const [index, entry] of ifd.entries.entries()) {
        if (!DRAWN.has(entry.tag) || entry.size === 0 || entry.type === ASCII) {
            dropped.push(entry);
            continue;
        }
        const to = entry.at + entry.size;
        check(to <= source.size);
        if (entry.tag === PROFILE) {
            const fits = entry.size <= PROFILE_MAX && !entry.inline;
            check((left.profile -= fits ? entry.size : 0) >= 0);
            const profile = fits ? await source.read(entry.at, entry.size) : new Uint8Array(0);
            const clean = cleanProfile(profile);
            if (!clean || !same(clean, profile)) found.add("color_profile");
            if (!clean) continue;
            kept.push({ from: entry.at, to, bytes: clean });
        } else if (!entry.inline) kept.push({ from: entry.at, to });
        const bytes = await source.read(ifd.at + 2 + index * 12, 12);
        table.set(bytes, length);
        // What an entry's four bytes hold beyond its value.
        if (entry.inline) {
            if (bytes.subarray(8 + entry.size).some((byte) => byte !== 0)) found.add("other");
            table.fill(0, length + 8 + entry.size, length + 12);
        }
        length += 12;
    }
    const told = new Set<Found>();
    await noteTags(source, dropped, little, told);
    if (dropped.length > 0 && told.size === 0) told.add("other");
    for (const one of told) found.add(one);
    putU16(table, 0, (length - 2) / 12, little);
    putU32(table, length, next, little);
    kept.push({ from: ifd.at, to: ifd.at + table.length, bytes: table });
    for (const [offsets, lengths] of DATA) {
        const [where, much] = [find(ifd, offsets), find(ifd, lengths)];
        check((where === undefined) === (much === undefined));
        if (!where || !much) continue;
        check(where.count === much.count && (left.strips -= where.count) >= 0);
        const sizes = await numbers(source, much, little);
        for (const [index, from] of (await numbers(source, where, little)).entries()) {
            // The last strip is often said to be longer than the file.
            if (from < source.size) kept.push({ from, to: Math.min(source.size, from + (sizes[index] ?? 0)) });
        }
    }
    return kept;
};

/** The file with zeros wherever nothing is kept. */
const blankRest = async (source: Source, kept: Kept[], found: Set<Found>): Promise<Pieces> => {
    kept.sort((a, b) => a.from - b.from || a.to - b.to);
    const out = newPieces();
    let at = 0;
    let changed = 0;
    for (const { from, to, bytes } of kept) {
        // Bytes that change belong to nothing else.
        check(from >= (bytes ? at : changed));
        if (from > at) {
            if (found.size === 0 && !(await isBlank(source, at, from))) found.add("other");
            out.zeros(from - at);
        }
        if (bytes) out.bytes(bytes);
        else if (to > at) out.keep(Math.max(from, at), to);
        if (bytes) changed = to;
        at = Math.max(at, to);
    }
    if (!(await isBlank(source, at, source.size))) found.add("after_end");
    return out;
};

/**
 * A TIFF with only the tags and data it is drawn from, each where it was, zeros between them, and nothing after the
 * last. Reduced copies of a page are left out with all that hangs below a page.
 */
export const cleanTiff = async (source: Source, found: Set<Found>): Promise<Pieces> => {
    const { little, first } = await byteOrder(source);
    // Canon's raw photos say so after the header.
    if (first >= 12 && latin(await source.read(8, 2)) === "CR") throw new Cannot("image");
    const pages: Ifd[] = [];
    const seen = new Set<number>();
    let entries = 0;
    for (let at = first; at !== 0; ) {
        check(!seen.has(at) && seen.size < IFDS_MAX);
        seen.add(at);
        const ifd = await readIfd(source, at, little);
        check((entries += ifd.entries.length) <= ENTRIES_MAX);
        await refuseOthers(source, ifd, little);
        const reduced = pages.length > 0 && ((await number(source, ifd, REDUCED, little)) & 1) === 1;
        if (reduced) found.add("thumbnail");
        else pages.push(ifd);
        at = ifd.next;
    }
    check(pages.length > 0);
    const kept: Kept[] = [{ from: 0, to: 8 }];
    const left: Left = { strips: STRIPS_MAX, profile: source.size };
    for (const [index, page] of pages.entries()) {
        for (const one of await keepIfd(source, page, pages[index + 1]?.at ?? 0, little, left, found)) kept.push(one);
    }
    return blankRest(source, kept, found);
};
