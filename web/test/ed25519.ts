/**
 * Signatures at which implementations of Ed25519 differ (the classes of Chalkias, Garillot, Nikolaenko, *Taming the
 * many EdDSAs*, 2020, made anew here), with what this protocol says of each.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex, toNumber, utf8 } from "../src/protocol/bytes";
import { fixedRandom } from "./fixedRandom";

export interface EdgeCase {
    readonly why: string;
    readonly key: string;
    readonly message: string;
    readonly signature: string;
    readonly holds: boolean;
}

const { Point } = ed25519;
const L = Point.Fn.ORDER;
type Point = InstanceType<typeof Point>;
/** A point of order eight, and all small-order encodings that are not canonical. */
const T = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
const IDENTITY = `01${"00".repeat(31)}`;
const IDENTITY_BENT = `ee${"ff".repeat(30)}7f`;
const ORDER_4_BENT = `ed${"ff".repeat(30)}7f`;

function littleEndian(number: bigint): Uint8Array {
    return fromHex(number.toString(16).padStart(64, "0")).reverse();
}

/** `k` of a signature, reduced. */
function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
    return toNumber(sha512(concat(r, key, message)).reverse()) % L;
}

export function edgeCases(): EdgeCase[] {
    const random = fixedRandom("ed25519");
    const scalar = (): bigint => (toNumber(random(32)) % (L - 1n)) + 1n;
    const cases: EdgeCase[] = [];
    const add = (why: string, key: Uint8Array, message: Uint8Array, signature: Uint8Array, holds: boolean): void =>
        void cases.push({ why, key: toHex(key), message: toHex(message), signature: toHex(signature), holds });
    /** The first message for which the challenge, modulo eight, is right. */
    const messageFor = (r: Uint8Array, key: Uint8Array, fits: (k: bigint) => boolean): Uint8Array => {
        for (let number = 0; ; number++) {
            const message = utf8(`message ${number}`);
            if (fits(challenge(r, key, message) % 8n)) return message;
        }
    };
    const [a, r] = [scalar(), scalar()];
    const [plain, mixed] = [Point.BASE.multiply(a).toBytes(), Point.BASE.multiply(a).add(T).toBytes()];
    const [commitment, bent] = [Point.BASE.multiply(r).toBytes(), Point.BASE.multiply(r).add(T).toBytes()];
    const response = (first: Uint8Array, key: Uint8Array, message: Uint8Array): Uint8Array =>
        littleEndian((r + challenge(first, key, message) * a) % L);
    const signature = (first: Uint8Array, key: Uint8Array, message: Uint8Array): Uint8Array =>
        concat(first, response(first, key, message));
    const any = utf8("any");

    add("an honest signature", plain, any, signature(commitment, plain, any), true);
    const even = messageFor(commitment, mixed, (k) => k === 0n);
    add("a key with a part of small order that falls away", mixed, even, signature(commitment, mixed, even), true);
    const odd = messageFor(commitment, mixed, (k) => k !== 0n);
    add("a key with a part of small order, cofactored only", mixed, odd, signature(commitment, mixed, odd), false);
    add("R with a part of small order, cofactored only", plain, any, signature(bent, plain, any), false);
    const cancels = messageFor(bent, mixed, (k) => k === 7n);
    add("parts of small order that cancel out", mixed, cancels, signature(bent, mixed, cancels), true);

    for (const [why, first, holds] of [
        ["R is the neutral point", IDENTITY, true],
        ["R is the neutral point, not canonical", IDENTITY_BENT, false],
        ["R is of order four, not canonical", ORDER_4_BENT, false],
    ] as const) {
        const k = challenge(fromHex(first), plain, any);
        add(why, plain, any, concat(fromHex(first), littleEndian((k * a) % L)), holds);
    }
    for (let multiple = 0n; multiple < 8n; multiple++) {
        const small = (multiple === 0n ? Point.ZERO : T.multiplyUnsafe(multiple)).toBytes();
        const zero = concat(fromHex(IDENTITY), new Uint8Array(32));
        const message = messageFor(fromHex(IDENTITY), small, (k) => k === 0n);
        add(`a key of small order, ${multiple} times the generator`, small, message, zero, false);
    }
    for (const key of [IDENTITY_BENT, ORDER_4_BENT, `${IDENTITY.slice(0, 62)}80`]) {
        const message = messageFor(fromHex(IDENTITY), fromHex(key), (k) => k === 0n);
        add("a key that is not canonical", fromHex(key), message, concat(fromHex(IDENTITY), new Uint8Array(32)), false);
    }
    const s = toNumber(response(commitment, plain, any).reverse());
    for (const [why, wrong] of [["S + L", s + L], ["S = L", L], ["S with the highest bit", s + 2n ** 255n]] as const) {
        add(why, plain, any, concat(commitment, littleEndian(wrong)), false);
    }
    add("S = 0", plain, any, concat(commitment, new Uint8Array(32)), false);
    const off = fromHex(`02${"00".repeat(31)}`);
    add("a key that is no point of the curve", off, any, signature(commitment, off, any), false);
    const zeros = concat(off, response(commitment, plain, any));
    add("R is no point of the curve", plain, any, zeros, false);
    add("R with the other sign", plain, any, signature(flipped(commitment), plain, any), false);
    return cases;
}

function flipped(point: Uint8Array): Uint8Array {
    return point.map((byte, place) => (place === 31 ? byte ^ 0x80 : byte));
}
