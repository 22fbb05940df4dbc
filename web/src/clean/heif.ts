import { readExif, readXmp } from "./exif";
import { Cannot, check, type Found } from "./found";
import { cleanProfile } from "./icc";
import { newPieces, type Pieces } from "./pieces";
import { bytesOf, isBlank, latin, part, same, type Source, u16, u32 } from "./source";

const EXTENTS_MAX = 65536;
/** Boxes outside `meta`; a real file has fewer than ten. */
const BOXES_MAX = 256;

/** Items that are pictures, or put together from pictures. */
const PICTURES = new Set(["hvc1", "av01", "avc1", "vvc1", "jpeg", "j2k1", "unci", "grid", "iden", "iovl", "tmap"]);

/** Properties that a picture is drawn from. */
const DRAWN = new Set(
    (
        "hvcC av1C avcC vvcC jpgC j2kH ispe pixi colr irot imir clap pasp auxC lsel a1op a1lx clli mdcv cclv amve " +
        "rloc oinf lhvC tols iscl uncC cmpd"
    ).split(" "),
);

/** What stands in `meta` beside the tables of items and properties. */
const META = new Set(["hdlr", "pitm", "iinf", "iloc", "iref", "iprp", "idat", "dinf", "grpl"]);

/** A box: where it begins, where its content begins and where it ends. */
type Box = { type: string; at: number; from: number; to: number };

type Extent = { from: number; to: number };

/** Where an item's data stands: in `idat` inside `meta`, or anywhere in the file. */
type Place = { extents: Extent[]; inMeta: boolean };

/** The header of the box at `at`, which ends at `end` at the latest. */
const readBox = async (source: Source, at: number, end: number): Promise<Box> => {
    check(at + 8 <= end);
    const head = await source.read(at, 8);
    const [short, type] = [u32(head, 0), latin(head.subarray(4))];
    let [from, to] = [at + 8, short === 0 ? end : at + short];
    if (short === 1) {
        check(at + 16 <= end);
        const long = await source.read(at + 8, 8);
        [from, to] = [at + 16, at + u32(long, 0) * 2 ** 32 + u32(long, 4)];
    }
    check(from <= to && to <= end);
    return { type, at, from, to };
};

const boxes = async (source: Source, from: number, to: number): Promise<Box[]> => {
    const list: Box[] = [];
    for (let at = from; at < to; at = list[list.length - 1]?.to ?? to) {
        list.push(await readBox(source, at, to));
        check(list.length <= EXTENTS_MAX);
    }
    return list;
};

/** A box in `meta`, whose bytes are changed in place. */
type Meta = { bytes: Uint8Array<ArrayBuffer>; source: Source; found: Set<Found> };

/** Overwrites `meta` from `from` to `to`; tells whether something was there. */
const blank = ({ bytes }: Meta, from: number, to: number): boolean => {
    const was = bytes.subarray(from, to).some((byte) => byte !== 0);
    bytes.fill(0, from, to);
    return was;
};

/** Turns a box into free space. */
const free = (meta: Meta, box: Box): void => {
    if (blank(meta, box.from, box.to) || box.type !== "free") meta.found.add("other");
    meta.bytes.set(bytesOf("free"), box.at + 4);
};

/** Numbers of 0, 4 or 8 bytes, as `iloc` counts them. */
const reader = (bytes: Uint8Array, at: number, end: number) => {
    const take = (width: number): number => {
        check(at + width <= end);
        at += width;
        if (width === 0) return 0;
        if (width === 2) return u16(bytes, at - 2);
        if (width === 4) return u32(bytes, at - 4);
        check(width === 8);
        return u32(bytes, at - 8) * 2 ** 32 + u32(bytes, at - 4);
    };
    return take;
};

/** Reads where each item's data stands (ISO/IEC 14496-12, 8.11.3); `idat` begins at `data` in `meta`. */
const readLocations = (meta: Meta, box: Box, idat: Box | undefined, size: number): Map<number, Place> => {
    const take = reader(meta.bytes, box.from, box.to);
    const version = take(4) >>> 24;
    check(version <= 2);
    const widths = take(2);
    const [offset, length, base] = [widths >> 12, (widths >> 8) & 15, (widths >> 4) & 15];
    const index = version === 0 ? 0 : widths & 15;
    const items = new Map<number, Place>();
    let total = 0;
    for (let left = take(version === 2 ? 4 : 2); left > 0; left -= 1) {
        const id = take(version === 2 ? 4 : 2);
        const method = version === 0 ? 0 : take(2) & 15;
        check(take(2) === 0 && method <= 1 && !items.has(id));
        const start = take(base) + (method === 1 ? (idat?.from ?? 0) : 0);
        const end = method === 1 ? (idat?.to ?? 0) : size;
        const extents: Extent[] = [];
        for (let more = take(2); more > 0; more -= 1) {
            take(index);
            const from = start + take(offset);
            const to = length === 0 ? end : from + take(length);
            check(from <= to && to <= end && ++total <= EXTENTS_MAX);
            extents.push({ from, to });
        }
        items.set(id, { extents, inMeta: method === 1 });
    }
    return items;
};

