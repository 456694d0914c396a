// Asking the server for what is on the page just now.

const LONGEST_WAIT = 4000; // ms between two tries
const MOST_TRIES = 30; // a refusal looks like a failure: do not ask for ever

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Makes a courier for one place on the page. send(make) has it ask the server about make(),
// one question at a time and one every `pause` ms at most: the newest is always asked, those
// that it overtakes are not. While the server is busy or out of reach it asks again, about two
// minutes for each question, and calls waiting(). recall() drops all that is on its way.
//
// ask: question -> promise of an answer, undefined when there is none; told: takes an answer,
// {problem: "server.failed"} when all tries are used up.
export function courier({ ask, told, waiting = () => {}, pause = 0 }) {
  let next = null;
  let out = false;
  let round = 0;

  async function keepAsking(question, sent) {
    let wait = 250;
    for (let tries = 0; sent === round && tries < MOST_TRIES; tries++) {
      if (next) [question, tries] = [take(), 0];
      // Gradio's client swallows every failure and then has no answer.
      const answer = await ask(question);
      if (answer !== undefined) return answer;
      if (sent === round) waiting();
      // Those turned away together must not all come back together.
      await rest(wait * (0.5 + Math.random()));
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
    return { problem: "server.failed" };
  }

  function take() {
    const make = next;
    next = null;
    return make();
  }

  async function go() {
    out = true;
    try {
      while (next) {
        const started = performance.now();
        const sent = round;
        const answer = await keepAsking(take(), sent);
        if (sent === round) told(answer);
        await rest(started + pause - performance.now());
      }
    } finally {
      out = false;
    }
  }

  return {
    send(make) {
      next = make;
      if (!out) go();
    },
    recall() {
      round += 1;
      next = null;
    },
  };
}

// Asks for one thing, in the same way: a promise of the answer.
export const insist = (ask, waiting) =>
  new Promise((told) => courier({ ask, told, waiting }).send(() => null));
