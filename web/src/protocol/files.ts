/** Files on their way into a report or message. */
import { type Hash, type Random, digest, hashOf, systemRandom } from "./bytes";
import { ChunkedHash } from "./chunkedHash";
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

/** Seals one file as it is read, in constant memory. */
export interface FileSealer {
    /** Takes content. */
    readonly write: Write;
    readonly finish: () => FinishedFile;
}

/** Starts sealing one file; the ciphertext goes to `out`, which must not change it. */
export function fileSealer(place: FilePlace, out: Write, random: Random = systemRandom): FileSealer {
    const hash = new ChunkedHash();
    let size = 0;
    const through: Write = (bytes) => {
        hash.update(bytes);
        size += bytes.length;
        out(bytes);
    };
    const inner = attachmentSealer(place.binding, place.recipient, through, random);
    return { write: inner.write, finish: () => ({ sealed: inner.finish(), hash: hash.finish(), size }) };
}

/** Bytes of ciphertext that are sent at once. */
const CHUNK = 1 << 20;

/**
 * Seals a whole file as it is read and gives its ciphertext to `emit`, 1 MiB at a time, the last piece shorter, which
 * copies what it keeps before it resolves; about 3 MiB are held. The browser's own SHA-256 hashes the chunks where there is one, which takes a third off the time.
 */
export async function sealFile(
    place: FilePlace,
    content: AsyncIterable<Uint8Array>,
    emit: (chunk: Uint8Array) => Promise<void>,
    random: Random = systemRandom,
): Promise<FinishedFile> {
    const whole: Uint8Array[] = [];
    // Buffers that were emitted and are filled anew.
    const free: Uint8Array[] = [];
    const digests: Uint8Array[] = [];
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
            digests.push(await nativeDigest(next));
            await emit(next);
            free.push(next);
        }
    };
    const inner = attachmentSealer(place.binding, place.recipient, out, random);
    for await (const piece of content) {
        for (let from = 0; from < piece.length; from += CHUNK) {
            inner.write(piece.subarray(from, from + CHUNK));
            await send();
        }
    }
    const sealed = inner.finish();
    if (filled > 0) whole.push(chunk.slice(0, filled));
    await send();
    return { sealed, hash: hashOf(...digests), size };
}

/** SHA-256 by the browser itself, which has it in secure contexts only. */
async function nativeDigest(bytes: Uint8Array): Promise<Uint8Array> {
    const native = globalThis.crypto.subtle as SubtleCrypto | undefined;
    return native ? new Uint8Array(await native.digest("SHA-256", bytes as BufferSource)) : digest(bytes);
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
