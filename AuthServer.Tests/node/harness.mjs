// What every script here is started with, and how it asks the test that started it to do something to the server.
import { createInterface } from "node:readline";

export const [, , modulePath, baseUrl, scenario] = process.argv;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Sends a line to the test and waits until it has been acted upon; answers what the test says. */
export async function ask(line) {
  console.log(`ask ${line}`);
  const { value, done } = await answers.next();
  if (done) throw new Error("The test has gone.");
  return value;
}

/** Runs the scenario that was asked for; a failed assertion is told on stderr and by the exit code. */
export async function run(scenarios) {
  await scenarios[scenario]();
  process.exit(0);
}
