/** Random bytes that are the same in every run, so that what is written with them can be compared. Never for keys. */
import { type Random, digest, u32, utf8 } from "../src/protocol/bytes";

/** SHA-256 of `seed` and a counter, again and again. */
export function fixedRandom(seed: string): Random {
    let counter = 0;
    return (length) => {
        const bytes = new Uint8Array(length);
        for (let place = 0; place < length; place += 32) {
            bytes.set(digest(utf8(seed), u32(counter++)).subarray(0, length - place), place);
        }
        return bytes;
    };
}
