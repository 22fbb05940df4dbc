/** ChaCha20-Poly1305, against RFC 8439 and the npm package `@noble/ciphers`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { poly1305 as noblePoly1305 } from "@noble/ciphers/_poly1305.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { TAG, decrypt, encrypt, encryptIn, poly1305, roomFor } from "../src/protocol/aead";
import { concat, fromHex, toHex } from "../src/protocol/bytes";
import { fixedRandom } from "./fixedRandom";

/** Every length up to a few blocks, and those around a chunk of age. */
const LENGTHS = [...Array.from({ length: 200 }, (_, length) => length), 4095, 65_535, 65_536, 65_537, 100_003];

function poly(key: Uint8Array, message: Uint8Array): Uint8Array {
    const words = new Int32Array(new Uint8Array(message).buffer);
    return poly1305(words, message.length / 16, new Int32Array(new Uint8Array(key).buffer));
}

test("Poly1305 reduces as RFC 8439, appendix A.3, asks from case 7 on", () => {
    const zeros = "00".repeat(15);
    const key = (r: string, s = "00".repeat(16)): string => r + s;
    const one = "01000000000000000400000000000000";
    const cases = [
        [key(`02${zeros}`), "ff".repeat(16), `03${zeros}`],
        [key(`02${zeros}`, "ff".repeat(16)), `02${zeros}`, `03${zeros}`],
        [key(`01${zeros}`), `${"ff".repeat(16)}f0${"ff".repeat(15)}11${zeros}`, `05${zeros}`],
        [key(`01${zeros}`), `${"ff".repeat(16)}fb${"fe".repeat(15)}${"01".repeat(16)}`, "00".repeat(16)],
        [key(`02${zeros}`), `fd${"ff".repeat(15)}`, `fa${"ff".repeat(15)}`],
        [key(one), `e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000${
            "00".repeat(8)}01${zeros}`, "14000000000000005500000000000000"],
        [key(one), `e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000${
            "00".repeat(8)}`, "13" + zeros],
    ] as const;
    for (const [with_, message, tag] of cases) assert.equal(toHex(poly(fromHex(with_), fromHex(message))), tag);
});

test("Poly1305 is that of @noble/ciphers where numbers are largest, and near the modulus", () => {
    const random = fixedRandom("poly1305");
    const small = (): Uint8Array => random(16).map((byte, at) => (at === 0 ? byte & 3 : 0));
    const ends = [0, 1, 250, 251, 252, 253, 254, 255].map((first) => new Uint8Array(16).fill(255).fill(first, 0, 1));
    for (let count = 0; count < 3000; count++) {
        const r = [small(), new Uint8Array(16).fill(255), random(16)][count % 3] ?? random(16);
        const key = concat(r, count % 2 ? random(16) : new Uint8Array(16).fill(255));
        const blocks = Array.from({ length: 1 + (count % 9) }, (_, at) => {
            const kinds = [ends[(count + at) % 8] ?? r, small(), random(16)];
            return kinds[(random(1)[0] ?? 0) % 3] ?? r;
        });
        assert.deepEqual(poly(key, concat(...blocks)), noblePoly1305(concat(...blocks), key));
    }
    const long = new Uint8Array(1 << 20).fill(255);
    assert.deepEqual(poly(new Uint8Array(32).fill(255), long), noblePoly1305(long, new Uint8Array(32).fill(255)));
});

test("RFC 8439, appendix A.5, without its additional data: the message opens to the same keystream", () => {
    const key = fromHex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
    const nonce = fromHex("000000000102030405060708");
    const ciphertext = fromHex("64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2");
    const words = new TextEncoder().encode("Internet-Drafts are draft docume");
    assert.deepEqual(encrypt(key, nonce, words).subarray(0, 32), ciphertext);
});

test("it does what @noble/ciphers does, at every length", () => {
    const random = fixedRandom("aead");
    for (const length of LENGTHS) {
        const [key, nonce] = [random(32), random(12)];
        const message = new Uint8Array(length);
        for (let at = 0; at < length; at += 60_000) message.set(random(Math.min(60_000, length - at)), at);
        const sealed = encrypt(key, nonce, message);
        assert.deepEqual(sealed, chacha20poly1305(key, nonce).encrypt(message), String(length));
        assert.deepEqual(decrypt(key, nonce, sealed), message);
    }
});

test("nothing opens that was altered or cut", () => {
    const random = fixedRandom("altered");
    const [key, nonce, message] = [random(32), random(12), random(100)];
    const sealed = encrypt(key, nonce, message);
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
        const changed = sealed.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(decrypt(key, nonce, changed), null);
    }
    for (let length = 0; length < sealed.length; length++) {
        assert.equal(decrypt(key, nonce, sealed.subarray(0, length)), null);
    }
});

test("a room is used again, whatever an earlier message left in it", () => {
    const random = fixedRandom("room");
    const key = random(32);
    const room = new Uint8Array(roomFor(1000)).fill(255);
    for (const length of [1000, 0, 1, 63, 64, 65, 999, 15, 16, 17]) {
        const [nonce, message] = [random(12), random(length)];
        room.set(message);
        encryptIn(room, length, key, nonce);
        assert.deepEqual(room.slice(0, length + TAG), chacha20poly1305(key, nonce).encrypt(message), String(length));
    }
});
