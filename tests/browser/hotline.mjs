// A call in Arabic, without scripts: questions, reading back, token, the caller's check, and a second call.
import { attach, attribute, fill, follow, open, screenshots, text, values } from './lib.mjs';

export default async ({ browser, args }) => {
  const wide = [];
  const look = async (page, name) => {
    wide.push(...(await screenshots(page, args.pictures, name)).map((width) => `${name} ${width}`));
  };

  const desk = await open(browser, args.hotline);
  await look(desk, 'list');
  await follow(desk, 'Go to the hotline');
  await look(desk, 'start');
  await follow(desk, 'العربية');
  await look(desk, 'form');
  await fill(desk, { 'الأشغال العامة': true, 'رئيس الأشغال العامة': true, 'أين': 'في الميناء' });
  // A browser asks for what must be answered; what is blank only looks so.
  await desk.evaluate(() => { document.getElementById('what').value = ' \n '; });
  await follow(desk, 'Go on: read it back');
  const refused = await text(desk, '.notice');
  const kept = (await values(desk, ['أين']))['أين'];
  await look(desk, 'refused');
  await desk.evaluate((words) => { document.getElementById('what').value = words; }, args.words);
  await follow(desk, 'Go on: read it back');
  await look(desk, 'review');
  await fill(desk, { 'They agreed': true });
  await attach(desk, 'Files', [args.recording]);
  await follow(desk, 'Go on');
  const token = await attribute(desk, '.groups', 'data-case-token');
  await look(desk, 'token');
  const group = Number((await text(desk, 'label[for=group]')).match(/\d+/)[0]) - 1;
  const right = token.slice(group * 4, group * 4 + 4);
  await fill(desk, { Group: right === '1111' ? '2222' : '1111' });
  await follow(desk, 'Check');
  await look(desk, 'wrong');
  await fill(desk, { Group: right });
  await follow(desk, 'Check');
  await look(desk, 'checked');

  const unit = await open(browser, args.investigator);
  await follow(unit, (await text(unit, 'main')).match(/\d{4}-\d{2}-\d{2}/)[0]);
  const read = await text(unit, 'main');
  await look(unit, 'case');
  await fill(unit, { Answer: 'Thank you. Who else was there?' });
  await follow(unit, 'Send to the reporter');

  await follow(desk, 'Back to the hotline');
  await fill(desk, { 'Case token': token.replace(/(....)/g, '$1 '), 'Language of the caller': 'العربية' });
  await follow(desk, 'Open the case');
  const back = await text(desk, 'main');
  await fill(desk, { Message: 'السائق كان هناك.' });
  await follow(desk, 'Seal and send');
  await look(desk, 'message');

  const own = await open(browser, new URL('en/case', args.reporter).href, { language: 'en' });
  await fill(own, { 'Case token': token });
  await follow(own, 'Open my case');
  return { wide, refused, kept, case: read, back, own: await text(own, 'main') };
};
