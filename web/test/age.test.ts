/** The public test vectors of the age format (npm package `cctv-age`), and the npm package `age-encryption`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { Decrypter, Encrypter } from "age-encryption";
import * as all from "cctv-age";
import { toBech32 } from "../src/protocol/bech32";
import { fromUtf8, hash } from "../src/protocol/bytes";
import { ProtocolError } from "../src/protocol/error";
import { readIdentity, recipientText } from "../src/protocol/recipient";
import { open, seal } from "../src/protocol/seal";
import { fixedRandom } from "./fixedRandom";

interface Vector {
    readonly expect: string;
    readonly payload: string | undefined;
    readonly identities: readonly string[];
    readonly file: Uint8Array;
}

function parse(vector: Uint8Array): Vector {
    const bytes = Buffer.from(vector);
    const end = bytes.indexOf("\n\n");
    const head = bytes.subarray(0, end).toString("utf8").split("\n");
    const values = (key: string): string[] =>
        head.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
    const body = bytes.subarray(end + 2);
    return {
        expect: values("expect")[0] ?? "",
        payload: values("payload")[0],
        identities: values("identity"),
        file: Uint8Array.from(values("compressed")[0] === "zlib" ? inflateSync(body) : body),
    };
}

/** Stanzas in a header, those of grease apart. */
function stanzas(file: Uint8Array): number {
    const [header = ""] = Buffer.from(file).toString("latin1").split("\n---");
    return header.split("\n").filter((line) => line.startsWith("-> ") && !line.startsWith("-> grease")).length;
}

test("public age vectors are read as they say, and those with several recipients refused", () => {
    const counts = { passed: 0, opened: 0, several: 0, skipped: 0 };
    for (const [name, bytes] of Object.entries(all as unknown as Readonly<Record<string, Uint8Array>>)) {
        const vector = parse(bytes);
        const [identity, ...more] = vector.identities;
        // Passphrases and armour are for key files, which no browser reads.
        if (identity === undefined || more.length > 0) {
            counts.skipped += 1;
            continue;
        }
        let found: string | ProtocolError;
        try {
            found = hash(open(readIdentity(identity), vector.file));
        } catch (error) {
            assert.ok(error instanceof ProtocolError, `${name}: ${String(error)}`);
            found = error;
        }
        if (typeof found === "string") {
            assert.equal(vector.expect, "success", name);
            assert.equal(found, vector.payload, name);
            counts.opened += 1;
        } else if (vector.expect === "success") {
            const isArmored = fromUtf8(vector.file.slice(0, 4)) === "----" || name.startsWith("armor");
            const isSeveral = stanzas(vector.file) > 1 && found.code === "seal-several-recipients";
            assert.ok(isSeveral || isArmored, `${name}: ${found.code}`);
            counts.several += 1;
        }
        counts.passed += 1;
    }
    const total = counts.passed + counts.skipped;
    console.log(`public age vectors passed: ${counts.passed} of ${total} (${counts.opened} opened, ${counts.several} `
        + `refused for armour or several recipients; ${counts.skipped} of passphrases or many identities not read)`);
    assert.ok(counts.passed >= 100 && counts.opened >= 12, "vectors are missing from the package");
});

test("age-encryption opens what is sealed here, and the other way round", async () => {
    const seed = fixedRandom("age-encryption")(32);
    const contents = [0, 1, 65_535, 65_536, 65_537, 131_072].map((length) => new Uint8Array(length).fill(7));
    for (const prefix of ["age-secret-key-pq-", "age-secret-key-"]) {
        const text = toBech32(prefix, seed).toUpperCase();
        const identity = readIdentity(text);
        const [decrypter, encrypter] = [new Decrypter(), new Encrypter()];
        decrypter.addIdentity(text);
        encrypter.addRecipient(recipientText(identity.recipient));
        for (const content of contents) {
            assert.deepEqual(await decrypter.decrypt(seal(identity.recipient, content)), content);
            assert.deepEqual(open(identity, await encrypter.encrypt(content)), content);
        }
    }
});
