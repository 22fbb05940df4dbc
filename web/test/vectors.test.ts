/** Every vector of `tests/vectors/` that Rust wrote, in TypeScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64 } from "../src/protocol/base64";
import { concat, fields, fromHex, hash, toHex, utf8 } from "../src/protocol/bytes";
import { verifyCard } from "../src/protocol/card";
import { chunkedHash } from "../src/protocol/chunkedHash";
import {
    readAnswer, readForget, readIdentityCard, readMessage, readRekey, readReport,
} from "../src/protocol/content";
import { readHeader, headerBytes } from "../src/protocol/envelope";
import { ProtocolError } from "../src/protocol/error";
import { grantBytes, readGrant } from "../src/protocol/grant";
import { History } from "../src/protocol/history";
import { caseIdentity, caseSigning, deskIdentity, identityIdentity } from "../src/protocol/keys";
import { fingerprintDigits } from "../src/protocol/fingerprint";
import { readManifest, rootFingerprint } from "../src/protocol/manifest";
import { OwnCase } from "../src/protocol/ownCase";
import { fileSize, padText, padme, textSize, unpadFile, unpadText } from "../src/protocol/padding";
import { type Identity, recipientBytes, recipientText } from "../src/protocol/recipient";
import { type Binding, type Kind, openAttachment, openKey, openText } from "../src/protocol/sealed";
import { combine } from "../src/protocol/share";
import { type Purpose, readVerifyingKey, sign, signingKey, verify, verifyRaw } from "../src/protocol/sign";
import { deriveKeys, readToken } from "../src/protocol/token";
import { caseOf } from "../src/protocol/wire";
import { isSolved, solve } from "../src/protocol/work";
import { type Vector, at, hex, identity, list, manifests, number, text, texts, vectors } from "./vectors";

const refused = (code: string) => (error: unknown): boolean => error instanceof ProtocolError && error.code === code;
const isRefused = (work: () => unknown): boolean => {
    try {
        work();
        return false;
    } catch (error) {
        if (error instanceof ProtocolError) return true;
        throw error;
    }
};

test("tokens", () => {
    const file = vectors("tokens");
    for (const one of list(file, "typed")) {
        const typo = (one as { readonly typo?: string }).typo;
        if (typo === undefined) assert.equal(readToken(text(one, "typed")), at(one, "digits"));
        else assert.throws(() => readToken(text(one, "typed")), refused(`token-${typo.replace(" ", "-")}`));
    }
    for (const one of list(file, "keys")) {
        const told: number[] = [];
        const keys = deriveKeys(text(one, "token"), text(one, "authority"), (part) => told.push(part));
        assert.equal(toHex(keys.locator), at(one, "locator"));
        assert.equal(keys.locatorHash, at(one, "locator_hash"));
        assert.equal(recipientText(keys.reply.recipient), at(one, "reply_recipient"));
        assert.equal(keys.author.verifyingKey, at(one, "author"));
        assert.ok(told.length > 2 && told.every((part) => part >= 0 && part <= 1), "progress");
        assert.equal(told[told.length - 1], 1);
    }
});

test("keys", () => {
    const file = vectors("keys");
    for (const one of list(file, "derived")) {
        const key = hex(one, "key");
        assert.equal(recipientText(caseIdentity(key).recipient), at(one, "case_recipient"));
        assert.equal(caseSigning(key).verifyingKey, at(one, "case_verifying_key"));
        assert.equal(recipientText(deskIdentity(key).recipient), at(one, "desk_recipient"));
        assert.equal(recipientText(identityIdentity(key).recipient), at(one, "identity_recipient"));
    }
    for (const one of list(file, "root_policies")) {
        const root = at(one, "root");
        const print = rootFingerprint({ keys: texts(root, "keys"), threshold: number(root, "threshold") });
        assert.equal(print, at(one, "hash"));
        assert.equal(fingerprintDigits(print), at(one, "fingerprint"));
    }
    for (const one of list(file, "members")) {
        const { recipient } = identity(one);
        const member = at(one, "public");
        assert.equal(recipientText(recipient), at(member, "recipient"));
        assert.equal(hash(recipientBytes(recipient)), at(one, "recipient_bytes_hash"));
        assert.equal(signingKey(hex(one, "signing_seed")).verifyingKey, at(member, "verifying_key"));
    }
});

test("signatures", () => {
    const file = vectors("signatures");
    const holds = (one: Vector): boolean => verify(
        readVerifyingKey(text(one, "verifying_key")),
        at(one, "purpose") as Purpose,
        text(one, "authority"),
        hex(one, "body"),
        hex(one, "signature"),
    );
    for (const one of list(file, "good")) {
        assert.ok(holds(one));
        const key = signingKey(hex(one, "seed"));
        assert.equal(key.verifyingKey, at(one, "verifying_key"));
        const again = sign(key, at(one, "purpose") as Purpose, text(one, "authority"), hex(one, "body"));
        assert.equal(toHex(again), at(one, "signature"));
    }
    for (const one of list(file, "refused")) assert.ok(!holds(one), text(one, "why"));
    for (const key of texts(file, "refused_keys")) assert.throws(() => readVerifyingKey(key), refused("malformed"));
});

test("edge cases of Ed25519", () => {
    for (const one of list(vectors("from_typescript/ed25519"), "cases")) {
        const isSound = !isRefused(() => readVerifyingKey(text(one, "key")));
        const holds = isSound && verifyRaw(hex(one, "key"), hex(one, "message"), hex(one, "signature"));
        assert.equal(holds, at(one, "holds"), text(one, "why"));
    }
});

test("encodings", () => {
    const file = vectors("encodings");
    for (const one of list(file, "fields")) {
        const parts = (at(one, "fields") as readonly string[]).map((part) => fromHex(part));
        assert.equal(toHex(fields(...parts)), at(one, "bytes"));
    }
    for (const one of list(file, "chunked_hash_of_place_mod_251")) {
        const content = Uint8Array.from({ length: number(one, "length") }, (_, place) => place % 251);
        assert.equal(chunkedHash(content), at(one, "hash"));
    }
    for (const one of list(file, "text_sizes")) assert.equal(textSize(number(one, "length")), at(one, "padded"));
    for (const one of list(file, "file_sizes")) {
        assert.equal(Number(padme(BigInt(number(one, "length")))), at(one, "padme"));
        assert.equal(fileSize(number(one, "length")), at(one, "padded"));
    }
    const padded = padText(hex(at(file, "padded_text"), "content"));
    assert.equal(hash(padded), at(at(file, "padded_text"), "hash"));
});

test("padding", () => {
    const pieces = (one: Vector): Uint8Array => {
        const all = at(one, "pieces") as readonly (readonly [string, number])[];
        return concat(...all.map(([piece, times]) => fromHex(piece.repeat(times))));
    };
    for (const [name, unpad] of [["padded_texts", unpadText], ["padded_files", unpadFile]] as const) {
        for (const one of list(vectors("encodings"), name)) {
            const length = at(one, "length");
            if (length === null) assert.throws(() => unpad(pieces(one)), refused("malformed"), text(one, "why"));
            else assert.equal(unpad(pieces(one)).length, length, text(one, "why"));
        }
    }
});

test("work", () => {
    const file = vectors("work");
    for (const one of list(file, "solved")) {
        assert.ok(isSolved(text(one, "header"), number(one, "bits")));
        assert.equal(solve(text(one, "challenge"), number(one, "bits")), at(one, "header"));
    }
    for (const header of texts(file, "refused")) assert.throws(() => isSolved(header, 0), refused("malformed"), header);
    for (const header of texts(file, "undone")) assert.ok(!isSolved(header, 4));
});

test("contents", () => {
    const file = vectors("contents");
    const readers = {
        message: readMessage, report: readReport, answer: readAnswer, identity: readIdentityCard, rekey: readRekey,
        forget: readForget,
    };
    for (const [kind, read] of Object.entries(readers)) {
        for (const json of texts(file, kind)) assert.ok(read(utf8(json)), json);
        for (const json of texts(file, `${kind}_refused`)) assert.ok(isRefused(() => read(utf8(json))), json);
    }
});

test("shares", () => {
    for (const one of list(vectors("shares"), "splits")) {
        const shares = list(one, "shares").map((share) =>
            ({ index: number(share, "index"), value: hex(share, "value") }));
        const k = number(one, "k");
        for (let first = 0; first + k <= shares.length; first++) {
            const key = combine(shares.slice(first, first + k));
            assert.equal(key && toHex(key), at(one, "key"));
        }
    }
});

test("sealed", () => {
    const file = vectors("sealed");
    const place = (one: Vector): [Identity, Binding, string, Uint8Array] => [
        identity(one),
        { card: text(one, "card"), kind: number(one, "kind") as Kind, author: text(one, "author") },
        text(one, "commitment"),
        fromBase64(text(one, "file")),
    ];
    const content = (one: Vector): Uint8Array =>
        Uint8Array.from({ length: number(one, "length") }, (_, index) => index % 251);
    for (const one of list(file, "texts")) assert.deepEqual(openText(...place(one)), content(one));
    for (const one of list(file, "files")) assert.deepEqual(openAttachment(...place(one)), content(one));
    for (const one of list(file, "keys")) {
        const [identity, binding, , sealed] = place(one);
        const key = hex(one, "key");
        assert.deepEqual(openKey(identity, binding, sealed, key.length), key);
        assert.throws(() => openKey(identity, binding, sealed, key.length + 1), refused("malformed"));
    }
    for (const one of list(file, "texts_refused")) {
        assert.throws(() => openText(...place(one)), refused(text(one, "refused")), text(one, "why"));
    }
});

test("case", () => {
    const file = vectors("case");
    const history = History.verify(manifests(at(file, "manifests")));
    const body = caseOf({ ...(at(file, "case") as object), state: "received", state_day: "2026-03-02" });
    assert.equal(verifyCard(body.card, history).hash, at(file, "card_hash"));
    const keys = deriveKeys(readToken(text(file, "token")), history.authority);
    const own = OwnCase.open(history, body.card, body.envelopes, keys);
    assert.equal(own.answers.length, 1);
    assert.equal(own.answers[0]?.answer.text, "We have read it.");
    assert.equal(own.state.state, "acknowledged");
    assert.equal(own.unreadable, 0);
    assert.deepEqual(own.entries.map(({ what }) => what), ["filed", "answer", "sent"]);

    for (const { header } of body.envelopes) {
        assert.deepEqual(headerBytes(readHeader(header)), header);
        for (const bad of [header.slice(0, -1), Uint8Array.of(...header, 0)]) {
            assert.throws(() => readHeader(bad), refused("envelope-malformed"));
        }
    }
    for (const grant of list(at(file, "case"), "grants")) {
        const bytes = Uint8Array.from(Buffer.from(text(grant, "body"), "base64"));
        assert.deepEqual(grantBytes(readGrant(bytes)), bytes);
        assert.throws(() => readGrant(bytes.slice(0, -1)), refused("grant-malformed"));
    }
    const [first] = manifests(at(file, "manifests"));
    assert.ok(first && readManifest(first.bytes));
});
