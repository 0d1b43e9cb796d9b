// Below the picture: where it comes from, and how quickly it is read.

import { el, show, write } from '../dom.js';
import { language, say } from '../say.js';
import { sourceName } from './controls.js';

const TOLD_MS = 500;
const REMEMBERED_MS = 3000;

/** @param {import('./live.js').Page} page @param {import('../camera.js').Camera} camera */
export function footer({ find }, camera) {
  const [stage, source, stop, speed] = ['stage', 'source', 'stop', 'speed'].map((id) => find(id));
  let shown = /** @type {[at: number, delay: number | null][]} */ ([]);
  let told = 0;

  /** Another camera or window is on: offer the other cameras, where there are some. */
  async function began() {
    shown = [];
    const found = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === 'videoinput');
    const now = camera.track?.getSettings().deviceId;
    find('devices').replaceChildren(...found.map(({ deviceId, label }, k) =>
      el('option', { value: deviceId, text: label || say('Camera {number}', { number: k + 1 }), selected: deviceId === now })));
    show(find('devices'), found.length > 1 && camera.kind === 'camera');
  }

  /** It was drawn, so long after it was taken (null: it is not ours). @param {import('./faces/stage.js').Picture} picture @param {import('../messages.d.ts').View} view @param {number | null} delay */
  function drew({ width, height }, { source: key, ms }, delay) {
    const now = performance.now();
    shown = [...shown.filter(([at]) => at > now - REMEMBERED_MS), [now, delay]];
    if (now - told < TOLD_MS) return;
    told = now;
    const rate = (1000 * (shown.length - 1)) / (now - shown[0][0] || 1);
    const delays = shown.flatMap(([, one]) => one ?? []).sort((a, b) => a - b);
    const typical = delays[Math.floor(delays.length / 2)] ?? ms;
    const quick = rate.toLocaleString(language, { minimumFractionDigits: Number(rate < 9.5), maximumFractionDigits: Number(rate < 9.5) });
    write(speed, `${say('{count} pictures a second', { count: quick })} · ${typical.toFixed(0)} ms · ${width} × ${height}`);
    Object.assign(stage.dataset, { rate: rate.toFixed(2), delay: typical.toFixed(1) });
    const label = camera.track?.label || say(camera.kind === 'screen' ? 'shared window' : 'camera');
    write(source, camera.on ? label : sourceName(key));
    show(stop, camera.on || key.startsWith('drawn:'));
  }

  return { began, drew };
}
