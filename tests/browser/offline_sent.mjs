// A sealed file on its way without JavaScript, and the desk that opens it; and the offline page without JavaScript.
import { pathToFileURL } from 'node:url';
import { attach, fill, follow, open, screenshots, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const wide = {};
  const look = async (page, name) => {
    // A tab that lies behind another takes no picture.
    await page.bringToFront();
    wide[name] = await screenshots(page, args.pictures, name);
  };
  const offline = await open(browser, pathToFileURL(args.page).href);
  const unable = await text(offline, '#unable');
  const shown = await offline.$eval('form#report', (form) => form.checkVisibility());
  await look(offline, 'without-script');

  const reporter = await open(browser, new URL('en/send', args.reporter).href);
  await look(reporter, 'send');
  await attach(reporter, 'The sealed report', [args.file]);
  await follow(reporter, 'Send');
  const taken = await text(reporter, 'main');
  await reporter.goto(new URL('en/case', args.reporter).href);
  await fill(reporter, { 'Case token': args.token });
  await follow(reporter, 'Open my case');
  const own = await text(reporter, 'main');

  const desk = await open(browser, args.desk);
  await follow(desk, (await text(desk, 'main')).match(/\d{4}-\d{2}-\d{2}/)[0]);
  const case_text = await text(desk, 'main');
  for (const language of ['en', 'ar']) {
    await reporter.goto(new URL(`${language}/offline`, args.reporter).href);
    await look(reporter, `offline-${language}`);
    await reporter.goto(new URL(`${language}/send`, args.reporter).href);
    await look(reporter, `send-${language}`);
  }
  return { unable, shown, taken, own, case_text, wide };
};
