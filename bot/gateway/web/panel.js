// The chat's panel: deep-chat for the conversation, and what it lacks around it.
//
// deep-chat without a `connect` answers by itself, asks Google for a font unless one is set, and
// leaves its send button and its messages without names; all of that is set here.

import { Api, OfflineError, Outbox } from "./api.js";
import { botBubble, staffBubble } from "./bubbles.js";
import { createTalk } from "./talk.js";

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId("config").textContent);
const api = new Api(config.embedded);
const outbox = new Outbox();

const SOON = 2000; // milliseconds until the next look for news while an answer is due
const ASKED = 8000; // while the clinic may write, after a request to get in touch
const LATER = 30000; // and otherwise
const AGAIN = [1000, 2000, 4000, 8000]; // pauses between attempts without a connection

const REFUSED = { from: "bot", text: "That did not work. Please write it in your own words." };
const QUESTION = { from: "bot", text: "Tell me in your own words what you see or feel after"
  + " microneedling and when it was done, or ask me about aftercare." };

let last = 0; // number of the newest message that is shown
let waiting = 0; // requests under way
let offline = false;
let consentNeeded = true;
let timer = 0;
let asked = false; // the clinic was asked to get in touch
const shown = new Set(); // numbers of the bot's messages, ids of the patient's

const talk = await createTalk(byId("talk"), config, {
  send: (message) => send(outbox.add(message)),
  helpful: (message, helpful) => api.call("POST", "feedback", { message, helpful }),
});

// ---- messages in and out

/** Show news, and note how far they go. */
const receiveNews = (answer) => {
  for (const { seq } of answer.messages || []) last = Math.max(last, seq || 0);
  receive(answer);
};

/**
 * Show what came from the gateway, each message once. What answers a message says nothing of how
 * far the news go: something else may have been said before it.
 */
const receive = ({ messages = [], consent_needed: needed, pending, with_staff: staff, error }) => {
  if (needed !== undefined) askConsent(needed);
  let first = true;
  for (const message of messages) {
    const key = message.from === "patient" ? message.id : message.seq;
    if (key && shown.has(key)) continue;
    if (key) shown.add(key);
    show(message, first);
    first &&= message.from === "patient";
    progress(message);
  }
  asked ||= messages.some(({ custom }) => custom?.type === "handoff");
  lookAgain(error ? LATER : pending || staff ? SOON : asked ? ASKED : LATER);
};

/** Suggested answers stay until the next reply: one reply may hold two messages that suggest some. */
const show = (message, first) => {
  if (message.from === "patient") talk.patient(message.text);
  else {
    if (first) talk.forget();
    if (message.from === "staff") talk.staff(staffBubble(message));
    else talk.bot(botBubble(message));
  }
};

const progress = ({ from, custom }) => {
  if (from === "patient") return;
  const { step, steps } = custom?.type === "question" ? custom : {};
  byId("progress").hidden = !step;
  if (!step) return;
  byId("progress-words").textContent = `Question ${step} of ${steps}`;
  Object.assign(document.querySelector("progress"), { max: steps, value: step });
};

/**
 * Send a message until it is answered; its id makes sure that it counts once.
 *
 * It does not wait for the one before it, though a request may hang: it may be the urgent one. It
 * names that one instead, and the gateway reads one that is early for red flags and sends it back.
 */
const send = async (item) => {
  shown.add(item.id);
  if (offline) return; // `reconnect` sends it in its turn
  await attempt(item, outbox.before(item.id));
  if (!waiting && !offline) await sendKept(); // what was early
};

const attempt = async (item, after) => {
  busy(+1);
  try {
    const { id, text, button, at } = item;
    // By one clock: the gateway's may be another. What waited for the consent alone is not old.
    const age = item.read || !at ? 0 : (Date.now() - at) / 1000;
    const answer = await api.call("POST", "messages", { id, text, button, age, after });
    const early = answer.error === "early";
    if (answer.consent_needed) outbox.read(id);
    else if (!early) outbox.remove(id);
    if (answer.error && !early && !answer.messages.length) answer.messages = [REFUSED];
    receive(answer);
    return true;
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
    reconnect();
    return false;
  } finally {
    busy(-1);
  }
};

const busy = (change) => {
  waiting += change;
  talk.typing(waiting > 0);
  byId("status").textContent = waiting > 0 ? "The bot is writing." : "";
};

// ---- news, and the lost connection

const lookAgain = (pause) => {
  clearTimeout(timer);
  timer = setTimeout(news, pause);
};

const news = async () => {
  if (offline) return;
  try {
    receiveNews(await api.call("GET", `messages?after=${last}`));
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
    reconnect();
  }
};

