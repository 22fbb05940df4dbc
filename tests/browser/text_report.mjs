// A report of words alone, sealed on the device and filed, and how the page fares meanwhile.
import { caseAtTheDesk } from './desk.mjs';
import { fill, open, press } from './lib.mjs';
import { seen, watch } from './watching.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  await page.waitForSelector('.device', { timeout: 60_000 });
  await fill(page, { 'Public works': true, 'What happened?': args.words });
  await watch(page);
  await press(page, 'Seal and send');
  await page.waitForSelector('.receipt', { timeout: 120_000 });
  return {
    ...(await seen(page)),
    wasm: await page.evaluate(() => typeof WebAssembly),
    errors: page.errors,
    case: await caseAtTheDesk(browser, args.desk),
  };
};
