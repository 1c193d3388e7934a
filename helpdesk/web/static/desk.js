// Quickens the desk: keyboard shortcuts, theme, drafts that survive a closed tab. Every page works without it.

const root = document.documentElement;
const YEAR = 365 * 24 * 3600;
const DRAFT_DAYS = 14;

function showThemeButtons() {
  for (const button of document.querySelectorAll("[data-theme-toggle], [data-help]")) button.hidden = false;
}

function toggleTheme() {
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tema=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
}

function compose(mode, selector) {
  const radio = document.getElementById(mode);
  if (!radio) return false;
  radio.checked = true;
  const target = document.querySelector(selector);
  target.focus();
  target.scrollIntoView({ block: "center" });
  return true;
}

function press(selector) {
  const button = document.querySelector(selector);
  if (button) button.click();
}

const shortcuts = {
  j: () => move(1),
  k: () => move(-1),
  r: () => compose("modo-responder", "#reply-text"),
  n: () => compose("modo-nota", "#note-text"),
  a: () => press('[data-key="a"]'),
  e: () => compose("modo-responder", '[data-key="e"]'),
  "/": () => document.getElementById("buscar")?.focus(),
  "?": () => document.getElementById("atajos")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const act = shortcuts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// One open menu at a time, closed by Escape or by a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open], details.action[open]")) {
    if (menu === except || (except && menu.contains(except))) continue;
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) toggleTheme();
  if (event.target.closest("[data-help]")) document.getElementById("atajos")?.showModal();
  const menu = event.target.closest("details.menu, details.action");
  closeMenus(menu || document.body);
  const back = event.target.closest("[data-back]");
  if (back && document.referrer.startsWith(location.origin + "/bandeja") && history.length > 1) {
    event.preventDefault();
    history.back();
  }
});

// Drafts: kept on this machine until sent, forgotten after two weeks.
function draftKey(field) {
  return `borrador:${field.closest("[data-draft]").dataset.draft}:${field.dataset.keep}`;
}

function keepDraft(field) {
  const note = field.form.querySelector("[data-draft-note]");
  if (field.value.trim()) {
    localStorage.setItem(draftKey(field), JSON.stringify({ text: field.value, at: Date.now() }));
    if (note) note.hidden = false;
  } else {
    localStorage.removeItem(draftKey(field));
    if (note) note.hidden = true;
  }
}

function restoreDrafts() {
  const oldest = Date.now() - DRAFT_DAYS * 24 * 3600 * 1000;
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith("borrador:")) continue;
    if (JSON.parse(localStorage.getItem(key)).at < oldest) localStorage.removeItem(key);
  }
  const sent = document.querySelector(".notice") !== null;
  for (const field of document.querySelectorAll("[data-keep]")) {
    const kept = localStorage.getItem(draftKey(field));
    if (!kept) continue;
    const draft = JSON.parse(kept);
    if (sent && draft.sent) {
      localStorage.removeItem(draftKey(field));
    } else if (!field.value || "proposed" in field.dataset) {
      field.value = draft.text;
      keepDraft(field);
      if (field.dataset.keep === "nota") document.getElementById("modo-nota").checked = true;
    }
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-keep]")) keepDraft(event.target);
});

// A draft is dropped only when the next page confirms that it was taken.
document.addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll("[data-keep]")) {
    localStorage.setItem(draftKey(field), JSON.stringify({ text: field.value, at: Date.now(), sent: true }));
  }
  // A second click on a slow line must not send twice.
  for (const button of event.target.querySelectorAll('button[type="submit"]')) {
    setTimeout(() => {
      button.disabled = true;
    });
  }
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll('button[type="submit"]')) button.disabled = false;
});

// On a phone the views are one long line: bring the present one into sight.
document.querySelector('.views [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });

showThemeButtons();
restoreDrafts();
