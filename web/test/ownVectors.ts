/**
 * What the TypeScript side writes for Rust to open, `tests/vectors/from_typescript/*.json`: with fixed randomness, so
 * that every run writes the same. Its authority and members are those of `tests/vectors/case.json`.
 */
import { type Random, toHex, utf8 } from "../src/protocol/bytes";
import { type Story, answersOf } from "../src/protocol/content";
import type { SealedEnvelope, UntrustedEnvelope } from "../src/protocol/envelope";
import { Files, type FilePlace, type FinishedFile, sealFile } from "../src/protocol/files";
import { History } from "../src/protocol/history";
import { OwnCase } from "../src/protocol/ownCase";
import { classicIdentity, hybridIdentity, type Identity } from "../src/protocol/recipient";
import { Draft } from "../src/protocol/report";
import { Kind, bindText, sealKey } from "../src/protocol/sealed";
import { seal } from "../src/protocol/seal";
import { split } from "../src/protocol/share";
import { signingKey } from "../src/protocol/sign";
import { deriveKeys, generateToken, readToken } from "../src/protocol/token";
import { caseOf, envelopeJson, submissionJson } from "../src/protocol/wire";
import { solve } from "../src/protocol/work";
import { edgeCases } from "./ed25519";
import { fixedRandom } from "./fixedRandom";
import { at, list, manifests, text, vectors } from "./vectors";

const DAY = "2026-03-02";
const STORY: Story = {
    channel: "web",
    assisted: false,
    language: "fr",
    category: "bribery",
    fields: answersOf({ what: "Ils ont demandé\r\ndix pour cent.", who: "  ", where: "مكتب البلدية" }),
    danger: "unsure",
};
/** Words and files of one block and of several chunks. */
const WORDS = ["", "Deux mots.", "x".repeat(70_000)];
const LENGTHS = [0, 1, 70_000];

function content(length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, place) => place % 251);
}

/** A file sealed at `place`, and its ciphertext in base64. */
async function sealedFile(place: FilePlace, length: number, random: Random): Promise<[FinishedFile, string]> {
    async function* read(): AsyncGenerator<Uint8Array> {
        yield content(length).subarray(0, 7);
        yield content(length).subarray(7);
    }
    const pieces: Uint8Array[] = [];
    const file = await sealFile(place, read(), async (chunk) => void pieces.push(chunk.slice()), random);
    return [file, Buffer.concat(pieces).toString("base64")];
}

/** Texts, files, keys and shares, each with what opens it. */
async function sealed(): Promise<object> {
    const random = fixedRandom("sealed");
    const author = signingKey(random(32)).verifyingKey;
    const card = toHex(random(32));
    const secrets = { hybrid: random(32), classic: random(32) };
    const identities: [string, Identity][] = [
        [toHex(secrets.hybrid), hybridIdentity(secrets.hybrid)],
        [toHex(secrets.classic), classicIdentity(secrets.classic)],
    ];
    const texts = identities.flatMap(([secret, { kind, recipient }]) => WORDS.map((words) => {
        const { plaintext, commitment } = bindText({ card, kind: Kind.Message, author }, utf8(words), random);
        const file = Buffer.from(seal(recipient, plaintext, random)).toString("base64");
        return { recipient: kind, secret, commitment, words, file };
    }));
    const files: object[] = [];
    for (const [secret, { kind, recipient }] of identities) {
        for (const length of LENGTHS) {
            const place = { binding: { card, kind: Kind.Attachment, author }, recipient };
            const [{ sealed: { commitment } }, file] = await sealedFile(place, length, random);
            files.push({ recipient: kind, secret, commitment, length, file });
        }
    }
    const keys = identities.map(([secret, { kind, recipient }]) => {
        const key = random(32);
        const file = sealKey({ card, kind: Kind.CaseGrant, author }, key, recipient, random);
        return { recipient: kind, secret, key: toHex(key), file: Buffer.from(file).toString("base64") };
    });
    const secret = random(32);
    const shares = (split(secret, 3, 5, random) ?? []).map(({ index, value }) => ({ index, value: toHex(value) }));
    return { card, author, texts, files, keys, shares: { k: 3, secret: toHex(secret), shares } };
}

