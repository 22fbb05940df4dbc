// What a person does with a page, in few words. Elements are found as a person finds them: by their label or text.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The packages lie in web/, where their lockfile is.
const packages = createRequire(new URL('../../web/package.json', import.meta.url));
const { default: puppeteer } = await import(pathToFileURL(packages.resolve('puppeteer-core')));

/** Widths at which pages are looked at: a small phone, a tablet, a desktop. */
export const WIDTHS = [320, 768, 1440];

/**
 * What Tor Browser's security levels set (toolkit/components/securitylevel/SecurityLevel.sys.mjs there): *safer* compiles
 * no script and runs no WebAssembly; *safest* runs no script at all, where Tor Browser has NoScript see to it.
 */
const SAFER = {
  'javascript.options.ion': false, 'javascript.options.baselinejit': false, 'javascript.options.native_regexp': false,
  'javascript.options.asmjs': false, 'javascript.options.wasm': false, 'mathml.disabled': true,
  'gfx.font_rendering.graphite.enabled': false, 'gfx.font_rendering.opentype_svg.enabled': false,
};
const LEVELS = { standard: {}, safer: SAFER, safest: { ...SAFER, 'svg.disabled': true, 'javascript.enabled': false } };

/** Starts a browser with a profile of its own, quiet towards the network, at one of Tor Browser's security levels. */
export function launch({ kind, program, profile, javascript, level = 'standard', root }) {
  return kind === 'firefox' ? launchFirefox(program, profile, javascript, LEVELS[level])
    : launchChromium(program, profile, level === 'safer', root);
}

function launchChromium(program, profile, jitless, root) {
  const flags = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
  // Chromium's sandbox does not work for root; the pages are our own.
  if (root) flags.push('--no-sandbox');
  if (jitless) flags.push('--js-flags=--jitless');
  return puppeteer.launch({ executablePath: program, userDataDir: profile, headless: true, args: flags });
}

/**
 * Firefox is driven over WebDriver BiDi, where scripting is a matter of the whole browser: it is set here, and `open`
 * refuses to be asked for the other. All but this machine is behind a proxy that does not exist.
 */
async function launchFirefox(program, profile, javascript, level) {
  const nowhere = Object.fromEntries(['http', 'ssl', 'socks'].flatMap((kind) =>
    [[`network.proxy.${kind}`, '127.0.0.1'], [`network.proxy.${kind}_port`, 9]]));
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: program, userDataDir: profile, headless: true,
    extraPrefsFirefox: {
      'browser.download.folderList': 2, 'browser.download.dir': `${profile}/downloads`,
      'javascript.enabled': javascript, 'layout.css.prefers-color-scheme.content-override': 1,
      'network.proxy.type': 1, 'network.proxy.allow_hijacking_localhost': false, ...nowhere, ...level,
    },
  });
  browser.firefox = { javascript };
  browser.downloads = `${profile}/downloads`;
  return browser;
}

/**
 * Opens an address and returns the page; `page.requests` lists every address it asked for (`data:` apart, which
 * goes nowhere), `page.errors` what its scripts threw or the console called an error. JavaScript is off unless asked for,
 * or all of Firefox has it; `language` is what Accept-Language says. Firefox is always in its light theme.
 */
export async function open(browser, address, options = {}) {
  const { javascript = browser.firefox?.javascript ?? false, language, width = 1440, dark = false } = options;
  const page = await browser.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && page.errors.push(message.text()));
  page.requests = [];
  page.on('request', (request) => request.url().startsWith('data:') || page.requests.push(request.url()));
  if (browser.firefox) {
    if (browser.firefox.javascript !== javascript) throw new Error('start Firefox with JavaScript as this page needs it');
    if (dark) throw new Error('Firefox is always in its light theme here');
    page.unscripted = !javascript;
  } else {
    await page.setJavaScriptEnabled(javascript);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  }
  if (language) await page.setExtraHTTPHeaders({ 'Accept-Language': language });
  await page.setViewport({ width, height: 900 });
  page.response = await page.goto(address, { waitUntil: 'load' });
  return page;
}

/** Clicks as a person does. In a Firefox without scripts the driver cannot find the point to click by itself. */
export async function click(page, element) {
  if (!page.unscripted) return element.click();
  const [x, y] = await element.evaluate((node) => {
    node.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width, height } = node.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  });
  return page.mouse.click(x, y);
}

