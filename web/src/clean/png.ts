import { readExif, readXmp } from "./exif";
import { check, Damaged, type Found } from "./found";
import { cleanProfile, PROFILE_MAX } from "./icc";
import { newPieces, type Pieces } from "./pieces";
import { bytesOf, concat, latin, part, putU16, putU32, same, type Source, u32 } from "./source";

/** The chunks that a picture is drawn from, and how much of each there can be, in bytes (PNG third edition, 11). */
const DRAWN: Record<string, number> = {
    IHDR: 13, PLTE: 768, IDAT: Infinity, IEND: 0, tRNS: 256, gAMA: 4, cHRM: 32, sRGB: 1, sBIT: 4, bKGD: 6, pHYs: 9,
    hIST: 512, acTL: 8, fcTL: 26, fdAT: Infinity, cICP: 4, mDCV: 24, cLLI: 8,
};

/** What a text's keyword says of it. */
const KEYWORDS: Record<string, Found> = {
    Author: "owner", Copyright: "owner", Software: "software", Source: "camera", "Creation Time": "time",
};

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit += 1) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
    return byte;
});

const crc32 = (bytes: Uint8Array): number => {
    let crc = -1;
    for (const byte of bytes) crc = (CRC[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
    return ~crc >>> 0;
};

const chunk = (type: string, data: Uint8Array): Uint8Array<ArrayBuffer> => {
    const bytes = concat([new Uint8Array(4), bytesOf(type), data, new Uint8Array(4)]);
    putU32(bytes, 0, data.length);
    putU32(bytes, 8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
    return bytes;
};

/** A zlib stream (RFC 1950) of stored blocks: the same bytes on every device. */
const stored = (data: Uint8Array): Uint8Array<ArrayBuffer> => {
    const parts: Uint8Array[] = [bytesOf("\x78\x01")];
    for (let at = 0; at < data.length; at += 65535) {
        const block = data.subarray(at, at + 65535);
        const head = new Uint8Array(5);
        head[0] = at + 65535 >= data.length ? 1 : 0;
        putU16(head, 1, block.length, true);
        putU16(head, 3, 65535 - block.length, true);
        parts.push(head, block);
    }
    let [a, b] = [1, 0];
    for (const byte of data) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
    }
    const sum = new Uint8Array(4);
    putU32(sum, 0, b * 65536 + a);
    return concat([...parts, sum]);
};

/** The content of a zlib stream, or nothing when it is broken or holds too much. */
const inflate = async (stream: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> => {
    if (typeof DecompressionStream === "undefined") return undefined;
    const reader = new Blob([stream]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    const parts: Uint8Array[] = [];
    let length = 0;
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return concat(parts);
            length += value.length;
            if (length > PROFILE_MAX) return void (await reader.cancel());
            parts.push(value);
        }
    } catch {
        return undefined;
    }
};

/** A colour profile's chunk without its name and descriptions; nothing when there is no profile in it. */
const cleanProfileChunk = async (data: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const end = data.indexOf(0);
    if (end < 1 || end > 79 || data[end + 1] !== 0) return undefined;
    const profile = await inflate(data.slice(end + 2));
    const clean = profile && cleanProfile(profile);
    return clean && concat([bytesOf("icc\0\0"), stored(clean)]);
};

/** Notes what a chunk that is dropped told. */
const note = async (type: string, content: Source, found: Set<Found>): Promise<void> => {
    if (type === "tIME") found.add("time");
    else if (type === "tEXt" || type === "zTXt" || type === "iTXt") {
        const head = latin(await content.read(0, Math.min(80, content.size)));
        const keyword = head.slice(0, Math.max(0, head.indexOf("\0")));
        if (keyword === "XML:com.adobe.xmp") await readXmp(content, found);
        else found.add(KEYWORDS[keyword] ?? "comment");
    } else if (type === "caBX") found.add("history");
    else found.add("other");
};

/** A PNG with only the chunks it is drawn from, up to its end; of Exif the orientation stays. */
export const cleanPng = async (source: Source, found: Set<Found>): Promise<Pieces> => {
    const out = newPieces();
    out.keep(0, 8);
    let at = 8;
    let exif = false;
    let profiled = false;
    let drawn = false;
    for (;;) {
        const head = await source.read(at, 8);
        const [length, type] = [u32(head, 0), latin(head.subarray(4))];
        const [from, to] = [at + 8, at + 8 + length];
        const end = to + 4;
        check(/^[A-Za-z]{4}$/.test(type) && end <= source.size && (at === 8) === (type === "IHDR"));
        const content = part(source, from, to);
        const most = DRAWN[type];
        if (most !== undefined && length <= most) out.keep(at, end);
        else if (type === "iCCP") {
            const data = length <= PROFILE_MAX ? await content.read(0, length) : new Uint8Array(0);
            const clean = profiled ? undefined : await cleanProfileChunk(data);
            if (!clean || !same(clean, data)) found.add("color_profile");
            if (clean) out.bytes(chunk(type, clean));
            profiled = true;
        } else if (type === "eXIf") {
            const minimal = await readExif(content, found);
            if (minimal && !exif) out.bytes(chunk(type, minimal));
            else if (minimal) found.add("other");
            exif ||= minimal !== undefined;
        } else if (/^[a-z]/.test(type)) await note(type, content, found);
        else throw new Damaged();
        at = end;
        drawn ||= type === "IDAT";
        if (type === "IEND") break;
    }
    check(drawn);
    if (at < source.size) found.add("after_end");
    return out;
};
