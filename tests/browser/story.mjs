// The main job with JavaScript off on both sides: report, token, triage, answer, and back.
import { attach, attribute, fill, follow, open, screenshots, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const wide = {};
  const look = async (page, name) => { wide[name] = await screenshots(page, args.pictures, name); };
  const requests = [];

  const reporter = await open(browser, args.reporter, { language: 'en' });
  await look(reporter, 'landing');
  await follow(reporter, 'Make a report');
  await fill(reporter, {
    'Public works': true, 'What is it about?': 'Bribery', 'What happened?': args.words, 'When did it': 'In spring',
    'Where?': 'At the harbour', 'Who is': 'The deputy', 'How much': 'Ten percent', 'How do you know': 'I was there',
    'Whom have': 'Nobody', 'I am not sure': true, 'No, stay anonymous': true,
  });
  await attach(reporter, 'Files', args.files.slice(0, 2));
  await look(reporter, 'report');
  await follow(reporter, 'Seal and send');
  const token = await attribute(reporter, 'output', 'data-case-token');
  const shown = (await text(reporter, 'output')).replace(/\D/g, '');
  await look(reporter, 'receipt');

  const desk = await open(browser, args.desk);
  const list = await text(desk, 'main');
  await look(desk, 'desk-list');
  await follow(desk, desk_row(list));
  const case_text = await text(desk, 'main');
  await look(desk, 'desk-case');
  const case_address = desk.url();
  await follow(desk, 'Save…');
  await fill(desk, { Folder: args.saved });
  await follow(desk, 'Save here');
  const saved = await text(desk, 'code.path');
  await look(desk, 'desk-saved');
  await desk.goto(case_address);
  await follow(desk, 'Acknowledge');
  await fill(desk, { Answer: args.answer });
  await follow(desk, 'Send to the reporter');
  await fill(desk, { 'Internal note': args.note });
  await follow(desk, 'Keep the note');
  await look(desk, 'desk-answered');

  await follow(reporter, 'I have written it down');
  await fill(reporter, { 'Case token': token.replace(/(....)/g, '$1 - ') });
  await look(reporter, 'token');
  await follow(reporter, 'Open my case');
  const own = await text(reporter, 'main');
  await look(reporter, 'case');
  await fill(reporter, { Message: args.message });
  await attach(reporter, 'Files', args.files.slice(2));
  await follow(reporter, 'Seal and send');
  await look(reporter, 'sent');
  requests.push(...reporter.requests, ...desk.requests);

  await desk.goto(case_address);
  const follow_up = await text(desk, 'main');
  await look(desk, 'desk-follow-up');
  await follow(desk, 'Close the case');
  await follow(reporter, 'Back to my case');
  const closed = await text(reporter, '.state');
  await follow(reporter, 'Forget this case');
  await look(reporter, 'forget');
  await follow(reporter, 'Yes, forget');
  await desk.goto(case_address);
  const withdrawn = await text(desk, 'main');
  await desk.goto(new URL('..', case_address).href);
  await follow(desk, 'Lock');
  const locked = await text(desk, 'main');
  await look(desk, 'desk-locked');

  const again = await open(browser, args.desk);
  const arabic = await open(browser, args.reporter, { language: 'ar' });
  await look(arabic, 'landing-ar');
  const direction = await attribute(arabic, 'html', 'dir');
  await follow(arabic, 'تقديم بلاغ');
  await look(arabic, 'report-ar');
  const cookies = [reporter, arabic].filter((page) => page.response.headers()['set-cookie']);
  return {
    token, shown, list, case_text, saved, own, follow_up, closed, withdrawn, locked, wide, requests, direction,
    link_again: again.response.status(), reporter_cookies: cookies.length,
  };
};

/** The first row of the list begins with its day. */
const desk_row = (list) => list.match(/\d{4}-\d{2}-\d{2}/)[0];
