// A photo on its way to the network. Gradio runs this once with: element, props, watch.

const list = element.querySelector("ol");

function show() {
  const items = (props.value || []).map(({ name, image }) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const caption = document.createElement("span");
    picture.src = image;
    picture.alt = caption.textContent = say(`stages.${name}`);
    item.append(picture, caption);
    return item;
  });
  list.replaceChildren(...items);
}

show();
watch("value", show);
