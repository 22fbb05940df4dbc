import assert from "node:assert/strict";
import { test } from "node:test";
import WORDS from "../../src/protocol/words.txt";
import { fingerprintDigits, fingerprintWords } from "../src/protocol/fingerprint";
import { list, text, vectors } from "./vectors";

test("there are 256 plain words, sorted, no two of which begin alike", () => {
    const words = WORDS.split("\n");
    assert.equal(words.pop(), "");
    assert.equal(words.length, 256);
    assert.deepEqual(words, [...words].sort());
    assert.equal(new Set(words.map((word) => word.slice(0, 4))).size, 256);
    for (const word of words) assert.match(word, /^[a-z]{4,8}$/);
});

test("a fingerprint has the digits and the words that Rust gives it", () => {
    const fingerprints = list(vectors("fingerprints"), "fingerprints");
    for (const one of fingerprints) {
        assert.equal(fingerprintDigits(text(one, "hash")), text(one, "digits"));
        assert.equal(fingerprintWords(text(one, "hash")).join(" "), text(one, "words"));
    }
    const seen = new Set(fingerprints.flatMap((one) => text(one, "words").split(" ")));
    assert.equal(seen.size, 256);
});
