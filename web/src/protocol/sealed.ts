/**
 * What stands inside a sealed file: a binding to its place, then the padded content.
 *
 * Every plaintext begins with `card hash ‖ kind ‖ author's verifying key`, and opening it anywhere else fails, so a
 * server cannot move a sealed piece to another case, pass a note off as an answer, or lend one author's words to
 * another. A random salt follows the binding; the hash of all that follows the binding (salt and padded content), the
 * *commitment*, is signed in the header, so that authorship can be shown later without opening anything else. A file's
 * is the chunked hash, because a browser hashes only whole chunks fast.
 */
import { type Hash, type Random, concat, fromHex, hash, isEqual, systemRandom } from "./bytes";
import { ChunkedHash, chunkedHash } from "./chunkedHash";
import { refuse } from "./error";
import { fileEnd, padText, unpadFile, unpadText } from "./padding";
import type { Identity, Recipient } from "./recipient";
import { type Sealer, type Write, open, seal, sealer } from "./seal";
import type { VerifyingKey } from "./sign";

/** What a sealed piece is. The numbers are part of the protocol. */
export const Kind = {
    Report: 1, Message: 2, Attachment: 3, Answer: 4, Desk: 5, Identity: 6, Rekey: 7, Forget: 8, Move: 9,
    CaseGrant: 16, DeskGrant: 17, Share: 18,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const KINDS: readonly Kind[] = Object.values(Kind);

/** The kind of that number, or `null`. */
export function kindOf(number: number): Kind | null {
    return KINDS.find((kind) => kind === number) ?? null;
}

/** Whether it is an envelope written by a member, so that it carries a case signature. */
export function isByMember(kind: Kind): boolean {
    return kind === Kind.Answer || kind === Kind.Desk || kind === Kind.Rekey;
}

/** Whether a second copy of it is sealed for the reporter. */
export function hasReply(kind: Kind): boolean {
    return kind === Kind.Answer || kind === Kind.Rekey;
}

/** Whether it is a grant or share, not an envelope. */
export function isGrant(kind: Kind): boolean {
    return kind >= Kind.CaseGrant;
}

/** The place a sealed piece belongs to. */
export interface Binding {
    /** Hash of the case's card. */
    readonly card: Hash;
    readonly kind: Kind;
    readonly author: VerifyingKey;
}

const BINDING = 65;
const SALT = 32;

function bindingBytes({ card, kind, author }: Binding): Uint8Array {
    return concat(fromHex(card, 32), Uint8Array.of(kind), fromHex(author, 32));
}

/** What follows the binding, when it is this one. */
function unbound(binding: Binding, plaintext: Uint8Array): Uint8Array {
    const fits = isEqual(plaintext.subarray(0, BINDING), bindingBytes(binding));
    return fits ? plaintext.subarray(BINDING) : refuse("sealed-misplaced");
}

/** A text ready to be sealed, to one recipient or to several in files of their own. */
export interface Text {
    readonly plaintext: Uint8Array;
    /** What the header signs. */
    readonly commitment: Hash;
}

/** Binds and pads `content`. */
export function bindText(binding: Binding, content: Uint8Array, random: Random = systemRandom): Text {
    const rest = concat(random(SALT), padText(content));
    return { plaintext: concat(bindingBytes(binding), rest), commitment: hash(rest) };
}

/** Opens a text sealed for this very place, and checks it against the signed commitment. */
export function openText(identity: Identity, binding: Binding, commitment: Hash, file: Uint8Array): Uint8Array {
    const rest = unbound(binding, open(identity, file));
    if (hash(rest) !== commitment) refuse("sealed-commitment");
    return rest.length >= SALT ? unpadText(rest.subarray(SALT)) : refuse("malformed");
}

/** Seals key material (a grant's or a share's) for this place; every one of a kind has the same size. */
export function sealKey(binding: Binding, key: Uint8Array, recipient: Recipient, random: Random): Uint8Array {
    return seal(recipient, concat(bindingBytes(binding), key), random);
}

/** Opens key material of `length` bytes sealed for this very place. */
export function openKey(identity: Identity, binding: Binding, file: Uint8Array, length: number): Uint8Array {
    const key = unbound(binding, open(identity, file));
    return key.length === length ? key : refuse("malformed");
}

/** What is known of a file once it is sealed. */
export interface SealedFile {
    /** What the header signs. */
    readonly commitment: Hash;
    /** Bytes of content. */
    readonly length: number;
}

/** Bytes of content that are sealed at once. */
const PIECE = 1 << 20;

/** Seals a file of unknown length as it arrives, in constant memory. */
export interface AttachmentSealer {
    /** Takes content. */
    readonly write: (content: Uint8Array) => Promise<void>;
    /** Pads and seals the end. */
    readonly finish: () => Promise<SealedFile>;
}

/**
 * Starts a file for `recipient`; the ciphertext goes to `out`. After each 1 MiB at most `drained` is awaited, for what
 * has gathered there to be taken away.
 */
export function attachmentSealer(
    binding: Binding,
    recipient: Recipient,
    out: Write,
    drained: () => Promise<void>,
    random: Random = systemRandom,
): AttachmentSealer {
    const inner: Sealer = sealer(recipient, out, random);
    const commitment = new ChunkedHash();
    let length = 0;
    const commit = (bytes: Uint8Array): void => {
        commitment.update(bytes);
        inner.write(bytes);
    };
    const commitAll = async (bytes: Uint8Array): Promise<void> => {
        for (let from = 0; from < bytes.length; from += PIECE) {
            commit(bytes.subarray(from, from + PIECE));
            await commitment.settled();
            await drained();
        }
    };
    inner.write(bindingBytes(binding));
    commit(random(SALT));
    return {
        write: (content) => {
            length += content.length;
            return commitAll(content);
        },
        finish: async () => {
            for (const piece of fileEnd(length)) await commitAll(piece);
            inner.finish();
            await drained();
            return { commitment: await commitment.finish(), length };
        },
    };
}

/** Opens a whole sealed file and gives its content. */
export function openAttachment(identity: Identity, binding: Binding, commitment: Hash, file: Uint8Array): Uint8Array {
    const rest = unbound(binding, open(identity, file));
    if (rest.length < SALT) refuse("malformed");
    const content = unpadFile(rest.subarray(SALT));
    return chunkedHash(rest) === commitment ? content : refuse("sealed-commitment");
}
