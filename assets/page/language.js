// The page's language: ?lang= first, then what was chosen before, then the browser's.
// Runs in the page's head, before Gradio asks the browser for its language.
(() => {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked) localStorage.setItem("language", asked);
  const wanted = asked ?? localStorage.getItem("language") ?? navigator.language;
  const language = /^zh/i.test(wanted) ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => language });
  Object.defineProperty(navigator, "languages", { get: () => [language] });
  document.documentElement.lang = language;

  const texts = window.TEXTS[language];
  window.say = (key, values = {}) =>
    (texts[key] ?? key).replace(/{(\w+)}/g, (_, name) => values[name]);

  // Components mark their texts and names; whatever Gradio adds later is caught as well.
  function translate() {
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
      link.href = `?lang=${language === "en" ? "zh-CN" : "en"}`;
      link.lang = language === "en" ? "zh-CN" : "en";
      link.removeAttribute("data-language");
    }
    if (document.title !== say("title")) document.title = say("title");
  }
  new MutationObserver(translate).observe(document, { childList: true, subtree: true });
  translate();
})();
