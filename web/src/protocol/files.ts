/** Files on their way into a report or message. */
import { type Hash, type Random, systemRandom } from "./bytes";
import { CHUNK, ChunkedHash } from "./chunkedHash";
import type { Attachment } from "./content";
import type { Chain, SealedEnvelope } from "./envelope";
import type { Recipient } from "./recipient";
import type { Write } from "./seal";
import { type Binding, Kind, type SealedFile, attachmentSealer } from "./sealed";

/** Where the files of one report or message are sealed to. */
export interface FilePlace {
    readonly binding: Binding;
    readonly recipient: Recipient;
}

/** A file whose ciphertext is complete. */
export interface FinishedFile {
    readonly sealed: SealedFile;
    /** Chunked hash of the ciphertext. */
    readonly hash: Hash;
    /** Bytes of the ciphertext. */
    readonly size: number;
}

/**
 * Seals a whole file as it is read and gives its ciphertext to `emit`, 1 MiB at a time, the last piece shorter; `emit`
 * copies what it keeps before it resolves. About 5 MiB are held, whatever the file's size.
 */
export async function sealFile(
    place: FilePlace,
    content: AsyncIterable<Uint8Array>,
    emit: (chunk: Uint8Array) => Promise<void>,
    random: Random = systemRandom,
): Promise<FinishedFile> {
    const hash = new ChunkedHash();
    const whole: Uint8Array[] = [];
    // Buffers that were emitted and are filled anew.
    const free: Uint8Array[] = [];
    let chunk: Uint8Array = new Uint8Array(CHUNK);
    let [filled, size] = [0, 0];
    const out: Write = (bytes) => {
        size += bytes.length;
        for (let from = 0; from < bytes.length; ) {
            const piece = bytes.subarray(from, from + CHUNK - filled);
            chunk.set(piece, filled);
            filled += piece.length;
            from += piece.length;
            if (filled < CHUNK) continue;
            whole.push(chunk);
            [chunk, filled] = [free.pop() ?? new Uint8Array(CHUNK), 0];
        }
    };
    const send = async (): Promise<void> => {
        for (const next of whole.splice(0)) {
            hash.update(next);
            await emit(next);
            await hash.settled();
            free.push(next);
        }
    };
    const inner = attachmentSealer(place.binding, place.recipient, out, send, random);
    for await (const piece of content) await inner.write(piece);
    const sealed = await inner.finish();
    if (filled > 0) whole.push(chunk.subarray(0, filled));
    await send();
    return { sealed, hash: await hash.finish(), size };
}

/** The files sealed so far, in the order in which they are listed and uploaded. */
export class Files {
    private readonly all: { readonly attachment: Attachment; readonly file: FinishedFile }[] = [];

    /** Adds a sealed file, with what the reporter's device says of it. */
    add(file: FinishedFile, name: string, mediaType: string): void {
        this.all.push({ attachment: { hash: file.hash, name, mediaType, size: file.sealed.length }, file });
    }

    list(): Attachment[] {
        return this.all.map(({ attachment }) => attachment);
    }

    envelopes(chain: Chain): SealedEnvelope[] {
        return this.all.map(({ file: { sealed, hash, size } }) =>
            chain.push(Kind.Attachment, { hash, size, commitment: sealed.commitment, ciphertext: null }));
    }
}
