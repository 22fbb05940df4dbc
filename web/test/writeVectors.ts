/** `npm run vectors`: writes `tests/vectors/from_typescript/*.json`, which is right only when the protocol changes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OWN_VECTORS, written } from "./ownVectors";

declare const FOLDER: string;

const folder = join(FOLDER, "../../tests/vectors/from_typescript");
mkdirSync(folder, { recursive: true });
for (const [topic, make] of Object.entries(OWN_VECTORS)) {
    writeFileSync(join(folder, `${topic}.json`), await written(make));
}
