// The class's page by itself, where no Streamlit gives it a place.

import { mount } from './live/live.js';

const place = /** @type {HTMLElement} */ (document.getElementById('class'));
mount({
  data: JSON.parse(place.dataset.class ?? ''), parentElement: place, setTriggerValue: () => location.reload(),
});
