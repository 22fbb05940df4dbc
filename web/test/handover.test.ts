/** A case that goes on while the root is handed over, and whatever others could make of it, as its reporter is shown it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64 } from "../src/protocol/base64";
import { verifyCard } from "../src/protocol/card";
import { chunkedHash } from "../src/protocol/chunkedHash";
import { ProtocolError } from "../src/protocol/error";
import { History } from "../src/protocol/history";
import { OwnCase } from "../src/protocol/ownCase";
import { deriveKeys, readToken } from "../src/protocol/token";
import { caseOf, envelopeOf } from "../src/protocol/wire";
import { type Vector, at, list, manifests, text, texts, vectors } from "./vectors";

const file = vectors("handover");
const history = History.verify(manifests(at(file, "manifests")));
const body = caseOf({ ...(at(file, "case") as object), state: "received", state_day: "2026-03-02" });
const keys = deriveKeys(readToken(text(file, "token")), history.authority);

test("a case goes on under the next root", () => {
    assert.equal(history.current.serial, 3n);
    assert.equal(verifyCard(body.card, history).hash, at(file, "card_hash"));
    const own = OwnCase.open(history, body.card, body.envelopes, keys);
    assert.deepEqual(own.answers.map(({ answer }) => answer.text), texts(file, "answers"));
    assert.equal(own.state.state, at(file, "state"));
    assert.equal(own.unreadable, 0);
    const said = own.entries.map((entry) => ("files" in entry ? `${entry.what} ${entry.files}` : entry.what));
    assert.deepEqual(said, texts(file, "own"));
    for (const blob of list(file, "blobs")) assert.equal(chunkedHash(fromBase64(text(blob, "file"))), at(blob, "hash"));
});

interface Forged {
    readonly keep?: number;
    readonly drop?: readonly number[];
    readonly add?: readonly Vector[];
    readonly card?: string;
    readonly card_signature?: string;
    readonly token?: string;
}

test("whatever is forged is told, in the same words as by Rust", () => {
    for (const one of list(vectors("forged"), "forged")) {
        const { keep, drop = [], add = [], ...forged } = one as Forged;
        const kept = body.envelopes.slice(0, keep).filter((_, place) => !drop.includes(place));
        const card = forged.card === undefined ? body.card
            : { bytes: fromBase64(forged.card), signature: fromBase64(forged.card_signature ?? "") };
        const shownTo = forged.token === undefined ? keys : deriveKeys(readToken(forged.token), history.authority);
        let said: string;
        try {
            const { unreadable } = OwnCase.open(history, card, [...kept, ...add.map(envelopeOf)], shownTo);
            said = unreadable === 0 ? "reads" : `${unreadable} unreadable`;
        } catch (error) {
            if (!(error instanceof ProtocolError)) throw error;
            said = error.code;
        }
        assert.equal(said, at(one, "own"), text(one, "why"));
    }
});
