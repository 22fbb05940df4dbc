/**
 * What the page asks of the worker, and what it is told. Case token and words pass between these two and go nowhere
 * else: what leaves the worker for the server is ciphertext, signatures and the locator.
 */
import type { Cleaning } from "../clean";
import type { Danger, IdentityCard, State } from "../protocol/content";
import type { Choice } from "../protocol/readers";
import type { Limits } from "../protocol/wire";

/** What the newest manifest says, once it has been checked. */
export interface Authority {
    /** How much one report or message may carry. */
    readonly limits: Limits;
    /** The words of its fingerprint. */
    readonly words: readonly string[];
}

export type { Limits };

/** A file as the page hands it on. */
export interface ChosenFile {
    readonly content: Blob;
    readonly name: string;
    readonly mediaType: string;
}

export interface NewReport extends Choice {
    readonly language: string;
    readonly category: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly danger: Danger;
    readonly identity: IdentityCard | null;
    readonly files: readonly ChosenFile[];
}

/** What the reporter keeps of a report. */
export interface Receipt {
    /** 24 ASCII digits. */
    readonly token: string;
    readonly unit: string;
    /** The unit that was chosen, when the oversight unit reads it instead. */
    readonly insteadOf: string | null;
    /** Titles of those who can read it, and of those who were named and cannot. */
    readonly readers: readonly string[];
    readonly leftOut: readonly string[];
    /** Day of filing. */
    readonly day: string;
}

/** A report that was sealed to a file instead of being sent, which is left to its reporter. */
export interface SealedReport extends Receipt {
    /** As docs/protocol.md, section 12, has it. */
    readonly file: Blob;
}

export type { State };

/** One entry of the timeline, oldest first. */
export type Entry =
    | { readonly what: "filed" | "sent"; readonly day: string; readonly files: number }
    | { readonly what: "answer"; readonly day: string; readonly office: string; readonly text: string;
        readonly state: State | null }
    | { readonly what: "moved" | "unreadable" };

/** A case as its reporter sees it; everything in it is checked. */
export interface CaseView {
    readonly unit: string;
    readonly filed: string;
    readonly state: State;
    readonly stateDay: string;
    /** Whether coming back has called off a *forget* that was asked for by text message. */
    readonly calledOff: boolean;
    readonly entries: readonly Entry[];
}

/** Each operation with what it takes and gives. */
export interface Operations {
    /**
     * Fetches and checks the newest manifest. `fingerprint` is the one that the page shows; a manifest that has
     * expired fails only when it is for `filing`.
     */
    start: { input: { origin: string; fingerprint: string; language: string; filing: boolean }; output: Authority };
    inspect: { input: { content: Blob }; output: Cleaning };
    /** Makes the token of the next report, which takes longest of all, ahead of it. */
    prepare: { input: null; output: null };
    /** Fails when nobody can read the report as it is asked for, or too few open its name; asks no network. */
    readers: { input: NewReport; output: null };
    report: { input: NewReport; output: Receipt };
    open: { input: { token: string }; output: CaseView };
    message: { input: { text: string; files: readonly ChosenFile[] }; output: CaseView };
    /** Makes a token on this device and moves the opened case to it. */
    move: { input: null; output: { token: string; view: CaseView } };
    forget: { input: null; output: null };

    // Of the offline page, which speaks to no site:
    /** Checks the manifest that the page carries; `manifests` is what `GET /v1/manifests` would have answered. */
    check: { input: { manifests: unknown; fingerprint: string; language: string }; output: Authority };
    /** Seals a report to a file, with this device's date. */
    seal: { input: NewReport; output: SealedReport };
}

export type Operation = keyof Operations;
export type OfflineOperation = "check" | "inspect" | "prepare" | "readers" | "seal";
export type SiteOperation = Exclude<Operation, "check" | "seal">;
export type Input<K extends Operation> = Operations[K]["input"];
export type Output<K extends Operation> = Operations[K]["output"];

/** How far an operation is. */
export type Progress =
    /** The case token's keys are derived, which takes a while by design. */
    | { readonly stage: "keys"; readonly part: number }
    /** `done` of `total` bytes of file `file` are with the server, or sealed where nothing is sent. */
    | { readonly stage: "files"; readonly file: number; readonly done: number; readonly total: number }
    /** The proof of work is made; `part` is 0 to 1. */
    | { readonly stage: "work"; readonly part: number }
    /** The words are sealed and sent; from `sending` on nothing can be called back. */
    | { readonly stage: "sealing" | "sending" }
    /** The connection is lost, or the server is busy, and is waited for; or it is back. */
    | { readonly stage: "waiting" | "back" };

/** Codes of what goes wrong; the page has a text for each. */
export type Failure =
    // A check failed: what the server shows is not what the authority or the reporter made.
    | "script" | "manifest" | "unsigned" | "root" | "expired" | "older" | "history"
    | "card" | "member" | "reply" | "withheld" | "timeline"
    // Something is amiss with what was entered or with the files.
    | "missing" | "typo" | "unknown" | "moved" | "unit" | "named" | "nobody" | "oversight" | "custodians" | "identity"
    | "long" | "file"
    // The server or the line fails.
    | "offline" | "full" | "large" | "refused" | "server" | "own";

export type Request =
    | { [K in Operation]: { readonly id: number; readonly operation: K; readonly input: Input<K> } }[Operation]
    | { readonly cancel: number };

export type Reply =
    | { readonly id: number; readonly progress: Progress }
    | { readonly id: number; readonly output: Output<Operation> }
    | { readonly id: number; readonly failure: Failure | "cancelled" };
