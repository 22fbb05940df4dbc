// How long a report of words takes in a browser: until it is sealed and ready to send, and until its receipt is there.
// It is pasted and sent at once, or after `typing` milliseconds, in which the page makes the token's keys.
import { fill, open, press } from '../../tests/browser/lib.mjs';
import { seen, watch } from '../../tests/browser/watching.mjs';
import { raisePrice } from './price.mjs';
import { slowDown } from './slowed.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  let header = null;
  page.on('request', (request) => { header = request.headers()['amparo-work'] ?? header; });
  await page.waitForSelector('.device', { timeout: 60_000 });
  await watch(page);
  if (args.price) await raisePrice(args.reporter, args.price);
  const restore = args.slowed > 1 ? await slowDown(browser, args.slowed) : () => 1;
  await fill(page, { 'What happened?': args.words.repeat(4), 'Public works': true });
  await new Promise((resolve) => setTimeout(resolve, args.typing));
  await press(page, 'Seal and send');
  await page.waitForSelector('.receipt', { timeout: 170_000 });
  const slowed = await restore();
  const { stages, task, gap: pause, receipt } = await seen(page);
  const begun = (words) => stages.find(({ stage }) => stage.startsWith(words))?.at;
  const ready = begun('Sending…');
  return { slowed, task, pause, receipt, ready, work: args.price && workOf(header, ready - begun('Solving')) };
};

/** What a solution says: the price, and the hashes that it took. */
function workOf(header, milliseconds) {
  const [challenge, numbers] = header.split('.');
  const hashes = numbers.match(/.{8}/g).reduce((sum, number) => sum + parseInt(number, 16) + 1, 0);
  return { bits: parseInt(challenge.slice(8, 10), 16), hashes, milliseconds };
}
