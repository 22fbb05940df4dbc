/**
 * ChaCha20-Poly1305 (RFC 8439) without additional data, of whole messages, in place.
 *
 * Not that of the npm package `@noble/ciphers`, to which tests hold it, because all of a large file passes through it:
 * this takes four fifths of the time, and little more than half where scripts are not compiled. Poly1305 is calculated
 * in floating point, where products of 22-bit limbs are exact. No branch and no index depends on a secret.
 */
import { isEqual } from "./bytes";

/** Bytes by which a message grows. */
export const TAG = 16;
/** Bytes of keystream that ChaCha20 makes at once. */
const BLOCK = 64;

// Words are read in the machine's own order, which is little-endian on every machine that runs a browser.
if (new Uint8Array(Int32Array.of(1).buffer)[0] !== 1) throw new Error("this machine is big-endian");

/** Bytes of the buffer in which a message of `length` bytes can be encrypted. */
export function roomFor(length: number): number {
    return Math.ceil(length / BLOCK) * BLOCK + TAG;
}

/**
 * Encrypts the first `length` bytes of `room`, which is all of a buffer of at least `roomFor(length)` bytes; the tag
 * follows them, and what was behind is lost. The key has 32 bytes, the nonce 12; no two messages may share both.
 */
export function encryptIn(room: Uint8Array, length: number, key: Uint8Array, nonce: Uint8Array): void {
    const [k, n] = [wordsOf(key), wordsOf(nonce)];
    xorKeystream(new Int32Array(room.buffer), Math.ceil(length / BLOCK), k, n, 1);
    room.set(tagOf(room, length, k, n), length);
}

/** `message`, encrypted, and its tag. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array {
    const room = new Uint8Array(roomFor(message.length));
    room.set(message);
    encryptIn(room, message.length, key, nonce);
    return room.subarray(0, message.length + TAG);
}

/** The message that `sealed` holds; `null` when the tag is another. */
export function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const length = sealed.length - TAG;
    if (length < 0) return null;
    const room = new Uint8Array(roomFor(length));
    room.set(sealed.subarray(0, length));
    const [k, n] = [wordsOf(key), wordsOf(nonce)];
    if (!isEqual(tagOf(room, length, k, n), sealed.subarray(length))) return null;
    xorKeystream(new Int32Array(room.buffer), Math.ceil(length / BLOCK), k, n, 1);
    return room.subarray(0, length);
}

