/** Cases that move, and timelines that contradict themselves, as their reporter would be shown them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UntrustedEnvelope } from "../src/protocol/envelope";
import { readHeader } from "../src/protocol/envelope";
import { type ErrorCode, ProtocolError } from "../src/protocol/error";
import { History } from "../src/protocol/history";
import { OwnCase } from "../src/protocol/ownCase";
import { Kind } from "../src/protocol/sealed";
import { deriveKeys, readToken } from "../src/protocol/token";
import { caseOf, envelopeOf } from "../src/protocol/wire";
import { type Vector, at, list, manifests, number, text, texts, vectors } from "./vectors";

const refused = (code: ErrorCode) => (error: unknown): boolean => {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.equal(error.code, code);
    return true;
};

function opened(file: Vector): { history: History; open: (envelopes: UntrustedEnvelope[], token: string) => OwnCase;
    envelopes: UntrustedEnvelope[] } {
    const history = History.verify(manifests(at(file, "manifests")));
    const body = caseOf({ ...(at(file, "case") as object), state: "open", state_day: "2026-03-02" });
    const open = (envelopes: UntrustedEnvelope[], token: string): OwnCase =>
        OwnCase.open(history, body.card, envelopes, deriveKeys(readToken(token), history.authority));
    return { history, open, envelopes: body.envelopes };
}

test("a case that moved twice opens with its newest token, and every answer in it", () => {
    const file = vectors("move");
    const { open, envelopes } = opened(file);
    const [first = "", second = "", newest = ""] = texts(file, "tokens");
    for (const older of [first, second]) assert.throws(() => open(envelopes, older), refused("moved"));
    const own = open(envelopes, newest);
    assert.deepEqual(own.answers.map(({ answer }) => answer.text), texts(file, "answers"));
    assert.equal(own.unreadable, 0);
    const kinds = ["filed", "answer", "moved", "answer", "moved", "answer", "sent"];
    assert.deepEqual(own.entries.map(({ what }) => what), kinds);
});

test("what the holder of an older token forges is refused", () => {
    const file = vectors("move");
    const { open, envelopes } = opened(file);
    const newest = texts(file, "tokens")[2] ?? "";
    for (const forged of list(file, "forged")) {
        const shown = [...envelopes.slice(0, number(forged, "keep")), ...list(forged, "add").map(envelopeOf)];
        assert.throws(() => open(shown, newest), refused(text(forged, "refused") as ErrorCode), text(forged, "why"));
    }
});

test("a timeline that is not whole is refused, and says how", () => {
    const file = vectors("case");
    const { open, envelopes } = opened(file);
    const token = text(file, "token");
    const place = (kind: Kind): number => envelopes.findIndex(({ header }) => readHeader(header).kind === kind);
    const changed = (kind: Kind, change: Partial<UntrustedEnvelope>): UntrustedEnvelope[] =>
        envelopes.map((envelope, index) => (index === place(kind) ? { ...envelope, ...change } : envelope));
    const without = (kind: Kind): UntrustedEnvelope[] => envelopes.filter((_, index) => index !== place(kind));
    const flip = (bytes: Uint8Array | null | undefined): Uint8Array =>
        (bytes ?? new Uint8Array(0)).map((byte, index) => (index === 5 ? byte ^ 1 : byte));
    const of = (kind: Kind): UntrustedEnvelope | undefined => envelopes[place(kind)];
    const answer = of(Kind.Answer);
    const cases: readonly [ErrorCode, UntrustedEnvelope[]][] = [
        ["timeline-no-report", without(Kind.Report)],
        ["timeline-no-report", [...envelopes, ...envelopes.slice(0, 1)]],
        ["timeline-missing", without(Kind.Identity)],
        ["timeline-missing", without(Kind.Answer)],
        ["timeline-missing", without(Kind.Rekey)],
        ["timeline-missing", changed(Kind.Answer, { reply: null })],
        ["timeline-fork", [...envelopes, ...envelopes.slice(-1)]],
        ["envelope-altered", changed(Kind.Answer, { reply: flip(answer?.reply) })],
        ["envelope-altered", changed(Kind.Message, { ciphertext: flip(of(Kind.Message)?.ciphertext) })],
        ["envelope-signature", changed(Kind.Answer, { signature: flip(answer?.signature) })],
        ["envelope-signature", changed(Kind.Answer, { caseSignature: flip(answer?.caseSignature) })],
        ["envelope-signature", changed(Kind.Answer, { caseSignature: null })],
        ["envelope-signature", changed(Kind.Message, { caseSignature: new Uint8Array(64) })],
        ["envelope-malformed", changed(Kind.Message, { signature: new Uint8Array(63) })],
    ];
    for (const [code, shown] of cases) assert.throws(() => open(shown, token), refused(code));
    assert.throws(() => open(envelopes, "000000000000000000000098"), refused("other-author"));
    // The newest envelopes can be withheld without a trace; see docs/protocol.md, section 15.
    assert.equal(open(without(Kind.Forget), token).entries.length, 3);
});

test("a case of another authority or manifest is refused", () => {
    const file = vectors("case");
    const other = History.verify(manifests(at(vectors("move"), "manifests")));
    const body = caseOf({ ...(at(file, "case") as object), state: "open", state_day: "2026-03-02" });
    const keys = deriveKeys(readToken(text(file, "token")), other.authority);
    assert.throws(() => OwnCase.open(other, body.card, body.envelopes, keys), refused("card-signature"));
});
