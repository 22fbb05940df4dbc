/** The worker: takes requests, answers each once, and tells how far it is. Its first message says that it runs. */
import { failureOf } from "./failure";
import type { Operation, Output, Reply, Request } from "./messages";
import { type Watch, operations } from "./operations";

/** The part of a worker's scope that is used; the compiler knows this file as a page's. */
declare const self: { postMessage(message: unknown): void } & EventTarget;

const post = (reply: Reply): void => self.postMessage(reply);
const underWay = new Map<number, AbortController>();

async function run<K extends Operation>(request: Extract<Request, { readonly operation: K }>): Promise<void> {
    const { id } = request;
    const abort = new AbortController();
    underWay.set(id, abort);
    const watch: Watch = { signal: abort.signal, progress: (progress) => post({ id, progress }) };
    try {
        const output: Output<Operation> = await operations[request.operation](request.input as never, watch);
        post({ id, output });
    } catch (error) {
        post({ id, failure: failureOf(error) });
    } finally {
        underWay.delete(id);
    }
}

self.addEventListener("message", (event) => {
    const { data } = event as MessageEvent<Request>;
    if ("cancel" in data) underWay.get(data.cancel)?.abort();
    else void run(data);
});

self.postMessage("ready");