/** Say whom to call meanwhile, and try until the connection is back; then send what was kept. */
const reconnect = async () => {
  if (offline) return;
  offline = true;
  showOffline();
  for (let attempts = 0; offline; attempts += 1) {
    await pause(AGAIN[Math.min(attempts, AGAIN.length - 1)]);
    try {
      const answer = await api.call("GET", `messages?after=${last}`);
      offline = false;
      const focused = byId("offline").contains(document.activeElement);
      byId("offline").hidden = true;
      if (focused) talk.focus();
      receiveNews(answer);
    } catch (error) {
      if (!(error instanceof OfflineError)) throw error;
    }
  }
  await sendKept();
};

const pause = (milliseconds) => new Promise((resolve) => {
  setTimeout(resolve, milliseconds);
  addEventListener("online", resolve, { once: true });
});

/** Send what is not answered, one after the other, also what is added meanwhile. */
const sendKept = async () => {
  const isDue = ({ read }) => !(read && consentNeeded); // read for red flags without consent, once
  for (let item; (item = outbox.items.find(isDue));) if (!(await attempt(item))) return;
};

const showOffline = () => {
  const words = document.createElement("p");
  words.dir = "auto";
  const unsent = outbox.items.length ? "It will be sent as soon as there is one." : "";
  words.textContent = `No connection to the chat right now. ${unsent}\n${config.unavailable}`;
  const calls = document.createElement("div");
  calls.className = "choices";
  for (const { name, number, tel } of [...config.emergency, config.phone]) {
    const call = document.createElement("a");
    call.href = tel;
    call.textContent = name === "Emergency" ? `Call ${number}` : `Call ${name}`;
    calls.append(call);
  }
  byId("offline").replaceChildren(words, calls);
  byId("offline").hidden = false;
};

// ---- consent

/** Show the notice, or the first question, unless something was told before the consent. */
const askConsent = (needed) => {
  if (consentNeeded && !needed && !outbox.items.length) talk.bot(botBubble(QUESTION));
  consentNeeded = needed;
  byId("consent").hidden = !needed;
};

byId("consent-words").textContent =
  `${config.consent}\nConversations are deleted ${config.retentionDays} days after the last message.`;
byId("agree").addEventListener("click", async () => {
  try {
    await api.call("POST", "consent", {});
    askConsent(false);
    talk.focus();
    await sendKept();
    lookAgain(SOON); // what was written elsewhere before consent is answered now
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
    reconnect();
  }
});

// ---- the menu

/** Open or close the menu, and put the focus where a keyboard goes on. */
const menu = (open) => {
  byId("menu").hidden = !open;
  byId("menu-button").setAttribute("aria-expanded", String(open));
  (open ? byId("menu").querySelector("button") : byId("menu-button")).focus();
};

byId("menu-button").addEventListener("click", async () => {
  menu(byId("menu").hidden);
  if (byId("menu").hidden) return;
  try {
    byId("summary").href = (await api.call("POST", "summary-link", {})).url;
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
  }
});
byId("menu").addEventListener("click", ({ target }) => {
  menu(false);
  if (target.dataset.say) talk.say(target.dataset.say);
  if (target.id !== "delete") return;
  byId("sure").returnValue = ""; // else Escape would answer as the last time
  byId("sure").showModal();
});
byId("sure").addEventListener("close", async ({ target }) => {
  if (target.returnValue !== "yes") return;
  try {
    await api.call("DELETE", "conversation");
    api.forget();
    outbox.clear();
    shown.clear();
    last = 0;
    asked = false;
    talk.clear();
    byId("progress").hidden = true;
    receiveNews(await api.call("GET", "messages"));
    byId("status").textContent = "Your conversation was deleted.";
    talk.bot(botBubble({ text: "Your conversation was deleted. Nothing of it is kept." }));
    talk.focus();
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
    reconnect();
  }
});

const close = () => parent.postMessage("chat:close", "*");
byId("close").addEventListener("click", close);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || byId("sure").open) return;
  if (byId("menu").hidden) close();
  else menu(false);
});

// ---- begin, or go on where the last visit ended

try {
  receiveNews(await api.call("GET", "messages"));
} catch (error) {
  if (!(error instanceof OfflineError)) throw error;
  reconnect();
}
for (const { id, text, title } of outbox.items) {
  if (!shown.has(id)) talk.patient(title || text);
  shown.add(id);
}
if (!offline) sendKept();
if (parent !== window) parent.postMessage("chat:ready", "*");
else byId("close").hidden = true; // a page of its own: nothing to close
addEventListener("focus", () => talk.focus(), { once: true });
