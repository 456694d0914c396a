import assert from "node:assert/strict";
import { test } from "node:test";

import { courier, insist } from "../../mnist_cnn/browser/courier.js";

// Lets all promises that are due go on, and time pass.
async function pass(context, ms) {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  context.mock.timers.tick(ms);
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

// A server that answers when it is told to.
function server() {
  const asked = [];
  const ask = (question) => new Promise((answer) => asked.push({ question, answer }));
  return { asked, ask };
}

test("one question is asked at a time, and then the newest", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, ask } = server();
  const told = [];
  const { send } = courier({ ask, told: (answer) => told.push(answer) });
  for (const question of ["first", "second", "third"]) send(() => question);
  assert.deepEqual(
    asked.map(({ question }) => question),
    ["first"],
  );
  asked[0].answer("one");
  await pass(context, 1);
  await pass(context, 1);
  assert.deepEqual(
    asked.map(({ question }) => question),
    ["first", "third"],
  );
  asked[1].answer("two");
  await pass(context, 1);
  assert.deepEqual(told, ["one", "two"]);
});

test("where there is no answer it asks again, and says that it waits", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [undefined, undefined, "at last"];
  let waits = 0;
  const told = [];
  const asking = courier({
    ask: async () => answers.shift(),
    told: (answer) => told.push(answer),
    waiting: () => waits++,
  });
  asking.send(() => "question");
  for (let turn = 0; turn < 3; turn++) await pass(context, 4000);
  assert.deepEqual([told, waits], [["at last"], 2]);
});

test("it gives up in the end", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let tries = 0;
  const answer = insist(async () => void tries++);
  let told = null;
  answer.then((problem) => (told = problem));
  for (let turn = 0; turn < 40; turn++) await pass(context, 8000);
  assert.deepEqual([told, tries], [{ problem: "server.failed" }, 30]);
});

test("what is recalled is not told", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, ask } = server();
  const told = [];
  const { send, recall } = courier({ ask, told: (answer) => told.push(answer) });
  send(() => "question");
  recall();
  asked[0].answer("too late");
  await pass(context, 1);
  assert.deepEqual(told, []);
});

test("while questions come in a row they are asked at a pace", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const { send } = courier({ ask: async () => ++asked, told() {}, pause: 100 });
  send(() => 1);
  await pass(context, 0);
  send(() => 2);
  await pass(context, 20);
  assert.equal(asked, 1);
  await pass(context, 100);
  assert.equal(asked, 2);
});
