// How a page fares while it works: what it says, how its bars move, and how long it does not answer.

/**
 * Begins to watch the page, whose clock stands at 0 when its form is sent. What is seen is kept beside the page's own
 * scripts until `seen` asks.
 */
export function watch(page) {
  return page.evaluate(() => {
    const seen = { started: performance.now(), stages: [], parts: [], files: [], tasks: [], gap: 0 };
    globalThis.watched = seen;
    document.addEventListener('submit', () => { seen.started = performance.now(); }, { capture: true, once: true });
    const look = () => {
      const at = Math.round(performance.now() - seen.started);
      const stage = document.querySelector('.sending #stage')?.textContent;
      if (stage && stage !== seen.stages.at(-1)?.stage) seen.stages.push({ at, stage });
      const bar = document.querySelector('.sending progress');
      const part = bar?.hasAttribute('value') ? bar.value : null;
      const last = seen.parts.at(-1);
      if (part !== null && (part !== last?.part || stage !== last?.stage)) seen.parts.push({ at, stage, part });
      const file = document.querySelector('.chosen progress:not([hidden])')?.value;
      if (file !== undefined && file !== seen.files.at(-1)) seen.files.push(file);
      if (document.querySelector('.receipt')) seen.receipt ??= at;
    };
    new MutationObserver(look).observe(document.querySelector('main'),
      { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['value'] });
    // Only Chromium tells of long tasks; every browser lets a clock be late.
    if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
      new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask' });
    }
    let last = seen.started;
    const beat = () => {
      const now = performance.now();
      seen.gap = Math.max(seen.gap, now - last);
      last = now;
      setTimeout(beat, 10);
    };
    beat();
  });
}

/**
 * What was seen since `watch`: `stages` with the milliseconds at which each began, `parts` as the bar stood,
 * `files` as the first file's did, the longest `task` (Chromium) and the longest `gap` between two beats of the page's clock, and when the `receipt` came.
 */
export async function seen(page) {
  const { stages, parts, files, tasks, gap, receipt } = await page.evaluate(() => globalThis.watched);
  return { stages, parts, files, task: Math.max(0, ...tasks), gap, receipt };
}
