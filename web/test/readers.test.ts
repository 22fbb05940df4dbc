/** The rule of who reads a report, held to the same table as the first implementation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../src/protocol/error";
import type { Manifest, Member } from "../src/protocol/manifest";
import { readersOf } from "../src/protocol/readers";
import { type Vector, at, list, number, text, texts, vectors } from "./vectors";

const WORDS: Readonly<Record<string, string>> = {
    "no-unit": "no-unit", "named-unknown": "unknown", "nobody-left": "all-named",
    "nobody-left-oversight": "all-named-oversight",
};

function textOrNull(vector: Vector, name: string): string | null {
    const value = at(vector, name);
    return value === null ? null : String(value);
}

/** What the rule looks at of a manifest; the rest has no part in it. */
function manifestOf(authority: Vector): Manifest {
    const ids = idsOf(authority);
    const units = Object.keys(at(authority, "units") as object).sort();
    return {
        members: list(authority, "members").map((one) => ({ id: text(one, "id"), roles: texts(one, "roles") })),
        units: units.map((id) => ({ id, members: texts(at(authority, "units"), id).map(ids) })),
        oversightUnit: textOrNull(authority, "oversight_unit"),
        identityThreshold: number(authority, "identity_threshold"),
    } as unknown as Manifest;
}

/** A list of texts, which may be empty. */
function names(vector: Vector, name: string): string[] {
    return (at(vector, name) as readonly Vector[]).map(String);
}

/** The id of the member called so, or the name itself. */
function idsOf(authority: Vector): (name: string) => string {
    const known = new Map(list(authority, "members").map((one) => [text(one, "name"), text(one, "id")]));
    return (name) => known.get(name) ?? name;
}

const table = vectors("readers");

for (const one of list(table, "cases")) {
    test(`who reads: ${text(one, "what")}`, () => {
        const authority = at(at(table, "authorities"), text(one, "authority"));
        const ids = idsOf(authority);
        const [unit, leftOut] = [text(one, "unit"), names(one, "named").map(ids)];
        const choice = { unit, leftOut, unsaid: at(one, "unsaid") === true };
        const find = (): unknown => {
            const { unit, insteadOf, readers, leftOut, opensNames } = readersOf(manifestOf(authority), choice);
            const idOf = ({ id }: Member): string => id;
            return {
                reads: unit.id, instead_of: insteadOf && insteadOf.id, readers: readers.map(idOf),
                left_out: leftOut.map(idOf), opens_names: opensNames,
            };
        };
        if ("refused" in (one as object)) {
            const refused = text(one, "refused");
            assert.throws(find, (error) => error instanceof ProtocolError && WORDS[error.code] === refused);
            return;
        }
        assert.deepEqual(find(), {
            reads: text(one, "reads"),
            instead_of: textOrNull(one, "instead_of"),
            readers: names(one, "readers").map(ids),
            left_out: names(one, "left_out").map(ids),
            opens_names: at(one, "opens_names"),
        });
    });
}
