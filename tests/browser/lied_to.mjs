// What the reporter's page says when its server lies: when a report is to be filed, and on coming back.
import { attribute, fill, follow, open, press, text } from './lib.mjs';

export default async ({ browser, args }) => {
  const visit = (path, at) => open(browser, new URL(path, at).href, { javascript: true });
  const report = { 'Public works': true, 'What happened?': args.words };
  if (args.form) {
    const page = await visit('en/report', args.form);
    await page.waitForSelector('#sealed .bad', { timeout: 30_000 });
    await fill(page, report);
    // Whoever presses Enter in a field gets around a button.
    await page.$eval('form#report', (form) => form.requestSubmit());
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { notice: await text(page, '#sealed'), disabled: (await attribute(page, 'form#report button', 'disabled')) !== null };
  }
  if (args.send) {
    const page = await visit('en/report', args.send);
    await page.waitForSelector('.device', { timeout: 30_000 });
    await fill(page, report);
    await press(page, 'Seal and send');
    await page.waitForSelector('#notice', { timeout: 30_000 });
    return { notice: await text(page, '#notice'), words: await page.$eval('#what', (field) => field.value) };
  }
  if (args.file) {
    const tokens = [];
    for (let filed = 0; filed < 2; filed += 1) {
      const page = await visit('en/report', args.file);
      await page.waitForSelector('.device', { timeout: 30_000 });
      await fill(page, report);
      await press(page, 'Seal and send');
      await page.waitForSelector('.receipt', { timeout: 60_000 });
      tokens.push((await text(page, 'output')).replace(/\D/g, ''));
      const desk = await open(browser, args.desk);
      // The newest case stands where its link is; both get the same answer.
      for (const link of await desk.$$eval('main a', (all) => all.map((one) => one.href))) {
        if (!/\/case\/|\/cases\//.test(link)) continue;
        await desk.goto(link);
        if (/Which month/.test(await text(desk, 'main'))) continue;
        await fill(desk, { Answer: 'Which month was it?' });
        await follow(desk, 'Send to the reporter');
      }
    }
    return { first: tokens[0], second: tokens[1] };
  }
  const page = await visit('en/case', args.open);
  await page.waitForSelector('.device', { timeout: 30_000 });
  await fill(page, { 'Case token': args.token });
  await press(page, 'Open my case');
  await page.waitForSelector('#notice, .timeline', { timeout: 60_000 });
  const opened = await page.$('.timeline');
  return { notice: await text(page, opened ? 'main' : '#notice') };
};
