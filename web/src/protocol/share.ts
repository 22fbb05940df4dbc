/**
 * Splitting a key so that any k of n holders have it together, and k − 1 have nothing.
 *
 * Shamir, *How to share a secret*, 1979, byte by byte over GF(2⁸) with the polynomial x⁸ + x⁴ + x³ + x + 1 (0x11b).
 * The shares carry no check of their own: whoever combines them sees by the key that comes out whether they were right.
 */
import { type Random, systemRandom } from "./bytes";

/** One holder's share. */
export interface Share {
    /** x, from 1. */
    readonly index: number;
    /** y, byte by byte. */
    readonly value: Uint8Array;
}

/** Splits a secret of 32 bytes into `n` shares of which any `k` give it back; `null` unless 1 ≤ k ≤ n ≤ 255. */
export function split(secret: Uint8Array, k: number, n: number, random: Random = systemRandom): Share[] | null {
    if (k < 1 || k > n || n > 255) return null;
    const coefficients = [secret, ...Array.from({ length: k - 1 }, () => random(32))].reverse();
    return Array.from({ length: n }, (_, place) => {
        const value = new Uint8Array(32);
        for (const coefficient of coefficients) {
            for (const [byte, c] of coefficient.entries()) value[byte] = multiply(value[byte] ?? 0, place + 1) ^ c;
        }
        return { index: place + 1, value };
    });
}

/** The secret that `shares` have in common; `null` when none is given, or two of the same index, or index 0. */
export function combine(shares: readonly Share[]): Uint8Array | null {
    const indices = new Set(shares.map((share) => share.index));
    if (shares.length === 0 || indices.size !== shares.length || indices.has(0)) return null;
    const secret = new Uint8Array(32);
    for (const { index, value } of shares) {
        const others = [...indices].filter((other) => other !== index);
        const weight = others.reduce((sum, other) => multiply(sum, multiply(other, inverse(other ^ index))), 1);
        for (const [byte, y] of value.entries()) secret[byte] = (secret[byte] ?? 0) ^ multiply(y, weight);
    }
    return secret;
}

/** Product in GF(2⁸), without branches or tables that depend on the values. */
function multiply(a: number, b: number): number {
    let product = 0;
    for (let bit = 0; bit < 8; bit++) {
        product ^= a & -(b & 1);
        a = ((a << 1) ^ (0x11b & -(a >> 7))) & 0xff;
        b >>= 1;
    }
    return product;
}

/** a²⁵⁴, the inverse of `a` in GF(2⁸). */
function inverse(a: number): number {
    let power = 1;
    for (let count = 0; count < 254; count++) power = multiply(power, a);
    return power;
}
