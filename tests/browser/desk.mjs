// What stands at the desk.
import { follow, open, text } from './lib.mjs';

/** The text of the only case that there is. */
export async function caseAtTheDesk(browser, address) {
  const desk = await open(browser, address);
  await follow(desk, (await text(desk, 'main')).match(/\d{4}-\d{2}-\d{2}/)[0]);
  return text(desk, 'main');
}
