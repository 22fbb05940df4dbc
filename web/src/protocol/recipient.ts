/**
 * Who can open a sealed file: a `Recipient` is the public half, an `Identity` the secret half.
 *
 * Both are age's own, in age's own text: hybrid (ML-KEM-768 with X25519, safe against a quantum computer unless both
 * break, `age1pq1…`) and classic (X25519, `age1…`). Source: https://c2sp.org/age. A recipient names nobody and proves
 * nothing about who sealed; that is what signatures are for.
 */
import { fromBech32, toBech32 } from "./bech32";
import { type Random, concat, isEqual, systemRandom } from "./bytes";
import { type ClassicKeys, classicKeys, isSoundPoint, unwrapClassic, wrapClassic } from "./classic";
import { refuse } from "./error";
import { type HybridKeys, HYBRID_LENGTH, hybridKeys, isSoundHybrid, unwrapHybrid, wrapHybrid } from "./hybrid";

export type Kind = "hybrid" | "classic";

/** The public half of a key pair that files can be sealed to; `key` is checked. */
export interface Recipient {
    readonly kind: Kind;
    /** 1216 bytes (hybrid) or 32 (classic). */
    readonly key: Uint8Array;
}

/** The secret half. */
export type Identity =
    | { readonly kind: "hybrid"; readonly keys: HybridKeys; readonly recipient: Recipient }
    | { readonly kind: "classic"; readonly keys: ClassicKeys; readonly recipient: Recipient };

/** One way to the file key, as it stands in a header. */
export interface Stanza {
    readonly tag: string;
    readonly args: readonly string[];
    readonly body: Uint8Array;
}

/** First byte of a recipient where it enters a hash. */
const FIRST = { classic: 0x01, hybrid: 0x02 } as const;
const RECIPIENT = { classic: "age", hybrid: "age1pq" } as const;
const IDENTITY = { classic: "age-secret-key-", hybrid: "age-secret-key-pq-" } as const;

function checked(kind: Kind, key: Uint8Array): Recipient {
    if (key.length !== (kind === "hybrid" ? HYBRID_LENGTH : 32)) refuse("recipient-malformed");
    if (!(kind === "hybrid" ? isSoundHybrid(key) : isSoundPoint(key))) refuse("recipient-unsafe");
    return { kind, key };
}

/** Reads `age1pq1…` or `age1…`, in its one spelling, and checks the key. */
export function readRecipient(text: string): Recipient {
    for (const kind of ["hybrid", "classic"] as const) {
        const key = fromBech32(RECIPIENT[kind], text);
        if (key) return checked(kind, key);
    }
    return refuse("recipient-malformed");
}

/** The recipient in age's text form. */
export function recipientText(recipient: Recipient): string {
    return toBech32(RECIPIENT[recipient.kind], recipient.key);
}

/** The form that enters hashes: `0x01 ‖ 32 bytes` (classic) or `0x02 ‖ 1216 bytes` (hybrid). */
export function recipientBytes(recipient: Recipient): Uint8Array {
    return concat(Uint8Array.of(FIRST[recipient.kind]), recipient.key);
}

/** Reads what `recipientBytes` wrote, and checks the key. */
export function recipientFromBytes(bytes: Uint8Array): Recipient {
    const key = bytes.slice(1);
    if (bytes[0] === FIRST.hybrid) return checked("hybrid", key);
    if (bytes[0] === FIRST.classic) return checked("classic", key);
    return refuse("recipient-malformed");
}

/** Whether both are one. */
export function isSameRecipient(one: Recipient, other: Recipient): boolean {
    return one.kind === other.kind && isEqual(one.key, other.key);
}

/** The hybrid identity that grows from a uniformly random seed of 32 bytes; the same seed gives the same identity. */
export function hybridIdentity(seed: Uint8Array): Identity {
    const keys = hybridKeys(seed);
    return { kind: "hybrid", keys, recipient: { kind: "hybrid", key: keys.publicKey } };
}

/** The classic identity of an X25519 scalar. */
export function classicIdentity(scalar: Uint8Array): Identity {
    const keys = classicKeys(scalar);
    return { kind: "classic", keys, recipient: { kind: "classic", key: keys.publicKey } };
}

/** Reads `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`, in its one spelling. */
export function readIdentity(text: string): Identity {
    const key = (kind: Kind): Uint8Array | null =>
        text === text.toUpperCase() ? fromBech32(IDENTITY[kind], text.toLowerCase()) : null;
    const [seed, scalar] = [key("hybrid"), key("classic")];
    if (seed?.length === 32) return hybridIdentity(seed);
    if (scalar?.length === 32) return classicIdentity(scalar);
    return refuse("malformed");
}

/**
 * A fresh recipient of the same kind that nobody can open for, since its identity is dropped here. What is sealed to it
 * looks like any other file of the same length.
 */
export function throwawayLike(recipient: Recipient, random: Random = systemRandom): Recipient {
    const secret = random(32);
    return (recipient.kind === "hybrid" ? hybridIdentity(secret) : classicIdentity(secret)).recipient;
}

/** Wraps a file key of 16 bytes for `recipient`. */
export function wrapFileKey(recipient: Recipient, fileKey: Uint8Array, random: Random): Stanza {
    return (recipient.kind === "hybrid" ? wrapHybrid : wrapClassic)(recipient.key, fileKey, random);
}

/** The file key; `null` when the stanza is of another kind or for somebody else. */
export function unwrapFileKey(identity: Identity, stanza: Stanza): Uint8Array | null {
    return identity.kind === "hybrid" ? unwrapHybrid(identity.keys, stanza) : unwrapClassic(identity.keys, stanza);
}
