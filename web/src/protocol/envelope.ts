/**
 * Envelopes: everything that is said in a case, one sealed file each, in signed chains.
 *
 * A header names the ciphertext, commits to the content, counts its author's envelopes and points at the one before and
 * at the newest seen from the other side, so that a server can neither alter, reorder nor drop what lies between.
 */
import { type CaseId, Fields, type Hash, fields, fromHex, hash, u64 } from "./bytes";
import type { SignedCard } from "./card";
import { chunkedHash } from "./chunkedHash";
import { as, refuse } from "./error";
import type { History } from "./history";
import { type Binding, Kind, hasReply, isByMember, isGrant, kindOf } from "./sealed";
import { type SigningKey, type VerifyingKey, readVerifyingKey, sign, verify } from "./sign";

/** What an envelope says on its outside; the fields of `docs/protocol.md`, section 9, in their order. */
export interface Header {
    readonly case: CaseId;
    /** Hash of the case's card. */
    readonly card: Hash;
    readonly kind: Kind;
    /** Chunked hash of the ciphertext. */
    readonly ciphertext: Hash;
    /** Chunked hash of the reply copy, where there is one. */
    readonly reply: Hash | null;
    /** What the author signs of the content. */
    readonly commitment: Hash;
    readonly author: VerifyingKey;
    /** Place in its chain, from 0. */
    readonly sequence: bigint;
    /** Hash of the envelope before in its chain. */
    readonly previous: Hash | null;
    /** Hash of the newest envelope known from the other side. */
    readonly seen: Hash | null;
}

/** An envelope as it came. */
export interface UntrustedEnvelope {
    readonly header: Uint8Array;
    /** The author's, 64 bytes. */
    readonly signature: Uint8Array;
    /** The case's, 64 bytes, on what a member writes. */
    readonly caseSignature: Uint8Array | null;
    /** Absent for an attachment, which travels apart, and for what the reporter is not shown. */
    readonly ciphertext: Uint8Array | null;
    /** The reporter's copy. */
    readonly reply: Uint8Array | null;
    /** Bytes of the ciphertext. */
    readonly size: number;
}

/** An envelope whose signatures hold, or that is ready to be sent. */
export interface SealedEnvelope {
    readonly header: Header;
    /** The header's bytes. */
    readonly bytes: Uint8Array;
    /** Its hash. */
    readonly hash: Hash;
    readonly signature: Uint8Array;
    readonly caseSignature: Uint8Array | null;
    readonly ciphertext: Uint8Array | null;
    readonly reply: Uint8Array | null;
    readonly size: number;
}

/** The bytes that are hashed and signed. */
export function headerBytes(header: Header): Uint8Array {
    return fields(
        fromHex(header.case, 16),
        fromHex(header.card, 32),
        Uint8Array.of(header.kind),
        fromHex(header.ciphertext, 32),
        fromHex(header.reply ?? ""),
        fromHex(header.commitment, 32),
        fromHex(header.author, 32),
        u64(header.sequence),
        fromHex(header.previous ?? ""),
        fromHex(header.seen ?? ""),
    );
}

/** Reads an untrusted header. */
export function readHeader(bytes: Uint8Array): Header {
    return as("envelope-malformed", () => {
        const reader = new Fields(bytes, "envelope-malformed");
        const header = {
            case: reader.hex(16),
            card: reader.hex(32),
            kind: kindOf(reader.u8()) ?? refuse("envelope-malformed"),
            ciphertext: reader.hex(32),
            reply: reader.optional(32),
            commitment: reader.hex(32),
            author: readVerifyingKey(reader.hex(32)),
            sequence: reader.u64(),
            previous: reader.optional(32),
            seen: reader.optional(32),
        };
        reader.end();
        const whole = !isGrant(header.kind) && (header.previous === null) === (header.sequence === 0n)
            && (header.reply !== null) === hasReply(header.kind);
        return whole ? header : refuse("envelope-malformed");
    });
}

/** The place its content is bound to. */
export function headerBinding({ card, kind, author }: Header): Binding {
    return { card, kind, author };
}

/**
 * Checks place, ciphertexts, author and signatures; what it yields can be opened. `reporter` is the key that spoke as
 * the reporter where the envelope stands.
 */
