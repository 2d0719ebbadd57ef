/**
 * Keeps the inbox's pages up to date while they are open: the list is replaced, the transcript
 * grows. What comes is made by the server, escaped there, and never run.
 */

const part = async (address) => {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
  if (answer.status === 401) throw new Error("You are not logged in any more. Load the page anew to log in.");
  if (!answer.ok) throw new Error("This page is not up to date: the inbox cannot be reached. Trying again.");
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

const told = document.getElementById("stale");

const tell = (words) => {
  if (told.textContent !== words) told.textContent = words;
  told.hidden = !words;
};

/** Call `look` again and again while the page can be seen, and at once when it is seen again. */
const again = (look, seconds) => {
  let timer;
  const turn = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      await look();
      tell("");
    } catch (problem) {
      tell(problem instanceof TypeError ? "This page is not up to date: no connection. Trying again." : problem.message);
    }
    timer = setTimeout(turn, seconds * 1000);
  };
  timer = setTimeout(turn, seconds * 1000);
  document.addEventListener("visibilitychange", turn);
};

/** Replace what has changed; where the focus lies inside, it waits. */
const replace = (place, fresh) => {
  if (place.innerHTML === fresh.innerHTML || place.contains(document.activeElement)) return;
  place.replaceChildren(...fresh.childNodes);
};

const list = document.querySelector("[data-again]");
if (list) {
  again(async () => {
    const page = await part(list.dataset.again);
    const { title, news } = page.querySelector("[data-title]").dataset;
    document.title = title;
    const count = document.getElementById("news");
    if (count.textContent !== news) count.textContent = news; // heard by screen readers
    replace(list, page.body);
  }, Number(list.dataset.seconds));
}

const log = document.querySelector("[data-add]");
if (log) {
  log.scrollTop = log.scrollHeight;
  again(async () => {
    const last = log.lastElementChild?.dataset.seq ?? "0";
    const page = await part(`${log.dataset.add}?after=${last}`);
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.append(...page.getElementById("lines").children);
    if (atEnd) log.scrollTop = log.scrollHeight;
    replace(document.getElementById("state"), page.getElementById("state"));
  }, Number(log.dataset.seconds));
}
