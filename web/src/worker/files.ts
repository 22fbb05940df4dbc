/** Seals files as they are read and sends them off, in constant memory. */
import { connection, withWork, type Watch } from "./session";
import { cancelled, send } from "../client/connection";
import { CHUNK, type Seal, upload } from "../client/upload";
import { type FilePlace, Files, type FinishedFile, fileSealer } from "../protocol/files";
import { fileSize } from "../protocol/padding";
import type { ChosenFile } from "./messages";

/** What the envelopes say of uploaded files, and the upload's id, if there are any. */
export interface SentFiles {
    readonly files: Files;
    readonly upload: string | null;
}

/** Seals and uploads `chosen`. */
export async function sendFiles(
    watch: Watch,
    place: FilePlace,
    chosen: readonly ChosenFile[],
): Promise<SentFiles> {
    const files = new Files();
    if (chosen.length === 0) return { files, upload: null };
    const to = connection(watch);
    const newUpload = (): Promise<string> => withWork(watch, async (headers) => {
        const made = await send(to, "POST", "/v1/uploads", { headers }) as { upload: string };
        return made.upload;
    });
    const acknowledged = (file: number, done: number): void => {
        // The last chunk holds what sealing adds, too.
        const total = fileSize(chosen[file]?.content.size ?? 0);
        watch.progress({ stage: "files", file, done: Math.min(done, total), total });
    };
    const seals = chosen.map(({ content }): Seal<FinishedFile> => (emit) => seal(watch, place, content, emit));
    chosen.forEach((_, file) => acknowledged(file, 0));
    const { upload: id, sealed } = await upload(to, seals, newUpload, acknowledged);
    sealed.forEach((file, at) => files.add(file, chosen[at]?.name ?? "", chosen[at]?.mediaType ?? ""));
    return { files, upload: id };
}

/** Reads a file piece by piece, seals it, and emits its ciphertext in whole chunks. */
async function seal(
    { signal }: Watch,
    place: FilePlace,
    content: Blob,
    emit: (chunk: Uint8Array) => Promise<void>,
): Promise<FinishedFile> {
    const full: Uint8Array[] = [];
    let chunk = new Uint8Array(CHUNK);
    let filled = 0;
    const sealer = fileSealer(place, (bytes) => {
        for (let at = 0; at < bytes.length;) {
            const piece = bytes.subarray(at, at + CHUNK - filled);
            chunk.set(piece, filled);
            filled += piece.length;
            at += piece.length;
            if (filled < CHUNK) continue;
            full.push(chunk);
            [chunk, filled] = [new Uint8Array(CHUNK), 0];
        }
    });
    const emitFull = async (): Promise<void> => {
        for (let next = full.shift(); next; next = full.shift()) await emit(next);
    };
    for (let at = 0; at < content.size; at += CHUNK) {
        if (signal.aborted) throw cancelled();
        sealer.write(new Uint8Array(await content.slice(at, at + CHUNK).arrayBuffer()));
        await emitFull();
    }
    const finished = sealer.finish();
    await emitFull();
    if (filled > 0) await emit(chunk.subarray(0, filled));
    return finished;
}
