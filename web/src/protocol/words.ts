/** A fingerprint in words, which are compared more easily than digits, above all by voice. */
import WORDS from "../../../src/protocol/words.txt";
import { type Hash, fromHex } from "./bytes";

const LIST = WORDS.trim().split("\n");

/** The first 16 bytes of a fingerprint as 16 words, one a byte, of the 256 in `src/protocol/words.txt`. */
export function fingerprintWords(fingerprint: Hash): string[] {
    return [...fromHex(fingerprint, 32).subarray(0, 16)].map((byte) => LIST[byte] ?? "");
}
