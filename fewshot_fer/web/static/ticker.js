// A clock that browsers do not slow down when the page is behind another window.
self.onmessage = ({ data }) => setTimeout(() => self.postMessage(null), data);
