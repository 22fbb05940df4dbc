// Runs the tests, `*.test.ts`: `npm test`, or `npm test -- NAME…` for some of them.
import { readdirSync } from "node:fs";
import { FOLDER, run } from "./bundle.mjs";

const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part));
const entries = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts") && isWanted(name));
if (entries.length === 0) {
    console.error(`web/test: there is no test called ${wanted.join(" or ")}`);
    process.exit(1);
}
process.exit(await run(entries, ["--test", "--test-reporter=spec"]));
