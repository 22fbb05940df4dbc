/** Manifests one by one and their histories, sound and not, as Rust wrote them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, utf8 } from "../src/protocol/bytes";
import { ProtocolError } from "../src/protocol/error";
import { fingerprintDigits } from "../src/protocol/fingerprint";
import { History, type UntrustedManifest } from "../src/protocol/history";
import { readManifest } from "../src/protocol/manifest";
import { type Vector, at, list, text, texts, vectors } from "./vectors";

const refused = (code: string) => (error: unknown): boolean => error instanceof ProtocolError && error.code === code;

function sources(one: Vector): UntrustedManifest[] {
    const files = at(one, "manifests") as readonly Vector[];
    return files.map((file) => ({ bytes: utf8(text(file, "manifest")), signatures: text(file, "signatures") }));
}

test("manifests", () => {
    const file = vectors("manifests");
    for (const one of list(file, "manifests")) assert.ok(readManifest(utf8(text(one, "text"))), text(one, "why"));
    for (const one of list(file, "manifests_refused")) {
        assert.throws(() => readManifest(utf8(text(one, "text"))), refused("manifest-unsound"), text(one, "why"));
    }
});

test("histories", () => {
    const file = vectors("histories");
    const days = ["2026-03-01", "2026-03-02", "2026-04-30", "2026-05-01", "2026-06-01", "2026-06-02", "2026-08-01"];
    for (const one of list(file, "histories")) {
        const history = History.verify(sources(one));
        assert.equal(history.authority, at(one, "authority"));
        assert.equal(Number(history.current.serial), at(one, "serial"));
        assert.equal(history.currentHash, at(one, "hash"));
        assert.equal(fingerprintDigits(history.fingerprint), at(one, "fingerprint"));
        assert.deepEqual(days.filter((day) => history.validOn(day) !== null), texts(one, "valid_on"));
        history.checkNotOlder(history.current.serial);
        assert.throws(() => history.checkNotOlder(history.current.serial + 1n), refused("manifest-older"));
    }
    for (const one of list(file, "later_histories")) {
        const history = History.verify(sources(one));
        assert.equal(history.authority, at(one, "authority"));
        assert.equal(Number(history.current.serial), at(one, "serial"));
    }
    for (const one of list(file, "histories_refused")) {
        assert.throws(() => History.verify(sources(one)), refused(text(one, "refused")), text(one, "why"));
    }
    const names = list(file, "histories").map((one) => hash(sources(one)[0]?.bytes ?? new Uint8Array(0)));
    assert.equal(new Set(names).size, 1, "all are of one authority");
});
