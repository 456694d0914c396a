// The figures. Gradio runs this once with: element, server.
// They are fetched when the tab is first seen.

new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  for (const image of element.querySelectorAll("[data-figure]"))
    insist(() => server.figure(image.dataset.figure)).then((source) => {
      if (!source.problem) image.src = source;
    });
}).observe(element);
