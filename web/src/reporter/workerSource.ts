/** `sha384-…` of the worker that was built together with this script; put in by web/build.mjs. */
declare const WORKER_INTEGRITY: string;

/**
 * Starts the worker, which makes keys and seals, and resolves when it runs.
 *
 * `new Worker` knows no integrity, so the bytes are fetched under one and run from a blob: a worker that is not
 * the one this script was built with never starts.
 *
 * Rejects with a `TypeError` when it cannot be fetched or is another one, and with an `Error` when it does not start.
 */
export async function startWorker(): Promise<Worker> {
    const response = await fetch("/static/worker.js", {
        integrity: WORKER_INTEGRITY,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
    });
    return runWorker(await response.arrayBuffer());
}

/**
 * Runs a script as a worker. The worker says `"ready"` first of all; only then is it handed on. Rejects when it does
 * not start.
 */
export async function runWorker(script: BlobPart): Promise<Worker> {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(url);
    try {
        await ready(worker);
    } catch (error) {
        worker.terminate();
        throw error;
    } finally {
        URL.revokeObjectURL(url);
    }
    return worker;
}

/** Waits for the worker's first message. */
function ready(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
        worker.addEventListener("message", () => resolve(), { once: true });
        worker.addEventListener("error", (event) => reject(new Error(event.message || "the worker did not start")), {
            once: true,
        });
    });
}
