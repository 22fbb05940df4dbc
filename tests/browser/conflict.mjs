// Somebody in the unit is involved: the form with and without scripts, its refusals, its receipts, and the desks.
import { fill, follow, open, press, screenshots, text, values } from './lib.mjs';

const UNSAID = 'Someone here, but I would rather not say whom';

export default async ({ browser, args }) => {
  const wide = {};
  const look = async (page, name) => { wide[name] = await screenshots(page, args.pictures, name); };
  const errors = [];

  /** The form, filled; `sealed` says whether scripts run. */
  const form = async (sealed, choices, tongue = 'en') => {
    const page = await open(browser, new URL(`${tongue}/report`, args.reporter).href, { javascript: sealed });
    if (sealed) await page.waitForSelector('.device', { timeout: 60_000 });
    await fill(page, choices);
    page.sealed = sealed;
    // Without scripts the only error is the answer's own status.
    if (sealed) errors.push(page.errors);
    return page;
  };
  const send = async (page, awaited, button = 'Seal and send') => {
    await page.bringToFront();
    if (!page.sealed) return follow(page, button);
    await press(page, button);
    return page.waitForSelector(awaited, { timeout: 60_000 });
  };

  const everybody = {
    'Public works': true, 'Head of public works': true, 'Investigator, public works': true,
    'Engineer, public works': true, 'What happened?': args.words, 'Yes, in confidence': true,
  };
  const refused = {};
  for (const sealed of [true, false]) {
    const page = await form(sealed, everybody);
    await send(page, '#notice');
    const notice = sealed ? '#notice' : '.notice[role=alert]';
    // A browser moves the focus after it has loaded the page; what it ends with is compared below.
    await page.waitForFunction((selector) => document.activeElement === document.querySelector(selector),
      { timeout: 5000 }, notice).catch(() => undefined);
    refused[sealed] = await page.evaluate((selector) => {
      const group = document.getElementById('left_out');
      return {
        title: document.title,
        focused: document.activeElement === document.querySelector(selector),
        links: [...document.querySelectorAll(`${selector} a`)]
          .map((link) => [link.getAttribute('href'), link.textContent]),
        reasons: [...document.querySelectorAll('form .error')]
          .filter((reason) => reason.innerText.trim())
          .map((reason) => [reason.id, reason.innerText.trim(), reason.previousElementSibling?.localName]),
        invalid: [...document.querySelectorAll('[aria-invalid=true]')].map((field) => field.id),
        described: group.getAttribute('aria-describedby'),
        group: group.closest('.unit').querySelector('input').value,
      };
    }, notice);
    refused[sealed].kept = await values(page, Object.keys(everybody));
    await look(page, sealed ? 'refused-sealed' : 'refused-assisted');
    if (!sealed) continue;
    await press(page, (await text(page, `${notice} li:last-child a`)));
    refused.followed = await page.evaluate(() => document.activeElement.id);
  }

  /** Why the form came back: the first refusal and its place. */
  const why = async (sealed, choices) => {
    const page = await form(sealed, choices);
    await send(page, '#notice');
    return page.$$eval('.notice[role=alert] li a', (links) =>
      links.map((link) => `${link.getAttribute('href')} ${link.textContent}`));
  };
  const oversight = {
    'Oversight': true, 'Head of oversight': true, 'Inspector, oversight': true, 'What happened?': args.words,
  };
  const custodians = {
    'Public works': true, 'What happened?': args.words, 'Yes, in confidence': true, 'Name': 'Ana',
    'Legal adviser': true, 'Retired judge': true,
  };
  const reasons = {};
  for (const [name, choices] of Object.entries({ oversight, custodians })) {
    reasons[name] = [await why(true, choices), await why(false, choices)];
  }

  const receipts = {};
  const filings = {
    named: { 'Public works': true, 'Head of public works': true, 'What happened?': args.named },
    unsaid: { 'Public works': true, [UNSAID]: true, 'What happened?': args.unsaid },
  };
  for (const [name, choices] of Object.entries(filings)) {
    for (const sealed of [true, false]) {
      const page = await form(sealed, choices);
      if (name === 'named' && sealed) await look(page, 'form');
      await send(page, '.receipt');
      receipts[`${name}-${sealed}`] = await page.evaluate(() => ({
        unit: document.querySelector('.facts dd').innerText,
        instead: document.querySelector('[data-part=instead]')?.innerText ?? null,
        lists: [...document.querySelectorAll('.receipt section.screen')]
          .filter((section) => section.querySelector('ul'))
          .flatMap((section) => [...section.querySelectorAll('h2, li')].map((node) => node.innerText.trim())),
      }));
      await look(page, `receipt-${name}-${sealed ? 'sealed' : 'assisted'}`);
    }
  }

  const desks = {};
  for (const [alias, link] of Object.entries(args.desks)) {
    const desk = await open(browser, link);
    const links = await desk.$$eval('main a', (all) => all.map((one) => one.href));
    const listed = links.filter((address) => /\/cases?\//.test(address));
    desks[alias] = [];
    for (const address of listed) {
      await desk.goto(address);
      desks[alias].push(await text(desk, 'main'));
    }
  }

  const arabic = await form(true, { 'الأشغال العامة': true, 'رئيس الأشغال العامة': true, 'ماذا حدث': args.words }, 'ar');
  await look(arabic, 'form-ar');
  await fill(arabic, { 'محققة': true, 'مهندس': true });
  await send(arabic, '#notice', await text(arabic, 'form#report button.wide'));
  await look(arabic, 'refused-ar');
  await fill(arabic, { 'محققة': false, 'مهندس': false });
  await send(arabic, '.receipt', await text(arabic, 'form#report button.wide'));
  await look(arabic, 'receipt-ar');
  return { refused, reasons, receipts, desks, wide, errors: errors.flat() };
};
