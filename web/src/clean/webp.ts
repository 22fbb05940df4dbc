import { readExif, readXmp } from "./exif";
import { check, type Found } from "./found";
import { cleanProfile, PROFILE_MAX } from "./icc";
import { newPieces, type Pieces } from "./pieces";
import { bytesOf, concat, latin, part, putU32, same, type Source, u32 } from "./source";

const DRAWN = new Set(["VP8 ", "VP8L", "ALPH", "ANIM"]);
const FRAME_HEAD = 16;
const HAS_EXIF = 8;
const HAS_PROFILE = 32;
const HAS_ALPHA_OR_MOVES = 18;

/** A chunk with its padding byte (RFC 9649, section 2.3). */
const chunk = (type: string, data: Uint8Array): Uint8Array<ArrayBuffer> => {
    const size = new Uint8Array(4);
    putU32(size, 0, data.length, true);
    return concat([bytesOf(type), size, data, new Uint8Array(data.length % 2)]);
};

/** Keeps the chunk from `at` to `to`, with a padding byte that is zero. */
const keep = (out: Pieces, at: number, to: number): void => {
    out.keep(at, to);
    out.bytes(new Uint8Array((to - at) % 2));
};

/** The chunks from `at` to `end`. */
async function* chunks(source: Source, at: number, end: number, found: Set<Found>) {
    while (at < end) {
        check(at + 8 <= end);
        const head = await source.read(at, 8);
        const to = at + 8 + u32(head, 4, true);
        check(to <= end);
        yield { type: latin(head.subarray(0, 4)), at, from: at + 8, to };
        if ((to - at) % 2 === 1 && to < end && (await source.read(to, 1))[0] !== 0) found.add("other");
        at = to + ((to - at) % 2);
    }
}

/** A WebP (RFC 9649) with only the chunks it is drawn from, flags and sizes right; of Exif the orientation stays. */
export const cleanWebp = async (source: Source, found: Set<Found>): Promise<Pieces> => {
    const end = 8 + u32(await source.read(4, 4), 0, true);
    check(end >= 12 && end <= source.size);
    const body = newPieces();
    let extended: Uint8Array<ArrayBuffer> | undefined;
    let flags = 0;
    let first = true;
    let drawn = false;
    for await (const { type, at, from, to } of chunks(source, 12, end, found)) {
        const content = part(source, from, to);
        check(!first || ["VP8X", "VP8 ", "VP8L"].includes(type));
        if (type === "VP8X") {
            check(first && content.size === 10);
            extended = chunk(type, await content.read(0, 10));
            flags = (extended[8] ?? 0) & HAS_ALPHA_OR_MOVES;
            body.bytes(extended);
        } else if (DRAWN.has(type)) keep(body, at, to);
        else if (type === "ANMF") {
            check(content.size >= FRAME_HEAD);
            const frame = newPieces();
            frame.keep(from, from + FRAME_HEAD);
            for await (const inner of chunks(source, from + FRAME_HEAD, to, found)) {
                if (DRAWN.has(inner.type)) keep(frame, inner.at, inner.to);
                else found.add("other");
            }
            const head = chunk(type, new Uint8Array(0));
            putU32(head, 4, frame.length(), true);
            body.bytes(head);
            body.append(frame);
        } else if (type === "ICCP" && extended) {
            const profile = content.size <= PROFILE_MAX ? await content.read(0, content.size) : new Uint8Array(0);
            const clean = flags & HAS_PROFILE ? undefined : cleanProfile(profile);
            if (!clean || !same(clean, profile)) found.add("color_profile");
            if (clean) {
                body.bytes(chunk(type, clean));
                flags |= HAS_PROFILE;
            }
        } else if (type === "EXIF") {
            const prefixed = content.size >= 6 && latin(await content.read(0, 6)) === "Exif\0\0";
            const minimal = await readExif(prefixed ? part(content, 6, content.size) : content, found);
            if (minimal && extended && !(flags & HAS_EXIF)) {
                body.bytes(chunk(type, minimal));
                flags |= HAS_EXIF;
            } else if (minimal) found.add("other");
            if (prefixed && found.size === 0) found.add("other");
        } else if (type === "XMP ") await readXmp(content, found);
        else found.add("other");
        first = false;
        drawn ||= type === "VP8 " || type === "VP8L" || type === "ANMF";
    }
    check(drawn);
    if (extended) {
        if (((extended[8] ?? 0) & ~flags) !== 0 && found.size === 0) found.add("other");
        extended[8] = flags;
        extended.fill(0, 9, 12);
    }
    if (end < source.size) found.add("after_end");
    const out = newPieces();
    const head = bytesOf("RIFF\0\0\0\0WEBP");
    putU32(head, 4, body.length() + 4, true);
    out.bytes(head);
    out.append(body);
    return out;
};
