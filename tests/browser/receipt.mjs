// The receipt of a report sealed on the device: warned before it is lost, each way to keep it, and nothing left behind.
import { readFileSync, readdirSync } from 'node:fs';
import { fill, follow, open, press, screenshots, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const wide = {};
  const context = browser.defaultBrowserContext();
  await context.overridePermissions(new URL(args.reporter).origin, ['clipboard-read', 'clipboard-write']);
  const tokens = [];
  const errors = [];

  const typed = async () => {
    const page = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
    errors.push(page.errors);
    await page.evaluate(() => {
      // A print dialog would wait for somebody.
      window.print = () => { window.printed = document.querySelector('output').innerText; };
    });
    await page.waitForSelector('.device', { timeout: 60_000 });
    await fill(page, { 'Public works': true, 'What happened?': args.words });
    return page;
  };
  const filed = async () => {
    const page = await typed();
    await press(page, 'Seal and send');
    await page.waitForSelector('.receipt', { timeout: 60_000 });
    page.token = (await text(page, 'output')).replace(/\D/g, '');
    tokens.push(page.token);
    return page;
  };
  /** Whether leaving would be warned of. */
  const warns = (page) => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
  const group = async (page) => {
    const asked = Number((await text(page, 'label[for=group]')).match(/\d/)[0]) - 1;
    return page.token.slice(asked * 4, asked * 4 + 4);
  };

  // The browser's own question, once with words and once with a token nobody has kept.
  const empty = await open(browser, new URL('en/report', args.reporter).href, { javascript: true });
  const said = {};
  said.empty = await warns(empty);
  const asking = await typed();
  const dialogs = [];
  asking.on('dialog', (dialog) => {
    dialogs.push(dialog.type());
    return dialog.dismiss();
  });
  await asking.close({ runBeforeUnload: true });
  await until(() => dialogs.length === 1);
  await press(asking, 'Seal and send');
  await asking.waitForSelector('.receipt', { timeout: 60_000 });
  tokens.push((await text(asking, 'output')).replace(/\D/g, ''));
  await asking.close({ runBeforeUnload: true });
  await until(() => dialogs.length === 2);
  said.dialogs = dialogs;

  const copying = await filed();
  said.before = await warns(copying);
  await press(copying, 'Copy');
  await copying.waitForFunction(() => document.querySelector('[data-part=said]').innerText);
  const clipboard = await copying.evaluate(() => navigator.clipboard.readText());
  said.copied = [clipboard === grouped(copying.token), await text(copying, '[data-part=said]'), await warns(copying)];
  // A site without HTTPS has no clipboard of that kind.
  await copying.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.execCommand = (name) => {
      window.old = [name, document.activeElement.value];
      return true;
    };
  });
  await press(copying, 'Copy');
  said.copied_the_old_way = await copying.evaluate(() => window.old);
  said.focus = await copying.evaluate(() => document.activeElement.dataset.part);

  const printing = await filed();
  await press(printing, 'Hide');
  said.hidden = await text(printing, 'output');
  await press(printing, 'Print');
  const printed = (await printing.evaluate(() => window.printed)).replace(/\D/g, '');
  said.printed = [printed === printing.token, await text(printing, 'output'), await warns(printing)];
  await press(printing, 'Show');
  said.shown = (await text(printing, 'output')).replace(/\D/g, '') === printing.token;
  await printing.emulateMediaType('print');
  said.on_paper = await printing.evaluate(() => [...document.querySelectorAll('button, nav, output')]
    .filter((node) => node.getClientRects().length > 0).map((node) => node.localName));
  await printing.screenshot({ path: `${args.pictures}/paper.png`, fullPage: true });

  const drawing = await filed();
  const client = await drawing.createCDPSession();
  await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: args.saved });
  await press(drawing, 'Save as picture');
  await until(() => readdirSync(args.saved).includes('note.png'));
  await drawing.waitForFunction(() => document.querySelector('[data-part=said]').innerText);
  said.pictured = [await text(drawing, '[data-part=said]'), await warns(drawing)];
  const png = readFileSync(`${args.saved}/note.png`).toString('base64');
  said.picture = await (await browser.newPage()).evaluate(compare, png, drawing.token.match(/..../g));

  const typing = await filed();
  wide.receipt = await screenshots(typing, args.pictures, 'receipt');
  const right = await group(typing);
  await fill(typing, { 'Group': right === '0000' ? '1111' : '0000' });
  await press(typing, 'Check');
  said.wrong = await typing.evaluate(() =>
    [document.activeElement.id, document.getElementById('group').getAttribute('aria-invalid')]);
  said.wrong_warns = await warns(typing);
  await fill(typing, { 'Group': right });
  await press(typing, 'Check');
  const field = await typing.$eval('#group', (input) => [input.getAttribute('aria-invalid'), input.value]);
  said.right = [await text(typing, '#group-said'), ...field, await warns(typing)];

  const skipping = await filed();
  await press(skipping, /^Skip$/);
  said.skipped = await warns(skipping);
  said.autocomplete = await skipping.evaluate(() => [...document.forms].map((form) => form.autocomplete));
  await follow(skipping, 'I have written it down');
  said.autocomplete.push(...await skipping.evaluate(() => [...document.forms].map((form) => form.autocomplete)));
  said.left = await skipping.evaluate(async () => ({
    local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length, cookies: document.cookie, state: history.state,
  }));
  await skipping.goBack({ waitUntil: 'load' });
  const back = await skipping.evaluate(() => document.documentElement.outerHTML
    + [...document.querySelectorAll('input, textarea')].map((field) => `${field.value} ${field.checked}`).join());
  const bare = back.replace(/\s|<[^>]*>/g, '');
  said.back = [...tokens, args.words].filter((word) => back.includes(word) || bare.includes(word));

  const profile = browser.process().spawnargs.find((one) => one.startsWith('--user-data-dir=')).split('=')[1];
  said.on_disk = onDisk(profile, [...tokens, ...tokens.map(grouped), args.words]);
  return { ...said, tokens: tokens.length, wide, errors: errors.flat() };
};