/** A copy, because words have to be aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
    return new Int32Array(new Uint8Array(bytes).buffer);
}

/** Adds the keystream from block `counter` on to the first `blocks` blocks of `words`. */
function xorKeystream(words: Int32Array, blocks: number, key: Int32Array, nonce: Int32Array, counter: number): void {
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0, k7 = 0] = key;
    const [n0 = 0, n1 = 0, n2 = 0] = nonce;
    for (let at = 0; at < 16 * blocks; at += 16) {
        let x0 = 0x61707865, x1 = 0x3320646e, x2 = 0x79622d32, x3 = 0x6b206574;
        let x4 = k0, x5 = k1, x6 = k2, x7 = k3, x8 = k4, x9 = k5, x10 = k6, x11 = k7;
        let x12 = counter, x13 = n0, x14 = n1, x15 = n2;
        for (let round = 0; round < 20; round += 2) {
            x0 = (x0 + x4) | 0; x12 ^= x0; x12 = (x12 << 16) | (x12 >>> 16);
            x8 = (x8 + x12) | 0; x4 ^= x8; x4 = (x4 << 12) | (x4 >>> 20);
            x0 = (x0 + x4) | 0; x12 ^= x0; x12 = (x12 << 8) | (x12 >>> 24);
            x8 = (x8 + x12) | 0; x4 ^= x8; x4 = (x4 << 7) | (x4 >>> 25);
            x1 = (x1 + x5) | 0; x13 ^= x1; x13 = (x13 << 16) | (x13 >>> 16);
            x9 = (x9 + x13) | 0; x5 ^= x9; x5 = (x5 << 12) | (x5 >>> 20);
            x1 = (x1 + x5) | 0; x13 ^= x1; x13 = (x13 << 8) | (x13 >>> 24);
            x9 = (x9 + x13) | 0; x5 ^= x9; x5 = (x5 << 7) | (x5 >>> 25);
            x2 = (x2 + x6) | 0; x14 ^= x2; x14 = (x14 << 16) | (x14 >>> 16);
            x10 = (x10 + x14) | 0; x6 ^= x10; x6 = (x6 << 12) | (x6 >>> 20);
            x2 = (x2 + x6) | 0; x14 ^= x2; x14 = (x14 << 8) | (x14 >>> 24);
            x10 = (x10 + x14) | 0; x6 ^= x10; x6 = (x6 << 7) | (x6 >>> 25);
            x3 = (x3 + x7) | 0; x15 ^= x3; x15 = (x15 << 16) | (x15 >>> 16);
            x11 = (x11 + x15) | 0; x7 ^= x11; x7 = (x7 << 12) | (x7 >>> 20);
            x3 = (x3 + x7) | 0; x15 ^= x3; x15 = (x15 << 8) | (x15 >>> 24);
            x11 = (x11 + x15) | 0; x7 ^= x11; x7 = (x7 << 7) | (x7 >>> 25);
            x0 = (x0 + x5) | 0; x15 ^= x0; x15 = (x15 << 16) | (x15 >>> 16);
            x10 = (x10 + x15) | 0; x5 ^= x10; x5 = (x5 << 12) | (x5 >>> 20);
            x0 = (x0 + x5) | 0; x15 ^= x0; x15 = (x15 << 8) | (x15 >>> 24);
            x10 = (x10 + x15) | 0; x5 ^= x10; x5 = (x5 << 7) | (x5 >>> 25);
            x1 = (x1 + x6) | 0; x12 ^= x1; x12 = (x12 << 16) | (x12 >>> 16);
            x11 = (x11 + x12) | 0; x6 ^= x11; x6 = (x6 << 12) | (x6 >>> 20);
            x1 = (x1 + x6) | 0; x12 ^= x1; x12 = (x12 << 8) | (x12 >>> 24);
            x11 = (x11 + x12) | 0; x6 ^= x11; x6 = (x6 << 7) | (x6 >>> 25);
            x2 = (x2 + x7) | 0; x13 ^= x2; x13 = (x13 << 16) | (x13 >>> 16);
            x8 = (x8 + x13) | 0; x7 ^= x8; x7 = (x7 << 12) | (x7 >>> 20);
            x2 = (x2 + x7) | 0; x13 ^= x2; x13 = (x13 << 8) | (x13 >>> 24);
            x8 = (x8 + x13) | 0; x7 ^= x8; x7 = (x7 << 7) | (x7 >>> 25);
            x3 = (x3 + x4) | 0; x14 ^= x3; x14 = (x14 << 16) | (x14 >>> 16);
            x9 = (x9 + x14) | 0; x4 ^= x9; x4 = (x4 << 12) | (x4 >>> 20);
            x3 = (x3 + x4) | 0; x14 ^= x3; x14 = (x14 << 8) | (x14 >>> 24);
            x9 = (x9 + x14) | 0; x4 ^= x9; x4 = (x4 << 7) | (x4 >>> 25);
        }
        words[at]! ^= (x0 + 0x61707865) | 0;
        words[at + 1]! ^= (x1 + 0x3320646e) | 0;
        words[at + 2]! ^= (x2 + 0x79622d32) | 0;
        words[at + 3]! ^= (x3 + 0x6b206574) | 0;
        words[at + 4]! ^= (x4 + k0) | 0;
        words[at + 5]! ^= (x5 + k1) | 0;
        words[at + 6]! ^= (x6 + k2) | 0;
        words[at + 7]! ^= (x7 + k3) | 0;
        words[at + 8]! ^= (x8 + k4) | 0;
        words[at + 9]! ^= (x9 + k5) | 0;
        words[at + 10]! ^= (x10 + k6) | 0;
        words[at + 11]! ^= (x11 + k7) | 0;
        words[at + 12]! ^= (x12 + counter) | 0;
        words[at + 13]! ^= (x13 + n0) | 0;
        words[at + 14]! ^= (x14 + n1) | 0;
        words[at + 15]! ^= (x15 + n2) | 0;
        counter = (counter + 1) | 0;
    }
}

/** The tag of the `length` bytes of ciphertext in `room`; changes the bytes behind them. */
function tagOf(room: Uint8Array, length: number, key: Int32Array, nonce: Int32Array): Uint8Array {
    const oneTime = new Int32Array(16);
    xorKeystream(oneTime, 1, key, nonce, 0);
    const blocks = Math.ceil(length / 16);
    // Zeros up to a whole block; then the lengths of the additional data, of which there is none, and of the message.
    room.fill(0, length, 16 * blocks + 16);
    new DataView(room.buffer).setUint32(16 * blocks + 8, length, true);
    return poly1305(new Int32Array(room.buffer), blocks + 1, oneTime);
}

/** Bits of a limb; six of them hold a number modulo 2^130 - 5, so that the last one has 20. */
const BITS = 22;
const LIMB = (1 << BITS) - 1;
/** 2^132 modulo 2^130 - 5. */
const WRAP = 20;

