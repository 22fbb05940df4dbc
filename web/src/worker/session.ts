/** What the worker knows while its page is open: the authority, and the case once its token was entered. */
import { type Connection, Problem, cancelled, send } from "../client/connection";
import { readCard } from "../protocol/card";
import { type Day, dayOf, filingDay } from "../protocol/day";
import { refuse } from "../protocol/error";
import { fingerprintDigits } from "../protocol/fingerprint";
import { History } from "../protocol/history";
import type { Manifest } from "../protocol/manifest";
import { OwnCase } from "../protocol/ownCase";
import { type TokenKeys, deriveKeys } from "../protocol/token";
import { type Limits, type Manifests, caseOf, locatorJson, manifestsOf } from "../protocol/wire";
import { solving } from "../protocol/work";
import type { Progress } from "./messages";

/** In how many steps a page is told that keys are derived: with each block of the derivation it would do little else. */
const KEY_STEPS = 100;
/** How often work is made before a server that never takes it is given up. */
const WORK_TRIES = 6;

/** How an operation tells how far it is, and is called off. */
export interface Watch {
    readonly signal: AbortSignal;
    readonly progress: (progress: Progress) => void;
}

/** A case whose every part is checked. */
export interface Opened {
    readonly keys: TokenKeys;
    readonly own: OwnCase;
    readonly history: History;
    /** Whether coming back has called off a *forget*. */
    readonly calledOff: boolean;
}

/** Everything that lasts from one operation to the next. */
export interface Session {
    origin: string;
    /** The fingerprint that the page shows. */
    shown: string;
    /** The page's language. */
    language: string;
    /** The authority's id. */
    authority: string;
    /** The newest serial seen: nothing older is taken any more. */
    serial: bigint;
    limits: Limits | null;
    /** The newest manifest. */
    manifest: Manifest | null;
    /** The opened case, and what its token opens. */
    opened: Opened | null;
}

export const session: Session = {
    origin: "", shown: "", language: "", authority: "", serial: 0n, limits: null, manifest: null, opened: null,
};

/** The shown fingerprint is another one than that of the manifest's root. */
export class OtherRoot extends Error {}

export function connection({ signal, progress }: Watch): Connection {
    const waiting = (lost: boolean): void => progress({ stage: lost ? "waiting" : "back" });
    return { origin: session.origin, signal, waiting };
}

/** Takes `history` as the authority's, when its root is the one that the page shows and nothing newer was seen. */
export function adopt(history: History): void {
    if (fingerprintDigits(history.fingerprint) !== session.shown.trim()) throw new OtherRoot();
    history.checkNotOlder(session.serial);
    session.serial = history.current.serial;
    session.authority = history.authority;
    session.manifest = history.current;
}

/** The authority's manifests from a serial on, or the newest alone, checked; and the server's day. */
export async function manifests(watch: Watch, from?: bigint): Promise<{ history: History; today: Day }> {
    const query = from === undefined ? "" : `?from=${from}`;
    const read: Manifests = manifestsOf(await send(connection(watch), "GET", `/v1/manifests${query}`));
    const history = History.verify(read.manifests);
    adopt(history);
    session.limits = read.limits;
    return { history, today: read.today };
}

/** Refuses to file when the newest manifest has expired by the later of both clocks. */
export function checkValid(history: History, today: Day): void {
    if (!history.validOn(filingDay(today, dayOf(Date.now())))) refuse("manifest-expired");
}

/** Derives the keys of a token, which takes a while. */
export function keysOf(token: string, authority: string, watch: Watch): TokenKeys {
    let told = -1;
    return deriveKeys(token, authority, (part) => {
        const step = Math.floor(part * KEY_STEPS);
        if (step > told) watch.progress({ stage: "keys", part });
        told = step;
    });
}

async function solve(watch: Watch, challenge: string, bits: number): Promise<string> {
    const steps = solving(challenge, bits);
    for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
        watch.progress({ stage: "work", part: value });
        await hear(watch);
    }
}

/** Lets the page have its say, and ends the operation when it was called off. */
async function hear({ signal }: Watch): Promise<void> {
    // Comes after all that the page has said so far, and sooner than a timer.
    await new Promise<void>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(null);
    });
    if (signal.aborted) throw cancelled();
}

/** The same for what is not called off any more. */
export function sure({ progress }: Watch): Watch {
    return { progress, signal: new AbortController().signal };
}

/**
 * The connection for what cannot be called back, since it may have arrived: whatever the page said before holds, and
 * nothing that it says afterwards.
 */
export async function lastStep(watch: Watch): Promise<Connection> {
    await hear(watch);
    watch.progress({ stage: "sending" });
    return connection(sure(watch));
}

/** Does what costs work: makes it, and makes it anew when the price has risen meanwhile. */
export async function withWork<T>(
    watch: Watch,
    request: (headers: Record<string, string>) => Promise<T>,
): Promise<T> {
    let asked = await send(connection(watch), "GET", "/v1/work") as Record<string, unknown>;
    for (let tries = 1; ; tries++) {
        const { challenge, bits } = asked;
        const solved = await solve(watch, String(challenge), Number(bits));
        try {
            return await request({ "Amparo-Work": solved });
        } catch (error) {
            if (!(error instanceof Problem && error.type === "work" && tries < WORK_TRIES)) throw error;
            asked = error.fields;
        }
    }
}

/** Fetches the case of `keys` and checks all of it, from the manifest that its card names. */
export async function fetchCase(watch: Watch, keys: TokenKeys): Promise<Opened> {
    const shown = caseOf(await send(connection(watch), "POST", "/v1/case", { body: locatorJson(keys) }));
    const { history } = await manifests(watch, readCard(shown.card.bytes).serial);
    const own = OwnCase.open(history, shown.card, shown.envelopes, keys);
    return { keys, history, own, calledOff: shown.calledOff };
}
