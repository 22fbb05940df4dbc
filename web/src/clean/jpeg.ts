import { readExif, readXmp } from "./exif";
import { check, type Found } from "./found";
import { cleanProfile, PROFILE_MAX } from "./icc";
import { newPieces, type Pieces } from "./pieces";
import { bytesOf, concat, latin, part, putU16, same, type Source, STRIDE, u16 } from "./source";

const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;
const PROFILE = "ICC_PROFILE\0";
const PHOTOSHOP = "Photoshop 3.0\0";

const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7;

/** Where the next marker's 0xFF stands from `at` on; inside a scan, restart markers belong to the data. */
const findMarker = async (source: Source, at: number, scan: boolean): Promise<number | undefined> => {
    while (at < source.size) {
        const bytes = await source.read(at, Math.min(STRIDE, source.size - at));
        let here = bytes.indexOf(0xff);
        while (here >= 0 && here + 1 < bytes.length) {
            const code = bytes[here + 1] ?? 0;
            if (code !== 0 && code !== 0xff && !(scan && isRestart(code))) return at + here;
            here = bytes.indexOf(0xff, here + (code === 0xff ? 1 : 2));
        }
        if (here >= 0 && at + here + 1 === source.size) return undefined;
        at += here >= 0 ? here : bytes.length;
    }
    return undefined;
};

/** Whether only fill bytes stand from `from` to `to`. */
const isFill = async (source: Source, from: number, to: number): Promise<boolean> => {
    for (let at = from; at < to; at += STRIDE) {
        if ((await source.read(at, Math.min(STRIDE, to - at))).some((byte) => byte !== 0xff)) return false;
    }
    return true;
};

/** Notes what Photoshop's blocks hold (Adobe, *Photoshop File Formats*, image resource blocks). */
const readPhotoshop = async (block: Source, found: Set<Found>): Promise<void> => {
    const bytes = await block.read(0, block.size);
    let at = PHOTOSHOP.length;
    found.add("history");
    while (at + 12 <= bytes.length && latin(bytes.subarray(at, at + 4)) === "8BIM") {
        const id = u16(bytes, at + 4);
        const name = (bytes[at + 6] ?? 0) + 1;
        const length = at + 6 + name + (name % 2);
        if (length + 4 > bytes.length) return;
        if (id === 0x0404) found.add("comment");
        if (id === 0x0409 || id === 0x040c) found.add("thumbnail");
        const size = u16(bytes, length) * 65536 + u16(bytes, length + 2);
        at = length + 4 + size + (size % 2);
    }
};

/** A part of a colour profile: the piece that stands for it, its number of how many, and its bytes. */
type ProfilePart = {
    piece: { bytes: Uint8Array<ArrayBuffer> };
    number: number;
    of: number;
    head: Uint8Array;
    data: Uint8Array;
};

/** Fills in what is left of a colour profile that is spread over segments (ICC.1:2022, annex B.4). */
const finishProfile = (parts: ProfilePart[], found: Set<Found>): void => {
    if (parts.length === 0) return;
    const sorted = [...parts].sort((a, b) => a.number - b.number);
    const whole = sorted.every((one, at) => one.number === at + 1 && one.of === sorted.length);
    const profile = concat(sorted.map((one) => one.data));
    const clean = whole ? cleanProfile(profile) : undefined;
    if (!clean || !same(clean, profile)) found.add("color_profile");
    let at = 0;
    for (const one of clean ? sorted : []) {
        one.piece.bytes = concat([one.head, clean?.subarray(at, at + one.data.length) ?? new Uint8Array(0)]);
        at += one.data.length;
    }
};

/**
 * A JPEG without what no picture needs (ITU-T T.81, annex B). Segments are dropped or shortened; the compressed data
 * is copied as it is. Kept of the applications' segments: JFIF without its thumbnail, Adobe's colour transform, the
 * colour profile without its descriptions, and of Exif the orientation. It ends at its end marker.
 */
