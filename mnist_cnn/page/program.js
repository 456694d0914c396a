// Examples of calling the app, for the address at which it is open.

export default function program({ element }) {
  const here = location.origin + location.pathname.replace(/\/$/, "");

  element.querySelector(".python").textContent = `import base64
from pathlib import Path

from gradio_client import Client

image = base64.b64encode(Path("seven.png").read_bytes()).decode()
print(Client("${here}").predict(image, api_name="/recognize"))`;

  element.querySelector(".curl").textContent = `curl -s ${here}/gradio_api/run/recognize \\
  -H "Content-Type: application/json" \\
  -d "{\\"data\\": [\\"$(base64 < seven.png | tr -d '\\n')\\"]}"`;

  element.addEventListener("click", async ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const code = button.nextElementSibling;
    getSelection().selectAllChildren(code);
    if (!navigator.clipboard) return; // not over plain HTTP: selected, for Ctrl+C
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = say("program.copied");
    setTimeout(() => (button.textContent = say("program.copy")), 1500);
  });
}
