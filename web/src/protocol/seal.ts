/**
 * Sealing: age files (https://c2sp.org/age, binary) for exactly one recipient, whole or as a stream.
 *
 * A sealed file hides its content from everybody but the recipient, and cannot be changed, cut or lengthened unseen. It
 * does not say who sealed it, and its length is the content's plus 16 bytes for each 64 KiB and a header of fixed size
 * for each kind of recipient: pad before, sign after.
 *
 * Files are read and written here, on the same primitives as the npm package `age-encryption`, against which they are
 * tested in both directions: that package opens files with several recipients and headers of any length, takes its
 * randomness from elsewhere, and brings scrypt, P-256 and WebAuthn along (14 KB of a script that may have 60).
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { TAG, decrypt, encryptIn, roomFor } from "./aead";
import { fromBase64NoPad, toBase64NoPad } from "./base64";
import { type Random, concat, isEqual, systemRandom, u64, utf8 } from "./bytes";
import { as, refuse } from "./error";
import { type Identity, type Recipient, type Stanza, unwrapFileKey, wrapFileKey } from "./recipient";

/** Bytes of content in a chunk; only the last one holds less, and none is empty unless the content is. */
const CHUNK = 64 * 1024;
/** Bytes between the header and the first chunk. */
const NONCE = 16;
/** Columns of a stanza's body; its last line is shorter, and empty when need be. */
const COLUMNS = 64;
/** Longest header, in bytes. A hybrid one has about 1,650, and other programs add up to 250 of grease. */
const LONGEST_HEADER = 4096;
const VERSION = "age-encryption.org/v1";

/** Takes what is sealed, or content, piece by piece; whoever keeps a piece for longer copies it. */
export type Write = (bytes: Uint8Array) => void;

/** Seals what is written to it, as it comes, and holds at most 64 KiB of content. Without `finish` the file is cut. */
export interface Sealer {
    readonly write: Write;
    readonly finish: () => void;
}

function macOf(fileKey: Uint8Array, header: Uint8Array): Uint8Array {
    return hmac(sha256, hkdf(sha256, fileKey, undefined, utf8("header"), 32), header);
}

/** The nonce of chunk `counter`: eleven bytes of counter, one that marks the last chunk. */
function chunkNonce(counter: number, last: boolean): Uint8Array {
    return concat(new Uint8Array(3), u64(counter), Uint8Array.of(last ? 1 : 0));
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
    return hkdf(sha256, fileKey, nonce, utf8("payload"), 32);
}

/** The header up to and with its `---`. */
function headerText({ tag, args, body }: Stanza): string {
    const base64 = toBase64NoPad(body);
    let lines = "";
    for (let place = 0; place <= base64.length; place += COLUMNS) lines += `${base64.slice(place, place + COLUMNS)}\n`;
    return `${VERSION}\n-> ${[tag, ...args].join(" ")}\n${lines}---`;
}

/** Starts a file for `to`; the header goes to `out` at once. */
export function sealer(to: Recipient, out: Write, random: Random = systemRandom): Sealer {
    const [fileKey, nonce] = [random(16), random(NONCE)];
    const header = headerText(wrapFileKey(to, fileKey, random));
    out(utf8(`${header} ${toBase64NoPad(macOf(fileKey, utf8(header)))}\n`));
    out(nonce);
    const key = payloadKey(fileKey, nonce);
    // One for all chunks, so that a large file does not leave its size in garbage behind.
    const chunk = new Uint8Array(roomFor(CHUNK));
    let [filled, counter] = [0, 0];
    const close = (last: boolean): void => {
        encryptIn(chunk, filled, key, chunkNonce(counter, last));
        out(chunk.subarray(0, filled + TAG));
        counter += 1;
        filled = 0;
    };
    const write = (content: Uint8Array): void => {
        for (let place = 0; place < content.length; ) {
            // A full chunk waits until more comes, since the last one is marked.
            if (filled === CHUNK) close(false);
            const piece = content.subarray(place, place + CHUNK - filled);
            chunk.set(piece, filled);
            filled += piece.length;
            place += piece.length;
        }
    };
    const finish = (): void => {
        close(true);
        chunk.fill(0);
    };
    return { write, finish };
}

