/** Reads the vectors that both implementations share. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Identity, readIdentity } from "../src/protocol/recipient";
import type { UntrustedManifest } from "../src/protocol/history";
import { fromBase64 } from "../src/protocol/base64";
import { fromHex } from "../src/protocol/bytes";

/** `web/test`, put in by `run.mjs`. */
declare const FOLDER: string;

/** Any JSON of a vector; what stands in it is asked for by `at`, `text`, `list` and `hex`, which fail without it. */
export type Vector = string | number | boolean | null | readonly Vector[] | { readonly [name: string]: Vector };

/** The file of that topic. */
export function vectors(topic: string): Vector {
    return JSON.parse(readFileSync(join(FOLDER, "../../tests/vectors", `${topic}.json`), "utf8")) as Vector;
}

/** The value of that name, which must be there. */
export function at(vector: Vector, name: string): Vector {
    const value = vector !== null && typeof vector === "object" && !Array.isArray(vector)
        ? (vector as { readonly [name: string]: Vector })[name] : undefined;
    if (value === undefined) throw new Error(`${name} is missing`);
    return value;
}

export function text(vector: Vector, name: string): string {
    const value = at(vector, name);
    if (typeof value !== "string") throw new Error(`${name} is no text`);
    return value;
}

export function number(vector: Vector, name: string): number {
    const value = at(vector, name);
    if (typeof value !== "number") throw new Error(`${name} is no number`);
    return value;
}

/** A list of texts. */
export function texts(vector: Vector, name: string): string[] {
    return list(vector, name).map(String);
}

/** A list that is not empty. */
export function list(vector: Vector, name: string): readonly Vector[] {
    const value = at(vector, name);
    if (!Array.isArray(value) || value.length === 0) throw new Error(`${name} is empty`);
    return value;
}

export function hex(vector: Vector, name: string): Uint8Array {
    return fromHex(text(vector, name));
}

export function identity(vector: Vector, name = "identity"): Identity {
    return readIdentity(text(vector, name));
}

export function manifests(vector: Vector): UntrustedManifest[] {
    return list(vector, "manifests").map((file) =>
        ({ bytes: fromBase64(text(file, "manifest")), signatures: text(file, "signatures") }));
}
