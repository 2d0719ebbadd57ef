// A message as HTML: words, result card, quotes, call buttons, quick replies, "helpful?".
// Everything is built as elements with text, so that nothing said can become markup.

const RESULTS = {
  emergency: ["Emergency", "M12 2 1 21h22L12 2zm-1 7h2v6h-2zm0 8h2v2h-2z"],
  urgent: ["Be seen today", "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 5v5.4l4 2.4-1 1.7-5-3V7z"],
  contact: ["Within 24 to 48 hours", "M7 2v2H4v18h16V4h-3V2h-2v2H9V2zm-1 8h12v10H6z"],
  undetermined: ["Not certain", "M11 18h2v-2h-2zM12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4a4 4 0 0 0-4 4h2a2 2 0 1 1 4 0c0 2-3 1.8-3 5h2c0-2.3 3-2.5 3-5a4 4 0 0 0-4-4z"],
  self_care: ["Home care", "M12 3 2 12h3v8h6v-6h2v6h6v-8h3z"],
  expected: ["Normal healing", "M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z"],
};

const TEXT = new Set(["p", "li", "h2", "span", "button"]);

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  if (TEXT.has(name)) made.dir = "auto"; // English words on a page that runs the other way
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
};

const icon = (path) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", "icon"]])
    svg.setAttribute(key, value);
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
};

const PHONE = "M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.2 11 11 0 0 0 3.6.6 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1 11 11 0 0 0 .6 3.6 1 1 0 0 1-.3 1z";

/** Lines of text as paragraphs and lists. */
const prose = (text) => {
  const body = document.createDocumentFragment();
  let list = null;
  for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
    const [, mark, item] = /^(•|\d+\.)\s+(.*)$/.exec(line) || [];
    if (!item) {
      list = null;
      const small = line.startsWith("(") && line.endsWith(")");
      body.append(element("p", small ? { class: "fine" } : {}, line));
      continue;
    }
    const kind = mark === "•" ? "ul" : "ol";
    if (!list || list.localName !== kind) body.append((list = element(kind)));
    list.append(element("li", {}, item));
  }
  return body;
};

const quoteCard = ({ text, document, section, url }) =>
  element("a", { class: "quote", href: url, target: "_blank", rel: "noopener" },
    element("span", { class: "words" }, `“${text}”`),
    element("span", { class: "source" }, `${document} · ${section}`),
    element("span", { class: "hidden" }, " (opens the guide at this passage)"));

const callButton = ({ name, number }) =>
  element("a", { class: "call", href: `tel:${number.replace(/[^0-9+]/g, "")}` },
    icon(PHONE), element("span", {}, name === "Emergency" ? `Call ${number}` : `Call ${name}: ${number}`));

const calls = (message) => message.calls?.length
  ? element("div", { class: "calls" }, ...message.calls.map(callButton)) : null;

/** The words, with each quote as a card in its place. */
const words = ({ text, quotes = [] }) => {
  const body = document.createDocumentFragment();
  let rest = text;
  for (const quote of quotes) {
    const [before, behind] = rest.split(
      `“${quote.text}”\n— ${quote.document}, section “${quote.section}”`, 2);
    body.append(prose(before), quoteCard(quote));
    rest = behind ?? "";
  }
  body.append(prose(rest));
  return body;
};

const result = (message) => {
  const kind = message.custom.disposition;
  const [name, path] = RESULTS[kind] || RESULTS.undetermined;
  const [headline, ...rest] = message.text.split("\n");
  return element("div", { class: `card ${kind}`, ...(kind === "emergency" && { role: "alert" }) },
    element("div", { class: "band" }, icon(path), element("span", {}, name)),
    element("div", { class: "body" },
      element("h2", {}, headline.replace(/^[^\p{L}\p{N}]+/u, "")), calls(message),
      words({ ...message, text: rest.join("\n") })));
};

const SENT = "M20 4H4a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V6a2 2 0 0 0-2-2zm0 4.2-8 5-8-5V6l8 5 8-5z";

/** What was passed on to the clinic, with the reference that both sides call it by. */
const handoff = (message) =>
  element("div", { class: "card handoff" },
    element("div", { class: "band" }, icon(SENT), element("span", {}, "Passed on to the clinic")),
    element("div", { class: "body" },
      element("p", { class: "reference" }, "Reference ",
        element("strong", { dir: "ltr" }, message.custom.reference)),
      words(message)));

const INSIDE = { triage: (message) => [result(message)], handoff: (message) => [handoff(message)] };

const replies = (message) => message.buttons?.length
  ? element("div", { class: "replies", role: "group", "aria-label": "Suggested answers" },
      ...message.buttons.map(({ id, title }) =>
        element("button", { type: "button", "data-button": id }, title))) : null;

const helpful = (message) => {
  if (message.custom?.status !== "answered" || !message.seq) return null;
  if (message.helpful !== null) return element("p", { class: "fine" }, "Thank you for telling us.");
  const ask = (answer, words) =>
    element("button", { type: "button", "data-helpful": `${message.seq} ${answer}` }, words);
  return element("div", { class: "helpful", role: "group", "aria-label": "Was this helpful?" },
    element("span", {}, "Helpful?"), ask(true, "Yes"), ask(false, "No"));
};

/** The bubble of one of the bot's messages. */
export const botBubble = (message) => {
  const late = message.late
    ? element("p", { class: "fine" }, "The answer to what you wrote before:") : null;
  const inside = INSIDE[message.custom?.type]?.(message)
    ?? [words(message), calls(message), helpful(message)];
  return element("div", { class: "said" }, element("span", { class: "hidden" }, "Bot: "),
    late, ...inside, replies(message)).outerHTML;
};

/** The bubble of what somebody of the clinic's staff wrote. */
export const staffBubble = ({ name, text }) =>
  element("div", { class: "said" },
    element("p", { class: "who" }, `${name} from the clinic`),
    ...text.split("\n").map((line) => element("p", {}, line))).outerHTML;

/** The bubble of what the patient wrote. */
export const patientBubble = (text) =>
  element("div", { class: "said" }, element("span", { class: "hidden" }, "You: "),
    ...text.split("\n").map((line) => element("p", {}, line))).outerHTML;
