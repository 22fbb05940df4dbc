// How much memory a browser's processes hold, as Linux counts it. Proportional: what several processes share, such as
// the program itself, counts for each of them in part, so that sums are right and nothing is left out.
import { readFileSync, readdirSync } from 'node:fs';

/** Every process as `[pid, parent]`. */
function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return [[pid, readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S /s, '').split(' ')[0]]];
    } catch {
      return [];
    }
  });
}

/** The browser's own process and all that it started. */
function family(browser) {
  const all = processes();
  const found = new Set([String(browser.process().pid)]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [pid, parent] of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Bytes in the largest of the processes that run pages (in Firefox, of all but its first), and in all together. */
function measure(browser) {
  let [page, all] = [0, 0];
  for (const pid of family(browser)) {
    try {
      const bytes = 1024 * Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      all += bytes;
      if (/--type=renderer|-contentproc/.test(command)) page = Math.max(page, bytes);
    } catch {
      // It has ended meanwhile.
    }
  }
  return { page, all };
}

/**
 * Measures until `finished` resolves to true, which it is asked five times a second; gives the first values and the
 * highest.
 */
export async function watchMemory(browser, finished) {
  const before = measure(browser);
  const peak = { ...before };
  while (!(await finished())) {
    const now = measure(browser);
    for (const what of ['page', 'all']) peak[what] = Math.max(peak[what], now[what]);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { before, peak };
}
