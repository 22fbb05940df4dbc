import { check, Damaged, type Found } from "./found";
import { bytesOf, latin, putU16, type Source, u16, u32 } from "./source";

/** Bytes of one value, by type (TIFF 6.0, section 2). */
const VALUE_SIZE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/** Tags that say something about a person, a device or a place (Exif 3.0, sections 4.6.4 to 4.6.6). */
const TAGS: Record<number, Found> = {
    270: "comment", 271: "camera", 272: "camera", 305: "software", 306: "time", 315: "owner", 316: "software",
    330: "thumbnail", 700: "history", 33432: "owner", 33723: "comment", 34377: "history", 36867: "time", 36868: "time",
    37500: "maker_note", 37510: "comment", 40091: "comment", 40092: "comment", 40093: "owner", 40094: "comment",
    40095: "comment", 42016: "serial", 42032: "owner", 42033: "serial", 42035: "camera", 42036: "camera",
    42037: "serial",
};

export const ORIENTATION = 274;
const EXIF_IFD = 34665;
const GPS_IFD = 34853;

/** An entry of an image file directory. `at` is where its value stands in the file. */
export type Entry = { tag: number; type: number; count: number; size: number; at: number; inline: boolean };

/** A directory: its entries, where they begin and where the next directory stands (0: nowhere). */
export type Ifd = { at: number; entries: Entry[]; next: number };

/** Reads the directory at `at` of a TIFF structure. */
export const readIfd = async (source: Source, at: number, little: boolean): Promise<Ifd> => {
    const count = u16(await source.read(at, 2), 0, little);
    const table = await source.read(at + 2, count * 12 + 4);
    const entries: Entry[] = [];
    for (let from = 0; from < count * 12; from += 12) {
        const type = u16(table, from + 2, little);
        const values = u32(table, from + 4, little);
        const size = (VALUE_SIZE[type] ?? 0) * values;
        const inline = size <= 4;
        const value = inline ? at + 2 + from + 8 : u32(table, from + 8, little);
        entries.push({ tag: u16(table, from, little), type, count: values, size, at: value, inline });
    }
    return { at, entries, next: u32(table, count * 12, little) };
};

/** Whether a TIFF header stands at the start, and in which byte order. */
export const byteOrder = async (source: Source): Promise<{ little: boolean; first: number }> => {
    const head = await source.read(0, 8);
    const order = latin(head.subarray(0, 2));
    check(order === "II" || order === "MM");
    const little = order === "II";
    check(u16(head, 2, little) === 42);
    return { little, first: u32(head, 4, little) };
};

/** A value of one short or long. */
export const readNumber = async (source: Source, entry: Entry, little: boolean): Promise<number> => {
    check((entry.type === 3 || entry.type === 4) && entry.count >= 1);
    const bytes = await source.read(entry.at, entry.type === 3 ? 2 : 4);
    return entry.type === 3 ? u16(bytes, 0, little) : u32(bytes, 0, little);
};

/** Notes what entries tell, and follows the first of each kind to the directories of camera and place. */
export const noteTags = async (
    source: Source, entries: Entry[], little: boolean, found: Set<Found>,
): Promise<void> => {
    const follow = async (tag: number): Promise<Entry[]> => {
        const entry = entries.find((one) => one.tag === tag);
        if (!entry) return [];
        // A pointer to nowhere hides nothing more than itself.
        const inside = await readNumber(source, entry, little)
            .then((at) => readIfd(source, at, little))
            .catch(ifDamaged);
        return inside?.entries ?? [];
    };
    for (const { tag } of [...entries, ...(await follow(EXIF_IFD))]) {
        const tells = TAGS[tag];
        if (tells) found.add(tells);
    }
    if ((await follow(GPS_IFD)).some((one) => one.tag !== 0)) found.add("place");
};

/** An empty answer in place of `Damaged`; any other fault goes on. */
const ifDamaged = (fault: unknown): undefined => {
    if (!(fault instanceof Damaged)) throw fault;
};

/** An Exif block with nothing but the orientation. */
export const minimalExif = (orientation: number): Uint8Array<ArrayBuffer> => {
    const bytes = bytesOf("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0");
    putU16(bytes, 18, orientation);
    return bytes;
};

/**
 * Reads an Exif block (a TIFF structure) that will be dropped: notes what it told and returns what shall stand in its
 * place, if anything. One that cannot be read is dropped too.
 */
export const readExif = async (source: Source, found: Set<Found>): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const seen = new Set<Found>();
    let orientation = 1;
    const read = async () => {
        const { little, first } = await byteOrder(source);
        const ifd = await readIfd(source, first, little);
        await noteTags(source, ifd.entries, little, seen);
        const entry = ifd.entries.find((one) => one.tag === ORIENTATION);
        if (entry) orientation = await readNumber(source, entry, little);
        if (ifd.next !== 0) seen.add("thumbnail");
    };
    await read().catch(ifDamaged);
    const minimal = orientation >= 2 && orientation <= 8 ? minimalExif(orientation) : undefined;
    const isMinimal =
        minimal && source.size === minimal.length && latin(await source.read(0, source.size)) === latin(minimal);
    if (!isMinimal) {
        if (seen.size === 0) seen.add("other");
        for (const one of seen) found.add(one);
    }
    return minimal;
};

/** Notes what an XMP packet tells, by the names of its properties. */
export const readXmp = async (source: Source, found: Set<Found>): Promise<void> => {
    const text = latin(await source.read(0, Math.min(source.size, 1024 * 1024)));
    found.add("history");
    if (text.includes("GPSL")) found.add("place");
    if (text.includes("Date")) found.add("time");
    if (text.includes("tiff:M")) found.add("camera");
    if (text.includes("SerialNumber")) found.add("serial");
    if (text.includes("creator") || text.includes("OwnerName")) found.add("owner");
    if (text.includes("CreatorTool")) found.add("software");
};
