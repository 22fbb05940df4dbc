/** Reads inputs with Rust's verdicts (`tests/differential/`) and fails where this side says otherwise. */
import { readFileSync } from "node:fs";
import { fromBase64 } from "../src/protocol/base64";
import { concat, fromHex, fromUtf8, toHex, utf8 } from "../src/protocol/bytes";
import { verifyCard } from "../src/protocol/card";
import {
    readAnswer, readForget, readIdentityCard, readMessage, readRekey, readReport,
} from "../src/protocol/content";
import { readDay } from "../src/protocol/day";
import { readHeader } from "../src/protocol/envelope";
import { ProtocolError, refuse } from "../src/protocol/error";
import { readGrant } from "../src/protocol/grant";
import { History, type UntrustedManifest } from "../src/protocol/history";
import { readManifest } from "../src/protocol/manifest";
import { readMove } from "../src/protocol/moves";
import { OwnCase } from "../src/protocol/ownCase";
import { unpadFile, unpadText } from "../src/protocol/padding";
import { hybridIdentity, readIdentity, readRecipient, recipientFromBytes } from "../src/protocol/recipient";
import { open } from "../src/protocol/seal";
import { type Binding, Kind, openAttachment, openKey, openText } from "../src/protocol/sealed";
import { readVerifyingKey, sign, signingKey, verify } from "../src/protocol/sign";
import { deriveKeys, readToken } from "../src/protocol/token";
import { caseOf } from "../src/protocol/wire";
import { isSolved } from "../src/protocol/work";
import { type Vector, at, list, manifests, text, vectors } from "./vectors";

interface Input {
    readonly kind: string;
    readonly input: string;
    readonly accepted: boolean;
    readonly tail?: string;
    readonly commitment?: string;
    readonly identity?: string;
}

const AUTHORITY = "07".repeat(32);
const SEED = new Uint8Array(32).fill(9);
const hybrid = hybridIdentity(SEED);
const key = signingKey(SEED);
const history = History.verify(manifests(at(vectors("case"), "manifests")));
const place = (kind: Kind): Binding => ({ card: "01".repeat(32), kind, author: key.verifyingKey });
const typed = (read: (text: string) => unknown) => (bytes: Uint8Array): unknown => read(fromUtf8(bytes));

const [first, second] = sourcesOf(list(vectors("histories"), "histories")[1] ?? null);
const handover = vectors("handover");
const long = History.verify(manifests(at(handover, "manifests")));
const longCase = caseOf({ ...(at(handover, "case") as object), state: "open", state_day: "2026-03-02" });
const longKeys = deriveKeys(readToken(text(handover, "token")), long.authority);

function sourcesOf(vector: Vector): UntrustedManifest[] {
    return list(vector, "manifests").map((file) =>
        ({ bytes: utf8(text(file, "manifest")), signatures: text(file, "signatures") }));
}

/** The case of `handover.json` up to its last message, which stands under this header, signed by its author. */
function ownCase(header: Uint8Array): OwnCase {
    const [before, message] = [longCase.envelopes.slice(0, 12), longCase.envelopes[12]];
    if (!message) throw new Error("the case is too short");
    const signature = sign(longKeys.author, "envelope", long.authority, header);
    return OwnCase.open(long, longCase.card, [...before, { ...message, header, signature }], longKeys);
}

function solved(header: string): boolean {
    const bits = fromHex(header.slice(0, 74), 37)[4] ?? 0;
    return (bits <= 14 && isSolved(header, bits)) || refuse("malformed");
}

const READERS: Readonly<Record<string, (bytes: Uint8Array, input: Input) => unknown>> = {
    message: readMessage,
    report: readReport,
    answer: readAnswer,
    "identity-card": readIdentityCard,
    rekey: readRekey,
    forget: readForget,
    "padded-text": unpadText,
    "padded-file": unpadFile,
    token: typed(readToken),
    day: typed(readDay),
    hash: typed((hex) => fromHex(hex, 32)),
    base64: typed(fromBase64),
    recipient: typed(readRecipient),
    "recipient-bytes": recipientFromBytes,
    identity: typed(readIdentity),
    work: typed(solved),
    file: (bytes, { identity = "" }) => open(readIdentity(identity), bytes),
    "file-header": (bytes, { identity = "", tail = "" }) =>
        open(readIdentity(identity), concat(bytes, fromHex(tail))),
    text: (bytes, { commitment = "" }) => openText(hybrid, place(Kind.Message), commitment, bytes),
    attachment: (bytes, { commitment = "" }) => openAttachment(hybrid, place(Kind.Attachment), commitment, bytes),
    key: (bytes) => openKey(hybrid, place(Kind.CaseGrant), bytes, 32),
    signature: (bytes) => {
        const verifyingKey = readVerifyingKey(toHex(bytes.slice(0, 32)));
        return verify(verifyingKey, "card", AUTHORITY, utf8("body"), bytes.slice(32)) || refuse("card-signature");
    },
    manifest: readManifest,
    signatures: typed((signatures) => {
        if (!first || !second) throw new Error("the history is too short");
        return History.verify([first, { ...second, signatures }]);
    }),
    card: (bytes) => verifyCard({ bytes, signature: sign(key, "card", history.authority, bytes) }, history),
    grant: readGrant,
    header: readHeader,
    move: readMove,
    "own-case": ownCase,
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
