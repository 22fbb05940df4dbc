/**
 * The chunked hash that names every ciphertext: `CH(x) = H(H(x₀) ‖ H(x₁) ‖ …)` over chunks of 1 MiB, H being SHA-256.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { type Hash, toHex } from "./bytes";

/** Bytes of a chunk; the last one may be shorter. */
const CHUNK = 1 << 20;

/** Computes the chunked hash of what it is fed, in constant memory. */
export class ChunkedHash {
    private readonly whole = sha256.create();
    private chunk = sha256.create();
    private filled = 0;

    /** Goes on with `bytes`, in pieces of any size. */
    update(bytes: Uint8Array): void {
        for (let place = 0; place < bytes.length; ) {
            const piece = bytes.subarray(place, place + CHUNK - this.filled);
            this.chunk.update(piece);
            this.filled += piece.length;
            place += piece.length;
            if (this.filled === CHUNK) this.close();
        }
    }

    /** The hash of all that was fed. */
    finish(): Hash {
        if (this.filled > 0) this.close();
        return toHex(this.whole.digest());
    }

    private close(): void {
        this.whole.update(this.chunk.digest());
        this.chunk = sha256.create();
        this.filled = 0;
    }
}

/** The chunked hash of `bytes`. */
export function chunkedHash(bytes: Uint8Array): Hash {
    const hash = new ChunkedHash();
    hash.update(bytes);
    return hash.finish();
}
