// A photo on its way to the network, as a "stages" event tells. Gradio runs this once with: element.

document.addEventListener("stages", ({ detail }) => {
  const items = detail.map(({ name, image }) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const caption = document.createElement("span");
    picture.src = image;
    picture.alt = caption.textContent = say(`stages.${name}`);
    item.append(picture, caption);
    return item;
  });
  element.querySelector("ol").replaceChildren(...items);
});
