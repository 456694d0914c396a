// A photo from a file, the clipboard, a drop or the camera; cropped and rotated here, so
// that only what is shown leaves the browser.

import { hear, tell } from "../browser/board.js";
import { decode } from "../browser/bytes.js";
import { courier } from "../browser/courier.js";
import { MIDDLE, between, isArrow, move, size } from "../browser/frame.js";
import { placeOn } from "./pixels.js";
import { bringWeights } from "./weights.js";

export default function photo({ element, server }) {
  const LONGER_SIDE = 800;
  const SMALLEST_CROP = 16; // pixels a side
  const MOST_KEPT = 20;

  const canvas = element.querySelector("canvas");
  const video = element.querySelector("video");
  const sheet = element.querySelector(".sheet");
  const part = (name) => element.querySelector(`.${name}`);

  let loaded = false;
  let past = []; // the photos before each change

  const complain = (key) => (part("problem").textContent = key ? say(key) : "");
  const announce = (key, values) => (part("spoken").textContent = say(key, values));

  // A camera that is on is shown before a photo, and a photo before the invitation.
  function update() {
    const live = Boolean(video.srcObject);
    const shown = loaded && !live;
    canvas.hidden = !shown;
    video.hidden = part("shoot").hidden = part("stop").hidden = !live;
    part("camera").hidden = live || !navigator.mediaDevices;
    part("invitation").hidden = live || loaded;
    part("shoot").disabled = !video.videoWidth;
    for (const name of ["rotate", "undo", "remove"]) part(name).hidden = live;
    part("rotate").disabled = part("remove").disabled = !shown;
    part("undo").disabled = !past.length;
    setFrame(null);
  }

  function show(width, height, paint) {
    const next = document.createElement("canvas");
    next.width = width;
    next.height = height;
    paint(next.getContext("2d"));
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").drawImage(next, 0, 0);
    loaded = true;
    complain(null);
    update();
    reader.send(() => canvas.toDataURL("image/jpeg", 0.92));
  }

  let digits = []; // of the photo, from left to right

  const reader = courier({
    ask: (photo) => server.read_photo(photo),
    told({ problem, number, digits: read = [], stages = [] }) {
      tell("stages", stages);
      if (problem) return tell("answer:photo", { problem });
      digits = read.map((digit) => ({ ...digit, seen: decode(digit.seen), number }));
      if (digits.length) bringWeights(digits[0].weights);
      choose(0);
      if (!digits.length) tell("answer:photo", { problem: "photo.empty" });
    },
    waiting: () => tell("answer:photo", { problem: "answer.busy" }),
  });

  function choose(chosen) {
    tell("answer:photo", digits.length ? { ...digits[chosen], chosen } : null);
  }
  hear("choose:photo", choose);

  function take(picture, width, height) {
    const scale = Math.min(1, LONGER_SIDE / Math.max(width, height));
    const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
    if (loaded) remember();
    show(w, h, (context) => {
      context.fillStyle = "white";
      context.fillRect(0, 0, w, h);
      context.drawImage(picture, 0, 0, w, h);
    });
  }

  async function open(file) {
    if (!file) return;
    complain(null);
    try {
      const picture = await createImageBitmap(file);
      stopCamera();
      take(picture, picture.width, picture.height);
    } catch {
      complain("photo.unreadable");
    }
  }

  function openChosen() {
    open(part("file").files[0]);
    part("file").value = ""; // so that the same file can be chosen again
  }

  part("file").addEventListener("change", openChosen);
  document.addEventListener("paste", ({ clipboardData }) => {
    if (sheet.clientWidth) open(clipboardData.files[0]);
  });
  sheet.addEventListener("dragover", (event) => event.preventDefault());
  sheet.addEventListener("drop", (event) => {
    event.preventDefault();
    open(event.dataTransfer.files[0]);
  });

  part("remove").addEventListener("click", () => {
    remember();
    loaded = false;
    complain(null);
    update();
    reader.recall();
    digits = [];
    choose(0);
    tell("stages", []);
    announce("photo.removed");
    part("file").focus();
  });

  // ---- the camera

  function stopCamera() {
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    update();
  }

  // Nobody films on when the tab is left.
  new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting && video.srcObject) stopCamera();
  }).observe(sheet);

  video.addEventListener("playing", () => {
    update();
    part("shoot").focus();
  });
  part("camera").addEventListener("click", async () => {
    complain(null);
    try {
      const wanted = { video: { facingMode: "environment" } };
      video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
    } catch {
      return complain("photo.nocamera");
    }
    if (!sheet.clientWidth) return stopCamera();
    update();
    await video.play().catch(() => {}); // stopped before it began
  });
  part("shoot").addEventListener("click", () => {
    take(video, video.videoWidth, video.videoHeight);
    stopCamera();
    canvas.focus();
  });
  part("stop").addEventListener("click", () => {
    stopCamera();
    part("camera").focus();
  });

  // ---- cropping and rotating

  function remember() {
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.getContext("2d").drawImage(canvas, 0, 0);
    past = [...past, copy].slice(-MOST_KEPT);
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
    if (!past.length) canvas.focus(); // the button is off
  });

  function crop([left, top, right, bottom]) {
    const [x, y] = [left * canvas.width, top * canvas.height];
    const [w, h] = [(right - left) * canvas.width, (bottom - top) * canvas.height].map(Math.round);
    if (Math.min(w, h) < SMALLEST_CROP) return;
    const before = remember();
    show(w, h, (context) => context.drawImage(before, x, y, w, h, 0, 0, w, h));
    announce("photo.cropped");
  }

  let frame = null;
  function setFrame(edges) {
    frame = edges;
    part("frame").hidden = !frame;
    if (!frame) return;
    complain(null);
    const [left, top, right, bottom] = frame;
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = canvas;
    Object.assign(part("frame").style, {
      left: `${offsetLeft + left * clientWidth}px`,
      top: `${offsetTop + top * clientHeight}px`,
      width: `${(right - left) * clientWidth}px`,
      height: `${(bottom - top) * clientHeight}px`,
    });
  }

  // ---- by mouse, finger or pen

  let corner = null;
  const place = (event) => placeOn(canvas, event).map((share) => Math.min(1, Math.max(0, share)));

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    corner = place(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (corner && event.isPrimary) setFrame(between(corner, place(event)));
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!corner || !event.isPrimary) return;
    const chosen = between(corner, place(event));
    corner = null;
    setFrame(null);
    crop(chosen);
  });
  canvas.addEventListener("pointercancel", () => {
    corner = null;
    setFrame(null);
  });

  // ---- by keyboard

  // The frame after an arrow key; the first one shows it.
  function framedBy({ key, shiftKey }) {
    if (!frame) return MIDDLE;
    const least = SMALLEST_CROP / Math.min(canvas.width, canvas.height);
    return shiftKey ? size(frame, key, least) : move(frame, key);
  }

  function announceFrame() {
    const [left, top, right, bottom] = frame.map((edge) => Math.round(edge * 100));
    announce("photo.frame", { left, top, width: right - left, height: bottom - top });
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (isArrow(event.key)) {
      setFrame(framedBy(event));
      announceFrame();
    } else if (!frame) return;
    else if (event.key === "Enter") crop(frame);
    else if (event.key === "Escape") {
      setFrame(null);
      announce("photo.frame.none");
    } else return;
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => setFrame(null));
  update();
  openChosen(); // before this script was here
}
