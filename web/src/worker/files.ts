/** Seals files as they are read and sends them off, in constant memory. */
import { cancelled, send } from "../client/connection";
import { type Seal, upload } from "../client/upload";
import { type FilePlace, Files, type FinishedFile, sealFile } from "../protocol/files";
import { fileSize } from "../protocol/padding";
import type { ChosenFile } from "./messages";
import { type Watch, connection, withWork } from "./session";

/** Bytes that are read at once: each reading costs a browser about as much as a megabyte does. */
const PIECE = 2 << 20;

/** What the envelopes say of uploaded files, and the upload's id, if there are any. */
export interface SentFiles {
    readonly files: Files;
    readonly upload: string | null;
}

/** Seals and uploads `chosen`. */
export async function sendFiles(watch: Watch, place: FilePlace, chosen: readonly ChosenFile[]): Promise<SentFiles> {
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
    const seals = chosen.map(({ content }): Seal<FinishedFile> => (emit) => sealFile(place, read(watch, content), emit));
    chosen.forEach((_, file) => acknowledged(file, 0));
    const { upload: id, sealed } = await upload(to, seals, newUpload, acknowledged);
    sealed.forEach((file, at) => files.add(file, chosen[at]?.name ?? "", chosen[at]?.mediaType ?? ""));
    return { files, upload: id };
}

/** The content of a file, piece by piece, until it is called off; the next piece is read while one is worked on. */
export async function* read({ signal }: Watch, content: Blob): AsyncGenerator<Uint8Array> {
    const begin = (at: number): Promise<ArrayBuffer> => {
        const piece = content.slice(at, at + PIECE).arrayBuffer();
        // It is awaited later; until then a failure is nobody's surprise.
        piece.catch(() => undefined);
        return piece;
    };
    let next = begin(0);
    for (let at = 0; at < content.size; at += PIECE) {
        if (signal.aborted) throw cancelled();
        const piece = await next;
        next = begin(at + PIECE);
        yield new Uint8Array(piece);
    }
}
