// The page's language: ?lang= first, then what was chosen before, then the browser's. In the
// page's head, after window.TEXTS, and no module: it runs before there is anything to read.
(() => {
  const asked = new URLSearchParams(location.search).get("lang");
  let chosen = null;
  try {
    if (asked) localStorage.setItem("language", asked);
    chosen = localStorage.getItem("language");
  } catch {
    // The browser keeps nothing for this page, as it may inside another one.
  }
  const wanted = asked ?? chosen ?? navigator.language;
  const language = /^zh/i.test(wanted) ? "zh-CN" : "en";
  const other = language === "en" ? "zh-CN" : "en";
  const texts = window.TEXTS[language];
  // Gradio's own components carry the English text itself.
  const keys = Object.fromEntries(
    Object.entries(window.TEXTS.en).map(([key, text]) => [text, key]),
  );

  // A number, or each in a text, as people read it.
  const { format } = new Intl.NumberFormat("en");
  window.grouped = (text) => `${text}`.replace(/\d{4,}/g, (digits) => format(digits));

  // The text under a key, with values in place of {name}; {a name} is a digit's name and article.
  window.say = (key, values = {}) =>
    (texts[key] ?? key).replace(/{(a )?(\w+)}/g, (_, article, name) => {
      const value = values[name];
      const text = Number.isInteger(value) ? grouped(value) : value;
      return article ? `${text === "8" ? "an" : "a"} ${text}` : text;
    });

  // A share as people read it; its parts stay on one line.
  window.percent = (share) => {
    if (share > 0.999) return ">\u00a099.9\u00a0%";
    return `${(share * 100).toFixed(share < 0.1 || share > 0.99 ? 1 : 0)}\u00a0%`;
  };

  function translateText(node) {
    const text = texts[keys[node.data.trim()]];
    if (text && text !== node.data.trim()) node.data = text;
  }

  function translateTexts(root) {
    if (root.nodeType === Node.TEXT_NODE) return translateText(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) translateText(walker.currentNode);
  }

  function translateMarked() {
    for (const element of document.querySelectorAll("[data-text]")) {
      element.textContent = say(element.dataset.text);
      element.removeAttribute("data-text");
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", say(element.dataset.label));
      if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
      element.removeAttribute("data-label");
    }
    for (const link of document.querySelectorAll("a[data-language]")) {
      const query = new URLSearchParams(location.search);
      query.set("lang", other);
      link.href = `?${query}`; // without a link's drawing, which is drawn already
      link.lang = other;
      link.removeAttribute("data-language");
    }
  }

  function translate(added) {
    translateMarked();
    if (language !== "en") added.forEach(translateTexts);
    // Gradio has said it in the browser's language.
    const api = document.querySelector("footer .show-api")?.firstChild;
    if (api && api.data !== say("footer.api")) api.data = say("footer.api");
    if (document.title !== say("title")) document.title = say("title");
    // Gradio sets it to the browser's.
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  }

  new MutationObserver((changes) =>
    translate(
      changes.flatMap(({ type, target, addedNodes }) =>
        type === "characterData" ? [target] : [...addedNodes],
      ),
    ),
  ).observe(document, { childList: true, subtree: true, characterData: true });
  translate([document.documentElement]);
})();
