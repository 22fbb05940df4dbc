/**
 * Classic recipients and identities: X25519. Source: https://c2sp.org/age#the-x25519-recipient-type.
 *
 * Not safe against a quantum computer: what is sealed to these today can be opened by whoever keeps it until there is
 * one.
 */
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { decrypt, encrypt } from "./aead";
import { fromBase64NoPad, toBase64NoPad } from "./base64";
import { type Random, concat, toHex, utf8 } from "./bytes";
import { as, refuse } from "./error";
import type { Stanza } from "./recipient";

export interface ClassicKeys {
    readonly scalar: Uint8Array;
    readonly publicKey: Uint8Array;
}

const TAG = "X25519";
const LABEL = utf8("age-encryption.org/v1/X25519");
/** Bytes of a wrapped file key. */
const WRAPPED = 32;
/** The key is used once, so the nonce may be nothing. */
const NONCE = new Uint8Array(12);

/** 2²⁵⁵ − 19 in hex, big-endian; of two texts of one length the smaller is the smaller number. */
const P = `7f${"ff".repeat(30)}ed`;
/** The `u` coordinates of all points of small order, on the curve and on its twist, in hex, big-endian. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
    "00".repeat(32),
    `${"00".repeat(31)}01`,
    "00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0",
    "57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f",
    `7f${"ff".repeat(30)}ec`,
]);

/** Whether `point` is in its one canonical form and not of small order, with which anybody could know the secret. */
export function isSoundPoint(point: Uint8Array): boolean {
    const u = toHex(point.slice().reverse());
    return u < P && !SMALL_ORDER.has(u);
}

/** The shared secret of X25519 (RFC 7748); refused when the point is of small order. */
export function agree(scalar: Uint8Array, point: Uint8Array): Uint8Array {
    try {
        return x25519.scalarMult(scalar, point);
    } catch {
        return refuse("seal-malformed");
    }
}

export function classicKeys(scalar: Uint8Array): ClassicKeys {
    return { scalar, publicKey: x25519.scalarMultBase(scalar) };
}

function wrappingKey(shared: Uint8Array, share: Uint8Array, recipient: Uint8Array): Uint8Array {
    return hkdf(sha256, shared, concat(share, recipient), LABEL, 32);
}

export function wrapClassic(recipient: Uint8Array, fileKey: Uint8Array, random: Random): Stanza {
    const ephemeral = random(32);
    const share = x25519.scalarMultBase(ephemeral);
    const key = wrappingKey(agree(ephemeral, recipient), share, recipient);
    return { tag: TAG, args: [toBase64NoPad(share)], body: encrypt(key, NONCE, fileKey) };
}

export function unwrapClassic(keys: ClassicKeys, stanza: Stanza): Uint8Array | null {
    if (stanza.tag !== TAG) return null;
    const [text, ...more] = stanza.args;
    const share = as("seal-malformed", () => fromBase64NoPad(text ?? ""));
    if (more.length > 0 || share.length !== 32 || stanza.body.length !== WRAPPED) refuse("seal-malformed");
    const key = wrappingKey(agree(keys.scalar, share), share, keys.publicKey);
    return decrypt(key, NONCE, stanza.body);
}
