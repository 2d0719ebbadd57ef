// The one script of a clinic's page: a button, and the chat in a frame once it is opened.
//
//   <script src="https://chat.clinic.example/chat.js" defer></script>
//
// or, from a copy on the clinic's own site, which is there when the gateway is not:
//
//   <script src="/chat.js" data-home="https://chat.clinic.example" defer></script>
//
// Nothing else is loaded before that. If the chat does not come up, the panel itself says whom to
// call; these words are in this file.
(() => {
  "use strict";
  const words = /*words*/ null;
  const PATIENCE = 4000; // milliseconds until the chat counts as out of reach

  const { src, dataset } = document.currentScript;
  const home = new URL(".", new URL(dataset.home ?? "", src));
  const style = `
    :host { all: initial; color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif;
      --ground: light-dark(#ffffff, #16201f); --ink: light-dark(#14211f, #eef5f3);
      --brand: light-dark(#0b5d56, #7fd6c8); --on-brand: light-dark(#ffffff, #06201c);
      --alarm: light-dark(#b3140c, #ffb4a8); --on-alarm: light-dark(#ffffff, #3b0500); }
    button, a { font: inherit; }
    .open { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000;
      display: flex; align-items: center; gap: 10px; padding: 14px 20px; border: 0;
      border-radius: 999px; background: var(--brand); color: var(--on-brand); font-weight: 600;
      cursor: pointer; box-shadow: 0 4px 18px rgb(0 0 0 / .28); }
    .open svg { inline-size: 22px; block-size: 22px; flex: none; }
    :is(button, a):focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
    .panel { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483001;
      inline-size: min(410px, calc(100vw - 40px)); block-size: min(680px, calc(100vh - 40px));
      border-radius: 18px; overflow: hidden; background: var(--ground); color: var(--ink);
      box-shadow: 0 10px 40px rgb(0 0 0 / .35); }
    iframe { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; border: 0;
      color-scheme: normal; }
    .away { position: absolute; inset: 0; overflow: auto; padding: 20px; background: var(--ground); }
    .away p { white-space: pre-line; margin-block: 0 16px; }
    .away .call { display: block; margin-block-end: 10px; padding: 13px; border-radius: 12px;
      background: var(--alarm); color: var(--on-alarm); text-align: center; font-weight: 700;
      text-decoration: none; }
    .away button { padding: 11px 16px; margin-inline-end: 8px; border: 2px solid var(--brand);
      border-radius: 12px; background: none; color: var(--brand); cursor: pointer; }
    [hidden] { display: none !important; }
    @media (max-width: 520px), (max-height: 520px) {
      .panel { inset: 0; inline-size: 100%; block-size: 100%; border-radius: 0; } }
    @media print { :host { display: none; } }`;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const host = element("div", { dir: getComputedStyle(document.documentElement).direction });
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];

  const bubble = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  bubble.setAttribute("viewBox", "0 0 24 24");
  bubble.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("fill", "currentColor");
  shape.setAttribute("d", "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4.5V17a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z");
  bubble.append(shape);

  const open = element("button", { className: "open", type: "button" }, bubble, "Ask about your skin");
  open.setAttribute("aria-expanded", "false");
  const panel = element("div", { className: "panel", hidden: true, tabIndex: -1 });
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", `Chat with ${words.clinic}`);
  root.append(open, panel);

  const away = element("div", { className: "away", hidden: true });
  away.setAttribute("role", "alert");
  let frame = null;
  let timer = 0;

  const show = () => {
    panel.hidden = false;
    open.hidden = true;
    open.setAttribute("aria-expanded", "true");
    if (frame) (away.hidden ? frame : panel).focus();
    else load();
  };

  const hide = () => {
    panel.hidden = true;
    open.hidden = false;
    open.setAttribute("aria-expanded", "false");
    open.focus();
  };

  const load = () => {
    const address = new URL("chat/panel", home);
    if (home.origin !== location.origin) address.searchParams.set("embedded", "1");
    if (host.dir === "rtl") address.searchParams.set("dir", "rtl");
    frame = element("iframe", { src: address.href, title: `Chat with ${words.clinic}` });
    away.hidden = true;
    panel.replaceChildren(frame, away);
    panel.focus(); // until the chat is there to take it: what was pressed is gone
    clearTimeout(timer);
    timer = setTimeout(apologise, PATIENCE);
  };

  // The chat did not come up: whom to call, in words that need no server.
  const apologise = () => {
    const calls = words.emergency.map((each) =>
      element("a", { className: "call", href: each.tel }, `Call ${each.number}`));
    const again = element("button", { type: "button", onclick: load }, "Try again");
    const close = element("button", { type: "button", onclick: hide }, "Close");
    away.replaceChildren(element("p", {}, words.unavailable), ...calls, again, close);
    away.hidden = false;
  };

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin) return;
    if (event.data === "chat:ready") {
      clearTimeout(timer);
      away.hidden = true;
      frame.focus();
    }
    if (event.data === "chat:close") hide();
  });
  open.addEventListener("click", show);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) hide();
  });
  document.body.append(host);
})();
