/** What `npm run vectors` wrote, and Rust has opened, is still what this side writes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isSolved } from "../src/protocol/work";
import { OWN_VECTORS, written } from "./ownVectors";
import { list, number, text, vectors } from "./vectors";

declare const FOLDER: string;

for (const [topic, make] of Object.entries(OWN_VECTORS)) {
    test(`from_typescript/${topic}.json is what is written now`, async () => {
        const path = join(FOLDER, "../../tests/vectors/from_typescript", `${topic}.json`);
        assert.ok(readFileSync(path, "utf8") === await written(make), "run npm run vectors when the protocol has changed");
    });
}

test("solved work holds at its price and at no higher one", () => {
    for (const one of list(vectors("from_typescript/work"), "solved")) {
        assert.ok(isSolved(text(one, "header"), number(one, "bits")));
        assert.ok(!isSolved(text(one, "header"), number(one, "bits") + 6));
        assert.ok(!isSolved(text(one, "header").replace(/.$/, (last) => (last === "0" ? "1" : "0")), 30));
    }
});
