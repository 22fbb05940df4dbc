/** Opens age files as `tests/age_tools.rs` hands them on, with what each holds or the word with which it is refused. */
import { readFileSync } from "node:fs";
import { fromBase64 } from "../src/protocol/base64";
import { hash } from "../src/protocol/bytes";
import { ProtocolError } from "../src/protocol/error";
import { open } from "../src/protocol/seal";
import { type Vector, at, identity, text } from "./vectors";

function said(vector: Vector): { content: string } | { refused: string } {
    try {
        return { content: hash(open(identity(vector), fromBase64(text(vector, "file")))) };
    } catch (error) {
        if (error instanceof ProtocolError) return { refused: error.code };
        throw error;
    }
}

let read = 0;
for (const vector of JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as readonly Vector[]) {
    const found = said(vector);
    const isRight = "content" in found ? found.content === at(vector, "content") : found.refused === at(vector, "refused");
    if (isRight) read += 1;
    else console.error(`${JSON.stringify(found)}, not ${String(at(vector, "content") ?? at(vector, "refused"))}`);
    if (!isRight) process.exitCode = 1;
}
console.log(`${read} files read as they should be`);
