/**
 * The script of the live page in the browser. It hears that the run went on, fetches the page anew and replaces its
 * parts. The focused element keeps the focus. Without this script the page is the report as it was fetched.
 */
export const SCRIPT = `
"use strict";
const now = document.getElementById("now");
const link = document.getElementById("link");
let shown = document.documentElement.dataset.version;
let busy = false;
let wanted = shown;

const inFocus = () => {
  const all = [...document.querySelectorAll("a, [tabindex]")];
  const at = all.indexOf(document.activeElement);
  return () => {
    if (at >= 0) [...document.querySelectorAll("a, [tabindex]")][at]?.focus({ preventScroll: true });
  };
};

const fetchPage = async () => {
  if (busy) return;
  busy = true;
  try {
    while (wanted !== shown) {
      const asked = wanted;
      const response = await fetch(location.pathname, { cache: "no-store" });
      if (!response.ok) throw new Error(String(response.status));
      const next = new DOMParser().parseFromString(await response.text(), "text/html");
      const back = inFocus();
      for (const name of ["header", "nav", "main"])
        document.querySelector(name).replaceWith(document.adoptNode(next.querySelector(name)));
      document.title = next.title;
      back();
      shown = next.documentElement.dataset.version;
      if (shown !== asked && wanted === asked) wanted = shown;
    }
  } finally {
    busy = false;
  }
};

const changes = new EventSource("changes");
changes.onmessage = ({ data }) => {
  const told = JSON.parse(data);
  link.textContent = "connected";
  link.className = "live";
  if (now.textContent !== told.now) now.textContent = told.now;
  wanted = told.version;
  fetchPage().catch(() => {});
};
// Another server has another address: a server that listens here next is none of ours.
changes.onerror = () => {
  changes.close();
  link.textContent =
    "not connected: this is what was last heard. Load the page again if only the way here was cut. If its server was ended, type: dingo-recover serve " +
    document.documentElement.dataset.run +
    " and open the address that it names.";
  link.className = "lost";
};
`;
