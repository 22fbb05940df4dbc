/** What can be wrong, in one word each, so that a page can put its own to it. */
export type ErrorCode =
    /** Bytes or JSON that are not what the protocol says should stand there. */
    | "malformed"
    /** No age recipient, or one whose key no honest program makes. */
    | "recipient-malformed" | "recipient-unsafe"
    /** No age file; for somebody else; for others as well; changed, cut or lengthened. */
    | "seal-malformed" | "seal-not-for-this-identity" | "seal-several-recipients" | "seal-damaged"
    /** A sealed piece of another place; one that is not what its author signed. */
    | "sealed-misplaced" | "sealed-commitment"
    /** Typed text that is no case token, told before anything is looked up. */
    | "token-length" | "token-letter" | "token-check-digits"
    /** No manifest; one that cannot be read or contradicts itself; signatures that do not hold; too few of them. */
    | "manifest-missing" | "manifest-unsound" | "manifest-signature" | "manifest-unsigned"
    /** One that does not follow from the one before; of another authority; older than one seen; not valid today. */
    | "manifest-broken" | "manifest-other-authority" | "manifest-older" | "manifest-expired"
    /** A card that cannot be read; not signed by its author; by a member; for a manifest that is not shown. */
    | "card-malformed" | "card-signature" | "card-member" | "card-manifest"
    /** A case of another token; a case that has moved on from this one. */
    | "other-author" | "moved"
    | "grant-malformed" | "grant-misplaced" | "grant-altered" | "grant-signature"
    | "envelope-malformed" | "envelope-misplaced" | "envelope-altered" | "envelope-signature"
    | "move-malformed" | "move-first" | "move-signature" | "move-member" | "move-again"
    /** Envelopes that contradict each other; one that is withheld; no report of its own. */
    | "timeline-fork" | "timeline-missing" | "timeline-no-report"
    /** Nothing can be filed or sent. */
    | "no-unit" | "named-unknown" | "nobody-left" | "nobody-left-oversight" | "too-few-custodians"
    | "identity-too-long" | "text-too-long" | "token-used";

/** Whatever the protocol refuses; `code` says why. It never repeats content. */
export class ProtocolError extends Error {
    constructor(readonly code: ErrorCode) {
        super(code);
        this.name = "ProtocolError";
    }
}

/** Refuses. */
export function refuse(code: ErrorCode): never {
    throw new ProtocolError(code);
}

/** Does `work`, and gives whatever it refuses the name `code`. */
export function as<T>(code: ErrorCode, work: () => T): T {
    try {
        return work();
    } catch (error) {
        if (error instanceof ProtocolError) throw new ProtocolError(code);
        throw error;
    }
}
