/** Reads inputs with Rust's verdicts (`tests/differential.rs`) and fails where this side says otherwise. */
import { readFileSync } from "node:fs";
import { fromHex, fromUtf8, concat, toHex } from "../src/protocol/bytes";
import { verifyCard } from "../src/protocol/card";
import { readAnswer, readMessage, readReport } from "../src/protocol/content";
import { readDay } from "../src/protocol/day";
import { readHeader } from "../src/protocol/envelope";
import { ProtocolError, refuse } from "../src/protocol/error";
import { readGrant } from "../src/protocol/grant";
import { History } from "../src/protocol/history";
import { readManifest } from "../src/protocol/manifest";
import { readMove } from "../src/protocol/moves";
import { unpadFile, unpadText } from "../src/protocol/padding";
import { hybridIdentity, readRecipient, recipientFromBytes } from "../src/protocol/recipient";
import { open } from "../src/protocol/seal";
import { Kind, openText } from "../src/protocol/sealed";
import { readVerifyingKey, sign, signingKey, verify } from "../src/protocol/sign";
import { readToken } from "../src/protocol/token";
import { at, manifests, vectors } from "./vectors";

interface Input {
    readonly kind: string;
    readonly input: string;
    readonly accepted: boolean;
    readonly tail?: string;
    readonly commitment?: string;
    readonly manifests?: readonly { readonly manifest: string; readonly signatures: string }[];
}

const AUTHORITY = "07".repeat(32);
const SEED = new Uint8Array(32).fill(9);
const identity = hybridIdentity(SEED);
const key = signingKey(SEED);
const history = History.verify(manifests(at(vectors("case"), "manifests")));
const binding = { card: "01".repeat(32), kind: Kind.Message, author: key.verifyingKey } as const;
const text = (read: (text: string) => unknown) => (bytes: Uint8Array): unknown => read(fromUtf8(bytes));

const READERS: Readonly<Record<string, (bytes: Uint8Array, input: Input) => unknown>> = {
    message: readMessage,
    report: readReport,
    answer: readAnswer,
    "padded-text": unpadText,
    "padded-file": unpadFile,
    token: text(readToken),
    day: text(readDay),
    recipient: text(readRecipient),
    "recipient-bytes": recipientFromBytes,
    file: (bytes) => open(identity, bytes),
    "file-header": (bytes, { tail }) => open(identity, concat(bytes, fromHex(tail ?? ""))),
    text: (bytes, { commitment }) => openText(identity, binding, commitment ?? "", bytes),
    signature: (bytes) => {
        const verifyingKey = readVerifyingKey(toHex(bytes.slice(0, 32)));
        const body = new TextEncoder().encode("body");
        return verify(verifyingKey, "card", AUTHORITY, body, bytes.slice(32)) || refuse("card-signature");
    },
    manifest: readManifest,
    history: (_, { manifests = [] }) => History.verify(manifests.map(({ manifest, signatures }) =>
        ({ bytes: fromHex(manifest), signatures }))),
    card: (bytes) => verifyCard({ bytes, signature: sign(key, "card", history.authority, bytes) }, history),
    grant: readGrant,
    header: readHeader,
    move: readMove,
};

function accepts(input: Input): boolean {
    try {
        const read = READERS[input.kind];
        if (!read) throw new Error(`no reader for ${input.kind}`);
        read(fromHex(input.input), input);
        return true;
    } catch (error) {
        // Anything else is a fault of this side, even where refusing is right.
        if (error instanceof ProtocolError) return false;
        throw error;
    }
}

const inputs = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as readonly Input[];
let differ = 0;
for (const input of inputs) {
    if (accepts(input) === input.accepted) continue;
    differ += 1;
    console.error(`${input.kind}: Rust ${input.accepted ? "accepts" : "refuses"} ${input.input.slice(0, 4000)}`);
}
console.log(`${inputs.length} inputs, ${differ} of them read otherwise`);
process.exit(differ === 0 ? 0 : 1);
