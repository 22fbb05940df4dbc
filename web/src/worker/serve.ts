/** Takes requests, answers each once, and tells how far it is. */
import { failureOf } from "./failure";
import type { Input, Operation, Output, Reply, Request } from "./messages";
import type { Watch } from "./session";

/** What does an operation's work. */
export type Handler<K extends Operation> = (input: Input<K>, watch: Watch) => Promise<Output<K>>;

/** Whoever asks: a page, from the worker's own scope or one end of a channel. */
export type Asker = EventTarget & { postMessage(message: unknown): void };

/** Answers what `asker` asks with `operations`. Its first message, `"ready"`, says that it runs. */
export function serve(asker: Asker, operations: { readonly [K in Operation]?: Handler<K> }): void {
    const post = (reply: Reply): void => asker.postMessage(reply);
    const underWay = new Map<number, AbortController>();

    const run = async ({ id, operation, input }: Exclude<Request, { readonly cancel: number }>): Promise<void> => {
        const abort = new AbortController();
        underWay.set(id, abort);
        const watch: Watch = { signal: abort.signal, progress: (progress) => post({ id, progress }) };
        try {
            // Request and handler are of the same operation, which the compiler does not follow.
            const handler = operations[operation] as (input: never, watch: Watch) => Promise<Output<Operation>>;
            post({ id, output: await handler(input as never, watch) });
        } catch (error) {
            post({ id, failure: failureOf(error) });
        } finally {
            underWay.delete(id);
        }
    };

    asker.addEventListener("message", (event) => {
        const { data } = event as MessageEvent<Request>;
        if ("cancel" in data) underWay.get(data.cancel)?.abort();
        else void run(data);
    });
    asker.postMessage("ready");
}
