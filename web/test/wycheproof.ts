/** Project Wycheproof's vectors as `tests/wycheproof.rs` hands them on, with what must come out of each. */
import { readFileSync } from "node:fs";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { decrypt } from "../src/protocol/aead";
import { concat, fromHex, toHex } from "../src/protocol/bytes";
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
    "ChaCha20-Poly1305": (vector) => decrypt(hex(vector, "key"), hex(vector, "nonce"), hex(vector, "sealed")),
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
    if (kind !== "ChaCha20-Poly1305") return null;
    if (hex(vector, "nonce").length !== 12) return "nonce that is not of 12 bytes";
    return hex(vector, "data").length > 0 ? "additional data" : null;
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