/** Adds a file sealed at `place` to `files`, and its ciphertext to `blobs`. */
async function attach(
    files: Files, place: FilePlace, length: number, name: string, blobs: object[], seed: string,
): Promise<void> {
    const [finished, file] = await sealedFile(place, length, fixedRandom(seed));
    files.add(finished, name, "application/octet-stream");
    blobs.push({ hash: finished.hash, name, length, file });
}

/** As the server shows an envelope to its reporter: without a ciphertext, except that of a move. */
function shown({ bytes, signature, header, ciphertext, size }: SealedEnvelope): UntrustedEnvelope {
    const kept = header.kind === Kind.Move ? ciphertext : null;
    return { header: bytes, signature, caseSignature: null, ciphertext: kept, reply: null, size };
}

/** A confidential report with two files and a member left out, a message with a file, a move, a message, a forget. */
async function filed(): Promise<object> {
    const random = fixedRandom("filed");
    const file = vectors("case");
    const history = History.verify(manifests(at(file, "manifests")));
    const leftOut = text(list(file, "members")[1] ?? null, "id");
    const [token, newToken] = [generateToken(random), generateToken(random)];
    const [keys, next] = [deriveKeys(token, history.authority), deriveKeys(newToken, history.authority)];
    const blobs: object[] = [];
    const draft = Draft.begin(history, "works", [leftOut], keys, DAY, random);
    await attach(draft.files, draft.place(), 0, "vide.txt", blobs, "one");
    await attach(draft.files, draft.place(), 70_000, "contrat.pdf", blobs, "two");
    const identity = { name: "Awa", contact: "+000", safeContact: "le soir" };
    const submission = draft.finish(STORY, identity);
    const { card } = submission;
    const envelopes: SealedEnvelope[] = [...submission.envelopes];
    const own = (with_: typeof keys): OwnCase => OwnCase.open(history, card, envelopes.map(shown), with_);

    const files = new Files();
    await attach(files, own(keys).place(), 5_000, "photo.jpg", blobs, "three");
    envelopes.push(...own(keys).message("Une photo.", files, DAY, random));
    envelopes.push(own(keys).move(next, random));
    envelopes.push(...own(next).message("Du nouveau jeton.", new Files(), DAY, random));
    envelopes.push(own(next).forget(DAY, random));
    return {
        token, new_token: newToken, left_out: leftOut, identity, blobs, card_hash: card.hash,
        submission: submissionJson(submission, null),
        follow_ups: envelopes.slice(submission.envelopes.length).map(envelopeJson),
    };
}

/** A message to the desk key of a case that Rust made: a follow-up to an answer. */
function continued(): object {
    const random = fixedRandom("continued");
    const file = vectors("case");
    const history = History.verify(manifests(at(file, "manifests")));
    const body = caseOf({ ...(at(file, "case") as object), state: "open", state_day: DAY });
    const keys = deriveKeys(readToken(text(file, "token")), history.authority);
    // Its last two envelopes are a message and a forget.
    const answered = body.envelopes.slice(0, -2);
    const own = OwnCase.open(history, body.card, answered, keys);
    const envelopes = own.message("Merci.", new Files(), DAY, random).map(envelopeJson);
    return { after: answered.length, words: "Merci.", envelopes };
}

/** Challenges with their solutions. */
function work(): object {
    const random = fixedRandom("work");
    return {
        solved: [0, 1, 8, 10].map((bits) => {
            const challenge = random(37);
            challenge[4] = bits;
            return { bits, header: solve(toHex(challenge), bits) };
        }),
    };
}

/** Topic and content of each file. */
export const OWN_VECTORS: Readonly<Record<string, () => object | Promise<object>>> = {
    sealed, filed, continued, work, ed25519: () => ({ cases: edgeCases() }),
};

/** The file's text. */
export async function written(make: () => object | Promise<object>): Promise<string> {
    return `${JSON.stringify(await make(), null, 2)}\n`;
}
