/** Project Wycheproof's vectors as `tests/wycheproof.rs` hands them on, with what must come out of each. */
import { readFileSync } from "node:fs";
import { chacha20 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { TAG, decrypt, poly1305 } from "../src/protocol/aead";
import { concat, fromHex, isEqual, toHex } from "../src/protocol/bytes";
import { agree, isSoundPoint } from "../src/protocol/classic";
import { ProtocolError } from "../src/protocol/error";
import { recipientFromBytes } from "../src/protocol/recipient";
import { readVerifyingKey, verifyRaw } from "../src/protocol/sign";
import { Counts } from "./counts";
import { type Vector, at, hex, number, text } from "./vectors";

type Compute = (vector: Vector) => Uint8Array | null;

function refusedAsNull<T>(work: () => T): T | null {
    try {
        return work();
    } catch (error) {
        if (error instanceof ProtocolError) return null;
        throw error;
    }
}

/** The primitives' own errors have no type. */
function anyErrorAsNull<T>(work: () => T): T | null {
    try {
        return work();
    } catch {
        return null;
    }
}

/**
 * Nothing that is sealed here has additional data. So that the tags of these vectors are calculated all the same, the
 * keystream is another's.
 */
function decryptWithData(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const length = sealed.length - TAG;
    if (length < 0) return null;
    const whole = (bytes: number): number => 16 * Math.ceil(bytes / 16);
    const room = new Uint8Array(whole(data.length) + whole(length) + 16);
    room.set(data);
    room.set(sealed.subarray(0, length), whole(data.length));
    const lengths = new DataView(room.buffer, room.length - 16);
    lengths.setUint32(0, data.length, true);
    lengths.setUint32(8, length, true);
    const oneTime = chacha20(key, nonce, new Uint8Array(32));
    const tag = poly1305(new Int32Array(room.buffer), room.length / 16, new Int32Array(oneTime.slice().buffer));
    return isEqual(tag, sealed.subarray(length)) ? chacha20(key, nonce, sealed.subarray(0, length), undefined, 1) : null;
}

const COMPUTE: Readonly<Record<string, Compute>> = {
    Ed25519: (vector) => refusedAsNull(() => {
        readVerifyingKey(text(vector, "key"));
        const holds = verifyRaw(hex(vector, "key"), hex(vector, "message"), hex(vector, "signature"));
        return holds ? new Uint8Array(0) : null;
    }),
    X25519: (vector) => {
        const point = hex(vector, "public");
        if (isSoundPoint(point) !== at(vector, "is_recipient")) throw new Error("another verdict on a recipient");
        return refusedAsNull(() => agree(hex(vector, "scalar"), point));
    },
    "ChaCha20-Poly1305": (vector) => {
        const [key, nonce, data, sealed] =
            [hex(vector, "key"), hex(vector, "nonce"), hex(vector, "data"), hex(vector, "sealed")];
        return data.length === 0 ? decrypt(key, nonce, sealed) : decryptWithData(key, nonce, data, sealed);
    },
    "HKDF-SHA256": (vector) => anyErrorAsNull(() =>
        hkdf(sha256, hex(vector, "ikm"), hex(vector, "salt"), hex(vector, "info"), number(vector, "size"))),
    "HMAC-SHA256": (vector) => {
        const tag = text(vector, "tag");
        const found = toHex(hmac(sha256, hex(vector, "key"), hex(vector, "message"))).slice(0, tag.length);
        return found === tag ? fromHex(tag) : null;
    },
    "ML-KEM-768 decapsulation": (vector) => anyErrorAsNull(() =>
        ml_kem768.decapsulate(hex(vector, "ciphertext"), ml_kem768.keygen(hex(vector, "seed")).secretKey)),
    "ML-KEM-768 encapsulation": (vector) => {
        if (!refusedAsNull(() => recipientFromBytes(hex(vector, "recipient")))) return null;
        const { cipherText, sharedSecret } = ml_kem768.encapsulate(hex(vector, "key"), hex(vector, "message"));
        return concat(cipherText, sharedSecret);
    },
};

/** Why a vector is not for this side; `null` where it is. */
function skipped(kind: string, vector: Vector): string | null {
    const isOther = kind === "ChaCha20-Poly1305" && hex(vector, "nonce").length !== 12;
    return isOther ? "nonce that is not of 12 bytes" : null;
}

const counts = new Counts();
let read = 0;
for (const vector of JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as readonly Vector[]) {
    const kind = text(vector, "kind");
    read += 1;
    const why = skipped(kind, vector);
    if (why !== null) {
        counts.skip(kind, why);
        continue;
    }
    const found = COMPUTE[kind]?.(vector) ?? null;
    const said = found && toHex(found);
    const expected = at(vector, "expected");
    if (said !== expected) {
        console.error(`${kind} ${number(vector, "id")}: ${said ?? "refused"}, not ${String(expected ?? "refused")}`);
        process.exitCode = 1;
    } else {
        counts.pass(kind);
    }
}
counts.print("Wycheproof");
console.log(`${read} vectors read`);
