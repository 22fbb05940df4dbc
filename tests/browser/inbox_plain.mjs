// The list of cases without a script: words and filters go with the form's button, and choices combine.
import { fill, follow, open, press, text } from './lib.mjs';

/** How many cases the list says there are. */
const total = async (page) => Number((await text(page, '.pages p')).split(' of ')[1]);

export default async ({ browser, args }) => {
  const page = await open(browser, args.desk);
  await follow(page, /^All \d/);
  const counts = { all: await total(page) };
  await press(page, 'Filter and sort');
  await fill(page, { 'Came by': 'Text messages' });
  await follow(page, 'Apply');
  counts.sms = await total(page);
  await fill(page, { State: 'Closed' });
  await follow(page, 'Apply');
  counts.closed = await total(page);
  const address = !/sms|closed/.test(new URL(page.url()).search);
  await follow(page, 'Clear filters');
  counts.cleared = await total(page);
  return { ...counts, address };
};
