import { startWorker } from "./workerSource";

/** Tells on the page, in `data-worker` of the root element, whether the worker runs. */
async function start(): Promise<void> {
    const { dataset } = document.documentElement;
    try {
        await startWorker();
        dataset.worker = "ready";
    } catch {
        dataset.worker = "failed";
    }
}

void start();
