/** The worker, as the page calls it. */
import type { Failure, Input, Operation, Output, Progress, Reply, Request } from "../worker/messages";

/** An operation ended otherwise than it should; `code` names the page's text for it. */
export class Failed extends Error {
    constructor(readonly code: Failure | "cancelled") {
        super(code);
    }
}

/** How a call is watched and called off. */
export interface Watch {
    readonly progress?: (progress: Progress) => void;
    readonly signal?: AbortSignal;
}

/** A worker, or one end of a channel. */
export type Asked = Pick<Worker, "postMessage"> & EventTarget;

export interface Remote {
    call<K extends Operation>(operation: K, input: Input<K>, watch?: Watch): Promise<Output<K>>;
}

/** Calls the operations of a running worker, or of whoever is at the other end of a channel. */
export function remote(worker: Asked): Remote {
    const waiting = new Map<number, (reply: Reply | null) => void>();
    let last = 0;
    worker.addEventListener("message", (event) => {
        const { data } = event as MessageEvent<Reply>;
        waiting.get(data.id)?.(data);
    });
    // An error nobody caught: whatever waits for an answer gets none.
    worker.addEventListener("error", () => waiting.forEach((answer) => answer(null)));
    const post = (request: Request): void => worker.postMessage(request);
    return {
        call(operation, input, watch = {}) {
            const id = (last += 1);
            const cancel = (): void => post({ cancel: id });
            return new Promise((resolve, reject) => {
                const end = (settle: () => void): void => {
                    waiting.delete(id);
                    watch.signal?.removeEventListener("abort", cancel);
                    settle();
                };
                waiting.set(id, (reply) => {
                    if (reply && "progress" in reply) watch.progress?.(reply.progress);
                    else if (reply && "output" in reply) end(() => resolve(reply.output as never));
                    else end(() => reject(new Failed(reply ? reply.failure : "own")));
                });
                watch.signal?.addEventListener("abort", cancel);
                post({ id, operation, input } as Request);
            });
        },
    };
}
