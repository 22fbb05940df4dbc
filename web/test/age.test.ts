/** The public test vectors of the age format (npm package `cctv-age`), and the npm package `age-encryption`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { Decrypter, Encrypter } from "age-encryption";
import * as all from "cctv-age";
import { toBech32 } from "../src/protocol/bech32";
import { fromUtf8, hash } from "../src/protocol/bytes";
import { ProtocolError } from "../src/protocol/error";
import { type Identity, hybridIdentity, readIdentity, recipientText } from "../src/protocol/recipient";
import { open, seal } from "../src/protocol/seal";
import { Counts } from "./counts";
import { fixedRandom } from "./fixedRandom";

interface Vector {
    readonly expect: string;
    readonly payload: string | undefined;
    readonly identities: readonly string[];
    readonly passphrase: boolean;
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
        passphrase: values("passphrase").length > 0,
        file: Uint8Array.from(values("compressed")[0] === "zlib" ? inflateSync(body) : body),
    };
}

/** Stanzas in a header, those of grease apart. */
function stanzas(file: Uint8Array): number {
    const [header = ""] = Buffer.from(file).toString("latin1").split("\n---");
    return header.split("\n").filter((line) => line.startsWith("-> ") && !line.startsWith("-> grease")).length;
}

/** The identities to try; one that nothing was sealed to for the files that are broken whoever opens them. */
function identitiesOf({ identities }: Vector): Identity[] {
    return identities.length > 0 ? identities.map(readIdentity) : [hybridIdentity(new Uint8Array(32))];
}

/** What the first identity that it is for makes of it: the hash of its content, or why it is refused. */
function read(name: string, vector: Vector): string | ProtocolError {
    let refusal: ProtocolError | null = null;
    for (const identity of identitiesOf(vector)) {
        try {
            return hash(open(identity, vector.file));
        } catch (error) {
            assert.ok(error instanceof ProtocolError, `${name}: ${String(error)}`);
            refusal = error;
        }
    }
    assert.ok(refusal);
    return refusal;
}

test("public age vectors are read as they say, and those with armour or several recipients refused", () => {
    const counts = new Counts();
    let [opened, refused] = [0, 0];
    for (const [name, bytes] of Object.entries(all as unknown as Readonly<Record<string, Uint8Array>>)) {
        const vector = parse(bytes);
        const kind = name.split("_")[0] ?? name;
        if (vector.passphrase && vector.identities.length === 0) {
            counts.skip(kind, "with a passphrase, for key files, which no browser reads");
            continue;
        }
        const found = read(name, vector);
        if (typeof found === "string") {
            assert.equal(vector.expect, "success", name);
            assert.equal(found, vector.payload, name);
            opened += 1;
        } else if (vector.expect === "success") {
            const isArmored = fromUtf8(vector.file.slice(0, 4)) === "----" || name.startsWith("armor");
            const isSeveral = stanzas(vector.file) > 1 && found.code === "seal-several-recipients";
            assert.ok(isSeveral || isArmored, `${name}: ${found.code}`);
            refused += 1;
        }
        counts.pass(kind);
    }
    counts.print("age");
    console.log(`${opened} opened; ${refused} that others open refused for armour or several recipients`);
    assert.ok(counts.passed >= 100 && opened >= 12, "vectors are missing from the package");
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
