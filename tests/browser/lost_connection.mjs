// A file on its way over a line that breaks: called off once, and then sent to the end over two more breaks.
import { attach, fill, open, press, text, values } from './lib.mjs';
import { seen, watch } from './watching.mjs';

const typed = (args) => ({ 'Public works': true, 'What happened?': args.words, 'Where?': 'At the pier' });

export default async ({ browser, args }) => {
  const tell = async (what) => (await fetch(new URL(what, args.control), { method: 'POST' })).text();
  const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  await page.waitForSelector('.device', { timeout: 60_000 });
  await fill(page, typed(args));
  await attach(page, 'Files', args.files);
  await page.waitForFunction(() => document.querySelector('.chosen li [data-part=note]')?.innerText.endsWith('.'));

  const lost = [];
  const breaks = async () => {
    await page.waitForSelector('.sending [data-part=waiting]:not([hidden])', { timeout: 60_000 });
    lost.push(await text(page, '.sending [data-part=waiting]'));
  };
  await tell('cut-after/3000000');
  await press(page, 'Seal and send');
  await breaks();
  await press(page, 'Cancel');
  await page.waitForSelector('#notice');
  const cancelled = {
    notice: await text(page, '#notice'),
    values: await values(page, Object.keys(typed(args))),
    files: await text(page, '.chosen'),
    resting: await page.$eval('form#report', (form) => form.inert || form.querySelector('button').disabled),
    sending: (await page.$$('.sending')).length,
  };

  const carried = Number(await tell('mend'));
  await tell('cut-after/5000000');
  await watch(page);
  await press(page, 'Seal and send');
  await breaks();
  await tell('restart');
  await tell('mend');
  await page.waitForSelector('.sending [data-part=waiting][hidden]', { timeout: 60_000 });
  await tell('cut-after/2000000');
  await breaks();
  await tell('mend');
  await page.waitForSelector('.receipt', { timeout: 120_000 });
  const { parts, files } = await seen(page);
  const all = parts.filter(({ stage }) => stage.startsWith('Sealing and sending')).map(({ part }) => part);
  return { lost, cancelled, carried, all, file: files };
};
