// Proves the helpers on the small form that tests/browser.rs serves.
import { attach, attribute, fill, follow, open, screenshots, text, values } from './lib.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, args.address, { language: 'ar' });
  const title = await text(page, 'h1');
  await fill(page, { 'What happened': args.words, 'Which unit': 'Roads', 'I agree': true });
  await fill(page, { 'What happened': args.words });
  await attach(page, 'Files', args.files);
  const typed = await values(page, ['What happened', 'Which unit', 'I agree']);
  const wide = await screenshots(page, args.pictures, 'form');
  await follow(page, 'Send');
  const scripted = browser.firefox ? null : await text(await open(browser, args.address, { javascript: true }), 'h1');
  return {
    title, typed, wide,
    status: page.response.status(),
    answer: await text(page),
    token: await attribute(page, 'output', 'data-case-token'),
    requests: page.requests,
    with_javascript: scripted,
  };
};