/**
 * Poly1305 of the first `blocks` whole blocks of `words` under the one-time key, its first eight words. Limbs are kept
 * between -2^21 and 2^21, or little beyond, so that no sum of products reaches 2^52.
 */
export function poly1305(words: Int32Array, blocks: number, oneTime: Int32Array): Uint8Array {
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = oneTime;
    const [c0, c1, c2, c3] = [k0 & 0x0fffffff, k1 & 0x0ffffffc, k2 & 0x0ffffffc, k3 & 0x0ffffffc];
    const r0 = c0 & LIMB, r1 = (c0 >>> 22 | c1 << 10) & LIMB, r2 = (c1 >>> 12 | c2 << 20) & LIMB;
    const r3 = c2 >>> 2 & LIMB, r4 = (c2 >>> 24 | c3 << 8) & LIMB, r5 = c3 >>> 14;
    const s1 = WRAP * r1, s2 = WRAP * r2, s3 = WRAP * r3, s4 = WRAP * r4, s5 = WRAP * r5;
    // Adding and subtracting 1.5 * 2^74 rounds to a multiple of 2^22, because a double has 53 bits. The constants stand
    // here, where a compiler sees that nobody changes them.
    const rounder = 1.5 * 2 ** (52 + BITS), down = 2 ** -BITS;
    let h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0;
    for (let at = 0; at < 4 * blocks; at += 4) {
        const w0 = words[at]!, w1 = words[at + 1]!, w2 = words[at + 2]!, w3 = words[at + 3]!;
        h0 += w0 & LIMB;
        h1 += (w0 >>> 22 | w1 << 10) & LIMB;
        h2 += (w1 >>> 12 | w2 << 20) & LIMB;
        h3 += w2 >>> 2 & LIMB;
        h4 += (w2 >>> 24 | w3 << 8) & LIMB;
        h5 += (w3 >>> 14) + (1 << 18);
        let d0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
        let d1 = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
        let d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
        let d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
        let d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
        let d5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
        // Two chains of carries at once, since each step waits for the one before.
        let over = d0 + rounder - rounder; d0 -= over; d1 += over * down;
        let more = d3 + rounder - rounder; d3 -= more; d4 += more * down;
        over = d1 + rounder - rounder; h1 = d1 - over; d2 += over * down;
        more = d4 + rounder - rounder; h4 = d4 - more; d5 += more * down;
        over = d2 + rounder - rounder; h2 = d2 - over; d3 += over * down;
        more = d5 + rounder - rounder; h5 = d5 - more; d0 += more * (WRAP * down);
        over = d3 + rounder - rounder; h3 = d3 - over; h4 += over * down;
        more = d0 + rounder - rounder; h0 = d0 - more; h1 += more * down;
    }
    return withPad(reduced(Int32Array.of(h0, h1, h2, h3, h4, h5)), oneTime.subarray(4, 8));
}

/** The least non-negative number modulo 2^130 - 5 that is `limbs`. */
function reduced(limbs: Int32Array): Int32Array {
    // What is beyond 2^130 comes in again below, fivefold: first nearly all of it, then the rest, and then only limbs
    // are put in order.
    for (let pass = 0; pass < 3; pass++) {
        const beyond = carry(limbs);
        limbs[0]! += 5 * beyond;
    }
    // It is 2^130 - 5 or more exactly when five more reach 2^130, and then they are what remains without that.
    const more = limbs.slice();
    more[0]! += 5;
    limbs[0]! += 5 * carry(more);
    carry(limbs);
    return limbs;
}

/** Brings limbs into their bounds, and tells what is beyond the last one. */
function carry(limbs: Int32Array): number {
    let over = 0;
    for (let at = 0; at < 6; at++) {
        const sum = limbs[at]! + over;
        const bits = at < 5 ? BITS : 130 - 5 * BITS;
        limbs[at] = sum & ((1 << bits) - 1);
        over = sum >> bits;
    }
    return over;
}

/** The low 128 bits of the number and `pad` added. */
function withPad(limbs: Int32Array, pad: Int32Array): Uint8Array {
    const [l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0, l5 = 0] = limbs;
    const words = [l0 | l1 << 22, l1 >>> 10 | l2 << 12, l2 >>> 20 | l3 << 2 | l4 << 24, l4 >>> 8 | l5 << 14];
    const tag = new Uint32Array(4);
    let sum = 0;
    words.forEach((word, at) => {
        sum = Math.floor(sum / 2 ** 32) + (word >>> 0) + (pad[at]! >>> 0);
        tag[at] = sum;
    });
    return new Uint8Array(tag.buffer);
}
