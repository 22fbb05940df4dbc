/** What people compare to know whose keys they have: the first 16 bytes of a hash, as 40 digits or as 16 words. */
import WORDS from "../../../src/protocol/words.txt";
import { type Hash, fromHex, toNumber } from "./bytes";

const LIST = WORDS.trim().split("\n");

/** As 40 decimal digits in eight groups of five. */
export function fingerprintDigits(fingerprint: Hash): string {
    const digits = toNumber(shown(fingerprint)).toString().padStart(40, "0");
    return (digits.match(/\d{5}/g) ?? []).join(" ");
}

/** As 16 words, one a byte, of the 256 in `src/protocol/words.txt`. */
export function fingerprintWords(fingerprint: Hash): string[] {
    return [...shown(fingerprint)].map((byte) => LIST[byte] ?? "");
}

function shown(fingerprint: Hash): Uint8Array {
    return fromHex(fingerprint, 32).subarray(0, 16);
}