/** The id of the picture that is shown first. */
const readPrimary = (meta: Meta, box: Box | undefined): number | undefined =>
    box && reader(meta.bytes, box.from + 4, box.to)((meta.bytes[box.from] ?? 0) > 0 ? 4 : 2);

/** Reads the ids that are thumbnails, and turns what points from them into free space (ISO/IEC 23008-12, 6.4.3). */
const takeThumbnails = async (meta: Meta, box: Box | undefined, primary?: number): Promise<Set<number>> => {
    const ids = new Set<number>();
    if (!box) return ids;
    const wide = (meta.bytes[box.from] ?? 0) > 0;
    for (const reference of await boxes(meta.source, box.from + 4, box.to)) {
        if (reference.type !== "thmb") continue;
        ids.add(reader(meta.bytes, reference.from, reference.to)(wide ? 4 : 2));
        meta.bytes.set(bytesOf("free"), reference.at + 4);
    }
    check(primary === undefined || !ids.has(primary));
    return ids;
};

/** Reads what each item is, and leaves only pictures that are shown (ISO/IEC 14496-12, 8.11.6). */
const readItems = async (meta: Meta, box: Box, thumbnails: Set<number>): Promise<Map<number, string>> => {
    const types = new Map<number, string>();
    const wide = (meta.bytes[box.from] ?? 0) > 0;
    for (const entry of await boxes(meta.source, box.from + (wide ? 8 : 6), box.to)) {
        const version = meta.bytes[entry.from] ?? 0;
        check(entry.type === "infe" && (version === 2 || version === 3));
        const take = reader(meta.bytes, entry.from + 4, entry.to);
        const id = take(version === 3 ? 4 : 2);
        take(2);
        const name = entry.from + (version === 3 ? 14 : 12);
        take(4);
        const type = latin(meta.bytes.subarray(name - 4, name));
        types.set(id, thumbnails.has(id) ? "thmb" : type);
        if (blank(meta, name, entry.to) && PICTURES.has(type)) meta.found.add("comment");
        // A thumbnail's data is gone: readers are told to show neither it nor anything in its place.
        if (!PICTURES.has(type) || thumbnails.has(id)) {
            meta.bytes.set(bytesOf("free"), name - 4);
            meta.bytes[entry.from + 3] = 1;
        }
    }
    return types;
};

/** Leaves only the properties that a picture is drawn from; their order counts, so that others become free space. */
const cleanProperties = async (meta: Meta, box: Box | undefined): Promise<void> => {
    for (const container of box ? await boxes(meta.source, box.from, box.to) : []) {
        if (container.type !== "ipco") continue;
        for (const property of await boxes(meta.source, container.from, container.to)) {
            if (!DRAWN.has(property.type)) free(meta, property);
            const kind = latin(meta.bytes.subarray(property.from, property.from + 4));
            if (property.type === "colr" && (kind === "prof" || kind === "rICC")) {
                const profile = meta.bytes.slice(property.from + 4, property.to);
                const clean = cleanProfile(profile);
                if (!clean || !same(clean, profile)) meta.found.add("color_profile");
                if (clean) meta.bytes.set(clean, property.from + 4);
                else free(meta, property);
            }
        }
    }
};

/** Notes what an item that is overwritten told. */
const note = async (type: string, content: Source, found: Set<Found>): Promise<void> => {
    if (await isBlank(content, 0, content.size)) return;
    if (type === "thmb") found.add("thumbnail");
    else if (type === "mime") await readXmp(content, found);
    else if (type === "Exif" && content.size > 4) {
        const header = 4 + u32(await content.read(0, 4), 0);
        const told = new Set<Found>();
        if (header <= content.size) await readExif(part(content, header, content.size), told);
        for (const one of told.size > 0 ? told : ["other" as const]) found.add(one);
    } else found.add("other");
};

/** Refuses a file in which a byte belongs to a picture and to something that is overwritten. */
const checkApart = (kept: Extent[], dropped: Extent[]): void => {
    const all = [...kept.map((one) => ({ ...one, end: 0 })), ...dropped.map((one) => ({ ...one, end: 1 }))];
    const ends: [number, number] = [0, 0];
    for (const { from, to, end } of all.sort((a, b) => a.from - b.from)) {
        if (from === to) continue;
        check(from >= (ends[1 - end] ?? 0));
        ends[end] = Math.max(ends[end] ?? 0, to);
    }
};