/** Seals `plaintext` to `to`, as a binary age file. */
export function seal(to: Recipient, plaintext: Uint8Array, random: Random = systemRandom): Uint8Array {
    const pieces: Uint8Array[] = [];
    const { write, finish } = sealer(to, (bytes) => pieces.push(bytes.slice()), random);
    write(plaintext);
    finish();
    return concat(...pieces);
}

interface Header {
    readonly stanzas: readonly Stanza[];
    /** What the MAC is over. */
    readonly covered: Uint8Array;
    readonly mac: Uint8Array;
    readonly length: number;
}

/** Stanzas for nobody, which some programs add so that readers stay able to skip what they do not know. */
function isGrease({ tag }: Stanza): boolean {
    return tag === "grease" || tag.endsWith("-grease");
}

/** Reads the header of a file, in the one form that the specification gives it. */
function readHeader(file: Uint8Array): Header {
    let place = 0;
    const line = (): string => {
        const end = file.subarray(0, LONGEST_HEADER).indexOf(0x0a, place);
        if (end < 0) refuse("seal-malformed");
        const text = String.fromCharCode(...file.subarray(place, end));
        place = end + 1;
        return text;
    };
    const stanza = (first: string): Stanza => {
        if (!/^->(?: [!-~]+)+$/.test(first)) refuse("seal-malformed");
        const [tag = "", ...args] = first.slice(3).split(" ");
        let [base64, next] = ["", ""];
        do base64 += next = line();
        while (next.length === COLUMNS);
        if (next.length > COLUMNS) refuse("seal-malformed");
        return { tag, args, body: fromBase64NoPad(base64) };
    };
    if (line() !== VERSION) refuse("seal-malformed");
    const stanzas: Stanza[] = [];
    for (;;) {
        const start = place;
        const first = line();
        if (!first.startsWith("---")) {
            stanzas.push(stanza(first));
            continue;
        }
        const mac = first.startsWith("--- ") ? fromBase64NoPad(first.slice(4)) : refuse("seal-malformed");
        if (mac.length !== 32 || stanzas.length === 0) refuse("seal-malformed");
        return { stanzas, covered: file.slice(0, start + 3), mac, length: place };
    }
}

/** Opens a whole file that was sealed to `identity` alone. */
export function open(identity: Identity, file: Uint8Array): Uint8Array {
    const header = as("seal-malformed", () => readHeader(file));
    if (file.length < header.length + NONCE) refuse("seal-malformed");
    const [only, ...others] = header.stanzas.filter((stanza) => !isGrease(stanza));
    if (others.length > 0) refuse("seal-several-recipients");
    const fileKey = only ? unwrapFileKey(identity, only) : null;
    if (!fileKey) refuse("seal-not-for-this-identity");
    if (!isEqual(macOf(fileKey, header.covered), header.mac)) refuse("seal-damaged");
    const start = header.length + NONCE;
    return openPayload(payloadKey(fileKey, file.slice(header.length, start)), file.subarray(start));
}

function openPayload(key: Uint8Array, payload: Uint8Array): Uint8Array {
    const chunks = Math.max(1, Math.ceil(payload.length / (CHUNK + TAG)));
    const pieces: Uint8Array[] = [];
    for (let counter = 0; counter < chunks; counter++) {
        const place = counter * (CHUNK + TAG);
        const chunk = payload.subarray(place, place + CHUNK + TAG);
        const piece = decrypt(key, chunkNonce(counter, counter === chunks - 1), chunk) ?? refuse("seal-damaged");
        // The last chunk is empty only when the content is.
        if (piece.length === 0 && counter > 0) refuse("seal-damaged");
        pieces.push(piece);
    }
    return concat(...pieces);
}
