// Runs one script of this folder: `node test/script.mjs NAME ARGUMENT…`.
import { run } from "./bundle.mjs";

const [name, ...rest] = process.argv.slice(2);
process.exit(await run([`${name}.ts`], [], rest));
