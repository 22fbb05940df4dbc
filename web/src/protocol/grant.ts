/** Grants: a key of a case, sealed for one member. */
import { type CaseId, Fields, type Hash, type MemberId, type Random, fields, fromHex, hash } from "./bytes";
import type { SignedCard } from "./card";
import { chunkedHash } from "./chunkedHash";
import { as, refuse } from "./error";
import { type Recipient, recipientBytes } from "./recipient";
import { type Binding, Kind, isGrant, kindOf, sealKey } from "./sealed";
import { type VerifyingKey, readVerifyingKey } from "./sign";

/** What a grant says on its outside. */
export interface Grant {
    readonly case: CaseId;
    /** Hash of its card. */
    readonly card: Hash;
    readonly kind: Kind;
    /** In a desk grant, the hash of the desk recipient; else `null`. */
    readonly keyId: Hash | null;
    /** Whom it is for. */
    readonly member: MemberId;
    /** Chunked hash of its ciphertext. */
    readonly ciphertext: Hash;
    /** Who made it: the case's author, or a member. */
    readonly author: VerifyingKey;
}

/** A grant ready to be sent. First grants carry no signature; the report lists them. */
export interface SealedGrant {
    readonly grant: Grant;
    readonly body: Uint8Array;
    readonly ciphertext: Uint8Array;
}

/** Names a desk key. */
export function keyId(recipient: Recipient): Hash {
    return hash(recipientBytes(recipient));
}

/** The bytes that are hashed and signed. */
export function grantBytes(grant: Grant): Uint8Array {
    return fields(
        fromHex(grant.case, 16),
        fromHex(grant.card, 32),
        Uint8Array.of(grant.kind),
        fromHex(grant.keyId ?? ""),
        fromHex(grant.member, 8),
        fromHex(grant.ciphertext, 32),
        fromHex(grant.author, 32),
    );
}

/** Reads the outside of an untrusted grant. */
export function readGrant(body: Uint8Array): Grant {
    return as("grant-malformed", () => {
        const reader = new Fields(body, "grant-malformed");
        const grant = {
            case: reader.hex(16),
            card: reader.hex(32),
            kind: kindOf(reader.u8()) ?? refuse("grant-malformed"),
            keyId: reader.optional(32),
            member: reader.hex(8),
            ciphertext: reader.hex(32),
            author: readVerifyingKey(reader.hex(32)),
        };
        reader.end();
        const isWhole = isGrant(grant.kind) && (grant.keyId !== null) === (grant.kind === Kind.DeskGrant);
        if (!isWhole) refuse("grant-malformed");
        return grant;
    });
}

/** The place its key is bound to. */
export function grantBinding({ card, kind, author }: Grant): Binding {
    return { card, kind, author };
}

/** The hash that reports list. */
export function grantHash(grant: Grant): Hash {
    return hash(grantBytes(grant));
}

/** Seals `key` for `member` with everything a first grant says. */
export function sealGrant(
    card: SignedCard,
    kind: Kind,
    author: VerifyingKey,
    member: MemberId,
    recipient: Recipient,
    key: Uint8Array,
    random: Random,
): SealedGrant {
    const ciphertext = sealKey({ card: card.hash, kind, author }, key, recipient, random);
    const grant: Grant = {
        case: card.card.case,
        card: card.hash,
        kind,
        keyId: null,
        member,
        ciphertext: chunkedHash(ciphertext),
        author,
    };
    return { grant, body: grantBytes(grant), ciphertext };
}
