// How long a report with files takes in a browser, from the button to the receipt, and how much memory meanwhile.
import { attach, fill, open, press } from '../../tests/browser/lib.mjs';
import { watchMemory } from '../../tests/browser/memory.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  await page.waitForSelector('.device', { timeout: 60_000 });
  await fill(page, { 'What happened?': args.words, 'Public works': true });
  await attach(page, 'Files', args.files);
  const looked = (count) => {
    const notes = [...document.querySelectorAll('.chosen li [data-part="note"]')];
    return notes.length === count && notes.every((note) => !note.textContent.startsWith('Looking'));
  };
  await page.waitForFunction(looked, { timeout: 60_000 }, args.files.length);
  // Chromium would hand every chunk to the driver as well, which takes longer than to send it.
  if (!browser.firefox) await page._client().send('Network.disable');
  const started = performance.now();
  await press(page, 'Seal and send');
  const problem = () => page.$eval('#notice', (notice) => notice.innerText).catch(() => '');
  const memory = await watchMemory(browser, async () => {
    const said = await problem();
    if (said.trim() !== '') throw new Error(said);
    return (await page.$('.receipt')) !== null;
  });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, ...memory, errors: page.errors };
};
