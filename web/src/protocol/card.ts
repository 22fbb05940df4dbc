/** The card: what a case is, signed by the reporter's author key and never changed. */
import { type CaseId, Fields, type Hash, fields, fromHex, hash, u64, utf8 } from "./bytes";
import { type Day, readDay } from "./day";
import { as, refuse } from "./error";
import type { History } from "./history";
import { unitCalled } from "./manifest";
import { type Recipient, recipientBytes, recipientFromBytes } from "./recipient";
import { type SigningKey, type VerifyingKey, readVerifyingKey, sign, verify } from "./sign";

/** What a card says; the fields of `docs/protocol.md`, section 6, in their order. */
export interface Card {
    readonly case: CaseId;
    readonly unit: string;
    /** Serial of the manifest the reporter saw. */
    readonly serial: bigint;
    /** Hash of that manifest. */
    readonly manifest: Hash;
    /** The report is sealed to this. */
    readonly caseRecipient: Recipient;
    /** Shows that a member may act in the case. */
    readonly caseVerifyingKey: VerifyingKey;
    /** Answers are sealed to this for the reporter. */
    readonly replyRecipient: Recipient;
    /** Shows that the reporter speaks. */
    readonly author: VerifyingKey;
    readonly day: Day;
}

/** A card as it came. */
export interface UntrustedCard {
    readonly bytes: Uint8Array;
    /** The author's, 64 bytes. */
    readonly signature: Uint8Array;
}

/** A card whose signature holds. */
export interface SignedCard {
    readonly card: Card;
    /** Names the case in everything that is sealed and signed for it. */
    readonly hash: Hash;
    readonly bytes: Uint8Array;
    readonly signature: Uint8Array;
}

function cardBytes(card: Card): Uint8Array {
    return fields(
        fromHex(card.case, 16),
        utf8(card.unit),
        u64(card.serial),
        fromHex(card.manifest, 32),
        recipientBytes(card.caseRecipient),
        fromHex(card.caseVerifyingKey, 32),
        recipientBytes(card.replyRecipient),
        fromHex(card.author, 32),
        utf8(card.day),
    );
}

/** Reads an untrusted card, whose signature has not been checked. */
export function readCard(bytes: Uint8Array): Card {
    return as("card-malformed", () => {
        const reader = new Fields(bytes, "card-malformed");
        const card = {
            case: reader.hex(16),
            unit: reader.text(),
            serial: reader.u64(),
            manifest: reader.hex(32),
            caseRecipient: recipientFromBytes(reader.bytes()),
            caseVerifyingKey: readVerifyingKey(reader.hex(32)),
            replyRecipient: recipientFromBytes(reader.bytes()),
            author: readVerifyingKey(reader.hex(32)),
            day: readDay(reader.text()),
        };
        reader.end();
        return card;
    });
}

/** Signs the card with the author key it names. */
export function signCard(card: Card, authority: string, author: SigningKey): SignedCard {
    const bytes = cardBytes(card);
    return { card, hash: hash(bytes), bytes, signature: sign(author, "card", authority, bytes) };
}

/** Checks signature, manifest and unit. */
export function verifyCard({ bytes, signature }: UntrustedCard, history: History): SignedCard {
    const card = readCard(bytes);
    if (signature.length !== 64) refuse("card-malformed");
    if (!verify(card.author, "card", history.authority, bytes, signature)) refuse("card-signature");
    if (history.memberOfKey(card.author)) refuse("card-member");
    const known = history.bySerial(card.serial);
    if (known?.hash !== card.manifest || !unitCalled(known.manifest, card.unit)) refuse("card-manifest");
    return { card, hash: hash(bytes), bytes, signature };
}
