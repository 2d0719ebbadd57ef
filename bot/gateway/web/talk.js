// deep-chat, set up: no demo, no font from elsewhere, names for what a screen reader meets, and
// colours that follow the page's. It shows; sending is ours: deep-chat would hold the next message
// back until the last one is answered, though it may be the urgent one, and would read what a patient
// types as Markdown, images from elsewhere included.

import { patientBubble } from "./bubbles.js";
import "./vendor/deep-chat-2.4.2/deepChat.bundle.js";

// No question in it: nobody is asked about their health before they agreed to its being stored.
const GREETING = `<div class="said"><span class="hidden">Bot: </span><p dir="auto">Hello! I help with
 reactions of the skin after microneedling, and with aftercare.</p>
 <p class="fine" dir="auto">I am a program. I inform and quote our guide; I do not diagnose.</p></div>`;

const bubble = {
  maxWidth: "88%", padding: "10px 14px", borderRadius: "16px", fontSize: "1rem", lineHeight: "1.45",
};

const sendButton = {
  svg: { styles: { default: { filter: "none", color: "var(--brand)" } } },
};

/**
 * Put a conversation into `place`.
 * @param {{send: (message: {text?: string, title?: string, button?: string}) => void,
 *          helpful: (message: number, helpful: boolean) => Promise<unknown>}} does
 */
export const createTalk = async (place, config, does) => {
  // First what has to be waited for: an element without its settings renders as a demo.
  const auxiliaryStyle = await (await fetch("/chat/static/bubbles.css")).text();
  const chat = document.createElement("deep-chat");
  const rendered = new Promise((done) => chat.addEventListener("render", done, { once: true }));
  Object.assign(chat.style, {
    fontFamily: "system-ui, sans-serif", fontSize: "1rem", inlineSize: "100%", blockSize: "100%",
    display: "block", width: "100%", height: "100%", border: "0", backgroundColor: "var(--ground)",
    colorScheme: "light dark",
    visibility: "hidden", // until sending is ours: what is written before it would go nowhere
  });
  Object.assign(chat, {
    connect: { websocket: true, handler: (_, signals) => signals.onOpen() }, // else: demo replies
    introMessage: { html: GREETING },
    auxiliaryStyle,
    textInput: {
      characterLimit: config.longest,
      placeholder: { text: "Write a message", style: { color: "var(--soft-ink)" } },
      styles: {
        container: { backgroundColor: "var(--ground)", border: "1px solid var(--line)",
          borderRadius: "22px", boxShadow: "none", width: "100%", margin: "8px 12px" },
        text: { color: "var(--ink)", paddingBlock: "10px", paddingInline: "16px 48px", fontSize: "1rem" },
      },
    },
    messageStyles: {
      default: {
        shared: { bubble },
        ai: { bubble: { backgroundColor: "var(--bubble)", color: "var(--ink)" } },
        user: { bubble: { backgroundColor: "var(--brand)", color: "var(--on-brand)" } },
        staff: { bubble: { backgroundColor: "var(--ground)", color: "var(--ink)",
          border: "2px solid var(--brand)" } },
      },
      loading: { message: { styles: { bubble: { backgroundColor: "var(--bubble)" } } } },
    },
    inputAreaStyle: { backgroundColor: "var(--ground)" },
    displayLoadingBubble: { toggle: () => {} }, // deep-chat puts its own function there
    submitButtonStyles: { position: "inside-end", submit: sendButton, disabled: sendButton },
  });
  place.append(chat);
  await rendered;
  // Where timers run late, that was the rendering that deep-chat makes when no setting came in time;
  // the one that the settings asked for follows it, without a word, and replaces all of it.
  do await new Promise((done) => setTimeout(done)); while (chat._waitingToRender_);
  const root = chat.shadowRoot;
  const log = root.getElementById("messages");
  name(root);

  let isTyping = false;
  const typing = (on) => {
    if (on !== isTyping) chat.displayLoadingBubble.toggle();
    isTyping = on;
  };
  /** Add a message above the dots of the bot that is writing. */
  const add = (message) => {
    const dots = isTyping;
    typing(false);
    chat.addMessage(message);
    typing(dots);
    chat.scrollToBottom();
  };
  /** Take the suggested answers away; the focus on one of them goes to the conversation. */
  const forget = () => {
    const focused = root.activeElement?.closest(".replies");
    root.querySelectorAll(".replies").forEach((each) => each.remove());
    if (focused) log.focus();
  };

  /** Show what the patient says; the suggested answers were for this one. */
  const patient = (text) => {
    forget();
    add({ html: patientBubble(text), role: "user" });
  };
  const say = (message) => {
    patient(message.title ?? message.text);
    does.send(message);
  };

  const input = root.getElementById("text-input");
  const submit = () => {
    const text = input.innerText.trim().slice(0, config.longest);
    if (!text) return;
    input.replaceChildren();
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    say({ text });
  };
  const instead = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    submit();
  };
  root.addEventListener("keydown", (event) => {
    const send = event.target.matches(".input-button") && [" ", "Enter"].includes(event.key);
    const enter = event.target === input && event.key === "Enter" && !event.shiftKey;
    if (send || (enter && !event.isComposing)) instead(event);
  }, true);
  root.addEventListener("click", (event) => {
    if (event.target.closest(".input-button")) instead(event);
  }, true);

  root.addEventListener("click", async ({ target }) => {
    const { button, helpful } = target.closest("button")?.dataset || {};
    if (button) say({ button, title: target.textContent });
    if (!helpful) return;
    const [message, answer] = helpful.split(" ");
    await does.helpful(Number(message), answer === "true");
    const thanks = Object.assign(document.createElement("p"), { className: "fine", tabIndex: -1 });
    thanks.textContent = "Thank you for telling us.";
    const asked = target.closest(".helpful");
    const focused = asked.contains(root.activeElement);
    asked.replaceWith(thanks);
    if (focused) thanks.focus();
  });

  chat.style.visibility = "";
  return {
    typing,
    patient,
    bot: (html) => add({ html, role: "ai" }),
    staff: (html) => add({ html, role: "staff" }),
    forget,
    say: (text) => say({ text }),
    clear: () => { typing(false); chat.clearMessages(true); },
    focus: () => chat.focusInput(),
  };
};

/** Roles and names for what deep-chat leaves without. */
const name = (root) => {
  const messages = root.getElementById("messages");
  const log = { role: "log", "aria-live": "polite", "aria-label": "Conversation", tabindex: "0" };
  for (const [key, value] of Object.entries(log)) messages.setAttribute(key, value);
  const input = root.getElementById("text-input");
  input.setAttribute("aria-multiline", "true");
  input.dir = "auto";
  root.querySelector(".input-button").setAttribute("aria-label", "Send");
};
