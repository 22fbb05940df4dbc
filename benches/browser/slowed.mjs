// A slow device: the processes that run pages stand still most of the time. Chromium's own throttle
// (`Emulation.setCPUThrottlingRate`) slows a page's main thread only, and is refused for workers.

/** Milliseconds of running between two stops, as short as timers keep. */
const RUN = 5;

/** Slows all pages of this Chromium down by `factor`, until the function that it gives is called. */
export async function slowDown(browser, factor) {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const signal = (name) => pages.forEach((id) => process.kill(id, name));
  let [ran, stood, timer] = [0, 0, null];
  let since = performance.now();
  const lap = () => { const now = performance.now(); const took = now - since; since = now; return took; };
  // Timers are late on a busy machine; what ran too long stands still the longer.
  const run = () => {
    stood += lap();
    const owed = ran * (factor - 1) - stood;
    if (owed > 1) { timer = setTimeout(run, owed); return; }
    signal('SIGCONT');
    timer = setTimeout(stop, RUN);
  };
  const stop = () => {
    ran += lap();
    signal('SIGSTOP');
    timer = setTimeout(run, ran * (factor - 1) - stood);
  };
  stop();
  return async () => {
    clearTimeout(timer);
    signal('SIGCONT');
    await session.detach();
    return (ran + stood) / ran;
  };
}
