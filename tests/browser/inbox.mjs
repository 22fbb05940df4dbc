// The list of cases by keyboard alone: found while typing, opened, followed.
import { writeFileSync } from 'node:fs';
import { all, open, screenshots, text } from './lib.mjs';

const TRIES = 100;

/** Waits until `look` gives something that is true. */
async function until(look, what) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`never: ${what}`);
}

const rows = async (page) => (await all(page, '.cases li')).length;

export default async ({ browser, args }) => {
  const wide = [];
  const page = await open(browser, args.desk, { javascript: true });
  const look = async (name) => {
    wide.push(...(await screenshots(page, args.pictures, name)).map((width) => `${name} ${width}`));
    await page.setViewport({ width: 1440, height: 900 });
  };
  await until(async () => (await rows(page)) === 50, 'a full page of cases');
  await look('list');
  await page.keyboard.press('?');
  const keys = await page.evaluate(() => document.querySelector('#keys').open);
  await look('keys');
  await page.keyboard.press('Escape');

  // The next page and back.
  await page.keyboard.press('n');
  await until(async () => (await page.url()).includes('page=2'), 'the second page');
  const pages = [(await rows(page)) > 0, await page.evaluate(() => document.querySelector('.pages').textContent.includes('51–'))];
  await page.keyboard.press('p');
  await until(async () => !(await page.url()).includes('page=2'), 'the first page');

  // While typing, in other letters than were written, and as a phrase.
  const found = [];
  for (const words of [args.word, `${args.word.toUpperCase()} ecole`, `"the école at the BRIDGE" ${args.word}`]) {
    await page.keyboard.press('/');
    await page.keyboard.press('Backspace');
    await page.keyboard.type(words);
    found.push(await until(async () => (await rows(page)) === 1 && 1, `one case for ${words}`));
    await page.keyboard.press('Escape');
  }
  await look('found');
  const marks = await page.evaluate(() => [...document.querySelectorAll('.cases mark')].map((mark) => mark.textContent));
  await page.keyboard.press('/');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(`${args.word} zzzzzz`);
  const none = await until(async () => (await all(page, '.empty')).length === 1 && text(page, '.empty'), 'nothing found');
  const address = !(await page.url()).includes(args.word);

  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(args.word);
  await until(async () => (await rows(page)) === 1, 'the case again');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const opened = (await text(page, 'main')).includes(args.word);
  await look('case');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('u')]);

  // Another report comes in while nobody presses anything.
  writeFileSync(args.ready, '');
  const arrived = await until(async () => (await text(page, 'main')).includes(args.later), 'the report that came in');

  const errors = [...page.errors];

  // The desk is locked from elsewhere: the open page shows nothing of it any more.
  await page.evaluate(async () => {
    const form = document.querySelector('form[action$="/lock"]');
    await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
  });
  const emptied = await until(async () => (await text(page).catch(() => '')).includes('Unlock your key'), 'the lock');
  return { emptied, wide, errors, keys, pages, found, marked: marks.find((mark) => mark === args.word), none, address, opened, arrived };
};
