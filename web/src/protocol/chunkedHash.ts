/**
 * The chunked hash that names every ciphertext, and commits to every file: `CH(x) = H(H(x₀) ‖ H(x₁) ‖ …)` over chunks
 * of 1 MiB, H being SHA-256.
 */
import { type Hash, digest, hashOf } from "./bytes";

/** Bytes of a chunk; the last one may be shorter. */
export const CHUNK = 1 << 20;

/** Computes the chunked hash of what it is fed, in constant memory, by the browser's own SHA-256 where it has one. */
export class ChunkedHash {
    private readonly chunk = new Uint8Array(CHUNK);
    private readonly digests: Promise<Uint8Array>[] = [];
    private filled = 0;

    /** Goes on with `bytes`, in pieces of any size, which may be changed as soon as this returns. */
    update(bytes: Uint8Array): void {
        for (let place = 0; place < bytes.length; ) {
            const piece = bytes.subarray(place, place + CHUNK - this.filled);
            this.chunk.set(piece, this.filled);
            this.filled += piece.length;
            place += piece.length;
            if (this.filled === CHUNK) this.close();
        }
    }

    /** Resolves when whatever was fed is hashed, but for an unfinished chunk: nothing waits in memory then. */
    async settled(): Promise<void> {
        await this.digests[this.digests.length - 1];
    }

    /** The hash of all that was fed. */
    async finish(): Promise<Hash> {
        if (this.filled > 0) this.close();
        return hashOf(...(await Promise.all(this.digests)));
    }

    private close(): void {
        this.digests.push(nativeDigest(this.chunk.subarray(0, this.filled)));
        this.filled = 0;
    }
}

/** SHA-256 by the browser itself, which has it in secure contexts only; it takes a copy before it returns. */
async function nativeDigest(bytes: Uint8Array): Promise<Uint8Array> {
    const native = globalThis.crypto.subtle as SubtleCrypto | undefined;
    return native ? new Uint8Array(await native.digest("SHA-256", bytes as BufferSource)) : digest(bytes);
}

/** The chunked hash of `bytes`. */
export function chunkedHash(bytes: Uint8Array): Hash {
    const digests: Uint8Array[] = [];
    for (let place = 0; place < bytes.length; place += CHUNK) digests.push(digest(bytes.subarray(place, place + CHUNK)));
    return hashOf(...digests);
}
