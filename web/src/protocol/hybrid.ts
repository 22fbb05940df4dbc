/**
 * Hybrid recipients and identities: a file key sealed by HPKE with ML-KEM-768 and X25519 together.
 *
 * The construction is age's `mlkem768x25519` stanza (https://c2sp.org/age): HPKE in base mode (RFC 9180) with
 * HKDF-SHA256 and ChaCha20-Poly1305 over the X-Wing KEM (draft-connolly-cfrg-xwing-kem). Never for anything but one
 * 16-byte file key: the context is used once, without additional data.
 */
import { x25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { decrypt, encrypt } from "./aead";
import { fromBase64NoPad, toBase64NoPad } from "./base64";
import { type Random, concat, utf8 } from "./bytes";
import { agree, isSoundPoint } from "./classic";
import { as, refuse } from "./error";
import type { Stanza } from "./recipient";

/** A key pair, grown from its seed. */
export interface HybridKeys {
    readonly pqSecret: Uint8Array;
    readonly scalar: Uint8Array;
    readonly publicKey: Uint8Array;
}

const TAG = "mlkem768x25519";
/** Bytes of ML-KEM-768's part of a public key; of those that are packed coefficients; of its ciphertext. */
const PQ_PUBLIC = 1184;
const PQ_COEFFICIENTS = 1152;
const PQ_CIPHERTEXT = 1088;
/** ML-KEM's modulus. */
const Q = 3329;
/** Bytes of a wrapped file key. */
const WRAPPED = 32;

/** Bytes of a public key. */
export const HYBRID_LENGTH = PQ_PUBLIC + 32;

/** X-Wing's own label, a picture of its name. */
const XWING = utf8("\\.//^\\");
const INFO = utf8("age-encryption.org/mlkem768x25519");
/** `"HPKE" ‖ KEM 0x647a (MLKEM768-X25519) ‖ KDF 0x0001 (HKDF-SHA256) ‖ AEAD 0x0003 (ChaCha20-Poly1305)`. */
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3));
const EMPTY = new Uint8Array(0);

/** Whether every ML-KEM coefficient is reduced (FIPS 203, 7.2) and the X25519 part is canonical and of large order. */
export function isSoundHybrid(key: Uint8Array): boolean {
    for (let place = 0; place < PQ_COEFFICIENTS; place += 3) {
        const [a = 0, b = 0, c = 0] = key.subarray(place, place + 3);
        if ((a | ((b & 0x0f) << 8)) >= Q || ((b >> 4) | (c << 4)) >= Q) return false;
    }
    return isSoundPoint(key.subarray(PQ_PUBLIC));
}

export function hybridKeys(seed: Uint8Array): HybridKeys {
    const expanded = shake256(seed, { dkLen: 96 });
    const { secretKey, publicKey } = ml_kem768.keygen(expanded.slice(0, 64));
    const scalar = expanded.slice(64);
    return { pqSecret: secretKey, scalar, publicKey: concat(publicKey, x25519.scalarMultBase(scalar)) };
}

function combine(pq: Uint8Array, classic: Uint8Array, share: Uint8Array, publicKey: Uint8Array): Uint8Array {
    return sha3_256(concat(pq, classic, share, publicKey.subarray(PQ_PUBLIC), XWING));
}

export function wrapHybrid(recipient: Uint8Array, fileKey: Uint8Array, random: Random): Stanza {
    const [message, ephemeral] = [random(32), random(32)];
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(recipient.slice(0, PQ_PUBLIC), message);
    const share = x25519.scalarMultBase(ephemeral);
    const shared = combine(sharedSecret, agree(ephemeral, recipient.slice(PQ_PUBLIC)), share, recipient);
    return { tag: TAG, args: [toBase64NoPad(concat(cipherText, share))], body: encrypt(...keyAndNonce(shared), fileKey) };
}

export function unwrapHybrid(keys: HybridKeys, stanza: Stanza): Uint8Array | null {
    if (stanza.tag !== TAG) return null;
    const [text, ...more] = stanza.args;
    const encapsulated = as("seal-malformed", () => fromBase64NoPad(text ?? ""));
    const whole = more.length === 0 && encapsulated.length === PQ_CIPHERTEXT + 32 && stanza.body.length === WRAPPED;
    if (!whole) refuse("seal-malformed");
    const share = encapsulated.slice(PQ_CIPHERTEXT);
    const pq = ml_kem768.decapsulate(encapsulated.slice(0, PQ_CIPHERTEXT), keys.pqSecret);
    const shared = combine(pq, agree(keys.scalar, share), share, keys.publicKey);
    return decrypt(...keyAndNonce(shared), stanza.body);
}

/** HPKE's key schedule (RFC 9180, section 5.1), for the one message of its context. */
function keyAndNonce(shared: Uint8Array): [Uint8Array, Uint8Array] {
    const context = concat(
        Uint8Array.of(0),
        labeledExtract(EMPTY, "psk_id_hash", EMPTY),
        labeledExtract(EMPTY, "info_hash", INFO),
    );
    const secret = labeledExtract(shared, "secret", EMPTY);
    return [labeledExpand(secret, "key", context, 32), labeledExpand(secret, "base_nonce", context, 12)];
}

/** RFC 9180, section 4, over HKDF's extract, which is HMAC with the salt as its key (RFC 5869). */
function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
    return hmac(sha256, salt, concat(utf8("HPKE-v1"), SUITE, utf8(label), ikm));
}

/** RFC 9180, section 4, for at most 32 bytes, of which HKDF's expand takes one block. */
function labeledExpand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
    const labeled = concat(Uint8Array.of(0, length), utf8("HPKE-v1"), SUITE, utf8(label), info, Uint8Array.of(1));
    return hmac(sha256, prk, labeled).slice(0, length);
}
