// Bundles test/*.test.ts into a temporary folder and runs them: `npm test`, or `npm test -- NAME…` for some of them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part));
const entries = readdirSync(here).filter((name) => name.endsWith(".test.ts") && isWanted(name));
if (entries.length === 0) {
    console.error(`web/test: there is no test called ${wanted.join(" or ")}`);
    process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "amparo-web-test-"));
let status = 1;
try {
    await build({
        absWorkingDir: here,
        entryPoints: entries,
        outdir: folder,
        outExtension: { ".js": ".mjs" },
        bundle: true,
        define: { FOLDER: JSON.stringify(here) },
        format: "esm",
        logLevel: "warning",
        platform: "node",
        target: "node20",
    });
    const files = entries.map((name) => join(folder, name.replace(/ts$/, "mjs")));
    status = spawnSync(process.execPath, ["--test", "--test-reporter=spec", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
    rmSync(folder, { recursive: true });
}
process.exit(status);
