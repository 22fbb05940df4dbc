// A report that is called off while its proof of work is made, and the same report sent after all.
import { raisePrice } from '../../benches/browser/price.mjs';
import { fill, open, press, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  await page.waitForSelector('.device', { timeout: 60_000 });
  await fill(page, { 'Public works': true, 'What happened?': args.words });
  const posts = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(new URL(request.url()).pathname));
  await raisePrice(args.reporter, 14);
  // Pressed as soon as the page says so, by whoever is quick.
  await page.evaluate(() => new MutationObserver((_, observer) => {
    if (!document.querySelector('.sending #stage')?.textContent.startsWith('Solving')) return;
    observer.disconnect();
    document.querySelector('.sending [data-part=cancel]').click();
  }).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true }));
  await press(page, 'Seal and send');
  await page.waitForSelector('#notice', { timeout: 60_000 });
  const notice = await text(page, '#notice');
  const early = [...posts];
  await press(page, 'Seal and send');
  await page.waitForSelector('.receipt', { timeout: 120_000 });
  return { notice, early, posts };
};
