// The main job with JavaScript on at the reporter's side; the desk goes without, as it always does.
import { attach, attribute, fill, follow, open, press, screenshots, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const wide = {};
  const errors = [];
  const look = async (page, name) => { wide[name] = await screenshots(page, args.pictures, name); };
  const visit = async (path, language) => {
    const page = await open(browser, new URL(path, args.reporter).href, { javascript: true, language });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    return page;
  };
  const enter = async (page, token) => {
    await fill(page, { 'Case token': token });
    await press(page, 'Open my case');
  };

  const reporter = await visit('en/report');
  const before = await appears(reporter, '.device');
  await fill(reporter, {
    'Public works': true, 'What is it about?': 'Bribery', 'What happened?': args.words, 'When did it': 'In spring',
    'Yes, in confidence': true, 'Name': args.name,
  });
  await attach(reporter, 'Files', args.files);
  await says(reporter, '.chosen', /Hidden data was taken out.*Text only|Hidden data was taken out.*No hidden/);
  const photo = await text(reporter, '.chosen li');
  await (await reporter.$('.chosen li input')).click();
  await look(reporter, 'report');
  await press(reporter, 'Seal and send');
  await appears(reporter, '.receipt');
  const token = (await text(reporter, 'output')).replace(/\D/g, '');
  await look(reporter, 'receipt');
  await press(reporter, 'Hide');
  const hidden = await text(reporter, 'output');
  await press(reporter, 'Show');
  const group = Number((await text(reporter, 'label[for=group]')).match(/\d/)[0]) - 1;
  const right_group = token.slice(group * 4, group * 4 + 4);
  await fill(reporter, { 'Group': right_group === '0000' ? '1111' : '0000' });
  await press(reporter, 'Check');
  const wrong = await text(reporter, '#group-said');
  await fill(reporter, { 'Group': right_group });
  await press(reporter, 'Check');
  const right = await text(reporter, '#group-said');

  const desk = await open(browser, args.desk);
  await follow(desk, (await text(desk, 'main')).match(/\d{4}-\d{2}-\d{2}/)[0]);
  const case_address = desk.url();
  const case_text = await text(desk, 'main');
  for (let file = 0; file < 3; file += 1) {
    const links = await desk.$$('a, button');
    const names = await Promise.all(links.map((link) => link.evaluate((node) => node.textContent.trim())));
    const saves = links.filter((_, place) => names[place].startsWith('Save…'));
    await desk.bringToFront();
    await Promise.all([desk.waitForNavigation(), saves[file].click()]);
    await fill(desk, { Folder: args.saved });
    await follow(desk, 'Save here');
    await desk.goto(case_address);
  }
  await follow(desk, 'Acknowledge');
  await fill(desk, { Answer: args.answer });
  await follow(desk, 'Send to the reporter');

  await reporter.bringToFront();
  await follow(reporter, 'I have written it down');
  await appears(reporter, '.device');
  await enter(reporter, `${token.slice(0, -1)}${(Number(token.at(-1)) + 1) % 10}`);
  const typo = await appears(reporter, '#notice');
  await look(reporter, 'token');
  await enter(reporter, token.replace(/(....)/g, '$1 - '));
  await appears(reporter, '.timeline');
  const own = await text(reporter, 'main');
  await look(reporter, 'case');
  await fill(reporter, { Message: args.message });
  await attach(reporter, 'Files', args.later);
  await says(reporter, '.chosen', /Text only|No hidden/);
  await press(reporter, 'Seal and send');
  await says(reporter, 'main', /has been sealed and sent/);
  await look(reporter, 'sent');
  await desk.goto(case_address);
  const follow_up = await text(desk, 'main');

  await reporter.bringToFront();
  await press(reporter, 'Make a new token');
  await look(reporter, 'move');
  await press(reporter, 'Yes, move my case');
  await appears(reporter, '.receipt');
  const moved = await text(reporter, 'main');
  const second = (await text(reporter, 'output')).replace(/\D/g, '');
  await look(reporter, 'moved');

  const returned = await visit('en/case');
  const history_before = await returned.evaluate(() => history.length);
  await enter(returned, token);
  const old = await appears(returned, '#notice');
  await enter(returned, second);
  await appears(returned, '.timeline');
  const again = await text(returned, 'main');
  await press(returned, 'Forget this case');
  await look(returned, 'forget');
  await press(returned, 'Yes, forget');
  await says(returned, 'main', /has been forgotten/);
  const forgotten = await text(returned, 'main');
  const late = await visit('en/case');
  await enter(late, second);
  const unknown = await appears(late, '#notice');
  await desk.goto(case_address);
  const withdrawn = await text(desk, 'main');

  const arabic = await visit('ar/report', 'ar');
  await appears(arabic, '.device');
  await attach(arabic, 'ملفات', args.files.slice(0, 1));
  await says(arabic, '.chosen', /نُزعت/);
  await look(arabic, 'report-ar');
  const storage = await returned.evaluate(async (history_before) => ({
    local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
    cookies: document.cookie, history: history.length - history_before,
  }), history_before);
  return {
    before, photo, token, hidden, wrong, right, case_text, typo, own, follow_up, moved, second, old, again, forgotten,
    unknown, withdrawn, storage, errors, wide, direction: await attribute(arabic, 'html', 'dir'),
  };
};

/** Waits until something fits the selector, and gives its text. */
async function appears(page, selector) {
  await page.bringToFront();
  await page.waitForSelector(selector, { timeout: 60_000 });
  return text(page, selector);
}

/** Waits until the first element that fits the selector says so. */
async function says(page, selector, words) {
  await page.bringToFront();
  await page.waitForFunction((wanted, source) => new RegExp(source, 's').test(document.querySelector(wanted)?.innerText),
    { timeout: 60_000 }, selector, words.source);
}
