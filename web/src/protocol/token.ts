/**
 * The case token: 24 decimal digits that are all a reporter has to keep.
 *
 * Twenty-two are uniformly random, two are ISO/IEC 7064 MOD 97-10 check digits, so that every single wrong digit and
 * every swap of two is told as a typo before anything is looked up. From the digits Argon2id (RFC 9106) and HKDF-SHA256
 * (RFC 5869) make the `TokenKeys`. The cost is set for a random secret of 73 bits, not for a password.
 */
import { argon2id } from "@noble/hashes/argon2.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type AuthorityId, type Hash, type Random, digest, fromHex, hash, systemRandom, toNumber, utf8 } from "./bytes";
import { refuse } from "./error";
import { type Identity, hybridIdentity } from "./recipient";
import { type SigningKey, signingKey } from "./sign";

/** 24 ASCII digits with right check digits. */
export type Token = string;

const DIGITS = 24;
/** 10²²: how many tokens there are. */
const TOKENS = 10n ** 22n;
/** Memory of one Argon2id derivation, in KiB. */
const MEMORY_KIB = 16 * 1024;

/** The zero of each run of ten decimal digits (Unicode 17, general category Nd). */
const ZEROS: readonly number[] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0,
    0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce,
    0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/** A fresh token, uniform over all 10²². */
export function generateToken(random: Random = systemRandom): Token {
    for (;;) {
        // 74 bits are the fewest that reach 10²²; what lies above is thrown away, not folded back.
        const number = toNumber(random(16)) >> 54n;
        if (number < TOKENS) return tokenOf(number);
    }
}

/** The token of that number, which is below 10²². */
export function tokenOf(number: bigint): Token {
    const check = 98n - ((number * 100n) % 97n);
    return (number * 100n + check).toString().padStart(DIGITS, "0");
}

/** The value of a decimal digit of any script; `null` for anything else. */
export function digitValue(letter: string): number | null {
    const code = letter.codePointAt(0) ?? 0;
    const zero = ZEROS.find((zero) => zero <= code && code < zero + 10);
    return zero === undefined ? null : code - zero;
}

/** Reads what somebody typed: digits of any script, and between them anything that is neither digit nor letter. */
export function readToken(typed: string): Token {
    let digits = "";
    for (const letter of typed) {
        const value = digitValue(letter);
        if (value !== null) digits += String(value);
        else if (/\p{Alphabetic}/u.test(letter)) refuse("token-letter");
    }
    if (digits.length !== DIGITS) refuse("token-length");
    return BigInt(digits) % 97n === 1n ? digits : refuse("token-check-digits");
}

/** The digits in six groups of four, as people see them. */
export function tokenGroups(token: Token): string[] {
    return token.match(/\d{4}/g) ?? [];
}

/** HKDF-SHA256 with empty salt: 32 bytes for each `info`. */
export function derive(secret: Uint8Array, info: string): Uint8Array {
    return hkdf(sha256, secret, undefined, utf8(info), 32);
}

/** Everything that knowing a token makes possible. */
export interface TokenKeys {
    /** Finds the case: shown to the server in a body, never in an address. */
    readonly locator: Uint8Array;
    /** What the server stores of the locator. */
    readonly locatorHash: Hash;
    /** Opens what the authority answers. */
    readonly reply: Identity;
    /** What the reply identity grows from; handed on when the case moves to another token. */
    readonly replySeed: Uint8Array;
    /** Signs what the reporter says. */
    readonly author: SigningKey;
}

/**
 * Derives the keys of `token` at `authority`: 16 MiB, and from a quarter of a second to half a minute, so never where a
 * page is shown. `onProgress` is told how much is done, 0 to 1.
 */
export function deriveKeys(token: Token, authority: AuthorityId, onProgress?: (part: number) => void): TokenKeys {
    const salt = digest(utf8("amparo/v1/token"), fromHex(authority, 32));
    const cost = { t: 1, m: MEMORY_KIB, p: 1, version: 0x13, dkLen: 32 };
    const prk = argon2id(utf8(token), salt, onProgress ? { ...cost, onProgress } : cost);
    const locator = derive(prk, "amparo/v1/locator");
    const replySeed = derive(prk, "amparo/v1/reply/mlkem768x25519");
    return {
        locator,
        locatorHash: hash(locator),
        reply: hybridIdentity(replySeed),
        replySeed,
        author: signingKey(derive(prk, "amparo/v1/author")),
    };
}
