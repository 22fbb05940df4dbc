/** Files on their way into a report or message. */
import { type Hash, type Random, systemRandom } from "./bytes";
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
