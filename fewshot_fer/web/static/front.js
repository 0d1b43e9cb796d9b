// Streamlit would guess its server's address from the page's: two requests that fail, each time.
Object.assign(window, { __streamlit: { BACKEND_BASE_URL: `${location.origin}/` } });

// On a phone the menu lies over the page: once something is chosen in it, it has done.
addEventListener('click', ({ target }) => {
  const chosen = target instanceof Element && target.closest('[data-testid="stSidebarNavLink"]');
  if (!chosen || !matchMedia('(max-width: 768px)').matches) return;
  const closes = document.querySelector('[data-testid="stSidebarCollapseButton"] button');
  setTimeout(() => closes instanceof HTMLElement && closes.click());
});
