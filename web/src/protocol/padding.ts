/**
 * Padding, so that sizes say little.
 *
 * Text is `u32 length ‖ content ‖ zeros`, 4 KiB · 2^k in all: most messages look alike. Attachments are
 * `content ‖ zeros ‖ u64 length`, Padmé in all (Nikitin et al., *Reducing Metadata Leakage from Encrypted Files and
 * Communication with PURBs*, 2019): at most 12 % more, and only O(log log n) bits of the size leak. Their length stands
 * last because a file of unknown length must be sealed while it arrives.
 */
import { toNumber, u32, u64 } from "./bytes";
import { refuse } from "./error";

/** The smallest padded text, in bytes. */
export const BLOCK = 4096;
/** The longest text that can be sealed, in bytes. */
export const TEXT_MAX = 1 << 20;
/** Zeros are written in pieces of this many bytes. */
const PIECE = 64 * 1024;

/** Size of a padded text whose content has `length` bytes. */
export function textSize(length: number): number {
    let size = BLOCK;
    while (size < length + 4) size *= 2;
    return size;
}

/** `content`, padded. */
export function padText(content: Uint8Array): Uint8Array {
    if (content.length > TEXT_MAX) refuse("text-too-long");
    const padded = new Uint8Array(textSize(content.length));
    padded.set(u32(content.length));
    padded.set(content, 4);
    return padded;
}

/** The content of a padded text. */
export function unpadText(padded: Uint8Array): Uint8Array {
    if (padded.length < 4) refuse("malformed");
    const length = Number(toNumber(padded.subarray(0, 4)));
    if (length > TEXT_MAX || textSize(length) !== padded.length) refuse("malformed");
    if (padded.subarray(4 + length).some((byte) => byte !== 0)) refuse("malformed");
    return padded.slice(4, 4 + length);
}

/** Padmé: the size that a file of `length` bytes is padded to. */
export function padme(length: bigint): bigint {
    if (length < 2n) return length;
    const exponent = length.toString(2).length - 1;
    const significant = exponent.toString(2).length;
    const mask = (1n << BigInt(Math.max(0, exponent - significant))) - 1n;
    return (length + mask) & ~mask;
}

/** Bytes in all of a padded file whose content has `length` bytes. */
export function fileSize(length: number): number {
    return Number(padme(BigInt(length) + 8n));
}

/** What follows a file's content of `length` bytes, piece by piece: zeros, then the length itself. */
export function* fileEnd(length: number): Generator<Uint8Array> {
    const zeros = fileSize(length) - 8 - length;
    for (let left = zeros; left > 0; left -= PIECE) yield new Uint8Array(Math.min(left, PIECE));
    yield u64(length);
}

/** The content of a padded file. */
export function unpadFile(padded: Uint8Array): Uint8Array {
    const end = padded.length - 8;
    if (end < 0) refuse("malformed");
    const length = toNumber(padded.subarray(end));
    if (length > BigInt(end) || padme(length + 8n) !== BigInt(padded.length)) refuse("malformed");
    if (padded.subarray(Number(length), end).some((byte) => byte !== 0)) refuse("malformed");
    return padded.slice(0, Number(length));
}
