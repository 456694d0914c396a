// A photo from a file, the clipboard, a drop or the camera; cropped and rotated here, so
// that only what is shown leaves the browser. Gradio runs this once with: element, props, server.

const LONGER_SIDE = 800;

const canvas = element.querySelector("canvas");
const video = element.querySelector("video");
const frame = element.querySelector(".frame");
const sheet = element.querySelector(".sheet");
const part = (name) => element.querySelector(`.${name}`);

let past = []; // the states before each crop and rotation

function show(width, height, paint) {
  const next = document.createElement("canvas");
  next.width = width;
  next.height = height;
  paint(next.getContext("2d"));
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(next, 0, 0);
  canvas.hidden = false;
  part("invitation").hidden = true;
  part("rotate").disabled = false;
  part("undo").disabled = !past.length;
  reader.send(() => canvas.toDataURL("image/jpeg", 0.92));
}

function showStages(stages) {
  document.dispatchEvent(new CustomEvent("stages", { detail: stages }));
}

const reader = courier({
  ask: (photo) => server.read(photo),
  told({ problem, answer, stages = [] }) {
    tell(props.prefix, problem ? { problem } : answer);
    showStages(stages);
  },
  waiting: () => tell(props.prefix, { problem: "answer.busy" }),
});

function take(picture, width, height) {
  const scale = Math.min(1, LONGER_SIDE / Math.max(width, height));
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  past = [];
  show(w, h, (context) => {
    context.fillStyle = "white";
    context.fillRect(0, 0, w, h);
    context.drawImage(picture, 0, 0, w, h);
  });
}

function close() {
  canvas.hidden = part("rotate").disabled = part("undo").disabled = true;
  part("invitation").hidden = false;
  reader.recall();
  tell(props.prefix, null);
  showStages([]);
}

async function open(file) {
  if (!file) return;
  stopCamera();
  try {
    const picture = await createImageBitmap(file);
    take(picture, picture.width, picture.height);
  } catch {
    part("invitation").textContent = say("photo.unreadable");
    close();
  }
}

part("file").addEventListener("change", ({ target }) => {
  open(target.files[0]);
  target.value = ""; // so that the same file can be chosen again
});
document.addEventListener("paste", ({ clipboardData }) => {
  if (sheet.clientWidth) open(clipboardData.files[0]);
});
sheet.addEventListener("dragover", (event) => event.preventDefault());
sheet.addEventListener("drop", (event) => {
  event.preventDefault();
  open(event.dataTransfer.files[0]);
});

// ---- the camera

function stopCamera() {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = part("shoot").hidden = true;
  part("camera").hidden = false;
}

// Nobody films on when the tab is left.
new IntersectionObserver(([{ isIntersecting }]) => {
  if (!isIntersecting && video.srcObject) {
    stopCamera();
    close();
  }
}).observe(sheet);

part("camera").hidden = !navigator.mediaDevices;
part("camera").addEventListener("click", async () => {
  try {
    const wanted = { video: { facingMode: "environment" } };
    video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
  } catch {
    part("help").textContent = say("photo.nocamera");
    return;
  }
  canvas.hidden = part("camera").hidden = part("invitation").hidden = true;
  video.hidden = false;
  await video.play();
  part("shoot").hidden = false;
});
part("shoot").addEventListener("click", () => {
  take(video, video.videoWidth, video.videoHeight);
  stopCamera();
});

// ---- cropping and rotating

function remember() {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d").drawImage(canvas, 0, 0);
  past.push(copy);
  return copy;
}

part("rotate").addEventListener("click", () => {
  const before = remember();
  show(before.height, before.width, (context) => {
    context.translate(before.height, 0);
    context.rotate(Math.PI / 2);
    context.drawImage(before, 0, 0);
  });
});

part("undo").addEventListener("click", () => {
  const before = past.pop();
  show(before.width, before.height, (context) => context.drawImage(before, 0, 0));
});

function crop([left, top, right, bottom]) {
  const before = remember();
  const [x, y] = [left * before.width, top * before.height];
  const [w, h] = [(right - left) * before.width, (bottom - top) * before.height].map(Math.round);
  show(w, h, (context) => context.drawImage(before, x, y, w, h, 0, 0, w, h));
}

let corner = null;
const place = (event) => {
  const box = canvas.getBoundingClientRect();
  const share = (value) => Math.min(1, Math.max(0, value));
  return [share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)];
};
const selection = ([x, y]) => [
  Math.min(corner[0], x), Math.min(corner[1], y), Math.max(corner[0], x), Math.max(corner[1], y),
];

canvas.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  corner = place(event);
});
canvas.addEventListener("pointermove", (event) => {
  if (!corner) return;
  const [left, top, right, bottom] = selection(place(event));
  const { offsetLeft, offsetTop, clientWidth, clientHeight } = canvas;
  frame.hidden = false;
  frame.style.left = `${offsetLeft + left * clientWidth}px`;
  frame.style.top = `${offsetTop + top * clientHeight}px`;
  frame.style.width = `${(right - left) * clientWidth}px`;
  frame.style.height = `${(bottom - top) * clientHeight}px`;
});
canvas.addEventListener("pointerup", (event) => {
  const chosen = selection(place(event));
  corner = null;
  frame.hidden = true;
  const [left, top, right, bottom] = chosen;
  if ((right - left) * canvas.width > 16 && (bottom - top) * canvas.height > 16) crop(chosen);
});
canvas.addEventListener("pointercancel", () => {
  corner = null;
  frame.hidden = true;
});
