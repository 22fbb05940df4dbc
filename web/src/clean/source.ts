import { check } from "./found";

/** Bytes that are read by slices, so that a large file never stands in memory. Reading past the end is `Damaged`. */
export type Source = { readonly size: number; read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> };

/** No single part that has to be held is larger, in bytes. */
const PART_MAX = 16 * 1024 * 1024;
const WINDOW = 64 * 1024;

/** The longest slice to walk through a file with, in bytes. */
export const STRIDE = 1024 * 1024;

/** Reads `file` through a window, since most reads are a few bytes after the ones before. */
export const sourceOf = (file: Blob): Source => {
    let window = new Uint8Array(0);
    let start = 0;
    const load = async (at: number, length: number) =>
        new Uint8Array(await file.slice(at, Math.min(at + length, file.size)).arrayBuffer());
    return {
        size: file.size,
        read: async (at, length) => {
            check(at >= 0 && length >= 0 && length <= PART_MAX && at + length <= file.size);
            if (length > WINDOW) return load(at, length);
            if (at < start || at + length > start + window.length) {
                window = await load(at, WINDOW);
                start = at;
            }
            return window.subarray(at - start, at - start + length);
        },
    };
};

/** The bytes from `from` to `to` of `source`, as a source. */
export const part = (source: Source, from: number, to: number): Source => {
    check(from <= to && to <= source.size);
    return {
        size: to - from,
        read: (at, length) => {
            check(at >= 0 && length >= 0 && at + length <= to - from);
            return source.read(from + at, length);
        },
    };
};

/** Whether every byte from `from` to `to` is zero. */
export const isBlank = async (source: Source, from: number, to: number): Promise<boolean> => {
    for (let at = from; at < to; at += STRIDE) {
        const bytes = await source.read(at, Math.min(STRIDE, to - at));
        if (bytes.some((byte) => byte !== 0)) return false;
    }
    return true;
};

export const u16 = (bytes: Uint8Array, at: number, little = false): number => {
    check(at + 2 <= bytes.length);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint16(at, little);
};

export const u32 = (bytes: Uint8Array, at: number, little = false): number => {
    check(at + 4 <= bytes.length);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, little);
};

export const putU16 = (bytes: Uint8Array, at: number, value: number, little = false): void =>
    new DataView(bytes.buffer, bytes.byteOffset).setUint16(at, value, little);

export const putU32 = (bytes: Uint8Array, at: number, value: number, little = false): void =>
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value, little);

/** One character for each byte, for comparing with names. */
export const latin = (bytes: Uint8Array): string => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return text;
};

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (c) => c.charCodeAt(0));

export const concat = (parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(parts.reduce((length, one) => length + one.length, 0));
    let at = 0;
    for (const one of parts) {
        all.set(one, at);
        at += one.length;
    }
    return all;
};

export const same = (a: Uint8Array, b: Uint8Array): boolean =>
    a.length === b.length && a.every((byte, at) => byte === b[at]);
