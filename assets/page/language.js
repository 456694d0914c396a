// The page's language: ?lang= first, then what was chosen before, then the browser's.
// Gradio puts this into the page's head when the page is mounted.
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
  const keys = Object.fromEntries(Object.entries(window.TEXTS.en).map(([key, text]) => [text, key]));

  window.say = (key, values = {}) =>
    (texts[key] ?? key).replace(/{(\w+)}/g, (_, name) => values[name]);

  window.percent = (share) => {
    if (share > 0.999) return "> 99.9 %";
    return `${(share * 100).toFixed(share < 0.1 || share > 0.99 ? 1 : 0)} %`;
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
      link.href = `?lang=${other}`;
      link.lang = other;
      link.removeAttribute("data-language");
    }
  }

  function translate(added) {
    translateMarked();
    if (language !== "en") added.forEach(translateTexts);
    if (document.title !== say("title")) document.title = say("title");
    // Gradio sets it to the browser's.
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  }

  new MutationObserver((changes) =>
    translate(changes.flatMap(({ type, target, addedNodes }) =>
      type === "characterData" ? [target] : [...addedNodes])),
  ).observe(document, { childList: true, subtree: true, characterData: true });
  translate([document.documentElement]);
})();
