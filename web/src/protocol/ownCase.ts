/** Coming back: what the holder of a token reads and adds. */
import { type Hash, type MemberId, type Random, systemRandom } from "./bytes";
import { type SignedCard, type UntrustedCard, verifyCard } from "./card";
import {
    type Answer, type Rekey, type State, forgetJson, messageJson, readAnswer, readRekey,
} from "./content";
import type { Day } from "./day";
import { Chain, type Header, type SealedEnvelope, type UntrustedEnvelope, headerBinding, sealedText } from "./envelope";
import { ProtocolError, refuse } from "./error";
import type { FilePlace, Files } from "./files";
import type { History } from "./history";
import { sealMove } from "./moves";
import type { Identity, Recipient } from "./recipient";
import { seal } from "./seal";
import { Kind, bindText, hasReply, isByMember, openText } from "./sealed";
import { type Timeline, openTimeline } from "./timeline";
import type { TokenKeys } from "./token";

/** An answer that was opened, with the member whose signature it carries. */
export interface ReadAnswer {
    readonly answer: Answer;
    readonly member: MemberId;
    /** Names it. */
    readonly hash: Hash;
}

/** What a reporter sees of the timeline. `unreadable` is what a member signed but sealed in a way nobody can read. */
export type OwnEntry =
    | { readonly what: "filed" | "sent"; readonly files: number }
    | { readonly what: "answer"; readonly read: ReadAnswer }
    | { readonly what: "moved" | "unreadable" };

/** A case as its reporter sees it. The reporter's own words cannot be read back, by design. */
export class OwnCase {
    private constructor(
        private readonly history: History,
        readonly card: SignedCard,
        private readonly timeline: Timeline,
        /** Answers and states, oldest first. */
        readonly answers: readonly ReadAnswer[],
        /** Hashes of answers and desk keys that nobody can read. */
        private readonly unread: ReadonlySet<Hash>,
        private readonly recipient: Recipient,
        private readonly keys: TokenKeys,
    ) {}

    /**
     * Checks everything the server shows of a case and opens the answers in it, with the reply identities of older
     * tokens too where the case was moved. The history begins with the manifest that the card names.
     */
    static open(
        history: History,
        untrusted: UntrustedCard,
        envelopes: readonly UntrustedEnvelope[],
        keys: TokenKeys,
    ): OwnCase {
        const card = verifyCard(untrusted, history);
        const timeline = openTimeline(history, card, envelopes);
        const { reporter } = timeline;
        const author = keys.author.verifyingKey;
        if (reporter.author !== author) refuse(reporter.was(author) ? "moved" : "other-author");
        const identities = [keys.reply, ...reporter.olderIdentities(keys.reply)];
        const answers: ReadAnswer[] = [];
        const unread = new Set<Hash>();
        let recipient = card.card.caseRecipient;
        for (const { envelope } of timeline.entries) {
            const { header, hash, reply } = envelope;
            if (!hasReply(header.kind)) continue;
            // Members send both copies and the server stores both, so a copy that is not there is being withheld.
            const opened = openReply(identities, header, reply ?? refuse("timeline-missing"));
            if (opened === null) {
                // What its own author sealed wrong is no reason to keep the rest from the reporter.
                unread.add(hash);
            } else if ("recipient" in opened) {
                recipient = opened.recipient;
            } else {
                const member = history.memberOfKey(header.author) ?? refuse("envelope-signature");
                answers.push({ answer: opened, member: member.id, hash });
            }
        }
        return new OwnCase(history, card, timeline, answers, unread, recipient, keys);
    }

    /** How many answers and desk keys cannot be read. */
    get unreadable(): number {
        return this.unread.size;
    }

    /** Where the case stands by the newest signed word, and since when; *received* until there is one. */
    get state(): { readonly state: State; readonly day: Day } {
        for (const { answer } of [...this.answers].reverse()) {
            if (answer.state !== null) return { state: answer.state, day: answer.day };
        }
        return { state: "received", day: this.card.card.day };
    }

    /** Everything in order, oldest first. */
    get entries(): OwnEntry[] {
        const answers = new Map(this.answers.map((read) => [read.hash, read]));
        const entries: OwnEntry[] = [];
        let own = -1;
        for (const { envelope: { header: { kind }, hash } } of this.timeline.entries) {
            const words = entries[own];
            const read = answers.get(hash);
            if (kind === Kind.Report || kind === Kind.Message) {
                own = entries.push({ what: kind === Kind.Report ? "filed" : "sent", files: 0 }) - 1;
            } else if (kind === Kind.Attachment && words && "files" in words) {
                // In its author's chain a file follows the words it came with.
                entries[own] = { ...words, files: words.files + 1 };
            } else if (read) {
                entries.push({ what: "answer", read });
            } else if (kind === Kind.Move) {
                entries.push({ what: "moved" });
            } else if (this.unread.has(hash)) {
                entries.push({ what: "unreadable" });
            }
        }
        return entries;
    }

    /** Where files of a message are sealed to. */
    place(): FilePlace {
        const author = this.timeline.reporter.author;
        return { binding: { card: this.card.hash, kind: Kind.Attachment, author }, recipient: this.recipient };
    }

    private chain(): Chain {
        const envelopes = this.timeline.entries.map(({ envelope }) => envelope);
        const newest = (matches: (header: Header) => boolean): SealedEnvelope | undefined =>
            [...envelopes].reverse().find(({ header }) => matches(header));
        const last = newest(({ kind }) => !isByMember(kind)) ?? refuse("timeline-no-report");
        const seen = newest(({ kind }) => isByMember(kind) && kind !== Kind.Desk);
        return Chain.resume(this.history.authority, this.card, this.keys.author, last, seen?.hash ?? null);
    }

    /** Seals a message with its files for whoever works on the case. */
    message(text: string, files: Files, day: Day, random: Random = systemRandom): SealedEnvelope[] {
        const chain = this.chain();
        const content = messageJson({ day, text, attachments: files.list() });
        return [this.seal(chain, Kind.Message, content, random), ...files.envelopes(chain)];
    }

    /** Seals the reporter's word that they withdraw. */
    forget(day: Day, random: Random = systemRandom): SealedEnvelope {
        return this.seal(this.chain(), Kind.Forget, forgetJson(day), random);
    }

    /**
     * Moves the case to the token of `next`, which alone can read and write in it from then on. The old token's reply
     * seed goes with it, so that what was answered before stays readable.
     */
    move(next: TokenKeys, random: Random = systemRandom): SealedEnvelope {
        const author = next.author.verifyingKey;
        if (this.timeline.reporter.was(author) || this.history.memberOfKey(author)) refuse("token-used");
        return sealMove(this.chain(), this.keys, next, random);
    }

    private seal(chain: Chain, kind: Kind, content: Uint8Array, random: Random): SealedEnvelope {
        const text = bindText(chain.binding(kind), content, random);
        return chain.push(kind, sealedText(text.commitment, seal(this.recipient, text.plaintext, random)));
    }
}

/**
 * Opens a reply copy with the newest identity that it was sealed to: a copy that was sealed while the case moved is for
 * an older one. `null` when it does not open or holds something else.
 */
function openReply(identities: readonly Identity[], header: Header, reply: Uint8Array): Answer | Rekey | null {
    for (const identity of identities) {
        try {
            const content = openText(identity, headerBinding(header), header.commitment, reply);
            return header.kind === Kind.Rekey ? readRekey(content) : readAnswer(content);
        } catch (error) {
            if (!(error instanceof ProtocolError)) throw error;
            if (error.code !== "seal-not-for-this-identity") return null;
        }
    }
    return null;
}
