/** Base64 (RFC 4648, section 4), read in its one canonical form only. */
import { refuse } from "./error";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter.charCodeAt(0), value]));

/** Without padding, as age writes it. */
export function toBase64NoPad(bytes: Uint8Array): string {
    let text = "";
    for (let place = 0; place < bytes.length; place += 3) {
        const three = ((bytes[place] ?? 0) << 16) | ((bytes[place + 1] ?? 0) << 8) | (bytes[place + 2] ?? 0);
        const letters = Math.min(bytes.length - place, 3) + 1;
        for (let letter = 0; letter < letters; letter++) text += ALPHABET.charAt((three >> (18 - 6 * letter)) & 63);
    }
    return text;
}

/** With padding, as it stands in JSON. */
export function toBase64(bytes: Uint8Array): string {
    // The browser's own is many times faster, and takes text of one byte a letter.
    let text = "";
    for (let place = 0; place < bytes.length; place += 8192) {
        text += String.fromCharCode(...bytes.subarray(place, place + 8192));
    }
    return btoa(text);
}

/** Reads what `toBase64NoPad` writes and nothing else. */
export function fromBase64NoPad(text: string): Uint8Array {
    if (text.length % 4 === 1) refuse("malformed");
    const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    let [bits, held, place] = [0, 0, 0];
    for (let letter = 0; letter < text.length; letter++) {
        const value = VALUES.get(text.charCodeAt(letter)) ?? refuse("malformed");
        bits = ((bits << 6) | value) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[place++] = (bits >> held) & 255;
        }
    }
    // What is left over must be zero, or one value had several texts.
    return (bits & ((1 << held) - 1)) === 0 ? bytes : refuse("malformed");
}

/** Reads what `toBase64` writes and nothing else. */
export function fromBase64(text: string): Uint8Array {
    const letters = text.replace(/={1,2}$/, "");
    if (text.length % 4 !== 0 || text.length - letters.length !== (4 - (letters.length % 4)) % 4) refuse("malformed");
    return fromBase64NoPad(letters);
}
