// What the server's pages cannot do by themselves, and nothing else: what changes while one looks, drafts saved as one types, the keyboard,
// pasting and dropping files. Every page works without it.

const on = (name, act) => document.querySelectorAll(`[data-${name}]`).forEach(act);

// The keyboard: j/k and enter in lists, r reply, e escalate, c classify, / search, g go, ? help.
const places = { f: "/fila", c: "/code", p: "/procedimento", l: "/log", r: "/relatorios", d: "/documentacao" };
let going = false;
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
const move = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("here"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  all.forEach((row) => row.classList.toggle("here", row === next));
  next.querySelector("a")?.focus();
};
const focus = (selector) => {
  const found = document.querySelector(selector);
  if (found?.closest("details")) found.closest("details").open = true;
  found?.focus();
  found?.scrollIntoView({ block: "center" });
  return Boolean(found);
};
// Two keys say what a ticket is: c, and the letter of the cause.
let classifying = false;
const classify = () => {
  const panel = document.querySelector("#classificar");
  if (!panel) return false;
  panel.open = true;
  panel.scrollIntoView({ block: "nearest" });
  panel.querySelector("summary").focus();
  classifying = true;
  setTimeout(() => { classifying = false; }, 8000);
  return true;
};
const keys = {
  c: classify,
  j: () => move(1),
  k: () => move(-1),
  r: () => focus("[data-reply]"),
  e: () => focus("[data-escalate]"),
  "/": () => focus("[data-search]"),
  g: () => { going = true; setTimeout(() => { going = false; }, 1200); return true; },
  "?": () => { document.querySelector("#keys")?.showModal?.(); return true; },
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (classifying && event.key.length === 1) {
    classifying = false;
    const choice = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (choice) { event.preventDefault(); choice.click(); return; }
  }
  if (going && places[event.key]) { location.href = places[event.key]; return; }
  const act = keys[event.key];
  if (act && act() !== false) event.preventDefault();
});

// Drafts: saved a second after the last key, and when one leaves.
on("draft", (area) => {
  const said = document.querySelector("[data-draft-state]");
  let version = Number(area.dataset.version || 0);
  let last = area.value;
  let waiting = null;
  let busy = Promise.resolve();
  const save = () => {
    if (area.value === last) return;
    const body = area.value;
    last = body;
    busy = busy.then(async () => {
      const form = new URLSearchParams({ body, version: String(version) });
      const answer = await fetch(area.dataset.draft, { method: "POST", body: form, keepalive: body.length < 60000 }).catch(() => null);
      if (answer?.ok) { version = Number(await answer.text()); if (said) said.textContent = area.dataset.saved; return; }
      last = null;
      if (said) said.textContent = answer?.status === 412 ? area.dataset.stale : area.dataset.unsaved;
    });
  };
  area.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(save, 1000); });
  addEventListener("pagehide", save);
});

// A text put into the editor: the suggestion, a standard reply.
on("fill", (button) => {
  button.addEventListener("click", () => {
    const area = document.querySelector("[data-reply]");
    const text = document.getElementById(button.dataset.fill)?.content.textContent ?? "";
    if (!area) return;
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n\n${text}` : text;
    area.dispatchEvent(new Event("input"));
    area.focus();
  });
});

// A standard reply, filled by the server, put in without leaving the page: in the place of a suggestion, below what was written.
on("reply-from", (link) => {
  link.addEventListener("click", async (event) => {
    const area = document.querySelector("[data-reply]");
    if (!area || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok) { location.href = link.href; return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const text = page.querySelector("[data-reply]")?.value ?? "";
    const touched = area.value !== area.defaultValue && area.value.trim();
    area.value = touched ? `${area.value.trimEnd()}\n\n${text}` : text;
    area.defaultValue = touched ? area.defaultValue : text;
    area.dispatchEvent(new Event("input"));
    area.focus();
  });
});

// Copying.
on("copy", (button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });
});

// What changes while one looks: the server says that something did, and the part is fetched anew. Nothing moves under one's hands: a list
// only says that there is news.
const live = document.querySelector("[data-live]");
if (live) {
  const source = new EventSource(live.dataset.live);
  let news = 0;
  source.addEventListener("changed", () => {
    news += 1;
    live.hidden = false;
  });
  source.addEventListener("looking", (event) => {
    const place = document.querySelector("[data-looking]");
    if (place) place.textContent = event.data;
  });
  addEventListener("pagehide", () => source.close());
}

// Dropped files go into the form's file field.
on("drop", (area) => {
  const field = document.getElementById(area.dataset.drop);
  const over = (yes) => area.classList.toggle("drop-over", yes);
  area.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  area.addEventListener("dragleave", () => over(false));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const all = new DataTransfer();
    [...field.files, ...event.dataTransfer.files].forEach((file) => all.items.add(file));
    field.files = all.files;
    field.dispatchEvent(new Event("change"));
  });
  area.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    const all = new DataTransfer();
    [...field.files, ...event.clipboardData.files].forEach((file) => all.items.add(file));
    field.files = all.files;
  });
});

// All of a list.
on("all", (box) => {
  box.hidden = false;
  box.addEventListener("change", () => document.querySelectorAll(`[name="${box.dataset.all}"]`).forEach((one) => { one.checked = box.checked; }));
});

// How much of a file has gone: the same form, sent by a request that tells.
on("progress", (form) => {
  form.addEventListener("submit", (event) => {
    const bar = form.querySelector("progress");
    const body = new FormData(form, event.submitter);
    if (!bar || ![...body.values()].some((value) => value instanceof File && value.size > 1_000_000)) return;
    event.preventDefault();
    bar.hidden = false;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (sent) => { if (sent.lengthComputable) bar.value = (sent.loaded / sent.total) * 100; });
    request.addEventListener("load", () => {
      if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) { location.href = request.responseURL; return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceChildren(...(page.querySelector("main") ?? page.body).childNodes);
      document.querySelector("main").focus();
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(body);
  });
});
