// What another server on this machine is told by the browser that is at the desk.
import { open, text } from './lib.mjs';

export default async ({ browser, args }) => {
  // The first visit leaves the other server's own cookie, which shows that cookies do cross ports.
  const other = await open(browser, args.other);
  const desk = await open(browser, args.desk);
  const main = await text(desk, 'main');
  const address = desk.url();
  const cookies = (await desk.cookies(address)).map(({ name, path, httpOnly }) => ({ name, path, httpOnly }));
  await other.goto(args.other);
  await desk.goto(`${args.other}open/0`);
  const back = (await desk.goto(address)).status();
  return { main, address, cookies, back };
};
