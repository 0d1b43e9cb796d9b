// The join page works without a script; this only says early when the camera could not work.
const works = window.isSecureContext && navigator.mediaDevices?.getUserMedia && "WebSocket" in window;
const note = document.getElementById("camera-note");
if (note) {
  note.hidden = Boolean(works);
  if (!works && window.isSecureContext) {
    note.querySelector("b").textContent = "This browser cannot show your camera to a page.";
    note.querySelector("p").textContent =
      "Use a current Firefox, Chrome, Edge or Safari. Inside another app, choose \"Open in browser\".";
  }
}
