// Streamlit would guess its server's address from the page's: two requests that fail, each time.
Object.assign(window, { __streamlit: { BACKEND_BASE_URL: `${location.origin}/` } });
