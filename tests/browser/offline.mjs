// The offline page, opened from a disk: a report with files is sealed and saved, and nothing is asked of any network.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { attach, attribute, fill, open, press, screenshots, text } from './lib.mjs';

const PATIENCE = 60_000;

export default async ({ browser, args }) => {
  const visit = (file) => open(browser, pathToFileURL(file).href, { javascript: true });
  if (args.refused) {
    const said = {};
    for (const [name, file] of Object.entries(args.refused)) {
      const page = await visit(file);
      await page.waitForSelector('#sealed .bad', { timeout: PATIENCE });
      await page.$eval('form#report', (form) => form.requestSubmit());
      await new Promise((resolve) => setTimeout(resolve, 300));
      said[name] = {
        notice: await text(page, '#sealed'), sealed: (await page.$('.receipt')) !== null,
        disabled: (await attribute(page, 'form#report button.wide', 'disabled')) !== null,
      };
      await page.close();
    }
    return said;
  }

  const wide = {};
  const look = async (page, name) => {
    if (args.pictures) wide[name] = await screenshots(page, args.pictures, name);
  };
  const page = await visit(args.file);
  await page.waitForSelector('.device', { timeout: PATIENCE });
  const before = await text(page, 'main');
  const workers = page.workers().length;
  await fill(page, {
    'Public works': true, 'What is it about?': 'Bribery', 'What happened?': args.words, 'Yes, in confidence': true,
    'Name': args.name,
  });
  await attach(page, 'Files', args.files);
  await page.waitForFunction(() => /Hidden data was taken out/.test(document.querySelector('.chosen')?.innerText)
    && !/Looking/.test(document.querySelector('.chosen').innerText), { timeout: PATIENCE });
  await look(page, 'form');
  await press(page, 'Seal to a file');
  await page.waitForSelector('.receipt', { timeout: PATIENCE });
  const receipt = await text(page, 'main');
  const token = (await text(page, 'output')).replace(/\D/g, '');
  await look(page, 'receipt');
  const warns = await leaving(page);
  await saveTo(browser, page, args.saved);
  await press(page, 'Save report.amparo');
  await saved(browser, args.saved);
  const told = await text(page, '[data-part=saved]');
  await page.$eval('[data-part=skip]', (button) => button.click());
  const warnsLater = await leaving(page);

  // Whatever a script in the page tried, nothing would get out.
  const reached = await page.evaluate(async (address) => {
    const tries = {
      fetch: () => fetch(address),
      picture: () => new Promise((resolve, reject) => {
        const image = new Image();
        [image.onload, image.onerror] = [resolve, reject];
        image.src = address;
      }),
      beacon: async () => navigator.sendBeacon(address, 'x'),
      socket: () => new Promise((resolve, reject) => {
        const socket = new WebSocket(address.replace('http', 'ws'));
        [socket.onopen, socket.onerror] = [resolve, reject];
      }),
      script: () => new Promise((resolve, reject) => {
        const script = document.createElement('script');
        [script.onload, script.onerror] = [resolve, reject];
        script.src = address;
        document.head.append(script);
      }),
      form: async () => {
        const form = document.createElement('form');
        [form.action, form.method, form.target] = [address, 'post', '_blank'];
        document.body.append(form);
        form.submit();
      },
    };
    const outcomes = Object.entries(tries).map(async ([name, go]) => {
      const soon = new Promise((resolve) => setTimeout(resolve, 1000, 'nothing'));
      const tried = Promise.resolve().then(go).then(() => 'done', () => 'refused');
      return [name, await Promise.race([soon, tried])];
    });
    return Object.fromEntries(await Promise.all(outcomes));
  }, args.elsewhere);
  const requests = page.requests.filter((url) => !url.startsWith('blob:') && !url.startsWith(args.elsewhere));
  const errors = page.errors;

  if (args.arabic) {
    const arabic = await visit(args.arabic);
    await arabic.waitForSelector('.device', { timeout: PATIENCE });
    await look(arabic, 'form-ar');
    await arabic.$eval('input[name=unit]', (unit) => unit.click());
    await arabic.type('#what', 'طلب رشوة');
    await press(arabic, 'اختم في ملف');
    await arabic.waitForSelector('.receipt', { timeout: PATIENCE });
    await look(arabic, 'receipt-ar');
  }
  return { before, workers, receipt, token, told, warns, warns_later: warnsLater, reached, requests, errors, wide };
};

/** Whether the page would ask before it is left. */
function leaving(page) {
  return page.evaluate(() => {
    const event = new Event('beforeunload', { cancelable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  });
}

/** Lets the browser save without asking. */
async function saveTo(browser, page, folder) {
  await mkdir(folder, { recursive: true });
  if (browser.firefox) return;
  const session = await browser.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
}

/** Waits until the sealed file is whole, in `folder`. */
async function saved(browser, folder) {
  const from = browser.downloads ?? folder;
  for (let waited = 0; waited < PATIENCE; waited += 100) {
    const there = existsSync(from) ? readdirSync(from) : [];
    if (there.length === 1 && there[0] === 'report.amparo' && readFileSync(`${from}/report.amparo`).length > 0) {
      if (from !== folder) await copyFile(`${from}/report.amparo`, `${folder}/report.amparo`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`report.amparo was not saved; there is ${existsSync(from) ? readdirSync(from) : 'no folder'}`);
}
