/** Readers of the lowest layer at their limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { x25519 } from "@noble/curves/ed25519.js";
import { fromBase64, fromBase64NoPad, toBase64, toBase64NoPad } from "../src/protocol/base64";
import { concat, fromHex, utf8 } from "../src/protocol/bytes";
import { chunkedHash } from "../src/protocol/chunkedHash";
import { isSoundPoint } from "../src/protocol/classic";
import { answersOf, withLf } from "../src/protocol/content";
import { daysSince, filingDay, plus, readDay } from "../src/protocol/day";
import { ProtocolError } from "../src/protocol/error";
import { sealFile } from "../src/protocol/files";
import { readJson } from "../src/protocol/json";
import { TEXT_MAX, fileEnd, padText, unpadText } from "../src/protocol/padding";
import { hybridIdentity } from "../src/protocol/recipient";
import { seal } from "../src/protocol/seal";
import { Kind, openAttachment } from "../src/protocol/sealed";
import { combine, split } from "../src/protocol/share";
import { generateToken, readToken, tokenGroups, tokenOf } from "../src/protocol/token";
import { fixedRandom } from "./fixedRandom";

const throws = (work: () => unknown, why: string): void => assert.throws(work, ProtocolError, why);

test("JSON is read as serde reads it, and more strictly", () => {
    assert.deepEqual(readJson(utf8(' {"a":[1,true,"\\ud83d\\ude00\\n"]}\r\n')), new Map([["a", [1n, true, "😀\n"]]]));
    const bad = [
        "", "{", "{}}", "[1,]", '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a":{"b":1,"b":2}}', "null", "01", "-1",
        "1.0", "1e3", '"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '"\\x"', '"\n"', '"', "'a'", "\ufeff1", "1 2",
        "truefalse", "{a:1}",
        "[".repeat(1000),
    ];
    for (const json of bad) throws(() => readJson(utf8(json)), json);
    throws(() => readJson(Uint8Array.of(0x22, 0xff, 0x22)), "not UTF-8");
});

test("base64 has one form", () => {
    for (let length = 0; length < 70; length++) {
        const bytes = Uint8Array.from({ length }, (_, place) => 255 - place);
        assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
        assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
        assert.deepEqual(fromBase64NoPad(toBase64NoPad(bytes)), bytes);
    }
    for (const bad of ["A", "AA", "AA=", "AB==", "AAB=", "AA==AA==", "A A=", "AA-_", "====", "AAAA="]) {
        throws(() => fromBase64(bad), bad);
    }
    for (const bad of ["A", "AB", "AAB", "AA=="]) throws(() => fromBase64NoPad(bad), bad);
});

test("days are real, and a manifest's expiry is judged by no single clock", () => {
    const bad = ["2026-02-29", "2026-02-30", "2026-13-01", "1999-12-31", "2026-1-01", "٢٠٢٦-01-01", "2026-01-01 ", ""];
    for (const day of bad) throws(() => readDay(day), day);
    assert.equal(readDay("2028-02-29"), "2028-02-29");
    assert.equal(readDay("9999-12-31"), "9999-12-31");
    assert.equal(plus("2026-02-27", 2), "2026-03-01");
    assert.equal(daysSince("2026-03-01", "2026-02-27"), 2);
    assert.equal(filingDay("2026-03-01", "2026-03-02"), "2026-03-01");
    assert.equal(filingDay("2020-01-01", "2026-03-02"), "2026-02-28");
});

test("tokens are uniform in form, and one wrong digit or a swap is always told", () => {
    assert.equal(tokenOf(0n), "000000000000000000000098");
    assert.equal(tokenOf(10n ** 22n - 1n), "999999999999999999999926");
    const random = fixedRandom("tokens");
    for (let count = 0; count < 200; count++) {
        const token = generateToken(random);
        assert.equal(readToken(tokenGroups(token).join(" - ")), token);
        const place = (random(1)[0] ?? 0) % 24;
        const wrong = (Number(token[place]) + 1 + ((random(1)[0] ?? 0) % 9)) % 10;
        throws(() => readToken(token.slice(0, place) + String(wrong) + token.slice(place + 1)), token);
        const [a = "", b = ""] = [token[place], token[(place + 7) % 24]];
        const digits = [...token];
        [digits[place], digits[(place + 7) % 24]] = [b, a];
        if (a !== b) throws(() => readToken(digits.join("")), token);
    }
    for (const zero of ["٠", "۰", "०", "０", "๐", "𝟎", "\u{1fbf0}"]) {
        const start = zero.codePointAt(0) ?? 0;
        const typed = [...tokenOf(12n)].map((digit) => String.fromCodePoint(start + Number(digit))).join("\u200f");
        assert.equal(readToken(typed), tokenOf(12n), zero);
    }
});

test("texts pad to their limit and no further", () => {
    for (const length of [0, 1, 4092, 4093, 8188, 8189, TEXT_MAX]) {
        assert.equal(unpadText(padText(new Uint8Array(length).fill(1))).length, length);
    }
    throws(() => padText(new Uint8Array(TEXT_MAX + 1)), "too long");
});

test("a file sealed chunk by chunk is the one that is sealed at once", async () => {
    const identity = hybridIdentity(new Uint8Array(32));
    const binding = { card: "01".repeat(32), kind: Kind.Attachment, author: "02".repeat(32) } as const;
    const place = { binding, recipient: identity.recipient };
    for (const length of [0, 1, 1 << 20, 2_500_000]) {
        const content = Uint8Array.from({ length }, (_, index) => index % 251);
        async function* pieces(): AsyncIterable<Uint8Array> {
            for (let from = 0; from < length; from += 1_300_000) yield content.subarray(from, from + 1_300_000);
        }
        const chunks: Uint8Array[] = [];
        const emit = async (chunk: Uint8Array): Promise<void> => void chunks.push(chunk.slice());
        const finished = await sealFile(place, pieces(), emit, fixedRandom("file"));
        const file = concat(...chunks);
        assert.ok(chunks.every((chunk, index) => chunk.length === 1 << 20 || index === chunks.length - 1));
        assert.deepEqual([finished.hash, finished.size], [chunkedHash(file), file.length]);
        assert.equal(finished.sealed.length, length);
        assert.deepEqual(openAttachment(identity, binding, finished.sealed.commitment, file), content);
        const random = fixedRandom("file");
        seal(identity.recipient, new Uint8Array(0), random);
        const rest = concat(random(32), content, ...fileEnd(length));
        const bound = concat(fromHex(binding.card), Uint8Array.of(binding.kind), fromHex(binding.author), rest);
        assert.equal(finished.sealed.commitment, chunkedHash(rest));
        assert.deepEqual(file, seal(identity.recipient, bound, fixedRandom("file")));
    }
});

test("every k of n shares give the secret, and fewer do not", () => {
    const random = fixedRandom("shares");
    const secret = random(32);
    for (let n = 1; n <= 5; n++) {
        for (let k = 1; k <= n; k++) {
            const shares = split(secret, k, n, random) ?? [];
            for (let chosen = 1; chosen < 1 << n; chosen++) {
                const some = shares.filter(({ index }) => (chosen >> (index - 1)) & 1);
                assert.equal(Buffer.compare(combine(some) ?? secret, secret) === 0, some.length >= k, `${k} of ${n}`);
            }
        }
    }
    assert.equal(split(secret, 0, 3), null);
    assert.equal(split(secret, 4, 3), null);
    assert.equal(combine([]), null);
});

test("the points of small order are those with which X25519 gives nothing", () => {
    const small = [
        "00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`,
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    for (const point of small.map((hex) => fromHex(hex))) {
        assert.ok(!isSoundPoint(point));
        assert.throws(() => x25519.scalarMult(new Uint8Array(32).fill(1), point));
    }
    assert.ok(!isSoundPoint(fromHex(`ee${"ff".repeat(30)}7f`)), "not canonical");
    assert.ok(isSoundPoint(fromHex(`09${"00".repeat(31)}`)));
});

test("answers keep what was written, with LF line ends and whole characters", () => {
    const answers = answersOf({ what: " one\r\ntwo\rthree\n", who: " \r\n\u0085", bom: "\ufeff" });
    assert.deepEqual([...answers.keys()], ["bom", "what"]);
    assert.equal(answers.get("what"), " one\ntwo\nthree\n");
    assert.equal(withLf("a\ud800b"), "a\ufffdb");
});