/** Cleans `meta` in place and returns what is kept of the data outside it, in order. */
const cleanMeta = async (
    source: Source, box: Box, data: Box[], found: Set<Found>,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; kept: Extent[] }> => {
    const bytes = (await source.read(box.at, box.to - box.at)).slice();
    const inside = part(source, box.at, box.to);
    const meta: Meta = { bytes, source: inside, found };
    const children = await boxes(inside, box.from - box.at + 4, bytes.length);
    const child = (type: string) => children.find((one) => one.type === type);
    const [locations, information, idat] = [child("iloc"), child("iinf"), child("idat")];
    check(locations !== undefined && information !== undefined);
    const places = readLocations(meta, locations, idat, source.size);
    const primary = readPrimary(meta, child("pitm"));
    const types = await readItems(meta, information, await takeThumbnails(meta, child("iref"), primary));
    await cleanProperties(meta, child("iprp"));
    const [kept, dropped, keptIdat, droppedIdat]: [Extent[], Extent[], Extent[], Extent[]] = [[], [], [], []];
    // Nothing that is dropped is read twice.
    let left = source.size;
    for (const [id, { extents, inMeta }] of places) {
        const type = types.get(id) ?? "free";
        for (const extent of extents) {
            if (PICTURES.has(type)) (inMeta ? keptIdat : kept).push(extent);
            // What was free space before is seen to with all else that is no picture.
            else if (type !== "free") {
                check(inMeta || data.some((one) => one.from <= extent.from && extent.to <= one.to));
                check((left -= extent.to - extent.from) >= 0);
                (inMeta ? droppedIdat : dropped).push(extent);
                await note(type, part(inMeta ? inside : source, extent.from, extent.to), found);
            }
        }
    }
    checkApart(kept, dropped);
    checkApart(keptIdat, droppedIdat);
    for (const one of children) {
        if (!META.has(one.type) || child(one.type) !== one || (one.type === "dinf" && one.to - one.at > 36)) {
            free(meta, one);
        }
        // The handler's name is for people.
        if (one.type === "hdlr" && blank(meta, Math.min(one.from + 24, one.to), one.to)) found.add("software");
    }
    if (idat) {
        const original = bytes.slice(idat.from, idat.to);
        const clean = new Uint8Array(original.length);
        for (const { from, to } of keptIdat) {
            clean.set(original.subarray(from - idat.from, to - idat.from), from - idat.from);
        }
        if (!same(original, clean) && found.size === 0) found.add("other");
        bytes.set(clean, idat.from);
    }
    return { bytes, kept: kept.sort((a, b) => a.from - b.from || a.to - b.to) };
};

/**
 * A HEIC, HEIF or AVIF of the same length, with zeros in place of everything that is not a picture: Exif, XMP,
 * thumbnails, descriptions, free space. How it is turned stands in properties of its own.
 */
export const cleanHeif = async (source: Source, found: Set<Found>): Promise<Pieces> => {
    const list: Box[] = [];
    let end = 0;
    while (end < source.size) {
        const box = await readBox(source, end, source.size).catch(() => undefined);
        if (!box || !/^[\x20-\x7e]{4}$/.test(box.type)) break;
        check(list.push(box) <= BOXES_MAX);
        end = box.to;
    }
    if (list.some((box) => box.type === "moov" || box.type === "moof")) throw new Cannot("media");
    const metas = list.filter((box) => box.type === "meta");
    const box = metas[0];
    check(box !== undefined && metas.length === 1);
    const data = list.filter((one) => one.type === "mdat");
    const { bytes, kept } = await cleanMeta(source, box, data, found);
    const out = newPieces();
    const blankTo = async (from: number, to: number) => {
        if (from < to && found.size === 0 && !(await isBlank(source, from, to))) found.add("other");
        out.zeros(to - from);
    };
    let next = 0;
    for (const one of list) {
        if (one === box) out.bytes(bytes);
        else if (one.type === "ftyp") out.keep(one.at, one.to);
        else if (one.type === "mdat") {
            out.keep(one.at, one.from);
            let at = one.from;
            for (; next < kept.length && (kept[next]?.from ?? 0) < one.to; next += 1) {
                const extent = kept[next] ?? { from: 0, to: 0 };
                check(extent.from >= one.from && extent.to <= one.to);
                await blankTo(at, Math.max(at, extent.from));
                out.keep(Math.max(at, Math.min(extent.from, extent.to)), Math.max(at, extent.to));
                at = Math.max(at, extent.to);
            }
            await blankTo(at, one.to);
        } else {
            if (one.type !== "free") found.add("other");
            out.keep(one.at, one.at + 4);
            out.bytes(bytesOf("free"));
            out.keep(one.at + 8, one.from);
            await blankTo(one.from, one.to);
        }
    }
    check(next === kept.length);
    if (end < source.size) found.add("after_end");
    return out;
};
