/** How things travel between the reporter's client and the server: JSON with bytes in base64 (sections 11 and 12). */
import { fromBase64, toBase64 } from "./base64";
import { toHex } from "./bytes";
import type { UntrustedCard } from "./card";
import type { State } from "./content";
import { type Day, readDay } from "./day";
import type { SealedEnvelope, UntrustedEnvelope } from "./envelope";
import { refuse } from "./error";
import type { UntrustedManifest } from "./history";
import type { Submission } from "./report";
import type { TokenKeys } from "./token";

/** An object of an answer; whatever in it is unknown is left alone, since a later server may say more. */
type Answer = Readonly<Record<string, unknown>>;

function object(value: unknown): Answer {
    return typeof value === "object" && value !== null ? (value as Answer) : refuse("malformed");
}

function text(value: unknown): string {
    return typeof value === "string" ? value : refuse("malformed");
}

function list<T>(value: unknown, read: (item: Answer) => T): T[] {
    return Array.isArray(value) ? value.map((item: unknown) => read(object(item))) : refuse("malformed");
}

function number(value: unknown): number {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : refuse("malformed");
}

function bytes(value: unknown): Uint8Array {
    return fromBase64(text(value));
}

function optionalBytes(value: unknown): Uint8Array | null {
    return value === null || value === undefined ? null : bytes(value);
}

/** An envelope as it is sent. */
export function envelopeJson(envelope: SealedEnvelope): object {
    const optional = (file: Uint8Array | null): string | null => file && toBase64(file);
    return {
        header: toBase64(envelope.bytes),
        signature: toBase64(envelope.signature),
        case_signature: optional(envelope.caseSignature),
        ciphertext: optional(envelope.ciphertext),
        reply: optional(envelope.reply),
        size: envelope.size,
    };
}

/** An envelope as it comes. */
export function envelopeOf(value: unknown): UntrustedEnvelope {
    const read = object(value);
    return {
        header: bytes(read.header),
        signature: bytes(read.signature),
        caseSignature: optionalBytes(read.case_signature),
        ciphertext: optionalBytes(read.ciphertext),
        reply: optionalBytes(read.reply),
        size: number(read.size),
    };
}

/** The body of `POST /v1/reports`; `upload` names the place where the files are, in hex. */
export function submissionJson({ card, locatorHash, grants, envelopes }: Submission, upload: string | null): object {
    return {
        card: toBase64(card.bytes),
        card_signature: toBase64(card.signature),
        locator_hash: locatorHash,
        grants: grants.map(({ body, ciphertext }) =>
            ({ body: toBase64(body), ciphertext: toBase64(ciphertext), signature: null, case_signature: null })),
        envelopes: envelopes.map(envelopeJson),
        upload,
    };
}

/** The body of `POST /v1/case`. */
export function locatorJson({ locator }: TokenKeys): object {
    return { locator: toHex(locator) };
}

/** The body of `POST /v1/case/messages`. */
export function messagesJson(keys: TokenKeys, envelopes: readonly SealedEnvelope[], upload: string | null): object {
    return { ...locatorJson(keys), envelopes: envelopes.map(envelopeJson), upload };
}

/** The body of `POST /v1/case/forget`. */
export function forgetJson(keys: TokenKeys, envelope: SealedEnvelope): object {
    return { ...locatorJson(keys), envelope: envelopeJson(envelope) };
}

/** The body of `POST /v1/case/move`: from the token of `keys` to that of `next`. */
export function moveJson(keys: TokenKeys, next: TokenKeys, envelope: SealedEnvelope): object {
    return { ...locatorJson(keys), locator_hash: next.locatorHash, envelope: envelopeJson(envelope) };
}

/** How much one report or message may carry. */
export interface Limits {
    readonly fileBytes: number;
    readonly files: number;
    readonly submissionBytes: number;
    readonly textBytes: number;
}

/** The answer to `GET /v1/manifests`. */
export interface Manifests {
    /** The server's day. */
    readonly today: Day;
    readonly limits: Limits;
    readonly manifests: UntrustedManifest[];
}

export function manifestsOf(value: unknown): Manifests {
    const read = object(value);
    const limits = object(read.limits);
    return {
        today: readDay(text(read.today)),
        limits: {
            fileBytes: number(limits.file_bytes),
            files: number(limits.files),
            submissionBytes: number(limits.submission_bytes),
            textBytes: number(limits.text_bytes),
        },
        manifests: list(read.manifests, ({ manifest, signatures }) =>
            ({ bytes: bytes(manifest), signatures: text(signatures) })),
    };
}

/** The answer to `POST /v1/case`. State and day are the server's word, not to be shown but as such. */
export interface CaseBody {
    readonly card: UntrustedCard;
    readonly envelopes: UntrustedEnvelope[];
    readonly state: State;
    readonly stateDay: Day;
    /** The server's word that asking has called off a *forget* that waited for its day. */
    readonly calledOff: boolean;
}

export function caseOf(value: unknown): CaseBody {
    const read = object(value);
    const states: readonly State[] = ["received", "acknowledged", "open", "closed"];
    return {
        card: { bytes: bytes(read.card), signature: bytes(read.card_signature) },
        envelopes: list(read.envelopes, envelopeOf),
        state: states.find((state) => state === read.state) ?? refuse("malformed"),
        stateDay: readDay(text(read.state_day)),
        calledOff: read.called_off === true,
    };
}
