/** age's text form of keys: Bech32 (BIP-173) without its limit of 90 characters. */

const LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** Longest text of any key, in letters; stops the reading of longer ones. */
const LONGEST = 2500;

function checksum(values: readonly number[]): number {
    let sum = 1;
    for (const value of values) {
        const top = sum >>> 25;
        sum = ((sum & 0x1ffffff) << 5) ^ value;
        for (const [bit, term] of GENERATOR.entries()) if ((top >> bit) & 1) sum ^= term;
    }
    return sum;
}

/** Bits of `values`, of `from` bits each, in groups of `to`; the last one is filled up with zeros. */
function regroup(values: Iterable<number>, from: number, to: number): { groups: number[]; left: number } {
    const groups: number[] = [];
    let [bits, left] = [0, 0];
    for (const value of values) {
        bits = ((bits << from) | value) & 0xffff;
        left += from;
        while (left >= to) {
            left -= to;
            groups.push((bits >> left) & ((1 << to) - 1));
        }
    }
    if (from > to && left > 0) groups.push((bits << (to - left)) & ((1 << to) - 1));
    return { groups, left };
}

/** The text of `key` in lower case; `prefix` is lower-case ASCII. */
export function toBech32(prefix: string, key: Uint8Array): string {
    const codes = [...prefix].map((letter) => letter.charCodeAt(0));
    const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
    const { groups } = regroup(key, 8, 5);
    const sum = checksum([...expanded, ...groups, 0, 0, 0, 0, 0, 0]) ^ 1;
    const check = [0, 1, 2, 3, 4, 5].map((place) => (sum >> (5 * (5 - place))) & 31);
    return `${prefix}1${[...groups, ...check].map((value) => LETTERS.charAt(value)).join("")}`;
}

/** The key in `text` when that is exactly what `toBech32` writes, else `null`. */
export function fromBech32(prefix: string, text: string): Uint8Array | null {
    const start = prefix.length + 1;
    if (text.length > LONGEST || !text.startsWith(`${prefix}1`) || text.length < start + 6) return null;
    const values = [...text.slice(start, -6)].map((letter) => LETTERS.indexOf(letter));
    if (values.includes(-1)) return null;
    const key = Uint8Array.from(regroup(values, 5, 8).groups);
    // Checksum, case and the bits left over at the end are right when the same text comes out again.
    return toBech32(prefix, key) === text ? key : null;
}