/** Every element that fits the selector; `page.$$` waits for ever in a Firefox without scripts. */
export async function all(page, selector) {
  const list = await page.evaluateHandle((wanted) => [...document.querySelectorAll(wanted)], selector);
  const length = await list.evaluate((elements) => elements.length);
  const handles = Array.from({ length }, (_, at) => list.evaluateHandle((elements, index) => elements[index], at));
  return (await Promise.all(handles)).map((handle) => handle.asElement());
}

const spaces = (text) => text.replace(/\s+/g, ' ').trim();

/** The field that carries this label; `label` is the beginning of the label's text, or a regular expression. */
export async function field(page, label) {
  const fits = (text) => (label instanceof RegExp ? label.test(text) : text.startsWith(label));
  const seen = [];
  for (const element of await all(page, 'label')) {
    const text = spaces(await element.evaluate((node) => node.textContent));
    seen.push(text);
    if (!fits(text)) continue;
    const control = await element.evaluateHandle((node) => node.control);
    if (control.asElement()) return control.asElement();
  }
  throw new Error(`no field is labelled ${label}; there are: ${seen.join(' | ')}`);
}

/** Fills fields by label: text is typed over what is there, true or false ticks, an option is chosen by its text. */
export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) {
    const control = await field(page, label);
    const { tag, type } = await control.evaluate((node) => ({ tag: node.localName, type: node.type }));
    if (tag === 'select') {
      const option = await control.evaluate((node, wanted) =>
        [...node.options].find((one) => one.textContent.trim().startsWith(wanted))?.value, value);
      if (option === undefined) throw new Error(`${label} has no option ${value}`);
      await control.select(option);
    } else if (type === 'checkbox' || type === 'radio') {
      if ((await control.evaluate((node) => node.checked)) !== value) await click(page, control);
    } else {
      await control.evaluate((node) => node.select());
      await control.press('Backspace');
      // A long text is pasted, as a person would.
      if (value.length > 200) await control.evaluate((node, text) => { node.value = text; }, value);
      else await control.type(value);
    }
  }
}

/** What the fields hold now, by label. */
export async function values(page, labels) {
  const found = {};
  for (const label of labels) {
    const control = await field(page, label);
    found[label] = await control.evaluate((node) =>
      node.type === 'checkbox' || node.type === 'radio' ? node.checked
        : node.localName === 'select' ? node.selectedOptions[0]?.textContent.trim() : node.value);
  }
  return found;
}

/** Chooses files, given by their paths, in the field with this label. */
export async function attach(page, label, files) {
  await (await field(page, label)).uploadFile(...files);
}

/** Clicks the link or button whose text begins so, or fits a regular expression. */
export async function press(page, text) {
  const fits = (own) => (text instanceof RegExp ? text.test(own) : own.startsWith(text));
  const seen = [];
  for (const element of await all(page, 'a, button, summary, input[type=submit]')) {
    const own = spaces(await element.evaluate((node) => node.localName === 'input' ? node.value : node.textContent));
    seen.push(own);
    if (fits(own)) return click(page, element);
  }
  throw new Error(`nothing to press says ${text}; there are: ${seen.join(' | ')}`);
}

/** Presses what leads to another page, and waits for that page; its response is `page.response`. */
export async function follow(page, text) {
  // A click in a tab that lies behind another goes nowhere.
  await page.bringToFront();
  [page.response] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), press(page, text)]);
}

/** The text that a person sees in the first element that fits the selector, or on the whole page. */
export async function text(page, selector = 'body') {
  const element = await page.$(selector);
  if (!element) throw new Error(`nothing fits ${selector} on ${page.url()}`);
  return spaces(await element.evaluate((node) => node.innerText));
}

/** An attribute of the first element that fits, or null. */
export async function attribute(page, selector, name) {
  const element = await page.$(selector);
  return element && element.evaluate((node, wanted) => node.getAttribute(wanted), name);
}

/** Whether the page is wider than its window, which nobody should have to scroll. */
export function overflows(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

/** Takes a picture of the whole page at each width, as `NAME-WIDTH.png`, and tells which widths overflow. */
export async function screenshots(page, folder, name, widths = WIDTHS) {
  const wide = [];
  // A tab that lies behind another need not be painted.
  await page.bringToFront();
  for (const width of widths) {
    await page.setViewport({ width, height: 900 });
    if (await overflows(page)) wide.push(width);
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  }
  return wide;
}
