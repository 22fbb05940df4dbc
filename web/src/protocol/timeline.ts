/** Reading: all envelopes of a case in order, with every chain whole. */
import { type Hash, hash } from "./bytes";
import type { SignedCard } from "./card";
import {
    type Header, type SealedEnvelope, type UntrustedEnvelope, headerBytes, readHeader, verifyEnvelope,
} from "./envelope";
import { refuse } from "./error";
import type { History } from "./history";
import { Reporter } from "./moves";
import { Kind, isByMember } from "./sealed";

/** An envelope in its place. */
export interface Entry {
    readonly envelope: SealedEnvelope;
    readonly place: Place;
}

/**
 * How deep an envelope stands: first among all but `desk` envelopes, then among the `desk` ones that follow the same of
 * those, where `desk` is 0 for any other. Whatever points at another is deeper than that one.
 */
interface Place {
    readonly depth: number;
    readonly desk: number;
}

/** All envelopes of a case, what was said first standing first, and who speaks as its reporter now. */
export interface Timeline {
    readonly entries: readonly Entry[];
    readonly reporter: Reporter;
}

/** A chain: the reporter's, or one of a member's two. */
function chainOf({ kind, author }: Header): string {
    return isByMember(kind) ? `${author} ${kind === Kind.Desk}` : "reporter";
}

const compare = <T>(one: T, other: T): number => (one < other ? -1 : one > other ? 1 : 0);

/**
 * Verifies all envelopes of a case, each under whoever was its reporter when it was written, and puts them in order.
 */
export function openTimeline(
    history: History,
    card: SignedCard,
    envelopes: readonly UntrustedEnvelope[],
): Timeline {
    const parsed = envelopes.map((envelope) => ({ header: readHeader(envelope.header), envelope }));
    // Gaps and forks first: who may write at a place of the reporter's chain follows from all before it.
    checkChains(parsed.map(({ header }) => header));
    parsed.sort((one, other) => compare(one.header.sequence, other.header.sequence));
    const reporter = new Reporter(card.card);
    const verified = parsed.map(({ envelope }) => {
        const sealed = verifyEnvelope(envelope, history, card, reporter.author);
        if (sealed.header.kind === Kind.Move) {
            reporter.follow(history, sealed.header, sealed.ciphertext ?? refuse("timeline-missing"));
        }
        return sealed;
    });
    return { entries: ordered(verified), reporter };
}

/** Checks that every chain is whole, that there is one report, and that it stands first in the reporter's chain. */
function checkChains(headers: readonly Header[]): void {
    const reports = headers.filter(({ kind }) => kind === Kind.Report);
    if (reports.length !== 1 || reports[0]?.sequence !== 0n) refuse("timeline-no-report");
    const chains = new Map<string, Header[]>();
    for (const header of headers) {
        const chain = chains.get(chainOf(header));
        if (chain) chain.push(header);
        else chains.set(chainOf(header), [header]);
    }
    for (const chain of chains.values()) {
        let previous: Hash | null = null;
        chain.sort((one, other) => compare(one.sequence, other.sequence));
        for (const [place, header] of chain.entries()) {
            if (header.sequence > BigInt(place)) refuse("timeline-missing");
            if (header.sequence < BigInt(place) || header.previous !== previous) refuse("timeline-fork");
            previous = hash(headerBytes(header));
        }
    }
}

const comparePlaces = (one: Place, other: Place): number =>
    compare(one.depth, other.depth) || compare(one.desk, other.desk);

/** The place of an envelope after the deepest of what it points at. */
function placeAfter(deepest: Place | undefined, isDesk: boolean): Place {
    if (!deepest) return { depth: 0, desk: isDesk ? 1 : 0 };
    return isDesk ? { depth: deepest.depth, desk: deepest.desk + 1 } : { depth: deepest.depth + 1, desk: 0 };
}

/** Orders by place, then hash. What points only at what is placed comes next. */
function ordered(envelopes: readonly SealedEnvelope[]): Entry[] {
    const known = new Map(envelopes.map((envelope) => [envelope.hash, envelope]));
    const pointedBy = new Map<Hash, Hash[]>();
    const waiting = new Map<Hash, number>();
    const deepest = new Map<Hash, Place>();
    const ready: Hash[] = [];
    for (const { hash, header } of known.values()) {
        const pointed = [header.previous, header.seen].filter((earlier) => earlier !== null);
        for (const earlier of pointed) {
            const others = pointedBy.get(earlier);
            if (others) others.push(hash);
            else pointedBy.set(earlier, [hash]);
        }
        waiting.set(hash, pointed.length);
        if (pointed.length === 0) ready.push(hash);
    }
    const entries: Entry[] = [];
    for (let hash = ready.pop(); hash !== undefined; hash = ready.pop()) {
        const envelope = known.get(hash) ?? refuse("timeline-fork");
        const place = placeAfter(deepest.get(hash), envelope.header.kind === Kind.Desk);
        entries.push({ envelope, place });
        for (const later of pointedBy.get(hash) ?? []) {
            const before = deepest.get(later);
            if (!before || comparePlaces(before, place) < 0) deepest.set(later, place);
            const count = (waiting.get(later) ?? 0) - 1;
            waiting.set(later, count);
            if (count === 0) ready.push(later);
        }
    }
    if (entries.length !== known.size) refuse("timeline-missing");
    return entries.sort((one, other) =>
        comparePlaces(one.place, other.place) || compare(one.envelope.hash, other.envelope.hash));
}