export function verifyEnvelope(
    envelope: UntrustedEnvelope,
    history: History,
    card: SignedCard,
    reporter: VerifyingKey,
): SealedEnvelope {
    const bytes = envelope.header;
    const header = readHeader(bytes);
    const { signature, caseSignature, ciphertext, reply, size } = envelope;
    if (header.card !== card.hash || header.case !== card.card.case) refuse("envelope-misplaced");
    const differs = (file: Uint8Array | null, named: Hash | null): boolean =>
        file !== null && chunkedHash(file) !== named;
    if (differs(ciphertext, header.ciphertext) || differs(reply, header.reply)) refuse("envelope-altered");
    if (signature.length !== 64 || (caseSignature?.length ?? 64) !== 64) refuse("envelope-malformed");
    const { authority } = history;
    const holds = verify(header.author, "envelope", authority, bytes, signature)
        && (caseSignature === null
            ? !isByMember(header.kind) && header.author === reporter
            : isByMember(header.kind) && mayWrite(header.author, history, card)
                && verify(card.card.caseVerifyingKey, "envelope-case", authority, bytes, caseSignature));
    return holds ? { header, bytes, hash: hash(bytes), signature, caseSignature, ciphertext, reply, size }
        : refuse("envelope-signature");
}

function mayWrite(author: VerifyingKey, history: History, { card }: SignedCard): boolean {
    const member = history.memberOfKey(author);
    return member !== null && history.receivedCases(member.id, card.unit, card.serial);
}

/** What the next header says of its ciphertext. */
export interface Sealed {
    /** Chunked hash of the ciphertext. */
    readonly hash: Hash;
    /** Bytes of the ciphertext. */
    readonly size: number;
    /** What the author signs of the content. */
    readonly commitment: Hash;
    /** The ciphertext, unless it travels apart. */
    readonly ciphertext: Uint8Array | null;
}

/** A text. */
export function sealedText(commitment: Hash, ciphertext: Uint8Array): Sealed {
    return { hash: chunkedHash(ciphertext), size: ciphertext.length, commitment, ciphertext };
}

/** The end of the reporter's chain in one case, where the next envelope goes. */
export class Chain {
    private constructor(
        readonly authority: string,
        private readonly card: SignedCard,
        private readonly author: SigningKey,
        private sequence: bigint,
        private previous: Hash | null,
        private readonly seen: Hash | null,
    ) {}

    /** The chain in a case that is only being made. */
    static start(authority: string, card: SignedCard, author: SigningKey): Chain {
        return new Chain(authority, card, author, 0n, null, null);
    }

    /** The chain that ends with `last`, whoever wrote in it; `seen` is the newest envelope by a member. */
    static resume(
        authority: string,
        card: SignedCard,
        author: SigningKey,
        last: SealedEnvelope,
        seen: Hash | null,
    ): Chain {
        return new Chain(authority, card, author, last.header.sequence + 1n, last.hash, seen);
    }

    /** The place that content of `kind` must be bound to before it is sealed. */
    binding(kind: Kind): Binding {
        return { card: this.card.hash, kind, author: this.author.verifyingKey };
    }

    /** The next envelope's outside. */
    header(kind: Kind, { hash: ciphertext, commitment }: Pick<Sealed, "hash" | "commitment">): Header {
        return {
            case: this.card.card.case,
            card: this.card.hash,
            kind,
            ciphertext,
            reply: null,
            commitment,
            author: this.author.verifyingKey,
            sequence: this.sequence,
            previous: this.previous,
            seen: this.seen,
        };
    }

    /** Signs the next envelope and moves on. */
    push(kind: Kind, sealed: Sealed): SealedEnvelope {
        const header = this.header(kind, sealed);
        const bytes = headerBytes(header);
        const name = hash(bytes);
        this.sequence += 1n;
        this.previous = name;
        return {
            header,
            bytes,
            hash: name,
            signature: sign(this.author, "envelope", this.authority, bytes),
            caseSignature: null,
            ciphertext: sealed.ciphertext,
            reply: null,
            size: sealed.size,
        };
    }
}
