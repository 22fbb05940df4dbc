// A report that came twice: found, joined, seen by a colleague, and taken apart, all by keyboard and without scripts.
import { all, attribute, open, overflows, screenshots, text } from './lib.mjs';

const LIMIT = 200;

/** Presses Tab until the element that has the focus fits `wanted`, and returns what identifies it. */
async function tab_to(page, wanted) {
  for (let pressed = 0; pressed < LIMIT; pressed += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const node = document.activeElement;
      const label = node.labels?.[0]?.textContent ?? '';
      return { tag: node.localName, id: node.id, name: node.name ?? '', href: node.href ?? '',
        text: `${label} ${node.textContent}`.replace(/\s+/g, ' ').trim() };
    });
    if (wanted(found)) return found;
  }
  throw new Error(`nothing that fits is reached by Tab on ${page.url()}`);
}

/** Presses a key that leads to another page. */
async function go(page, key) {
  await page.bringToFront();
  [page.response] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press(key)]);
}

const rows = async (page) => (await all(page, '.cases li')).length;

export default async ({ browser, args }) => {
  const wide = [];
  const look = async (page, name) => {
    wide.push(...(await screenshots(page, args.pictures, name)).map((width) => `${name} ${width}`));
    await page.setViewport({ width: 1440, height: 900 });
  };
  const desk = await open(browser, args.desk);
  const home = desk.url();
  const counts = [await rows(desk)];
  await tab_to(desk, ({ text: own }) => own.includes('Please answer.'));
  await go(desk, 'Enter');
  const address = desk.url();
  await look(desk, 'offered');
  const offered = await text(desk, '#links');

  // A number that is too short comes back with the reason, in the field where it was typed.
  await tab_to(desk, ({ id }) => id === 'typed');
  await desk.keyboard.type('ab');
  await tab_to(desk, ({ tag, text: own }) => tag === 'button' && own === 'It is the same report');
  await go(desk, 'Enter');
  const refused = await text(desk, '#linking-error');
  // A browser moves the focus a moment after it has loaded the page.
  let focused = '';
  for (let tries = 0; tries < 40 && focused !== 'typed'; tries += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    focused = await desk.evaluate(() => document.activeElement.id);
  }
  await look(desk, 'refused');
  await desk.goto(address);

  await tab_to(desk, ({ name }) => name === 'other');
  await desk.keyboard.press('ArrowUp');
  await tab_to(desk, ({ id }) => id === 'why');
  await desk.keyboard.type('Sent again');
  await tab_to(desk, ({ tag, text: own }) => tag === 'button' && own === 'It is the same report');
  await go(desk, 'Enter');
  await look(desk, 'one');
  const pages = [await text(desk)];
  const other = await attribute(desk, '#links ul a', 'href');
  await desk.goto(new URL(other, address).href);
  pages.push(await text(desk));
  await look(desk, 'other');
  const [joined, main] = pages[0].includes('The same report as') ? pages : pages.toReversed();
  await desk.goto(home);
  counts.push(await rows(desk));
  const list = await text(desk, 'main');
  await look(desk, 'list');

  const colleague = await open(browser, args.colleague);
  counts.push(await rows(colleague));
  await colleague.goto(new URL(new URL(address).pathname.split('/').slice(-2).join('/'), colleague.url()).href);
  await tab_to(colleague, ({ tag, text: own }) => tag === 'button' && own.startsWith('Take apart'));
  await go(colleague, 'Enter');
  await look(colleague, 'apart');
  await desk.goto(home);
  counts.push(await rows(desk));
  if (await overflows(desk)) wide.push('apart');
  return { wide, rows: counts, offered, refused, focused, list, joined, main };
};
