// Whoever opens a case whose forgetting was asked for by text message is told that this is off, and once only.
import { fill, open, press, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const visit = async () => {
    const page = await open(browser, new URL('en/case', args.reporter).href, { javascript: true });
    await page.waitForSelector('.device', { timeout: 60_000 });
    await fill(page, { 'Case token': args.token });
    await press(page, 'Open my case');
    await page.waitForSelector('.timeline', { timeout: 60_000 });
    return text(page, 'main');
  };
  return [await visit(), await visit()];
};
