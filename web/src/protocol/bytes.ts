/**
 * The plainest layer: hashes, ids, and the field encoding that everything signed is made of.
 *
 * A body is its fields in fixed order, each as `u32` big-endian length and bytes, so that no two lists of fields share
 * an encoding. `Fields` reads untrusted bodies: it checks every length before it slices.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { type ErrorCode, refuse } from "./error";

/** A SHA-256 value in lower-case hex, 64 digits. */
export type Hash = string;
/** Names a case: 16 random bytes in lower-case hex. */
export type CaseId = string;
/** Names a member of the authority: 8 random bytes in lower-case hex. */
export type MemberId = string;
/** Names an authority: the hash of its first manifest. */
export type AuthorityId = string;

/** Gives that many random bytes, at most 65,536. */
export type Random = (length: number) => Uint8Array;

/** The browser's or Node's own random bytes. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

const DIGITS = "0123456789abcdef";

/** Lower-case hex of `bytes`. */
export function toHex(bytes: Uint8Array): string {
    let hex = "";
    for (const byte of bytes) hex += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
    return hex;
}

/** Reads exactly `2 * length` lower-case hex digits; of any even number when `length` is not given. */
export function fromHex(text: string, length: number = text.length / 2): Uint8Array {
    if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) refuse("malformed");
    return Uint8Array.from({ length }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

/** The UTF-8 of `text`; a lone surrogate, which no text of a person has, becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
    return new TextEncoder().encode(text);
}

/** Reads UTF-8, exactly. */
export function fromUtf8(bytes: Uint8Array): string {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return refuse("malformed");
    }
}

/** `parts` joined. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
        joined.set(part, place);
        place += part.length;
    }
    return joined;
}

/** Whether both hold the same bytes. The time it takes does not tell where they differ. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
    if (one.length !== other.length) return false;
    let difference = 0;
    for (const [place, byte] of one.entries()) difference |= byte ^ (other[place] ?? 0);
    return difference === 0;
}

/** SHA-256 of `parts` joined, as bytes. */
export function digest(...parts: readonly Uint8Array[]): Uint8Array {
    const context = sha256.create();
    for (const part of parts) context.update(part);
    return context.digest();
}

/** SHA-256 of `bytes`. */
export function hash(bytes: Uint8Array): Hash {
    return toHex(digest(bytes));
}

/** SHA-256 of `parts` joined. */
export function hashOf(...parts: readonly Uint8Array[]): Hash {
    return toHex(digest(...parts));
}

/** `value` as four bytes, big-endian. */
export function u32(value: number): Uint8Array {
    return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** `value` as eight bytes, big-endian. */
export function u64(value: bigint | number): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    return bytes;
}

/** The number that these bytes are, big-endian. */
export function toNumber(bytes: Uint8Array): bigint {
    return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Each of `list` as `u32` big-endian length and bytes. */
export function fields(...list: readonly Uint8Array[]): Uint8Array {
    return concat(...list.flatMap((field) => [u32(field.length), field]));
}

/** Reads the fields of an untrusted body one after another; refuses with `code`. */
export class Fields {
    private place = 0;

    constructor(private readonly body: Uint8Array, private readonly code: ErrorCode) {}

    /** The next field, of any length. */
    bytes(): Uint8Array {
        const start = this.place + 4;
        if (start > this.body.length) refuse(this.code);
        const end = start + Number(toNumber(this.body.subarray(this.place, start)));
        if (end > this.body.length) refuse(this.code);
        this.place = end;
        return this.body.slice(start, end);
    }

    /** The next field, which must have `length` bytes. */
    array(length: number): Uint8Array {
        const field = this.bytes();
        return field.length === length ? field : refuse(this.code);
    }

    /** The next field, which must have `length` bytes, in hex. */
    hex(length: number): string {
        return toHex(this.array(length));
    }

    /** The next field, which must have `length` bytes or none, in hex. */
    optional(length: number): string | null {
        const field = this.bytes();
        if (field.length === 0) return null;
        return field.length === length ? toHex(field) : refuse(this.code);
    }

    /** The next field as `u8`. */
    u8(): number {
        return this.array(1)[0] ?? refuse(this.code);
    }

    /** The next field as big-endian `u64`. */
    u64(): bigint {
        return toNumber(this.array(8));
    }

    /** The next field as UTF-8. */
    text(): string {
        return fromUtf8(this.bytes());
    }

    /** Refuses anything after the last field. */
    end(): void {
        if (this.place !== this.body.length) refuse(this.code);
    }
}
