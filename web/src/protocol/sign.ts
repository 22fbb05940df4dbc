/**
 * Ed25519 signatures (RFC 8032), each bound to one purpose and one authority.
 *
 * What is signed is `"amparo/v1/" ‖ purpose ‖ 0x00 ‖ authority id ‖ body`, so a signature made for one thing can never
 * be shown as another. Verification is cofactorless, which that of @noble/curves is not, and stricter than RFC 8032
 * where implementations differ: a verifying key must be the canonical encoding of a point that is not of small order
 * (Chalkias, Garillot, Nikolaenko, *Taming the many EdDSAs*, 2020), so that Rust and browsers accept the same
 * signatures.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type AuthorityId, concat, fromHex, isEqual, toHex, toNumber, utf8 } from "./bytes";
import { refuse } from "./error";

/** What a signature says; each is worthless as any other. */
export type Purpose =
    | "manifest" | "card" | "envelope" | "envelope-case" | "grant" | "grant-case" | "request" | "move";

/** An Ed25519 public key in canonical encoding, not of small order, in hex. */
export type VerifyingKey = string;

/** An Ed25519 private key. */
export interface SigningKey {
    readonly seed: Uint8Array;
    readonly verifyingKey: VerifyingKey;
}

/** The `y` coordinates of the eight points of small order, sign bit cleared, little-endian. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);
/** 2²⁵⁵ − 19 in hex, big-endian; of two texts of one length the smaller is the smaller number. */
const P = `7f${"ff".repeat(30)}ed`;
/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Checks the encoding; whether the point is on the curve shows when a signature is verified. */
export function readVerifyingKey(hex: string): VerifyingKey {
    const y = fromHex(hex, 32);
    y[31] = (y[31] ?? 0) & 0x7f;
    return SMALL_ORDER.has(toHex(y)) || toHex(y.reverse()) >= P ? refuse("malformed") : hex;
}

/** The key of a 32-byte `seed`. */
export function signingKey(seed: Uint8Array): SigningKey {
    return { seed, verifyingKey: toHex(ed25519.getPublicKey(seed)) };
}

function input(purpose: Purpose, authority: AuthorityId, body: Uint8Array): Uint8Array {
    return concat(utf8(`amparo/v1/${purpose}\0`), fromHex(authority, 32), body);
}

/** Signs `body` for `purpose` under `authority`: 64 bytes. */
export function sign(key: SigningKey, purpose: Purpose, authority: AuthorityId, body: Uint8Array): Uint8Array {
    return ed25519.sign(input(purpose, authority, body), key.seed);
}

/** Whether `key`, which was read by `readVerifyingKey`, signed `body` for `purpose` under `authority`. */
export function verify(
    key: VerifyingKey,
    purpose: Purpose,
    authority: AuthorityId,
    body: Uint8Array,
    signature: Uint8Array,
): boolean {
    return verifyRaw(fromHex(key, 32), input(purpose, authority, body), signature);
}

/** Ed25519 itself, over any message: `R` must be the canonical encoding of `S·B − k·A`, and `S < L`. */
export function verifyRaw(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== 64) return false;
    const [r, s] = [signature.subarray(0, 32), toNumber(signature.slice(32).reverse())];
    if (s >= L) return false;
    try {
        const a = ed25519.Point.fromBytes(key, false);
        const k = toNumber(sha512(concat(r, key, message)).reverse()) % L;
        const recomputed = ed25519.Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
        return isEqual(recomputed.toBytes(), r);
    } catch {
        // Not a point of the curve.
        return false;
    }
}
