// Bundles TypeScript of this folder for Node, and runs what came out.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** `web/test`. */
export const FOLDER = dirname(fileURLToPath(import.meta.url));

/** Runs node with `before`, the bundles of `entries` and `after`, and gives its exit status. */
export async function run(entries, before = [], after = []) {
    const folder = mkdtempSync(join(tmpdir(), "amparo-web-test-"));
    try {
        await build({
            absWorkingDir: FOLDER,
            entryPoints: entries,
            outdir: folder,
            outExtension: { ".js": ".mjs" },
            bundle: true,
            define: { FOLDER: JSON.stringify(FOLDER) },
            format: "esm",
            logLevel: "warning",
            platform: "node",
            target: "node20",
        });
        const files = entries.map((name) => join(folder, name.replace(/ts$/, "mjs")));
        return spawnSync(process.execPath, [...before, ...files, ...after], { stdio: "inherit" }).status ?? 1;
    } finally {
        rmSync(folder, { recursive: true });
    }
}
