// A report of words alone, sealed on the device and filed, and how the page fares meanwhile.
import { caseAtTheDesk } from './desk.mjs';
import { fill, open, press } from './lib.mjs';
import { seen, watch } from './watching.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  await page.waitForSelector('.device', { timeout: 60_000 });
  await watch(page);
  // Pasted and sent at once, so that the token's keys cannot be made while somebody types.
  await fill(page, { 'What happened?': `${args.words} `.repeat(10), 'Public works': true });
  await press(page, 'Seal and send');
  await page.waitForSelector('.receipt', { timeout: 120_000 });
  return {
    ...(await seen(page)),
    wasm: await page.evaluate(() => typeof WebAssembly),
    errors: page.errors,
    case: await caseAtTheDesk(browser, args.desk),
  };
};
