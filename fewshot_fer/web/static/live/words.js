// Small helpers: elements, numbers as people read them, what went wrong in plain words.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'text') made.textContent = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const percent = (share) => `${Math.round(100 * share)} %`;

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pair = (n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${pair(m)}:${pair(s)}` : `${m}:${pair(s)}`;
}

// Text is only written where it changes: screen readers and the browser's layout thank for it.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

// The largest first; parts that nobody shows are left out.
export const largest = (shares) =>
  Object.entries(shares).filter(([, share]) => share > 0.004).sort((a, b) => b[1] - a[1]);

export function summary(state) {
  if (!state.expected) return 'No face is seen.';
  const parts = largest(state.shares).slice(0, 3).map(([name, share]) => `${name} ${percent(share)}`);
  const read = `${state.sure} of ${state.expected} surely read.`;
  return parts.length ? `${parts.join(', ')}. ${read}` : read;
}

const HTTPS = {
  what: 'Browsers give a camera only to pages with HTTPS, or on the very machine that serves them.',
  next: 'Open this page as https://…, or on the server itself as http://localhost. Whoever runs the '
    + 'server can start it with --self-signed.',
};

// Why this browser, on this page, cannot give a camera or a screen; null: nothing speaks against it.
export function obstacle(kind) {
  if (!window.isSecureContext) return HTTPS;
  const media = navigator.mediaDevices;
  if (kind === 'screen' && !media?.getDisplayMedia) {
    return {
      what: 'This browser cannot share a window.',
      next: 'Phones and tablets never can. On a computer, use a current Chrome, Edge, Firefox or Safari.',
    };
  }
  if (!media?.getUserMedia || !window.WebSocket) {
    return { what: 'This browser is too old to use a camera.', next: 'Use a current Chrome, Edge, Firefox or Safari.' };
  }
  return null;
}

export function trouble(error, kind) {
  const screen = kind === 'screen';
  switch (error?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return screen
        ? { what: 'No window was shared.', next: 'Try again and choose the window of the video call.' }
        : {
          what: 'The browser does not let this page use the camera.',
          next: 'Click the camera sign in the address bar, choose “Allow”, then try again.',
        };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return { what: 'No camera was found.', next: 'Plug one in or switch it on, then try again.' };
    case 'NotReadableError':
    case 'AbortError':
      return {
        what: screen ? 'The window cannot be read.' : 'The camera is there, but gives no picture.',
        next: screen ? 'Try again, or choose another window.' : 'Close other programs that use it, then try again.',
      };
    default:
      return { what: `It did not work (${error?.name || 'unknown'}).`, next: 'Try again, or load the page anew.' };
  }
}
