// Dark where the reader's system is, or as ?__theme= asks, which is Gradio's own word for it.
// The first thing in the body and no module: nothing is painted in the other colours.
(() => {
  const asked = new URLSearchParams(location.search).get("__theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choose = () => {
    const isDark = ["dark", "light"].includes(asked) ? asked === "dark" : system.matches;
    document.body.classList.toggle("dark", isDark);
  };
  system.addEventListener("change", choose);
  choose();
})();