export const cleanJpeg = async (source: Source, found: Set<Found>): Promise<Pieces> => {
    const out = newPieces();
    const profile: ProfilePart[] = [];
    let profileSize = 0;
    let scans = 0;
    let jfif = false;
    let exif = false;

    /** What to do with an application segment whose content stands from `from` to `to`. */
    const application = async (code: number, at: number, to: number): Promise<void> => {
        const from = at + 4;
        const content = part(source, from, to);
        const name = latin(await content.read(0, Math.min(36, content.size)));
        if (code === 0xe0 && name.startsWith("JFIF\0") && content.size >= 14 && !jfif) {
            jfif = true;
            if (name.charCodeAt(12) * name.charCodeAt(13) === 0 && content.size === 14) return out.keep(at, to);
            found.add("thumbnail");
            out.bytes(concat([bytesOf("\xff\xe0\0\x10"), await source.read(from, 12), bytesOf("\0\0")]));
        } else if (code === 0xe0) found.add(name.startsWith("JF") ? "thumbnail" : "other");
        else if (code === 0xee && name.startsWith("Adobe") && content.size >= 12) {
            if (content.size === 12) return out.keep(at, to);
            found.add("other");
            out.bytes(concat([bytesOf("\xff\xee\0\x0e"), await source.read(from, 12)]));
        } else if (code === 0xe2 && name.startsWith(PROFILE) && content.size >= 14) {
            const bytes = await source.read(at, to - at);
            const cut = 4 + PROFILE.length + 2;
            profileSize += bytes.length;
            check(profileSize <= 2 * PROFILE_MAX && profile.length < 255);
            const piece = { bytes: new Uint8Array(0) };
            out.list.push(piece);
            const [number, of] = [bytes[cut - 2] ?? 0, bytes[cut - 1] ?? 0];
            profile.push({ piece, number, of, head: bytes.slice(0, cut), data: bytes.slice(cut) });
        } else if (code === 0xe1 && name.startsWith("Exif\0")) {
            const minimal = await readExif(part(source, Math.min(from + 6, to), to), found);
            if (minimal && !exif) {
                exif = true;
                const head = bytesOf("\xff\xe1\0\0Exif\0\0");
                putU16(head, 2, 8 + minimal.length);
                out.bytes(concat([head, minimal]));
            } else if (minimal) found.add("other");
        } else if (code === 0xe1 && name.startsWith("http://ns.adobe.com/x")) await readXmp(content, found);
        else if (code === 0xed && name.startsWith(PHOTOSHOP)) await readPhotoshop(content, found);
        else if (code === 0xe2 && name.startsWith("MPF\0")) found.add("picture");
        else found.add(code === 0xeb ? "history" : "other");
    };

    out.keep(0, 2);
    let at = 2;
    for (;;) {
        const marker = await findMarker(source, at, false);
        if (marker === undefined) {
            // A picture that was cut off still shows its beginning.
            check(scans > 0);
            if (at < source.size) found.add("other");
            break;
        }
        if (!(await isFill(source, at, marker))) found.add("other");
        const code = (await source.read(marker + 1, 1))[0] ?? 0;
        at = marker + 2;
        if (code === EOI) {
            check(scans > 0);
            out.keep(marker, at);
            if (at < source.size) found.add("after_end");
            break;
        }
        if (isRestart(code) || code === 1) {
            found.add("other");
            continue;
        }
        check(code >= 0xc0 && code !== 0xc8 && code !== 0xd8 && (code < 0xf0 || code === COM));
        const length = u16(await source.read(at, 2), 0);
        const end = at + length;
        check(length >= 2 && end <= source.size);
        if (code === COM) found.add("comment");
        else if (code >= 0xe0) await application(code, marker, end);
        else out.keep(marker, end);
        at = end;
        if (code === SOS) {
            scans += 1;
            at = (await findMarker(source, end, true)) ?? source.size;
            out.keep(end, at);
        }
    }
    finishProfile(profile, found);
    return out;
};
