/**
 * Requests to the reporter's listener (docs/protocol.md, section 12). A lost connection and a busy server are waited
 * for, so that what was begun goes on by itself.
 */

/** Longest pause between two attempts, in milliseconds. */
const PAUSE_MAX = 15_000;
/** Attempts before a request is given up: about an hour, after which the server drops an upload. */
const ATTEMPTS = 240;
/** How long one attempt may take, in milliseconds: a chunk over a line of 4 KB/s. */
const PATIENCE = 300_000;

/** Where requests go, and who is told what becomes of them. */
export interface Connection {
    /** `https://host`, without a path. */
    readonly origin: string;
    /** Ends everything that is under way. */
    readonly signal?: AbortSignal;
    /** Told when the server cannot be reached, and when it can again. */
    readonly waiting?: (waiting: boolean) => void;
}

/** The server's answer is a problem document (RFC 9457). */
export class Problem extends Error {
    /** `name` ends the problem's type; `fields` are the document's own. */
    constructor(readonly status: number, readonly type: string, readonly fields: Record<string, unknown>) {
        super(`${status} ${type}`);
    }
}

/** The server could not be reached for as long as was worth waiting. */
export class Unreachable extends Error {}

export interface Options {
    /** Sent as JSON. */
    readonly body?: unknown;
    /** Sent as they are; as a blob, which a browser keeps outside of the page's own memory. */
    readonly bytes?: Blob;
    readonly headers?: Record<string, string>;
}

/** Sends a request until it is answered, and gives the answer's JSON; `null` for an empty one. */
export async function send(to: Connection, method: string, path: string, options: Options = {}): Promise<unknown> {
    let lost = false;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (to.signal?.aborted) throw cancelled();
        const answer = await once(to, method, path, options);
        if (answer) {
            if (lost) to.waiting?.(false);
            return answer.text === "" ? null : answer.status < 400 ? JSON.parse(answer.text) : fail(answer);
        }
        if (!lost) to.waiting?.(true);
        lost = true;
        await pause(Math.min(PAUSE_MAX, 500 * 2 ** Math.min(attempt, 10)), to.signal);
    }
    throw new Unreachable();
}

interface Answer {
    readonly status: number;
    readonly text: string;
}

/** One attempt; `null` when it is worth another. */
async function once(to: Connection, method: string, path: string, options: Options): Promise<Answer | null> {
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    const timer = setTimeout(stop, PATIENCE);
    to.signal?.addEventListener("abort", stop);
    try {
        const response = await fetch(to.origin + path, {
            method,
            headers: { ...(options.body === undefined ? {} : { "Content-Type": "application/json" }), ...options.headers },
            body: options.bytes ?? (options.body === undefined ? null : JSON.stringify(options.body)),
            signal: abort.signal,
            cache: "no-store",
            credentials: "omit",
            mode: "same-origin",
            redirect: "error",
            referrerPolicy: "no-referrer",
        });
        const answer = { status: response.status, text: await response.text() };
        return isPassing(answer) ? null : answer;
    } catch {
        // A browser tells no more than that nothing came.
        return null;
    } finally {
        clearTimeout(timer);
        to.signal?.removeEventListener("abort", stop);
    }
}

/** Whether the answer is of the moment: a server that is busy or starting, or a proxy before one. */
function isPassing({ status, text }: Answer): boolean {
    if (status === 408 || status === 502 || status === 504) return true;
    return status === 503 && problemOf(text).type !== "expired";
}

function fail({ status, text }: Answer): never {
    const { type, fields } = problemOf(text);
    throw new Problem(status, type, fields);
}

function problemOf(text: string): { type: string; fields: Record<string, unknown> } {
    try {
        const fields = JSON.parse(text) as Record<string, unknown>;
        return { type: String(fields.type).replace(/^.*:/, ""), fields };
    } catch {
        return { type: "", fields: {} };
    }
}

/** What an operation ends with when it was called off. */
export function cancelled(): Error {
    const error = new Error("cancelled");
    error.name = "AbortError";
    return error;
}

/** Waits, but not longer than until the browser is online again. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
        const end = (): void => {
            clearTimeout(timer);
            removeEventListener("online", end);
            signal?.removeEventListener("abort", end);
            if (signal?.aborted) reject(cancelled());
            else resolve();
        };
        const timer = setTimeout(end, milliseconds);
        addEventListener("online", end);
        signal?.addEventListener("abort", end);
    });
}
