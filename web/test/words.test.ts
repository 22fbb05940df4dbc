import assert from "node:assert/strict";
import { test } from "node:test";
import WORDS from "../../src/protocol/words.txt";
import { fingerprintWords } from "../src/protocol/words";

test("there are 256 plain words, sorted, no two of which begin alike", () => {
    const words = WORDS.split("\n");
    assert.equal(words.pop(), "");
    assert.equal(words.length, 256);
    assert.deepEqual(words, [...words].sort());
    assert.equal(new Set(words.map((word) => word.slice(0, 4))).size, 256);
    for (const word of words) assert.match(word, /^[a-z]{4,8}$/);
});

test("a fingerprint's first 16 bytes are its words", () => {
    const words = fingerprintWords(`00${"ff".repeat(15)}${"11".repeat(16)}`);
    assert.equal(words.length, 16);
    assert.deepEqual([words[0], words[1]], [WORDS.split("\n")[0], WORDS.split("\n")[255]]);
});
