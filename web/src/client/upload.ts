/**
 * Files on their way to the server: chunk after chunk, each kept until it is acknowledged, and from the start when the
 * server has lost what it had.
 */
import { type Connection, Problem, cancelled, send } from "./connection";

/** How often files are sealed anew after the server has lost them. */
const RESTARTS = 8;

/** Seals one file: gives its ciphertext to `emit`, 1 MiB at a time, and returns what is kept of it. */
export type Seal<T> = (emit: (chunk: Uint8Array) => Promise<void>) => Promise<T>;

/** The server has no such upload any more, or other bytes in it. */
class Lost extends Error {}

/**
 * Uploads what `seals` produce, in their order, and gives the upload's id and what they returned. `newUpload` asks the
 * server for a place; `acknowledged` is told how many bytes of which file are there.
 */
export async function upload<T>(
    to: Connection,
    seals: readonly Seal<T>[],
    newUpload: () => Promise<string>,
    acknowledged: (file: number, bytes: number) => void,
): Promise<{ upload: string; sealed: T[] }> {
    for (let restart = 0; restart < RESTARTS; restart++) {
        const id = await newUpload();
        try {
            const sealed: T[] = [];
            for (const [file, seal] of seals.entries()) sealed.push(await sendFile(to, id, file, seal, acknowledged));
            return { upload: id, sealed };
        } catch (error) {
            if (!(error instanceof Lost)) throw error;
        }
    }
    throw new Problem(409, "conflict", {});
}

/** Seals and sends one file: while one chunk is under way the next is sealed, so that two are in memory at most. */
async function sendFile<T>(
    to: Connection,
    id: string,
    file: number,
    seal: Seal<T>,
    acknowledged: (file: number, bytes: number) => void,
): Promise<T> {
    let sent = 0;
    let next = 0;
    let underWay: Promise<void> = Promise.resolve();
    const emit = async (chunk: Uint8Array): Promise<void> => {
        // A copy, outside the worker's own memory: the chunk's is used anew.
        const bytes = new Blob([chunk as BlobPart]);
        await underWay;
        if (to.signal?.aborted) throw cancelled();
        const path = `/v1/uploads/${id}/${file}/${next}`;
        next += 1;
        underWay = put(to, path, bytes).then(() => {
            sent += bytes.size;
            acknowledged(file, sent);
        });
        // It is awaited with the next chunk; until then a failure is nobody's surprise.
        underWay.catch(() => undefined);
    };
    acknowledged(file, 0);
    const sealed = await seal(emit);
    await underWay;
    return sealed;
}

/** Sends a chunk. Sending the same one again is harmless, so nothing needs to be asked after a lost connection. */
async function put(to: Connection, path: string, bytes: Blob): Promise<void> {
    try {
        await send(to, "PUT", path, { bytes });
    } catch (error) {
        // 404: the upload is gone. 409: the server has less than it acknowledged, or something else.
        if (error instanceof Problem && (error.status === 404 || error.status === 409)) throw new Lost();
        throw error;
    }
}
