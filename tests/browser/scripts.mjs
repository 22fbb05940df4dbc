// Whether the page's script and its worker run in this browser, on the page that seals and on the one that does not.
import { open, text } from './lib.mjs';

const patience = 5000;

/** What runs on a page once it has come to rest. */
async function look(browser, address) {
  const page = await open(browser, address, { javascript: true });
  const until = Date.now() + patience;
  while (page.workers().length === 0 && Date.now() < until && page.requests.length > 1 && page.errors.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    title: await text(page, 'h1'),
    asked: page.requests.filter((url) => url.startsWith('http')).map((url) => new URL(url).pathname),
    workers: page.workers().length,
    errors: page.errors,
  };
}

export default async ({ browser, args }) => {
  const seen = {};
  for (const path of args.paths) seen[path] = await look(browser, args.address + path);
  return seen;
};
