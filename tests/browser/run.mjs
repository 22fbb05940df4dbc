// Starts a fresh browser for one script: `node run.mjs FILE`, with JSON on standard input, JSON on standard output.
// A script exports `default async ({ browser, args }) => value`; helpers are in lib.mjs.
import { readFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { launch } from './lib.mjs';

const [file] = process.argv.slice(2);
const { args, ...how } = JSON.parse(readFileSync(0, 'utf8'));
// Standard output is the answer's alone.
console.log = console.error;

const { default: script } = await import(pathToFileURL(file));
const browser = await launch(how);
let code = 0;
process.on('SIGTERM', () => browser.process()?.kill('SIGKILL') && process.exit(1));
try {
  writeSync(1, JSON.stringify((await script({ browser, args })) ?? null));
} catch (error) {
  console.error(error);
  code = 1;
} finally {
  await browser.close();
}
process.exitCode = code;
