/**
 * Work that a sealed report, and a place for files, cost (`docs/protocol.md`, section 13): sixteen small puzzles over
 * SHA-256, which take a more even time than one large one.
 */
import { digest, fromHex, toHex, u32 } from "./bytes";
import { refuse } from "./error";

const PUZZLES = 16;
/** Bytes of a challenge. */
const CHALLENGE = 37;
/** The most that is ever asked, in bits. */
const BITS_MAX = 14;
/** Tries in one step. */
const STEP = 4096;

/** Whether the first `bits` bits of `hash` are zero; `bits` is at most 32. */
function begins(hash: Uint8Array, bits: number): boolean {
    const first = new DataView(hash.buffer, hash.byteOffset).getUint32(0);
    return bits === 0 || first >>> (32 - bits) === 0;
}

/**
 * Solves a challenge (hex) of that price, and returns what the header `Amparo-Work` says. Before each step of the work it
 * yields how much is done, 0 to 1: an estimate, since puzzles have luck.
 */
export function* solving(challenge: string, bits: number): Generator<number, string> {
    const bytes = fromHex(challenge, CHALLENGE);
    if (bits < 0 || bits > BITS_MAX) refuse("malformed");
    let solution = "";
    for (let puzzle = 0; puzzle < PUZZLES; puzzle++) {
        const input = new Uint8Array(CHALLENGE + 5);
        input.set(bytes);
        input[CHALLENGE] = puzzle;
        const number = new DataView(input.buffer, CHALLENGE + 1);
        for (let tried = 0; ; tried++) {
            number.setUint32(0, tried);
            if (bits > 0 && tried % STEP === 0) yield (puzzle + 1 - Math.exp(-tried / 2 ** bits)) / PUZZLES;
            if (begins(digest(input), bits)) break;
        }
        solution += toHex(new Uint8Array(input.buffer, CHALLENGE + 1));
    }
    return `${challenge}.${solution}`;
}

/** The same in one go. */
export function solve(challenge: string, bits: number): string {
    const steps = solving(challenge, bits);
    for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
    }
}

/** Whether `header` solves its challenge at that price. Whether the challenge is good only the server knows. */
export function isSolved(header: string, bits: number): boolean {
    const [challenge = "", solution = "", ...more] = header.split(".");
    if (more.length > 0) refuse("malformed");
    const [bytes, numbers] = [fromHex(challenge, CHALLENGE), fromHex(solution, 4 * PUZZLES)];
    return Array.from({ length: PUZZLES }, (_, puzzle) => {
        const number = new DataView(numbers.buffer).getUint32(4 * puzzle);
        return begins(digest(bytes, Uint8Array.of(puzzle), u32(number)), bits);
    }).every(Boolean);
}