const grouped = (token) => token.replace(/(....)(?=.)/g, '$1 ');

async function until(done) {
  for (let tries = 0; !done(); tries += 1) {
    if (tries > 300) throw new Error(`waited too long for ${done}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Names the files under a folder that hold one of the words, as browsers write text. */
function onDisk(folder, words) {
  const found = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    let bytes;
    try {
      bytes = readFileSync(`${entry.parentPath}/${entry.name}`);
    } catch (error) {
      // The browser is running, and deletes files of its own.
      if (error.code === 'ENOENT') continue;
      throw error;
    }
    if (words.some((word) => bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le')))) found.push(entry.name);
  }
  return found;
}

/**
 * For each group of a token, whether the picture shows it and would not look the same with another digit: both are
 * drawn here once more and compared with the picture's own place for that group.
 */
async function compare(png, groups) {
  const image = Object.assign(new Image(), { src: `data:image/png;base64,${png}` });
  await image.decode();
  const pixels = (draw) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    draw(pen);
    return (x, y, width, height) => pen.getImageData(x, y, width, height).data;
  };
  const picture = pixels((pen) => pen.drawImage(image, 0, 0));
  return groups.map((group, at) => {
    const [x, y] = [140 + 220 * (at % 3), 100 + 90 * Math.floor(at / 3)];
    const far = (text) => {
      const drawn = pixels((pen) => {
        [pen.fillStyle, pen.font, pen.textAlign] = ['#000', '600 64px monospace', 'center'];
        pen.fillText(text, x, y);
      });
      const [one, two] = [picture, drawn].map((read) => read(x - 110, y - 70, 220, 88));
      return one.reduce((sum, value, place) => sum + Math.abs(value - two[place]), 0);
    };
    const other = `${group.slice(0, 3)}${(Number(group[3]) + 1) % 10}`;
    return far(group) === 0 && far(other) > 0;
  });
}
