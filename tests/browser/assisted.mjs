// A report without JavaScript, to show what a request looks like when nothing is sealed before it leaves.
import { caseAtTheDesk } from './desk.mjs';
import { fill, follow, open, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const page = await open(browser, new URL('en/report', args.reporter).href);
  const form = await text(page, 'main');
  await fill(page, { 'Public works': true, 'What happened?': args.words });
  await follow(page, 'Seal and send');
  const receipt = await text(page, 'main');
  return { form, receipt, case: args.desk && await caseAtTheDesk(browser, args.desk) };
};
