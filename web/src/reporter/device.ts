/** Whether this device seals, and what the page says about it. */
import type { Authority } from "../worker/messages";
import { copy, the } from "./dom";
import { failure } from "./notice";
import { Failed, type Remote, remote } from "./remote";
import { startWorker } from "./workerSource";

/** A worker that runs, and what its authority says, once all of it has been checked. */
export interface Device {
    readonly remote: Promise<Remote>;
    readonly authority: Promise<Authority>;
}

/** Whether the browser has what sealing takes; all else is in the language level that the script is built for. */
export function isAble(): boolean {
    return typeof BigInt === "function" && typeof AbortController === "function"
        && typeof Blob.prototype.arrayBuffer === "function" && typeof crypto?.getRandomValues === "function";
}

/**
 * Starts the worker and has the newest manifest checked, for filing or only for coming back, and says on the page how
 * that goes. When a check fails, both promises reject, and nothing is ever sent.
 */
export function startDevice(filing: boolean): Device {
    const worker = startWorker().then(remote, () => Promise.reject(new Failed("script")));
    return checked(worker, (running) => running.call("start", {
        origin: location.origin, fingerprint: shownFingerprint(), language: document.documentElement.lang, filing,
    }));
}

/** The fingerprint in the page's foot. */
export function shownFingerprint(): string {
    return the(document, "footer").querySelector("code")?.textContent ?? "";
}

/** A device whose authority is what `check` makes of it; says on the page how that goes. */
export function checked(worker: Promise<Remote>, check: (running: Remote) => Promise<Authority>): Device {
    const place = document.getElementById("sealed") as HTMLElement;
    const say = (node: HTMLElement): void => {
        place.replaceChildren(node);
        place.hidden = false;
    };
    say(copy("t-checking"));
    const authority = worker.then(check);
    authority.then(
        () => say(copy("t-sealed")),
        (error: unknown) => say(failure(error)),
    );
    return { remote: worker, authority };
}
