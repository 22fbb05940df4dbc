/**
 * Moving a case to another token (`docs/protocol.md`, section 10), and who speaks as its reporter.
 *
 * A move is signed twice: its header by the old author key, and all that header and body say by the new one. So nobody
 * moves a case to a key that is not theirs, and whoever knows the old token can neither put words in front of a move
 * nor exchange anything in it. The heirloom in it is the old reply seed, sealed to the new reply recipient, so that
 * what was answered before can still be read.
 */
import { Fields, type Hash, type Random, concat, fields, fromHex, hash, systemRandom, u64 } from "./bytes";
import type { Card } from "./card";
import { chunkedHash } from "./chunkedHash";
import { type Chain, type Header, type SealedEnvelope, headerBinding, sealedText } from "./envelope";
import { ProtocolError, as, refuse } from "./error";
import type { History } from "./history";
import {
    type Identity, type Recipient, hybridIdentity, isSameRecipient, recipientBytes, recipientFromBytes,
} from "./recipient";
import { type Binding, Kind, openKey, sealKey } from "./sealed";
import { type VerifyingKey, readVerifyingKey, sign, verify } from "./sign";
import type { TokenKeys } from "./token";

/** Bytes of an heirloom's salt. */
const SALT = 32;

/** A move's body: the ciphertext of an envelope of kind `move`. */
export interface Move {
    readonly replyRecipient: Recipient;
    readonly author: VerifyingKey;
    readonly signature: Uint8Array;
    readonly heirloom: Uint8Array;
}

function moveBytes({ replyRecipient, author, signature, heirloom }: Move): Uint8Array {
    return fields(recipientBytes(replyRecipient), fromHex(author, 32), signature, heirloom);
}

/** Reads an untrusted body. */
export function readMove(bytes: Uint8Array): Move {
    return as("move-malformed", () => {
        const reader = new Fields(bytes, "move-malformed");
        const move = {
            replyRecipient: recipientFromBytes(reader.bytes()),
            author: readVerifyingKey(reader.hex(32)),
            signature: reader.array(64),
            heirloom: reader.bytes(),
        };
        reader.end();
        return move;
    });
}

/** What the new key signs: everything that header and body say, but for the signature itself. */
function signedBytes(header: Header, { replyRecipient, author, heirloom }: Omit<Move, "signature">): Uint8Array {
    return fields(
        fromHex(header.case, 16),
        fromHex(header.card, 32),
        fromHex(header.author, 32),
        u64(header.sequence),
        fromHex(header.previous ?? ""),
        fromHex(header.seen ?? ""),
        fromHex(header.commitment, 32),
        recipientBytes(replyRecipient),
        fromHex(author, 32),
        fromHex(chunkedHash(heirloom), 32),
    );
}

/** The reply seed of the token before. */
interface Heirloom {
    readonly binding: Binding;
    readonly commitment: Hash;
    readonly ciphertext: Uint8Array;
}

/** The identity in it, when it opens and is the one of `recipient`. */
function openHeirloom(heirloom: Heirloom, identity: Identity, recipient: Recipient): Identity | null {
    try {
        const content = openKey(identity, heirloom.binding, heirloom.ciphertext, SALT + 32);
        const older = hybridIdentity(content.slice(SALT));
        return hash(content) === heirloom.commitment && isSameRecipient(older.recipient, recipient) ? older : null;
    } catch (error) {
        if (error instanceof ProtocolError) return null;
        throw error;
    }
}

/** One after another in a case: the card's keys, then those each move names. */
interface Voice {
    readonly author: VerifyingKey;
    readonly replyRecipient: Recipient;
    /** Opens what was sealed to the voice before. */
    readonly heirloom: Heirloom | null;
}

/** Who speaks as the reporter of a case, and who did before: the card's author, then the key of each move. */
export class Reporter {
    /** Oldest first, the one who speaks now last. */
    private readonly voices: Voice[];
    private newest: Voice;

    /** The reporter of a case that was never moved. */
    constructor({ author, replyRecipient }: Card) {
        this.newest = { author, replyRecipient, heirloom: null };
        this.voices = [this.newest];
    }

    /** The key that writes now. */
    get author(): VerifyingKey {
        return this.newest.author;
    }

    /** Whether `key` is or was the reporter's. */
    was(key: VerifyingKey): boolean {
        return this.voices.some(({ author }) => author === key);
    }

    /** Goes on to whom a move hands the case; `header` was verified as the author's, `body` is its ciphertext. */
    follow(history: History, header: Header, body: Uint8Array): void {
        const move = readMove(body);
        const { author, replyRecipient, signature, heirloom } = move;
        if (header.sequence === 0n) refuse("move-first");
        const signed = signedBytes(header, move);
        if (!verify(author, "move", history.authority, signed, signature)) refuse("move-signature");
        if (history.memberOfKey(author)) refuse("move-member");
        if (this.was(author)) refuse("move-again");
        const { commitment } = header;
        const sealed = { binding: headerBinding(header), commitment, ciphertext: heirloom };
        this.newest = { author, replyRecipient, heirloom: sealed };
        this.voices.push(this.newest);
    }

    /** The reply identities of older tokens that the newest one reaches, newest first; one that fails ends the row. */
    olderIdentities(newest: Identity): Identity[] {
        const identities: Identity[] = [];
        let [identity, after] = [newest, this.newest];
        for (const before of this.voices.slice(0, -1).reverse()) {
            const opened = after.heirloom && openHeirloom(after.heirloom, identity, before.replyRecipient);
            if (!opened) break;
            identities.push(opened);
            [identity, after] = [opened, before];
        }
        return identities;
    }
}

/** Seals a move from `old` to `next` at the end of the old token's chain. */
export function sealMove(chain: Chain, old: TokenKeys, next: TokenKeys, random: Random = systemRandom): SealedEnvelope {
    const content = concat(random(SALT), old.replySeed);
    const commitment = hash(content);
    const { recipient: replyRecipient } = next.reply;
    const heirloom = sealKey(chain.binding(Kind.Move), content, replyRecipient, random);
    const unsigned = { replyRecipient, author: next.author.verifyingKey, heirloom };
    // The header's own field for the ciphertext is not among what the new key signs.
    const header = chain.header(Kind.Move, { hash: "", commitment });
    const signature = sign(next.author, "move", chain.authority, signedBytes(header, unsigned));
    return chain.push(Kind.Move, sealedText(commitment, moveBytes({ ...unsigned, signature })));
}
