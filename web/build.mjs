// Builds what a browser runs, from src/ into dist/: the same bytes from the same source on any machine.
//
// Each script comes with its compressed forms (.br, .gz), made once here instead of at each request. The compressed
// bytes may differ between versions of Node; what they unpack to, and so every hash that is published, may not.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const WEB = dirname(fileURLToPath(import.meta.url));
const DIST = join(WEB, "dist");

/** What both scripts may weigh together, in bytes: a page must open over a bad line. */
const BUDGET = { br: 60_000, gz: 75_000 };

/** What must not stand in a script: Tor Browser's Safer level has no WebAssembly, and our policy allows none of it. */
const FORBIDDEN = /\bWebAssembly\b|\beval\(|\bnew Function\b|\bimport\(/;

/** What must not stand in the offline page either: it asks nothing of any network, and is one element of HTML. */
const OFFLINE = /\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\b|\bsendBeacon\b|\bEventSource\b|<\/script|<!--/i;

const utf8 = (text) => Buffer.from(text, "utf8");

/** Fails with one line that says what is wrong and what to do. */
function refuse(reason) {
    console.error(`web: ${reason}`);
    process.exit(1);
}

/** Bundles one entry of src/, and tells which files went in. */
async function bundle(entry, define = {}, licences = "/static/licences.txt") {
    const { outputFiles, metafile } = await build({
        absWorkingDir: WEB,
        entryPoints: [`src/${entry}/main.ts`],
        outfile: `${entry}.js`,
        banner: { js: `/*! AGPL-3.0-or-later; licences: ${licences} */` },
        bundle: true,
        charset: "utf8",
        define,
        format: "iife",
        legalComments: "none",
        logLevel: "warning",
        metafile: true,
        minify: true,
        platform: "browser",
        target: "es2020",
        // Nothing outside src/ and the lockfile may change the result.
        tsconfigRaw: { compilerOptions: { strict: true } },
        write: false,
    });
    const bytes = Buffer.from(outputFiles[0].contents);
    const found = FORBIDDEN.exec(bytes.toString("utf8"));
    if (found) refuse(`${entry}.js contains ${found[0]}, which no page of ours may run; find the package that needs it`);
    return { bytes, inputs: Object.keys(metafile.inputs) };
}

/** The folders of the packages that these files lie in, sorted. */
function packagesOf(inputs) {
    const folders = inputs.map((path) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
    return [...new Set(folders.filter((folder) => folder !== undefined))];
}

/** The licences of the packages that are in the scripts, one after another. */
function licences(inputs) {
    const parts = packagesOf(inputs).map((folder) => {
        const at = join(WEB, folder);
        const { name, version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
        const file = readdirSync(at).sort().find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
        if (file === undefined) refuse(`${name} ${version} (${license}) brings no licence text; it cannot be handed on`);
        return `${name} ${version} (${license})\n\n${readFileSync(join(at, file), "utf8").trim()}\n`;
    });
    const own = "The scripts of this site are part of Amparo, which is free software under the GNU Affero General Public\n"
        + "License, version 3 or (at your option) any later version. They contain these packages of others:\n";
    return utf8([own, ...[...new Set(parts)].sort()].join(`\n${"-".repeat(80)}\n\n`));
}

/** The compressed forms of a file. */
function compress(bytes) {
    const br = brotliCompressSync(bytes, {
        params: {
            [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
            [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
    });
    return { br, gz: gzipSync(bytes, { level: 9 }) };
}

// The page's script starts a worker with exactly these bytes and no other, so the worker is built first.
const worker = await bundle("worker");
const workerIntegrity = `sha384-${createHash("sha384").update(worker.bytes).digest("base64")}`;
const reporter = await bundle("reporter", { WORKER_INTEGRITY: JSON.stringify(workerIntegrity) });

// The offline page is one file with one script in it, which is its own worker, too.
const offline = await bundle("offline", {}, "at the end of this page");
const asks = OFFLINE.exec(offline.bytes.toString("utf8"));
if (asks) refuse(`offline.js contains ${asks[0]}, which has no place in a page that is opened from a disk`);

// The desk's script stands inside its pages, which ask nobody but the desk.
const desk = await bundle("desk", {}, "in the source");
if (/<\/script|<!--/i.test(desk.bytes.toString("utf8"))) refuse("desk.js contains what would end it inside a page");

const files = Object.entries({
    "desk.js": desk.bytes,
    "licences.txt": licences([...worker.inputs, ...reporter.inputs, ...offline.inputs]),
    "offline.js": offline.bytes,
    "reporter.js": reporter.bytes,
    "worker.js": worker.bytes,
}).map(([name, bytes]) => ({ name, bytes, ...compress(bytes) }));

const total = { br: 0, gz: 0 };
for (const { name, bytes, br, gz } of files) {
    console.log(`${name.padEnd(14)}${bytes.length} bytes, ${br.length} with Brotli, ${gz.length} with gzip`);
    if (name !== "reporter.js" && name !== "worker.js") continue;
    total.br += br.length;
    total.gz += gz.length;
}
console.log(`both scripts  ${total.br} of ${BUDGET.br} bytes with Brotli, ${total.gz} of ${BUDGET.gz} with gzip`);
if (total.br > BUDGET.br || total.gz > BUDGET.gz) {
    refuse("the scripts weigh more than they may; find what grew with `npx esbuild --analyze`, and leave it out");
}

mkdirSync(DIST, { recursive: true });
for (const { name, bytes, br, gz } of files) {
    writeFileSync(join(DIST, name), bytes);
    writeFileSync(join(DIST, `${name}.br`), br);
    writeFileSync(join(DIST, `${name}.gz`), gz);
}
