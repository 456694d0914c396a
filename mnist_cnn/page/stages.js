// A photo on its way to the network, heard as "stages".

import { hear } from "../browser/board.js";

export default function stages({ element }) {
  hear("stages", (stages) => {
    const items = stages.map(({ name, image }) => {
      const item = document.createElement("li");
      const picture = document.createElement("img");
      const caption = document.createElement("span");
      picture.src = image;
      picture.alt = ""; // the caption says it
      caption.textContent = say(`stages.${name}`);
      item.append(picture, caption);
      return item;
    });
    element.querySelector("ol").replaceChildren(...items);
  });
}
